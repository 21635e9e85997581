import Backprop

/// How the weights and the bias of a convolution start.
struct ConvolutionStart {
    private let shape: [Int]
    private let bound: Double

    init(
        _ name: String, _ inputs: Int, _ outputs: Int, _ kernel: PerAxis, axes: Int, groups: Int,
        isTransposed: Bool = false
    ) {
        let extents = kernel(axes, name, "kernel", file: #fileID, line: #line)
        require(
            inputs > 0 && outputs > 0 && extents.allSatisfy { $0 > 0 },
            "\(name): \(inputs) inputs, \(outputs) outputs and a kernel of \(extents)")
        require(
            groups > 0 && inputs % groups == 0 && outputs % groups == 0,
            "\(name): \(groups) groups do not divide \(inputs) inputs and \(outputs) outputs")
        shape = [outputs] + extents + [inputs / groups]
        // PyTorch counts the second axis of its weights, which are [inputs, outputs / groups, kernel] if transposed.
        let channels = (isTransposed ? outputs : inputs) / groups
        bound = 1 / extents.reduce(Double(channels)) { $0 * Double($1) }.squareRoot()
    }

    private var uniform: Initializer { .uniform(low: -bound, high: bound) }

    func weight(_ initializer: Initializer?, dtype: DType) -> Parameter {
        Parameter((initializer ?? uniform)(shape, dtype: dtype))
    }

    func bias(dtype: DType) -> Parameter { Parameter(uniform([shape[0]], dtype: dtype)) }
}
