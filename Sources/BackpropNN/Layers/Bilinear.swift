import Backprop

/// y[o] = Σ a[i] W[o, i, j] b[j] + bias[o]. Takes [..., first] and [..., second] and gives [..., outputs].
public struct Bilinear: ParameterContainer {
    /// [outputs, first, second].
    public let weight: Parameter
    /// [outputs].
    public let bias: Parameter?

    /// A layer with weights and a bias that are uniform within ±1 / sqrt(first), as PyTorch's.
    public init(_ first: Int, _ second: Int, _ outputs: Int, bias: Bool = true, dtype: DType = .float32) {
        let bound = 1 / Double(max(first, 1)).squareRoot()
        let initializer = Initializer.uniform(low: -bound, high: bound)
        weight = Parameter(initializer([outputs, first, second], dtype: dtype))
        self.bias = bias ? Parameter(initializer([outputs], dtype: dtype)) : nil
    }

    public func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
        let weight = weight.value
        let (outputs, first, second) = (weight.dim(0), weight.dim(1), weight.dim(2))
        // [..., outputs, second]: what each element of b is multiplied by.
        let rows = weight.transposed(axes: [1, 0, 2]).reshaped([first, outputs * second])
        let factors = matmul(a, rows).reshaped(a.shape.dropLast() + [outputs, second])
        let product = matmul(factors, b.expandedDimensions(axis: -1)).squeezed(axis: -1)
        return bias.map { product + $0.value } ?? product
    }
}
