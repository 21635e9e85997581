import Backprop

/// `localResponseNorm`: each channel divided by the squares of its neighbours (Krizhevsky et al., 2012). Takes
/// [..., channels].
public struct LocalResponseNorm: Module {
    public let size: Int
    public let alpha: Double, beta: Double, k: Double

    /// - Parameter size: channels of a neighbourhood.
    public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
        require(size > 0, "LocalResponseNorm: a neighbourhood of \(size) channels")
        (self.size, self.alpha, self.beta, self.k) = (size, alpha, beta, k)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            localResponseNorm(x, size: size, alpha: alpha, beta: beta, k: k)
        }
    }
}
