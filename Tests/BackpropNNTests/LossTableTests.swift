import Backprop
import BackpropNN
import Testing

// What the samples are computed from.
private let rows: @Sendable ([Double]) -> Tensor = { Tensor($0, shape: [4, 3], dtype: .float64) }
private let x = rows([0.5, -1.2, 2, 0.1, 0.3, -0.7, -2, 1.5, 0.25, 1, 0, -1])
private let t = rows([0.4, 1, -1, 0.1, 2, 0.3, 0, 1.5, 0.75, 3, 0.5, -2])
private let p = rows([0.2, 0.5, 0.3, 0.9, 0.05, 0.05, 0, 1, 0, 0.6, 0.3, 0.1])
private let v = rows([0.5, 1e-9, 2, 0.1, 0.3, 0.7, 1, 1.5, 0.25, 1, 2, 3])
private let grid = rows([1, 2, 3, 0.5, 0.5, 0.5, 1, 0, 1, 2, 1, 0])
private let signs = rows([1, -1, 1, -1, -1, 1, 1, 1, -1, -1, 1, -1])
private let rowSigns = Tensor([1, -1, 1, -1] as [Int64])
private let w = Tensor([0.5, 2, 1], dtype: .float64)
private let labels = Tensor([2, 0, 1, 1] as [Int64])
private let lists = Tensor([2, 0, -1, 1, -1, 0, 0, 1, 2, -1, 0, 1] as [Int64], shape: [4, 3])

/// Losses with their options against PyTorch: each loss, the mean and its gradient.
@Suite struct LossTableTests {
    private struct Sample: Sendable {
        let name: String
        let loss: @Sendable (Tensor, Reduction) -> Tensor
        let mean: Double
        let losses: [Double], gradient: [Double]

        init(
            _ name: String, _ loss: @escaping @Sendable (Tensor, Reduction) -> Tensor, mean: Double,
            losses: [Double], gradient: [Double]
        ) { (self.name, self.loss, self.mean, self.losses, self.gradient) = (name, loss, mean, losses, gradient) }
    }

    private static let samples: [Sample] = [
        Sample(
            "meanSquaredError", { meanSquaredError($0, t, reduction: $1) }, mean: 2.27,
            losses: [0.01, 4.84, 9, 0, 2.89, 1, 4, 0, 0.25, 4, 0.25, 1],
            gradient: [
                0.0166666666667, -0.366666666667, 0.5, 0, -0.283333333333, -0.166666666667, -0.333333333333, 0,
                -0.0833333333333, -0.333333333333, -0.0833333333333, 0.166666666667,
            ]),
        Sample(
            "meanSquaredError, weights", { meanSquaredError($0, t, weights: grid, reduction: $1) }, mean: 4.0908,
            losses: [0.01, 9.68, 27, 0, 1.445, 0.5, 4, 0, 0.25, 8, 0.25, 0],
            gradient: [0.016, -0.704, 1.44, 0, -0.136, -0.08, -0.32, 0, -0.08, -0.64, -0.08, 0]),
        Sample(
            "l1Loss", { l1Loss($0, t, reduction: $1) }, mean: 1.16666666667,
            losses: [0.1, 2.2, 3, 0, 1.7, 1, 2, 0, 0.5, 2, 0.5, 1],
            gradient: [
                0.0833333333333, -0.0833333333333, 0.0833333333333, 0, -0.0833333333333, -0.0833333333333,
                -0.0833333333333, 0, -0.0833333333333, -0.0833333333333, -0.0833333333333, 0.0833333333333,
            ]),
        Sample(
            "l1Loss, weights", { l1Loss($0, t, weights: grid, reduction: $1) }, mean: 1.748,
            losses: [0.1, 4.4, 9, 0, 0.85, 0.5, 2, 0, 0.5, 4, 0.5, 0],
            gradient: [0.08, -0.16, 0.24, 0, -0.04, -0.04, -0.08, 0, -0.08, -0.16, -0.08, 0]),
        Sample(
            "huberLoss", { huberLoss($0, t, delta: 0.5, reduction: $1) }, mean: 0.485833333333,
            losses: [0.005, 0.975, 1.375, 0, 0.725, 0.375, 0.875, 0, 0.125, 0.875, 0.125, 0.375],
            gradient: [
                0.00833333333333, -0.0416666666667, 0.0416666666667, 0, -0.0416666666667, -0.0416666666667,
                -0.0416666666667, 0, -0.0416666666667, -0.0416666666667, -0.0416666666667, 0.0416666666667,
            ]),
        Sample(
            "huberLoss, weights", { huberLoss($0, t, weights: grid, reduction: $1) }, mean: 1.37541666667,
            losses: [0.005, 3.4, 7.5, 0, 0.6, 0.25, 1.5, 0, 0.125, 3, 0.125, 0],
            gradient: [
                0.00833333333333, -0.166666666667, 0.25, 0, -0.0416666666667, -0.0416666666667, -0.0833333333333, 0,
                -0.0416666666667, -0.166666666667, -0.0416666666667, 0,
            ]),
        Sample(
            "smoothL1Loss", { smoothL1Loss($0, t, beta: 0.5, reduction: $1) }, mean: 0.971666666667,
            losses: [0.01, 1.95, 2.75, 0, 1.45, 0.75, 1.75, 0, 0.25, 1.75, 0.25, 0.75],
            gradient: [
                0.0166666666667, -0.0833333333333, 0.0833333333333, 0, -0.0833333333333, -0.0833333333333,
                -0.0833333333333, 0, -0.0833333333333, -0.0833333333333, -0.0833333333333, 0.0833333333333,
            ]),
        Sample(
            "crossEntropy, weights", { crossEntropy($0, labels, weights: w, reduction: $1) }, mean: 0.743789969927,
            losses: [0.234196137136, 0.491176244077, 0.550260524495, 2.81521192889],
            gradient: [
                0.0320985561575, 0.00586387735586, -0.0379624335134, -0.0568700707594, 0.0415753530959, 0.0152947176634,
                0.00833967381801, -0.0874642959647, 0.0791246221467, 0.2419058021, -0.274644192344, 0.0327383902438,
            ]),
        Sample(
            "crossEntropy, ignored", { crossEntropy($0, labels, weights: w, ignoredLabel: 1, reduction: $1) },
            mean: 0.483581587475,
            losses: [0.234196137136, 0.491176244077, 0, 0],
            gradient: [
                0.117694705911, 0.0215008836382, -0.139195589549, -0.208523592784, 0.152442961352, 0.0560806314326, 0,
                0, 0, 0, 0, 0,
            ]),
        Sample(
            "crossEntropy, smoothing",
            { crossEntropy($0, labels, labelSmoothing: 0.2, ignoredLabel: 0, reduction: $1) }, mean: 0.848977454609,
            losses: [0.547529470469, 0, 0.591796928914, 1.40760596444],
            gradient: [
                0.0366251307332, -0.0114717804031, -0.0251533503301, 0, 0, 0, -0.0145775212224, -0.0357311601899,
                0.0503086814123, 0.199524763036, -0.207312731871, 0.00778796883457,
            ]),
        Sample(
            "crossEntropy, all",
            { crossEntropy($0, labels, weights: w, labelSmoothing: 0.3, ignoredLabel: 2, reduction: $1) },
            mean: 0.893874475204,
            losses: [0, 0.727646741708, 0.781477958933, 2.51331043778],
            gradient: [
                0, 0, 0, -0.0306443432994, 0.0266956041864, 0.00394873911299, -0.00219229327796, -0.0602048720734,
                0.0623971653514, 0.247593705024, -0.260383372368, 0.012789667344,
            ]),
        Sample(
            "crossEntropy, probabilities",
            { crossEntropy($0, probabilities: p, weights: w, labelSmoothing: 0.1, reduction: $1) }, mean: 1.53680513729,
            losses: [3.57574334879, 0.676411467221, 0.627333002641, 1.26773273052],
            gradient: [
                0.0340932252598, -0.230566835488, 0.196473610229, -0.0439478694463, 0.0359114917991, 0.00803637764723,
                0.00682259102061, -0.102752431662, 0.0959298406412, 0.0974154095928, -0.0894648469402,
                -0.00795056265253,
            ]),
        Sample(
            "negativeLogLikelihood", { negativeLogLikelihood($0, labels, weights: w, ignoredLabel: 0, reduction: $1) },
            mean: -1,
            losses: [-2, 0, -3, 0],
            gradient: [0, 0, -0.2, 0, 0, 0, 0, -0.4, 0, 0, -0.4, 0]),
        Sample(
            "binaryCrossEntropy", { binaryCrossEntropy(sigmoid($0), p, weights: grid, reduction: $1) },
            mean: 0.934994409601,
            losses: [
                0.87407698418, 1.72656493468, 4.58078403313, 0.327198330037, 0.419677622234, 0.219093024443,
                0.126928011043, 0, 0.825939419879, 1.42652337504, 0.69314718056, 0,
            ],
            gradient: [
                0.0352049442668, -0.0447541305832, 0.145199269494, -0.0156258671884, 0.0218517715338, 0.0117421761597,
                0.00993357683518, 0, 0.0468480417405, 0.0218430964383, 0.0166666666667, 0,
            ]),
        Sample(
            "binaryCrossEntropyWithLogits",
            { binaryCrossEntropyWithLogits($0, p, weights: grid, positiveWeights: w, reduction: $1) },
            mean: 1.0437220382,
            losses: [
                0.826669285762, 3.18984740201, 4.58078403313, 0.18220908152, 0.433536503346, 0.219093024443,
                0.126928011043, 0, 0.825939419879, 1.23856636253, 0.901091334728, 0,
            ],
            gradient: [
                0.0383511165068, -0.108797862541, 0.145199269494, -0.00671922695361, 0.0209651934438, 0.0117421761597,
                0.00993357683518, 0, 0.0468480417405, 0.0352901675068, 0.00416666666667, 0,
            ]),
        Sample(
            "klDivergence", { klDivergence($0, p, reduction: $1) }, mean: -0.374333035864,
            losses: [
                -0.421887582487, 0.25342640972, -0.961191841298, -0.184824464092, -0.164786613678, -0.114786613678, 0,
                -1.5, 0, -0.90649537426, -0.361191841298, -0.130258509299,
            ],
            gradient: [
                -0.0166666666667, -0.0416666666667, -0.025, -0.075, -0.00416666666667, -0.00416666666667, 0,
                -0.0833333333333, 0, -0.05, -0.025, -0.00833333333333,
            ]),
        Sample(
            "klDivergence, logarithms", { klDivergence($0, t, targetsAreLogarithms: true, reduction: $1) },
            mean: 5.21310438432,
            losses: [
                -0.149182469764, 5.98022002261, -1.10363832351, 0, 12.5613953682, 1.34985880758, 2, 0, 1.05850000831,
                40.1710738464, 0.82436063535, -0.135335283237,
            ],
            gradient: [
                -0.124318724803, -0.226523485705, -0.0306566200976, -0.0920975765063, -0.615754674911, -0.112488233965,
                -0.0833333333333, -0.373474089195, -0.176416668051, -1.6737947436, -0.137393439225, -0.0112779402697,
            ]),
        Sample(
            "gaussianNegativeLogLikelihood",
            { gaussianNegativeLogLikelihood($0, t, variance: v, isFull: true, epsilon: 1e-3, reduction: $1) },
            mean: 203.213946041,
            losses: [
                0.582364942925, 2417.46506089, 3.51551212348, -0.232354013292, 5.13361879771, 1.45488677552,
                2.9189385332, 1.12167108726, 0.725791352645, 2.9189385332, 1.32801212348, 1.63491134421,
            ],
            gradient: [
                0.0166666666667, -183.333333333, 0.125, 0, -0.472222222222, -0.119047619048, -0.166666666667, 0,
                -0.166666666667, -0.166666666667, -0.0208333333333, 0.0277777777778,
            ]),
        Sample(
            "poissonNegativeLogLikelihood", { poissonNegativeLogLikelihood($0, v, isFull: true, reduction: $1) },
            mean: 1.95023840952,
            losses: [
                1.3987212707, 0.301194213112, 4.04086258354, 1.09517091808, 1.25985880758, 0.986585303791,
                2.13533528324, 2.46155781976, 1.22152541669, 1.71828182846, 1.6518064846, 5.13196098471,
            ],
            gradient: [
                0.0957267725583, 0.025099517576, 0.449088008244, 0.083764243173, 0.0874882339647, -0.016951224684,
                -0.0720553930636, 0.248474089195, 0.086168784724, 0.143190152372, -0.0833333333333, -0.219343379902,
            ]),
        Sample(
            "poissonNegativeLogLikelihood, rates",
            { poissonNegativeLogLikelihood(exp($0), v, predictionsAreLogarithms: false, reduction: $1) },
            mean: 1.67544145373,
            losses: [
                1.39872126767, 0.301194213112, 3.38905609622, 1.09517091717, 1.25985880535, 0.986585289695,
                2.13533520935, 2.23168906699, 1.22152541474, 1.71828182478, 0.99999998, 3.36787935962,
            ],
            gradient: [
                0.0957267728111, 0.025099517576, 0.44908800847, 0.0837642432484, 0.0874882341499, -0.0169512235094,
                -0.0720553869061, 0.248474089474, 0.0861687848862, 0.143190152678, -0.0833333316667, -0.219343373107,
            ]),
        Sample(
            "hingeEmbeddingLoss", { hingeEmbeddingLoss($0, signs, margin: 0.5, reduction: $1) }, mean: 0.445833333333,
            losses: [0.5, 1.7, 2, 0.4, 0.2, -0.7, -2, 1.5, 0.25, 0, 0, 1.5],
            gradient: [
                0.0833333333333, -0.0833333333333, 0.0833333333333, -0.0833333333333, -0.0833333333333, 0.0833333333333,
                0.0833333333333, 0.0833333333333, -0.0833333333333, 0, 0.0833333333333, -0.0833333333333,
            ]),
        Sample(
            "marginRankingLoss", { marginRankingLoss($0, t, signs, margin: 0.2, reduction: $1) }, mean: 0.483333333333,
            losses: [0.1, 0, 0, 0.2, 0, 1.2, 2.2, 0.2, 0, 0, 0.7, 1.2],
            gradient: [
                -0.0833333333333, 0, 0, 0.0833333333333, 0, -0.0833333333333, -0.0833333333333, -0.0833333333333, 0, 0,
                -0.0833333333333, 0.0833333333333,
            ]),
        Sample(
            "softMarginLoss", { softMarginLoss($0, signs, reduction: $1) }, mean: 0.753348056707,
            losses: [
                0.47407698418, 0.263282467338, 0.126928011043, 0.744396660074, 0.854355244469, 1.10318604889,
                2.12692801104, 0.201413277983, 0.825939419879, 1.31326168752, 0.69314718056, 0.313261687518,
            ],
            gradient: [
                -0.0314617223998, 0.0192896013751, -0.00993357683518, 0.0437482656232, 0.0478702097343,
                -0.0556823143473, -0.0733997564982, -0.0152021269839, 0.0468480417405, 0.0609215482192,
                -0.0416666666667, 0.0224117851142,
            ]),
        Sample(
            "multiMarginLoss", { multiMarginLoss($0, labels, weights: w, reduction: $1) }, mean: 0.391666666667,
            losses: [0, 0.233333333333, 0, 1.33333333333],
            gradient: [
                0, 0, 0, -0.0833333333333, 0.0416666666667, 0.0416666666667, 0, 0, 0, 0.166666666667, -0.166666666667,
                0,
            ]),
        Sample(
            "multiMarginLoss, squared", { multiMarginLoss($0, labels, power: 2, margin: 0.7, reduction: $1) },
            mean: 0.308333333333,
            losses: [0, 0.27, 0, 0.963333333333],
            gradient: [0, 0, 0, -0.15, 0.15, 0, 0, 0, 0, 0.283333333333, -0.283333333333, 0]),
        Sample(
            "multilabelMarginLoss", { multilabelMarginLoss($0, lists, reduction: $1) }, mean: 0.0666666666667,
            losses: [0, 0.266666666667, 0, 0],
            gradient: [0, 0, 0, 0.0833333333333, -0.0833333333333, 0, 0, 0, 0, 0, 0, 0]),
        Sample(
            "multilabelSoftMarginLoss", { multilabelSoftMarginLoss($0, p, weights: w, reduction: $1) },
            mean: 0.798586931619,
            losses: [1.23017714594, 0.814698289286, 0.430743327122, 0.718728964132],
            gradient: [
                0.0176024721334, -0.0447541305832, 0.0483997564982, -0.0156258671884, 0.0874070861353, 0.0234843523193,
                0.00496678841759, -0.0304042539677, 0.0468480417405, 0.00546077410958, 0.0333333333333, 0.0140784517808,
            ]),
        Sample(
            "cosineEmbeddingLoss", { cosineEmbeddingLoss($0, t, rowSigns, margin: -0.5, reduction: $1) },
            mean: 1.12642731715,
            losses: [1.85573293251, 0.757182881062, 0.421507592663, 1.47128586236],
            gradient: [
                -0.0473234849614, -0.0261933484029, -0.00388513780138, 0.00517635036039, 0.28878586221, 0.124504848141,
                -0.0458211807791, -0.0546329463136, -0.0387717683516, 0.024282146559, 0.0242821465589, 0.0242821465589,
            ]),
        Sample(
            "tripletMarginLoss", { tripletMarginLoss(anchors: $0, positives: t, negatives: v, reduction: $1) },
            mean: 1.28885514438,
            losses: [3.52156005402, 1.57230792338, 0.0615526001307, 0],
            gradient: [
                0.00671747359237, 0.102212542682, 0.201528301335, -5.18164365025e-08, -0.21548375517, 0.123245007135,
                0.00746435356347, 3.79345227411e-08, -0.0606339039916, 0, 0, 0,
            ]),
        Sample(
            "tripletMarginLoss, swapped",
            {
                tripletMarginLoss(
                    anchors: $0, positives: t, negatives: v, margin: 2, power: 3, swap: true, reduction: $1)
            }, mean: 2.38255221596,
            losses: [4.15159339588, 2.40829485842, 2.97032060955, 0],
            gradient: [
                0.000222559584103, 0.142283413479, 0.200299753369, -5.10968889381e-14, -0.220952706608, 0.173545839223,
                -0.247429288871, 6.18573840752e-14, -0.0154642841615, 0, 0, 0,
            ]),
    ]

    @Test(arguments: LossTableTests.samples.indices)
    func agreesWithPyTorch(_ index: Int) {
        let sample = LossTableTests.samples[index]
        expectClose(sample.loss(x, .none), sample.losses, sample.name)
        expectClose(sample.loss(x, .mean), [sample.mean], "mean of " + sample.name)
        expectClose(sample.loss(x, .sum), [sample.losses.reduce(0, +)], "sum of " + sample.name)
        expectClose(sample.loss(x, .batchMean), [sample.losses.reduce(0, +) / 4], "batch mean of " + sample.name)
        expectClose(grad { sample.loss($0, .mean) }(x), sample.gradient, "gradient of " + sample.name)
        let single = sample.loss(x, .sum).dtype
        #expect(single == .float64)
    }

    /// The second derivative along a direction is what the first changes by.
    @Test(arguments: LossTableTests.samples.indices)
    func secondDerivatives(_ index: Int) {
        let sample = LossTableTests.samples[index]
        let direction = rows([0.3, -0.2, 0.5, 0.7, 0.1, -0.4, 0.2, 0.6, -0.1, 0.3, 0.9, -0.8]), step = 1e-6
        // Away from corners, where there is no second derivative.
        let place = x + rows([0.01, 0.02, -0.013, 0.017, 0.005, -0.011, 0.003, 0.019, -0.007, 0.012, -0.009, 0.004])
        let slope = grad { sample.loss($0, .sum) }
        let found = grad { (slope($0) * direction).sum() }(place).array(of: Double.self)
        let (after, before) = (slope(place + direction * step), slope(place - direction * step))
        let expected = ((after - before) * (0.5 / step)).array(of: Double.self)
        for (value, reference) in zip(found, expected) {
            #expect(abs(value - reference) <= 1e-4 * max(1, abs(reference)), "\(sample.name): \(value), \(reference)")
        }
    }

    private func expectClose(_ found: Tensor, _ expected: [Double], _ name: String) {
        let found = found.array(of: Double.self)
        #expect(found.count == expected.count, "\(name) has \(found.count) elements")
        for (value, reference) in zip(found, expected) {
            #expect(abs(value - reference) <= 1e-9 * max(1, abs(reference)), "\(name) is \(value), not \(reference)")
        }
    }
}

/// Losses at the ends of their range, and what they refuse.
@Suite struct LossEdgeTests {
    @Test func probabilitiesOfZeroAndOne() {
        let p = Tensor([0.0, 0, 1, 1], dtype: .float64), t = Tensor([0.0, 1, 0, 1], dtype: .float64)
        let losses = binaryCrossEntropy(p, t, reduction: .none)
        #expect(losses.array(of: Double.self) == [0, 100, 100, 0])
        let slope = grad { binaryCrossEntropy($0, t, reduction: .sum) }
        #expect(slope(p).array(of: Double.self).map { ($0 / 1e12).rounded() } == [0, -1, 1, 0])
        let curvature = grad { slope($0).sum() }(p).array(of: Double.self)
        #expect(curvature.allSatisfy { $0.isFinite })
    }

    @Test func logitsOfAnySize() {
        let x = Tensor([-1e30, -200, 0, 200, 1e30] as [Float]), t = Tensor([1, 0, 0.5, 1, 0] as [Float])
        let losses = binaryCrossEntropyWithLogits(x, t, reduction: .none).array(of: Float.self)
        #expect(losses == [1e30, 0, 0.6931472, 0, 1e30])
        let slopes = grad { binaryCrossEntropyWithLogits($0, t, reduction: .sum) }(x).array(of: Float.self)
        #expect(slopes == [-1, 0, 0, 0, 1])
    }

    @Test func everythingIgnored() {
        let x = Tensor.zeros([2, 3], dtype: .float64), labels = Tensor([-100, -100] as [Int64])
        #expect(crossEntropy(x, labels, ignoredLabel: -100).item().isNaN)
        #expect(crossEntropy(x, labels, ignoredLabel: -100, reduction: .sum).item() == 0)
        let slopes = grad { crossEntropy($0, labels, ignoredLabel: -100, reduction: .sum) }(x)
        #expect(slopes.array(of: Double.self).allSatisfy { $0 == 0 })
    }

    @Test func distancesOfEqualVectorsHaveNoSlope() {
        let x = Tensor.ones([1, 2], dtype: .float64)
        let slope = grad { tripletMarginLoss(anchors: $0, positives: x, negatives: x, epsilon: 0) }(x)
        #expect(slope.array(of: Double.self) == [0, 0])
    }

    private func expect(_ result: ExitTest.Result?, toName part: String) {
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(part), "the message is: \(message.prefix(300))")
    }

    @Test func shapesThatDiffer() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = huberLoss(Tensor([1.0], dtype: .float64), Tensor([1.0, 2], dtype: .float64))
        }
        expect(result, toName: "huberLoss: predictions [1] and targets [2]")
    }

    @Test func weightsOfOtherClasses() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = crossEntropy(Tensor.zeros([2, 3]), Tensor([0, 1] as [Int32]), weights: .ones([2]))
        }
        expect(result, toName: "class weights float32[3]")
    }

    @Test func weightsThatDoNotBroadcast() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = binaryCrossEntropy(
                Tensor([0.5], dtype: .float64), Tensor([0.5], dtype: .float64),
                weights: Tensor([1.0, 2], dtype: .float64))
        }
        expect(result, toName: "weights [2]")
    }

    @Test func aListedLabelOutOfRange() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = multilabelMarginLoss(Tensor.zeros([1, 3]), Tensor([0, 3, -1] as [Int32], shape: [1, 3])).item()
        }
        expect(result, toName: "index 3")
    }
}
