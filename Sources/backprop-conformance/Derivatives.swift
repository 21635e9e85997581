import Backprop

/// The outputs of `function` and the products of its transposed Jacobian with the cotangents.
func vectorJacobianProduct(
    _ function: ([Tensor]) throws -> [Tensor], _ primals: [Tensor], _ cotangents: [Tensor]
) throws -> (outputs: [Tensor], gradients: [Tensor]) {
    try withoutActuallyEscaping(function) { function in
        var failure: (any Error)?
        var outputs: [Tensor] = []
        let (_, gradients) = valueAndGrad { values in
            do {
                outputs = try function(values)
                return zip(outputs, cotangents).map { ($0 * $1).sum() }.reduce(Tensor(0, dtype: .float64)) { $0 + $1 }
            } catch {
                failure = error
                return Tensor(0, dtype: .float64)
            }
        }(primals)
        if let failure { throw failure }
        return (outputs, gradients)
    }
}

/// The products of the Jacobian of `function` with the tangents.
func jacobianVectorProduct(
    _ function: ([Tensor]) throws -> [Tensor], _ primals: [Tensor], _ tangents: [Tensor]
) throws -> [Tensor]? { nil }
