import Backprop

extension ParameterContainer {
    /// The loss of each example of a batch and its gradients for the trainable parameters, without a loop: what differential
    /// privacy clips, and what tells apart which examples a step follows.
    ///
    /// ```swift
    /// let model = Linear(1, 1, bias: false, initializer: .constant(2))
    /// model.perExampleGradients(of: [Tensor([1, 2, 3] as [Float], shape: [3, 1])]) { x in
    ///     square(model(x[0])).sum()
    /// }.gradients[0]  // [4, 16, 36]
    /// ```
    ///
    /// It is `vmap` of `valueAndGrad` of a loss under `withParameters`, which can be combined in other ways too.
    /// Both results are constants: differentiating them for the parameters takes such a combination.
    ///
    /// - Parameters:
    ///   - examples: tensors whose first axis goes through the examples, such as inputs and labels.
    ///   - randomness: what happens where the loss draws random numbers, as `Dropout` does.
    ///   - loss: one floating-point number from the tensors of one example, without the first axis. A model that wants a
    ///     batch gets one of its own with `expandedDimensions(axis: 0)`.
    /// - Returns: losses [examples], and for each trainable parameter, in the order of `parameters()`, gradients
    ///   [examples, ...] with its axes behind.
    public func perExampleGradients(
        of examples: [Tensor], randomness: VmapRandomness = .error, file: StaticString = #fileID, line: UInt = #line,
        loss: @escaping ([Tensor]) -> Tensor
    ) -> (losses: Tensor, gradients: [Tensor]) {
        let parameters = self.parameters().filter { $0.isTrainable && $0.dtype.isFloatingPoint }
        let count = parameters.count
        let lossAndGradients = valueAndGrad(
            { arguments in
                Parameter.withStandIns(Array(zip(parameters, arguments))) { loss(Array(arguments[count...])) }
            }, argumentNumbers: Array(0..<count))
        let ofBatch = vmap(
            { arguments in
                let (loss, gradients) = lossAndGradients(arguments)
                return [loss] + gradients
            },
            inAxes: [Int?](repeating: nil, count: count) + [Int?](repeating: 0, count: examples.count),
            randomness: randomness, file: file, line: line)
        let results = ofBatch(parameters.map { stopGradient($0.value) } + examples)
        return (results[0], Array(results[1...]))
    }
}
