import Backprop
import Foundation
import Testing

private func float64(_ numbers: [Double], shape: [Int]? = nil) -> Tensor {
    Tensor(shape: shape ?? [numbers.count], dtype: .float64) { bytes in
        numbers.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
}

/// Fourier transforms against their definition, and against recorded numbers of NumPy and PyTorch.
@Suite struct FourierTests {
    /// For each length of `input`: the parts of X[1] and X[n - 1], Σ |X|, and Σ |X| of the real parts' half.
    private static let recorded: [(count: Int, numbers: [Double])] = [
        (1, [-0.5, -0.75, -0.5, -0.75, 0.901387818865997, 0.5]),
        (2, [-1.75, -0.75, -1.75, -0.75, 2.9646034482458, 2.5]),
        (
            3,
            [
                -1.57475952641916, -1.80352540378444, -0.925240473580835, -0.0714745962155614, 4.39027643214439,
                2.52069063257455,
            ]
        ),
        (4, [-1.125, -3.125, -0.375, 0.875, 5.58396437390942, 3.13600093632938]),
        (
            5,
            [
                0.599796734531105, -2.18231212714747, 0.599796734531105, -0.531213364414949, 9.61163038108387,
                4.87259043317927,
            ]
        ),
        (
            6,
            [
                1.22427857925749, -2.12051270189222, -0.724278579257493, -1.25448729810778, 11.7254033266074,
                5.04138126514911,
            ]
        ),
        (
            7,
            [
                0.829958173990643, -2.40384669583727, -2.07995817399064, 0.0832658444483239, 15.5623045642539,
                6.26784628299749,
            ]
        ),
        (8, [1.95342712474619, -1.64644660940673, -1.06433982822018, 0.5, 18.7744215148593, 9.1577626655959]),
        (
            9,
            [
                1.90623021499808, -1.38188918845894, -1.15623021499808, 0.678718876132031, 19.4879961691529,
                7.37267996231463,
            ]
        ),
        (
            10,
            [
                0.468401175759265, -1.06334149753663, -1.46840117575926, 2.32461274050532, 24.4172542364324,
                11.0686786983249,
            ]
        ),
        (
            11,
            [
                1.1838810044277, -1.35439233206515, -0.158720610555272, 2.13698333916085, 28.8601575404209,
                12.143918779925,
            ]
        ),
        (
            12,
            [
                0.974278579257494, -1.52900635094611, 0.0257214207425066, 2.20304445662277, 30.0013689118315,
                11.2393590542679,
            ]
        ),
        (
            13,
            [
                2.46923784552301, -1.07191470580167, 1.65077029556964, 1.38231850399199, 38.5559876715272,
                16.9963832455509,
            ]
        ),
        (
            14,
            [
                2.97666535649924, -0.990333857742275, 1.68399219042737, 0.104987709141431, 42.1972492092073,
                18.5784631692163,
            ]
        ),
        (
            15,
            [
                2.24246652332804, -0.526026766315311, 0.70712694573417, 0.123950030909412, 45.0718496315795,
                20.4493462608042,
            ]
        ),
        (
            16,
            [
                2.92564300984423, 0.612418989832647, 1.65569441896785, 0.203508121777716, 49.0045053910327,
                22.2598033483655,
            ]
        ),
        (
            17,
            [
                2.32385558535378, 1.52375278626892, 1.69542600622263, 0.338048532569054, 52.3980999768312,
                22.8608183334321,
            ]
        ),
        (18, [0.75, 1.49096453130994, 0.75, 0.471607819107674, 59.5386702651333, 26.0379065555166]),
        (
            19,
            [
                1.24690897620618, 0.881543170752098, 1.33020738848013, -0.382363152977644, 61.6045696552468,
                26.0697484581377,
            ]
        ),
        (
            20,
            [
                0.835201628896373, 0.665581674023465, 0.862383792180579, -0.581923577578855, 64.930591329382,
                27.9553436308556,
            ]
        ),
        (
            21,
            [
                -0.473505059699948, 0.206944042532204, -0.526494940300053, -0.231101818557264, 73.4966470621238,
                29.9661028593779,
            ]
        ),
        (
            22,
            [
                0.139475581780514, -0.282166811303051, -0.139475581780514, -0.282166811303051, 72.6703755849169,
                24.2878375598501,
            ]
        ),
        (
            23,
            [
                -0.395118058449931, 0.139694607848329, -0.467178856872668, 0.768610190053105, 80.2155965411007,
                31.9980619875103,
            ]
        ),
        (
            24,
            [
                0.914752329788065, -0.0672400444703234, 0.89783971480181, 0.42258883986409, 88.36245736072,
                39.1741348503842,
            ]
        ),
        (
            25,
            [
                1.19009714173028, 0.0524997313729747, 1.2170228005896, 0.246928691070433, 90.8709362644607,
                37.1019937796756,
            ]
        ),
        (
            26,
            [
                0.48070218280854, -0.132585472684901, 0.48070218280854, 0.132585472684901, 99.1229500594282,
                43.1892846616036,
            ]
        ),
        (
            27,
            [
                1.64279439045701, -0.553819532259231, 1.32501523777484, -0.698818339885084, 104.225709311505,
                43.2945815712259,
            ]
        ),
        (
            28,
            [
                1.71613727634125, -0.213205567882633, 1.17022328880532, -0.73091160386106, 109.589380601692,
                44.3912803281201,
            ]
        ),
        (
            29,
            [
                0.654870851233581, 0.270915196495424, 0.130889003135948, -0.140441661767712, 115.933048463324,
                49.2389236154387,
            ]
        ),
        (
            30,
            [
                1.23301315398196, 0.889865955133639, 0.952330063937577, 0.280655259685963, 114.637701061843,
                47.1201552271362,
            ]
        ),
        (
            31,
            [
                0.784279962174423, 1.03967805340447, 0.784279962174423, 0.365473280519044, 123.636148795409,
                50.0263476249023,
            ]
        ),
        (
            32,
            [
                -0.505634165377487, 0.171705767259299, -0.494365834622514, -0.0572964851201279, 129.337007114782,
                52.3362511679533,
            ]
        ),
        (
            33,
            [
                0.0162297509534124, -0.0842079441244415, -0.0162297509534128, -0.0842079441244419, 120.019690824853,
                36.4317563397751,
            ]
        ),
        (
            34,
            [
                -0.433136757267151, -0.29048569257324, -0.510948222455649, 0.101296892612812, 137.032461801069,
                54.7512045499068,
            ]
        ),
        (
            35,
            [
                0.921713817753832, -0.493940849290555, 0.709965521552067, -0.197302079218393, 152.525561086874,
                61.994421065494,
            ]
        ),
        (
            36,
            [
                1.12543329117481, 0.349815989882427, 1.05013743890189, 0.457329065572763, 149.402016765473,
                59.1284669301322,
            ]
        ),
        (
            37,
            [
                0.368793882582499, 0.0571816318273475, 0.336620648408154, 0.234247664497957, 162.621086957101,
                67.8139308798447,
            ]
        ),
        (
            38,
            [
                1.35464379808017, 0.181497102577805, 1.36101853504347, 0.0894180059757812, 165.131867499817,
                66.7672849811923,
            ]
        ),
        (
            39,
            [
                1.34156548767287, 0.172832124164999, 1.34156548767286, -0.172832124164999, 165.663604421444,
                67.7959687015646,
            ]
        ),
        (
            40,
            [
                0.421716217142646, -0.493156814293499, 0.217894225136083, -0.759218018564137, 182.651832535407,
                75.3057975560245,
            ]
        ),
        (
            97,
            [
                0.753006281995752, 0.103461399664048, 0.753352033703075, -0.0927896825082687, 542.616283569311,
                216.711099320446,
            ]
        ),
        (
            128,
            [
                0.26239852578208, 0.163909997199494, 0.250341279174855, 0.0894148927252961, 805.514011383087,
                318.947823922666,
            ]
        ),
        (
            1000,
            [
                -0.500000155056786, 0.128156872982006, -0.499999844943215, 0.121872736707869, 9320.69718260321,
                3410.4521997464,
            ]
        ),
    ]

    private static func input(_ count: Int) -> ComplexTensor {
        let places = Array(0..<count)
        let real = places.map { (place: Int) -> Double in Double((7 * place + 3) % 11 - 5) / 4 }
        let imaginary = places.map { (place: Int) -> Double in Double((5 * place * place + place) % 13 - 6) / 8 }
        return ComplexTensor(real: float64(real), imaginary: float64(imaginary))
    }

    /// The sum that defines the transform, with exact multiples of the angle.
    private static func sums(_ z: ComplexTensor) -> (real: [Double], imaginary: [Double]) {
        let (real, imaginary) = (z.real.numbers, z.imaginary.numbers), count = real.count
        let angles = (0..<count).map { 2 * Double.pi * Double($0) / Double(count) }
        let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
        var sums = (real: [Double](repeating: 0, count: count), imaginary: [Double](repeating: 0, count: count))
        for k in 0..<count {
            for j in 0..<count {
                let place = j * k % count
                sums.real[k] += real[j] * cosines[place] + imaginary[j] * sines[place]
                sums.imaginary[k] += imaginary[j] * cosines[place] - real[j] * sines[place]
            }
        }
        return sums
    }

    @Test(arguments: recorded.map(\.count))
    func everyLengthIsTheSumThatDefinesIt(_ count: Int) {
        let z = Self.input(count), found = fft(z), expected = Self.sums(z)
        #expect(difference(found.real.numbers, expected.real) < 1e-12)
        #expect(difference(found.imaginary.numbers, expected.imaginary) < 1e-12)
        let numbers = Self.recorded.first { $0.count == count }!.numbers
        let ends = [1 % count, count - 1].flatMap { [found.real.numbers[$0], found.imaginary.numbers[$0]] }
        let half = rfft(z.real)
        #expect(half.shape == [count / 2 + 1])
        #expect(difference(ends + [abs(found).sum().item(), abs(half).sum().item()], numbers) < 1e-12)
        let both = fft(z.real)
        #expect(half.real.numbers == Array(both.real.numbers[0...(count / 2)]))
        let back = ifft(found)
        #expect(difference(back.real.numbers, z.real.numbers) < 1e-12)
        #expect(difference(back.imaginary.numbers, z.imaginary.numbers) < 1e-12)
        #expect(difference(irfft(half, count: count).numbers, z.real.numbers) < 1e-12)
    }

    @Test(arguments: [24, 53, 1000])
    func float32HasItsDigits(_ count: Int) {
        let z = Self.input(count), expected = fft(z)
        let narrow = fft(ComplexTensor(real: z.real.asType(.float32), imaginary: z.imaginary.asType(.float32)))
        #expect(narrow.dtype == .float32)
        #expect(difference(narrow.real.numbers, expected.real.numbers) < 3e-6)
        #expect(difference(narrow.imaginary.numbers, expected.imaginary.numbers) < 3e-6)
    }

    /// Multiplications and additions of the recorded graph, over n log₂ n: bounded for all lengths, primes included.
    @Test func arithmeticGrowsWithNLogN() {
        func work(_ z: ComplexTensor) -> Double {
            var sum = 0.0
            for node in operations(below: [z.real.node, z.imaginary.node]) {
                let size = Double(node.shape.count)
                switch node.primitive {
                case .matmul:
                    var operands: [Node] = []
                    node.forEachInput { operands.append($0) }
                    sum += 2 * size * Double(operands[0].shape[operands[0].shape.rank - 1])
                case .constant, .scalar, .reshape, .transpose, .slice, .reverse, .broadcast: break
                default: sum += size
                }
            }
            return sum
        }
        for count in [64, 97, 128, 1000, 1009, 1024, 3 * 1009, 4096, 10007, 16384, 17 * 997] {
            let z = ComplexTensor(real: Tensor.zeros([count]), imaginary: Tensor.zeros([count]))
            let ratio = work(fft(z)) / (Double(count) * log2(Double(count)))
            #expect(ratio < 350, "\(count): \(ratio)")
            let smooth = [64, 128, 1000, 1024, 4096, 16384].contains(count)
            #expect(!smooth || ratio < 50, "\(count): \(ratio)")
        }
    }

    /// Of PyTorch, for each normalization: fft and ifft, rfft, irfft, fft2, rfft2, irfft2 and ifftn.
    private static let normalized: [(FourierNormalization, [[Double]])] = [
        (
            .backward,
            [
                [2, 2, -2, 2, 7.5, -3.5, 1.5, -3.5],
                [0, -2, 0, 2, 0, -3, 0, 3],
                [0.75, 2.5, 1.5, 0.25, -0.5, -2.5],
                [1.5, 2.5, 0.75, -2.5, -0.5, 0.25],
                [2, 0.5, 7.5, -3],
                [0, -2.5980762113533, 0, 0.86602540378444],
                [
                    0.6, -0.22513892070318, -0.66062598856585, -0.48101479793402, 1.766779707203, 2.9, -2.0824316677627,
                    -0.89152420174196, 0.13873779724192, 0.4352180722627,
                ],
                [9.5, -2.5, -2.5, -5.5, 3.5, 3.5],
                [0, -1.7320508075689, 1.7320508075689, 0, -3.4641016151378, 3.4641016151378],
                [9.5, -1.5, -0.5, -5.5, 5.5, -3.5],
                [0, -5, 0, 0, 1, 0],
                [1.8125, -1.4375, -0.6875, 1.0625, -0.8125, 0.9375, -0.3125, 0.4375],
                [
                    1.5833333333333, -0.92184815220759, 0.088514818874256, -0.91666666666667, 0.79983968427944,
                    0.36682698238722,
                ],
                [
                    1.5833333333333, 0.24700846792815, -0.33034180126148, -0.91666666666667, -0.21431639747704,
                    -1.3690169358563,
                ],
            ]
        ),
        (
            .ortho,
            [
                [1, 1, -1, 1, 3.75, -1.75, 0.75, -1.75],
                [0, -1, 0, 1, 0, -1.5, 0, 1.5],
                [
                    1.0606601717798, 3.5355339059327, 2.1213203435596, 0.35355339059327, -0.70710678118655,
                    -3.5355339059327,
                ],
                [
                    2.1213203435596, 3.5355339059327, 1.0606601717798, -3.5355339059327, -0.70710678118655,
                    0.35355339059327,
                ],
                [1.1547005383793, 0.28867513459481, 4.3301270189222, -1.7320508075689],
                [0, -1.5, 0, 0.5],
                [
                    1.3416407864999, -0.50342593107323, -1.4772046181362, -1.0755817863638, 3.9506395265732,
                    6.4845971347494, -4.6564587676156, -1.9935087186813, 0.31022714568151, 0.97317719461581,
                ],
                [
                    3.8783587594067, -1.0206207261597, -1.0206207261597, -2.2453655975512, 1.4288690166235,
                    1.4288690166235,
                ],
                [0, -0.70710678118655, 0.70710678118655, 0, -1.4142135623731, 1.4142135623731],
                [
                    3.3587572106361, -0.53033008588991, -0.17677669529664, -1.944543648263, 1.944543648263,
                    -1.2374368670765,
                ],
                [0, -1.7677669529664, 0, 0, 0.35355339059327, 0],
                [
                    5.1265241636025, -4.0658639918226, -1.944543648263, 3.0052038200428, -2.2980970388563,
                    2.6516504294496, -0.88388347648318, 1.2374368670765,
                ],
                [
                    3.8783587594067, -2.2580575932361, 0.2168161409168, -2.2453655975512, 1.9591991025134,
                    0.89853893073361,
                ],
                [
                    3.8783587594067, 0.60504470857058, -0.80916885380251, -2.2453655975512, -0.52496581733025,
                    -3.3533929420764,
                ],
            ]
        ),
        (
            .forward,
            [
                [0.5, 0.5, -0.5, 0.5, 1.875, -0.875, 0.375, -0.875],
                [0, -0.5, 0, 0.5, 0, -0.75, 0, 0.75],
                [1.5, 5, 3, 0.5, -1, -5],
                [3, 5, 1.5, -5, -1, 0.5],
                [0.66666666666667, 0.16666666666667, 2.5, -1],
                [0, -0.86602540378444, 0, 0.28867513459481],
                [
                    3, -1.1256946035159, -3.3031299428293, -2.4050739896701, 8.8338985360152, 14.5, -10.412158338813,
                    -4.4576210087098, 0.69368898620958, 2.1760903613135,
                ],
                [
                    1.5833333333333, -0.41666666666667, -0.41666666666667, -0.91666666666667, 0.58333333333333,
                    0.58333333333333,
                ],
                [0, -0.28867513459481, 0.28867513459481, 0, -0.57735026918963, 0.57735026918963],
                [1.1875, -0.1875, -0.0625, -0.6875, 0.6875, -0.4375],
                [0, -0.625, 0, 0, 0.125, 0],
                [14.5, -11.5, -5.5, 8.5, -6.5, 7.5, -2.5, 3.5],
                [9.5, -5.5310889132455, 0.53108891324553, -5.5, 4.7990381056767, 2.2009618943233],
                [9.5, 1.4820508075689, -1.9820508075689, -5.5, -1.2858983848622, -8.2141016151378],
            ]
        ),
    ]

    @Test(arguments: FourierNormalization.allCases)
    func lengthsAxesAndNormalizations(_ normalization: FourierNormalization) {
        let x = float64([1, 2, -1, 0.5, 3, 4], shape: [2, 3])
        let z = ComplexTensor(real: x, imaginary: x.reversed(axes: [1]))
        func parts(_ z: ComplexTensor) -> [Tensor] { [z.real, z.imaginary] }
        var found = parts(fft(x, count: 4, axis: 1, normalization: normalization))
        found += parts(ifft(z, count: 2, axis: 0, normalization: normalization))
        found += parts(rfft(x, axis: 1, normalization: normalization))
        found.append(irfft(z, count: 5, axis: 1, normalization: normalization))
        found += parts(fft2(ComplexTensor(real: x), normalization: normalization))
        found += parts(rfft2(x, counts: [2, 4], normalization: normalization))
        found.append(irfft2(z, normalization: normalization))
        found += parts(ifftn(z, normalization: normalization))
        let expected = Self.normalized.first { $0.0 == normalization }!.1
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(difference(a.numbers, b) < 1e-12, "\(a.numbers), \(b)") }
        let cube = float64((0..<24).map { Double($0 * 5 % 7) }, shape: [2, 3, 4])
        let back = irfftn(rfftn(cube, normalization: normalization), counts: [2, 3, 4], normalization: normalization)
        #expect(difference(back.numbers, cube.numbers) < 1e-12)
        let round = ifft2(
            fft2(ComplexTensor(real: cube), axes: [0, 2], normalization: normalization), axes: [0, 2],
            normalization: normalization)
        #expect(difference(round.real.numbers, cube.numbers) < 1e-12)
    }

    @Test(arguments: [1, 6, 17, 37])
    func derivatives(_ count: Int) {
        let x = float64((0..<(2 * count)).map { Double($0 * 7 % 5) / 3 - 0.4 }, shape: [2, count])
        let report = gradientCheck(
            { inputs in
                let z = fft(ComplexTensor(real: inputs[0], imaginary: inputs[1]))
                let half = rfft(square(inputs[0]))
                return [square(z.real) * z.imaginary, half.imaginary, irfft(half.multiplied(by: half), count: count)]
            }, at: count > 20 ? [x[0], x[1]] : [x, x + 1], relativeTolerance: 1e-4, absoluteTolerance: 1e-4)
        #expect(report.passed, "\(report)")
    }

    /// A product of transforms is a convolution.
    @Test func convolutionTheorem() {
        let a = float64([1, 2, 3, 0, 0]), b = float64([4, 5, 6, 0, 0])
        let product = irfft(rfft(a).multiplied(by: rfft(b)), count: 5)
        #expect(difference(product.numbers, [4, 13, 28, 27, 18]) < 1e-14)
    }

    @Test func frequenciesAndShifts() {
        #expect(
            difference(fftFrequencies(5, spacing: 0.5, dtype: .float64).numbers, [0, 0.4, 0.8, -0.8, -0.4]) < 1e-15)
        #expect(fftFrequencies(4).numbers == [0, 0.25, -0.5, -0.25] && fftFrequencies(1).numbers == [0])
        #expect(difference(rfftFrequencies(5, dtype: .float64).numbers, [0, 0.2, 0.4]) < 1e-15)
        let x = Tensor.arange(6, dtype: .float32).reshaped([2, 3])
        #expect(fftShift(x).numbers == [5, 3, 4, 2, 0, 1] && fftShift(x, axes: [1]).numbers == [2, 0, 1, 5, 3, 4])
        #expect(ifftShift(fftShift(x)).numbers == x.numbers)
        let z = ComplexTensor(real: x, imaginary: -x)
        #expect(ifftShift(fftShift(z, axes: [-1]), axes: [-1]).imaginary.numbers == (-x).numbers)
    }

    @Test func complexArithmetic() {
        let a = ComplexTensor(real: float64([1, 0]), imaginary: float64([2, -1]))
        let b = ComplexTensor(real: float64([3, 0]), imaginary: float64([-1, 2]))
        #expect(a.adding(b).real.numbers == [4, 0] && a.subtracting(b).imaginary.numbers == [3, -3])
        let product = a.multiplied(by: b), quotient = a.divided(by: b)
        #expect(product.real.numbers == [5, 2] && product.imaginary.numbers == [5, 0])
        #expect(difference(quotient.real.numbers, [0.1, -0.5]) < 1e-15)
        #expect(difference(quotient.imaginary.numbers, [0.7, 0]) < 1e-15)
        #expect(difference(abs(a).numbers, [2.23606797749979, 1]) < 1e-15)
        #expect(a.conjugate.imaginary.numbers == [-2, 1])
        #expect(a.negated.real.numbers == [-1, 0])
        let turned = ComplexTensor(magnitude: abs(b), angle: b.angle)
        #expect(difference(turned.imaginary.numbers, b.imaginary.numbers) < 1e-15)
        #expect(a.multiplied(by: 2).real.numbers == [2, 0])
        #expect(a.multiplied(by: float64([2])).imaginary.numbers == [4, -2])
        let large = ComplexTensor(real: float64([1e300]), imaginary: float64([1e300]))
        #expect(large.divided(by: large).real.numbers == [1] && large.divided(by: large).imaginary.numbers == [0])
        #expect(difference((abs(large) / 1e300).numbers, [1.4142135623730951]) < 1e-15)
        let report = gradientCheck(
            { p in
                let a = ComplexTensor(real: p[0], imaginary: p[1]), b = ComplexTensor(real: p[1], imaginary: p[2])
                let quotient = a.divided(by: b.multiplied(by: a))
                return [quotient.real, quotient.imaginary, abs(a), b.angle]
            }, at: [float64([1, -2]), float64([0.5, 3]), float64([2, -1.5])], secondOrder: true)
        #expect(report.passed, "\(report)")
    }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) { _ = fft(Tensor.zeros([0])) }
        await #expect(processExitsWith: .failure) { _ = fft(Tensor.zeros([3], dtype: .int32)) }
        await #expect(processExitsWith: .failure) { _ = rfft(Tensor.zeros([3]), axis: 1) }
        await #expect(processExitsWith: .failure) { _ = irfft(ComplexTensor(real: Tensor.zeros([1]))) }
        await #expect(processExitsWith: .failure) { _ = rfftn(Tensor.zeros([2, 2]), counts: [2], axes: [0, 1]) }
        await #expect(processExitsWith: .failure) {
            _ = ComplexTensor(real: Tensor.zeros([2]), imaginary: Tensor.zeros([3]))
        }
    }
}
