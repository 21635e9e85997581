import Backprop
import BackpropNN
import Testing

/// Functions at large, tiny, infinite and undefined float32 inputs: where PyTorch's value and gradient hold, so do ours.
@Suite struct NumericalCareTests {
    struct Function: Sendable, CustomTestStringConvertible {
        let name: String
        let inputs: String
        let apply: @Sendable (Tensor) -> Tensor
        var testDescription: String { name }
    }

    private static let elementwise: [(String, @Sendable (Tensor) -> Tensor)] = [
        ("abs", { abs($0) }), ("exp", { exp($0) }), ("expm1", { expm1($0) }), ("exp2", { exp2($0) }),
        ("log", { log($0) }), ("log1p", { log1p($0) }), ("log2", { log2($0) }), ("log10", { log10($0) }),
        ("sqrt", { sqrt($0) }), ("rsqrt", { rsqrt($0) }), ("square", { square($0) }),
        ("reciprocal", { reciprocal($0) }), ("tanh", { tanh($0) }), ("sigmoid", { sigmoid($0) }),
        ("erf", { erf($0) }), ("erfc", { erfc($0) }), ("sinh", { sinh($0) }), ("cosh", { cosh($0) }),
        ("asinh", { asinh($0) }), ("acosh", { acosh($0) }), ("atanh", { atanh($0) }), ("asin", { asin($0) }),
        ("acos", { acos($0) }), ("atan", { atan($0) }), ("lgamma", { logGamma($0) }), ("logit", { logit($0) }),
        ("erfinv", { erfInverse($0) }), ("digamma", { digamma($0) }), ("sinc", { sinc($0) }),
        ("relu", { relu($0) }), ("relu6", { relu6($0) }), ("leakyRelu", { leakyRelu($0) }), ("elu", { elu($0) }),
        ("selu", { selu($0) }), ("celu", { celu($0) }), ("gelu", { gelu($0) }), ("geluTanh", { geluTanh($0) }),
        ("silu", { silu($0) }), ("mish", { mish($0) }), ("softplus", { softplus($0) }),
        ("softsign", { softsign($0) }), ("hardtanh", { hardtanh($0) }), ("hardsigmoid", { hardsigmoid($0) }),
        ("hardswish", { hardswish($0) }), ("logSigmoid", { logSigmoid($0) }), ("tanhshrink", { tanhshrink($0) }),
        ("softshrink", { softshrink($0) }), ("hardshrink", { hardshrink($0) }),
    ]

    private static let alongRows: [(String, @Sendable (Tensor) -> Tensor)] = [
        ("softmax", { softmax($0) }), ("logSoftmax", { logSoftmax($0) }), ("logSumExp", { $0.logSumExp(axes: [-1]) }),
        ("variance", { $0.variance(axes: [-1], ddof: 1) }),
        ("standardDeviation", { $0.std(axes: [-1], ddof: 1) }),
        ("norm", { $0.vectorNorm(axes: [-1]) }), ("norm1", { $0.vectorNorm(1, axes: [-1]) }),
        ("normInf", { $0.vectorNorm(.infinity, axes: [-1]) }), ("norm3", { $0.vectorNorm(3, axes: [-1]) }),
        ("mean", { $0.mean(axis: -1) }), ("layerNorm", { layerNorm($0) }),
    ]

    private static let losses: [(String, @Sendable (Tensor) -> Tensor)] = [
        ("bceLogits0", { binaryCrossEntropyWithLogits($0, $0.like(0).broadcast(to: $0.shape), reduction: .none) }),
        ("bceLogits1", { binaryCrossEntropyWithLogits($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("bceLogitsHalf", { binaryCrossEntropyWithLogits($0, $0.like(0.5).broadcast(to: $0.shape), reduction: .none) }),
        ("mse", { meanSquaredError($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("l1", { l1Loss($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("huber", { huberLoss($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("smoothL1", { smoothL1Loss($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("poisson", { poissonNegativeLogLikelihood($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("softMargin", { softMarginLoss($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("softMarginMinus", { softMarginLoss($0, $0.like(-1).broadcast(to: $0.shape), reduction: .none) }),
    ]

    private static let probabilities: [(String, @Sendable (Tensor) -> Tensor)] = [
        ("bce0", { binaryCrossEntropy($0, $0.like(0).broadcast(to: $0.shape), reduction: .none) }),
        ("bce1", { binaryCrossEntropy($0, $0.like(1).broadcast(to: $0.shape), reduction: .none) }),
        ("bceHalf", { binaryCrossEntropy($0, $0.like(0.5).broadcast(to: $0.shape), reduction: .none) }),
    ]

    static let functions: [Function] =
        elementwise.map { Function(name: $0.0, inputs: "x", apply: $0.1) }
        + alongRows.map { Function(name: $0.0, inputs: "rows", apply: $0.1) }
        + losses.map { Function(name: $0.0, inputs: "predictions", apply: $0.1) }
        + probabilities.map { Function(name: $0.0, inputs: "probabilities", apply: $0.1) }

    @Test(arguments: functions) func holdsAtTheExtremes(_ function: Function) {
        let numbers = ExtremeValues.numbers(ExtremeValues.records[function.inputs]![0]).map { Float($0!) }
        let isRow = function.inputs == "rows"
        let x = Tensor(numbers, shape: isRow ? [numbers.count / 3, 3] : [numbers.count])
        let lists = ExtremeValues.records[function.name]!
        let weights = Tensor([0.3, -0.7, 1.1] as [Float])
        let gradient = grad { (x: Tensor) in
            let y = function.apply(x)
            return (isRow && y.shape == x.shape ? y * weights : y).sum()
        }(x)
        compare(function.name, function.apply(x), lists[0], numbers, isRow, isGradient: false)
        compare(function.name + " gradient", gradient, lists[1], numbers, isRow, isGradient: true)
    }

    /// PyTorch has no number for these at infinity, but there is one.
    @Test func slopesOfGeluFarOut() {
        let x = Tensor([-Float.infinity, -3e38, -1e4, -30, 30, 1e4, 3e38, Float.infinity])
        for function in [{ gelu($0) }, { geluTanh($0) }] as [@Sendable (Tensor) -> Tensor] {
            let slopes = grad { (x: Tensor) in function(x).sum() }(x)
            #expect(slopes.array(of: Float.self) == [0, 0, 0, 0, 1, 1, 1, 1])
        }
    }

    private func compare(
        _ what: String, _ result: Tensor, _ expected: String, _ inputs: [Float], _ isRow: Bool, isGradient: Bool
    ) {
        let found = result.array(of: Double.self), expected = ExtremeValues.numbers(expected)
        #expect(found.count == expected.count, "\(what)")
        let stride = isRow ? 3 : 1, each = found.count / (inputs.count / stride)
        for (position, number) in expected.enumerated() {
            guard let number else { continue }
            let value = found[position], row = position / each * stride
            // Where there is no derivative, any answer is as good as another.
            if isGradient && (number.isNaN || inputs[row..<(row + stride)].contains { $0.isNaN }) { continue }
            // What remains of a difference of equal numbers may be more accurate here.
            let tolerance = number == 0 ? 1e-16 : Swift.max(2e-5 * Swift.abs(number), 1e-42)
            let isSame =
                value.isNaN && number.isNaN || value == number || Swift.abs(value - number) <= tolerance
            #expect(isSame, "\(what) at \(inputs[row..<(row + stride)]): \(value) instead of \(number)")
        }
    }
}
