import Backprop

extension Tensor {
    /// Zero as a number of this dtype.
    var zero: Tensor { like(0) }

    /// A product with a bias added along the last axis, where there is one, in the dtype of the product.
    func adding(_ bias: Parameter?) -> Tensor {
        guard let bias else { return self }
        let value = bias.value
        return value.dtype == dtype ? self + value : self + value.asType(dtype)
    }
}
