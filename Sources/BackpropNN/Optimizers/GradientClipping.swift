import Backprop

/// Scales the gradients of all parameters together so that their norm is at most `limit` (Pascanu et al., 2013).
///
/// Call it between `backward()` and `step()`. It is recorded only and becomes a part of the step.
///
/// - Parameter order: of the norm; infinity for the greatest element.
/// - Returns: the norm before; 0 where there is no gradient. Reading it computes the gradients.
@discardableResult
public func clipGradientNorm(
    _ parameters: [Parameter], to limit: Double, order: Double = 2
) -> Tensor {
    require(limit >= 0, "clipGradientNorm: a limit of \(limit), expected 0 or more")
    return withoutGradients {
        let gradients = parameters.compactMap { parameter in parameter.gradient.map { (parameter, $0) } }
        guard let dtype = gradients.first?.1.dtype else { return Tensor(0.0) }
        let norms = gradients.map { $0.1.vectorNorm(order).asType(dtype) }
        let total = stacked(norms).vectorNorm(order)
        // What PyTorch adds to the norm.
        let factor = minimum(limit / (total + 1e-6), total.like(1))
        for (parameter, gradient) in gradients { parameter.gradient = gradient * factor.asType(gradient.dtype) }
        return total
    }
}

/// Limits every element of the gradients to ±`limit`. Call it between `backward()` and `step()`; it is recorded only.
public func clipGradientValues(_ parameters: [Parameter], to limit: Double) {
    require(limit >= 0, "clipGradientValues: a limit of \(limit), expected 0 or more")
    withoutGradients {
        for parameter in parameters {
            guard let gradient = parameter.gradient else { continue }
            parameter.gradient = clip(gradient, min: -limit, max: limit)
        }
    }
}
