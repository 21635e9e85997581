import Backprop

extension Tensor {
    /// Zero as a number of this dtype.
    var zero: Tensor { like(0) }
}
