import Backprop

/// How a parameter starts. Fans are counted for weights of shape [outputs, inputs].
public enum Initializer: Sendable {
    case zeros
    case ones
    case constant(Double)
    /// Uniform in [low, high).
    case uniform(low: Double, high: Double)
    case normal(mean: Double = 0, standardDeviation: Double)
    /// Uniform within ±sqrt(6 / (inputs + outputs)): keeps the variance of signals and gradients through layers with
    /// tanh or sigmoid (Glorot and Bengio, 2010).
    case xavierUniform
    /// Normal with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).
    case xavierNormal
    /// Uniform within ±sqrt(6 / inputs): the same for relu (He et al., 2015).
    case heUniform
    /// Normal with variance 2 / inputs (He et al., 2015).
    case heNormal

    /// A tensor of initial values. Random ones come from the stream of the surrounding `withRandomSeed`.
    public func callAsFunction(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        let fanIn = Double(shape.dropFirst().reduce(1, *))
        let fanOut = Double(shape.first ?? 1)
        switch self {
        case .zeros: return .zeros(shape, dtype: dtype)
        case .ones: return .ones(shape, dtype: dtype)
        case .constant(let value): return .full(shape, value, dtype: dtype)
        case .uniform(let low, let high): return .uniform(shape, low: low, high: high, dtype: dtype)
        case .normal(let mean, let deviation):
            return .normal(shape, mean: mean, standardDeviation: deviation, dtype: dtype)
        case .xavierUniform: return symmetric(shape, (6 / (fanIn + fanOut)).squareRoot(), dtype)
        case .xavierNormal:
            return .normal(shape, standardDeviation: (2 / (fanIn + fanOut)).squareRoot(), dtype: dtype)
        case .heUniform: return symmetric(shape, (6 / fanIn).squareRoot(), dtype)
        case .heNormal: return .normal(shape, standardDeviation: (2 / fanIn).squareRoot(), dtype: dtype)
        }
    }

    /// Whether every number comes out as zero.
    var isZero: Bool {
        switch self {
        case .zeros, .constant(0): true
        default: false
        }
    }

    private func symmetric(_ shape: [Int], _ bound: Double, _ dtype: DType) -> Tensor {
        .uniform(shape, low: -bound, high: bound, dtype: dtype)
    }
}
