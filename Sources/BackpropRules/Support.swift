import Backprop

/// Computes tensors that a rule holds, so that its first step has the plan of all others.
func evaluateAll(_ tensors: [Tensor]) {
    do { try evaluate(tensors) } catch { preconditionFailure("BackpropRules: \(error)") }
}

/// The angle between two tensors of one shape, in degrees; nil where one of them is zero or no number.
public func angle(_ a: Tensor, _ b: Tensor) -> Double? {
    let (x, y) = (a.asType(.float64), b.asType(.float64))
    let cosine = (x * y).sum() / ((x * x).sum() * (y * y).sum()).sqrt()
    let degrees: Double = (acos(minimum(maximum(cosine, -1), 1)) * (180 / Double.pi)).item()
    return degrees.isFinite ? degrees : nil
}
