import Backprop

/// The normal distribution of vectors.
///
/// ```swift
/// let normal = MultivariateNormal(mean: Tensor.zeros([2]), covariance: Tensor.eye(2) * 4)
/// normal.logProbability(of: Tensor([2, 0] as [Float]))  // -3.72417
/// ```
public struct MultivariateNormal: ReparametrizedDistribution {
    public let mean: Tensor
    /// The lower triangular L with L Lᵀ = covariance.
    public let factor: Tensor

    /// Distributions from means, [..., n], and lower triangular factors of covariances, [..., n, n], whose leading axes
    /// broadcast. What lies above the diagonal is not read.
    public init(mean: Tensor, factor: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireVectors("MultivariateNormal", mean, file, line)
        let count = mean.dim(-1)
        require(
            factor.dtype == mean.dtype && factor.ndim >= 2 && factor.dim(-1) == count && factor.dim(-2) == count,
            "MultivariateNormal: a matrix \(factor.dtype)\(factor.shape) for means \(mean.dtype)\(mean.shape)",
            file: file, line: line)
        let batch = Shape.broadcast(Shape(mean.shape.dropLast()), Shape(factor.shape.dropLast(2)))
        require(
            batch != nil,
            "MultivariateNormal: batches of means \(mean.shape) and matrices \(factor.shape) do not broadcast",
            file: file, line: line)
        self.mean = mean.broadcast(to: batch!.array + [count])
        self.factor = tril(factor)
    }

    /// Distributions from means and covariances, symmetric and positive definite, by the decomposition of Cholesky.
    public init(mean: Tensor, covariance: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        self.init(
            mean: mean, factor: LinearAlgebra.cholesky(covariance, file: file, line: line), file: file, line: line)
    }

    public var batchShape: [Int] { Array(mean.shape.dropLast()) }
    public var eventShape: [Int] { [mean.dim(-1)] }
    /// The covariances of the numbers of a vector.
    public var covariance: Tensor { matmul(factor, factor.T) }
    public var variance: Tensor { square(factor).sum(axis: -1).broadcast(to: mean.shape) }
    public var entropy: Tensor {
        (logScale + Double(mean.dim(-1)) * (0.5 + halfLogTwoPi)).broadcast(to: batchShape)
    }

    /// Half the logarithm of the covariance's determinant.
    var logScale: Tensor { log(factor.diagonal()).sum(axis: -1) }

    /// Draws with gradients for all parameters.
    ///
    /// ```swift
    /// let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
    /// normal.reparametrizedSample([5]).shape  // [5, 2]
    /// ```
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        let noise = Tensor.normal(self.shape(shape), dtype: mean.dtype)
        return mean + matmul(factor, noise.expandedDimensions(axis: -1)).squeezed(axis: -1)
    }

    /// Of vectors along the last axis.
    ///
    /// ```swift
    /// let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
    /// normal.logProbability(of: Tensor([0, 0, 3, 4] as [Float], shape: [2, 2]))  // [-1.83788, -14.3379]
    /// ```
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("MultivariateNormal.logProbability", value, mean)
        let distance = square(whitened(value - mean)).sum(axis: -1)
        return distance * -0.5 - logScale - Double(mean.dim(-1)) * halfLogTwoPi
    }

    /// L⁻¹ x for vectors along the last axis.
    func whitened(_ x: Tensor) -> Tensor {
        // One factor for all vectors takes them as the columns of one matrix.
        if factor.ndim == 2 {
            let columns = x.reshaped([-1, mean.dim(-1)]).T
            return LinearAlgebra.solveTriangular(factor, columns, upper: false).T.reshaped(x.shape)
        }
        let column = x.expandedDimensions(axis: -1)
        return LinearAlgebra.solveTriangular(factor, column, upper: false).squeezed(axis: -1)
    }
}
