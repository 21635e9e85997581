import Backprop

/// How a parameter starts. Fans are counted for weights of shape [outputs, inputs], or [outputs, kernel..., inputs], where
/// each place of the kernel counts.
public enum Initializer: Sendable {
    case zeros
    case ones
    case constant(Double)
    /// Uniform in [low, high).
    case uniform(low: Double, high: Double)
    case normal(mean: Double = 0, standardDeviation: Double)
    /// Normal, but within `cutoff` deviations of the mean.
    case truncatedNormal(mean: Double = 0, standardDeviation: Double, cutoff: Double = 2)
    /// Uniform within ±sqrt(6 / (inputs + outputs)): keeps the variance of signals and gradients through layers with
    /// tanh or sigmoid (Glorot and Bengio, 2010).
    case xavierUniform
    /// Normal with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).
    case xavierNormal
    /// Uniform within ±sqrt(6 / inputs): the same for relu (He et al., 2015).
    case heUniform
    /// Normal with variance 2 / inputs (He et al., 2015).
    case heNormal
    /// Uniform within ±sqrt(3 / inputs): keeps the variance of signals through linear layers, and what selu was made for
    /// (LeCun et al., 1998).
    case leCunUniform
    /// Normal with variance 1 / inputs (LeCun et al., 1998).
    case leCunNormal
    /// Rows, or columns where there are fewer of them, that are orthonormal, times a gain (Saxe et al., 2014).
    case orthogonal(gain: Double = 1)

    /// A tensor of initial values. Random ones come from the stream of the surrounding `withRandomSeed`.
    public func callAsFunction(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        let fanIn = shape.dropFirst().reduce(1.0) { $0 * Double($1) }
        let fanOut = (shape.count < 2 ? shape : shape.dropLast()).reduce(1.0) { $0 * Double($1) }
        switch self {
        case .zeros: return .zeros(shape, dtype: dtype)
        case .ones: return .ones(shape, dtype: dtype)
        case .constant(let value): return .full(shape, value, dtype: dtype)
        case .uniform(let low, let high): return .uniform(shape, low: low, high: high, dtype: dtype)
        case .normal(let mean, let deviation):
            return .normal(shape, mean: mean, standardDeviation: deviation, dtype: dtype)
        case .truncatedNormal(let mean, let deviation, let cutoff):
            return .truncatedNormal(
                shape, mean: mean, standardDeviation: deviation, low: mean - cutoff * deviation,
                high: mean + cutoff * deviation, dtype: dtype)
        case .xavierUniform: return symmetric(shape, (6 / (fanIn + fanOut)).squareRoot(), dtype)
        case .xavierNormal:
            return .normal(shape, standardDeviation: (2 / (fanIn + fanOut)).squareRoot(), dtype: dtype)
        case .heUniform: return symmetric(shape, (6 / fanIn).squareRoot(), dtype)
        case .heNormal: return .normal(shape, standardDeviation: (2 / fanIn).squareRoot(), dtype: dtype)
        case .leCunUniform: return symmetric(shape, (3 / fanIn).squareRoot(), dtype)
        case .leCunNormal: return .normal(shape, standardDeviation: (1 / fanIn).squareRoot(), dtype: dtype)
        case .orthogonal(let gain): return orthogonal(shape, gain).asType(dtype)
        }
    }

    /// Whether every number comes out as zero.
    var isZero: Bool {
        switch self {
        case .zeros, .constant(0): true
        default: false
        }
    }

    /// Every orthogonal matrix is equally likely: the signs of the triangle go into the factor (Mezzadri, 2007).
    private func orthogonal(_ shape: [Int], _ gain: Double) -> Tensor {
        require(shape.count >= 2, "an orthogonal start needs a weight with two axes, not \(shape)")
        let rows = shape[0], columns = shape.dropFirst().reduce(1, *)
        let tall = Tensor.normal([max(rows, columns), min(rows, columns)], dtype: .float64)
        let (q, r) = LinearAlgebra.qr(tall)
        let isDiagonal = Tensor.eye(min(rows, columns), dtype: .float64)
        let signs = which((r * isDiagonal).sum(axis: 0) .< 0, r.like(-1), r.like(1))
        let matrix = q * signs * gain
        return (rows < columns ? matrix.T : matrix).reshaped(shape)
    }

    private func symmetric(_ shape: [Int], _ bound: Double, _ dtype: DType) -> Tensor {
        .uniform(shape, low: -bound, high: bound, dtype: dtype)
    }
}
