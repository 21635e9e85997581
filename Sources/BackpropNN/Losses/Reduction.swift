import Backprop

/// How the losses of the examples become one number.
public enum Reduction: Sendable {
    case mean, sum
    /// The sum divided by the extent of the first axis: the mean over examples where each has several losses.
    case batchMean
    /// One loss for every example.
    case none

    func callAsFunction(_ losses: Tensor) -> Tensor {
        switch self {
        case .mean: losses.mean()
        case .sum: losses.sum()
        case .batchMean: losses.sum() * (1 / Double(losses.ndim == 0 ? 1 : losses.dim(0)))
        case .none: losses
        }
    }

    /// The same with a mean that is weighted: the sum of `losses` divided by that of `weights`.
    func callAsFunction(_ losses: Tensor, weights: Tensor) -> Tensor {
        switch self {
        case .mean: losses.sum() / weights.sum()
        case .sum, .batchMean, .none: self(losses)
        }
    }
}

/// Stops where two operands of a loss differ in shape: broadcasting them would hide a mistake.
func requireSameShape(
    _ name: String, _ a: (name: String, value: Tensor), _ b: (name: String, value: Tensor), _ file: StaticString,
    _ line: UInt
) {
    require(
        a.value.node.shape == b.value.node.shape,
        "\(name): \(a.name) \(a.value.shape) and \(b.name) \(b.value.shape) differ in shape\(remedy(a, b))",
        file: file, line: line)
}

/// What makes two shapes equal of which one has an axis of one more.
private func remedy(_ a: (name: String, value: Tensor), _ b: (name: String, value: Tensor)) -> String {
    for (longer, shorter) in [(a, b), (b, a)] where longer.value.shape == shorter.value.shape + [1] {
        return "; take the last axis of the \(longer.name) away with squeezed(axis: -1)"
    }
    return ""
}

/// Stops where two operands of a loss differ in shape or dtype.
func requireAlike(
    _ name: String, _ a: (name: String, value: Tensor), _ b: (name: String, value: Tensor), _ file: StaticString,
    _ line: UInt
) {
    requireSameShape(name, a, b, file, line)
    require(
        a.value.dtype == b.value.dtype || autocastLetsMeet(a.value.dtype, b.value.dtype),
        "\(name): \(a.name) are \(a.value.dtype) and \(b.name) \(b.value.dtype); convert one with asType(_:)",
        file: file, line: line)
}
