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

    @Test(arguments: RecordedTransforms.lengths.map(\.count))
    func everyLengthIsTheSumThatDefinesIt(_ count: Int) {
        let z = Self.input(count), found = fft(z), expected = Self.sums(z)
        #expect(difference(found.real.numbers, expected.real) < 1e-12)
        #expect(difference(found.imaginary.numbers, expected.imaginary) < 1e-12)
        let numbers = RecordedTransforms.lengths.first { $0.count == count }!.numbers
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
        let expected = RecordedTransforms.normalized.first { $0.0 == normalization }!.1
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
