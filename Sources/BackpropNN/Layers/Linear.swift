import Backprop

/// y = x Wᵀ + b, with W of shape [outputs, inputs] and b of shape [outputs]. Takes [..., inputs] and gives
/// [..., outputs].
public struct Linear: Module {
    // Two references fit into an `any Module`, which then needs no memory of its own.
    public let weight: Parameter
    public let bias: Parameter?

    public var inputs: Int { weight.value.node.shape[1] }
    public var outputs: Int { weight.value.node.shape[0] }

    /// A layer with weights from `initializer` and a bias of zeros.
    ///
    /// Weights that all start at zero are reported: every unit would get the same gradient and learn the same thing.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer = .xavierUniform,
        dtype: DType = .float32
    ) {
        require(inputs >= 0 && outputs >= 0, "Linear: \(inputs) inputs and \(outputs) outputs; neither may be negative")
        if initializer.isZero && outputs > 1 {
            Warnings.print(
                "Linear(\(inputs), \(outputs)): all weights start at zero, so all units learn the same; use .xavierUniform or .heNormal"
            )
        }
        weight = Parameter(initializer([outputs, inputs], dtype: dtype))
        self.bias = bias ? Parameter(.zeros([outputs], dtype: dtype)) : nil
    }

    /// A layer of parameters that exist, such as those of another layer: W of shape [outputs, inputs] and b of shape
    /// [outputs].
    public init(weight: Parameter, bias: Parameter? = nil) {
        require(
            weight.shape.count == 2 && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
            "Linear: a weight \(weight.shape) and a bias \(bias?.shape ?? []) are not [outputs, inputs] and [outputs]")
        (self.weight, self.bias) = (weight, bias)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let value = weight.value
        requireFeatures(value.node.shape[1], of: x)
        requireDType(of: value, x)
        return reported([x]) {
            LinearAdditions.added(to: matmul(x, value, transposeB: true).adding(bias), x, weight)
        }
    }
}
