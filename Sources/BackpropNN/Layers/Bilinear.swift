import Backprop

/// y[o] = Σ a[i] W[o, i, j] b[j] + bias[o]. Takes [..., first] and [..., second] and gives [..., outputs].
public struct Bilinear: ParameterContainer {
    /// [outputs, first, second].
    public let weight: Parameter
    /// [outputs].
    public let bias: Parameter?
    public let first: Int, second: Int, outputs: Int

    /// A layer with weights and a bias that are uniform within ±1 / sqrt(first), as PyTorch's.
    public init(_ first: Int, _ second: Int, _ outputs: Int, bias: Bool = true, dtype: DType = .float32) {
        require(
            first >= 0 && second >= 0 && outputs >= 0, "Bilinear: \(first) and \(second) inputs and \(outputs) outputs")
        (self.first, self.second, self.outputs) = (first, second, outputs)
        let bound = 1 / Double(max(first, 1)).squareRoot()
        let initializer = Initializer.uniform(low: -bound, high: bound)
        weight = Parameter(initializer([outputs, first, second], dtype: dtype))
        self.bias = bias ? Parameter(initializer([outputs], dtype: dtype)) : nil
    }

    public func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
        requireFeatures(first, of: a, "a first input")
        requireFeatures(second, of: b, "a second input")
        return reported([a, b]) { bilinear(a, b, weight: weight.value, bias: bias?.value) }
    }
}
