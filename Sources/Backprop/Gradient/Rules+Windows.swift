/// Rules of convolutions and sliding windows. Each of the three convolutions is linear in both of its operands, and the
/// other two are its gradients.
extension RuleContext {
    func convolutionGradient(for position: Int) -> Tensor {
        let (x, weights) = (node.input0!, node.input1!)
        return position == 0
            ? inputGradient(cotangent.node, weights, input: x.shape)
            : weightGradient(x, cotangent.node, weights: weights.shape)
    }

    func convolutionInputGradientGradient(for position: Int) -> Tensor {
        let (gradient, weights) = (node.input0!, node.input1!)
        return position == 0
            ? convolution(cotangent.node, weights)
            : weightGradient(cotangent.node, gradient, weights: weights.shape)
    }

    func convolutionWeightGradientGradient(for position: Int) -> Tensor {
        let (x, gradient) = (node.input0!, node.input1!)
        return position == 0
            ? inputGradient(gradient, cotangent.node, input: x.shape)
            : convolution(x, cotangent.node)
    }

    private func convolution(_ x: Node, _ weights: Node) -> Tensor {
        Tensor(Node.convolution(x, weights, node.windowGeometry, groups: node.groups))
    }

    private func inputGradient(_ gradient: Node, _ weights: Node, input: Shape) -> Tensor {
        Tensor(
            Node.convolutionInputGradient(gradient, weights, node.windowGeometry, groups: node.groups, input: input))
    }

    private func weightGradient(_ x: Node, _ gradient: Node, weights: Shape) -> Tensor {
        Tensor(
            Node.convolutionWeightGradient(x, gradient, node.windowGeometry, groups: node.groups, weights: weights))
    }

    /// Every element collects from the windows that saw it. With zeros between the gradients of the windows, these lie
    /// in a window of the same size and dilation, which moves by one.
    var windowSumGradient: Tensor {
        let geometry = node.windowGeometry, rank = geometry.rank
        let window = windowOfNode, input = node.input0!.shape
        if input.count == 0 { return .zeros(like: node.input0!) }
        let none = [Int](repeating: 0, count: rank + 2)
        let spread = Node.pad(
            cotangent.node, low: none, high: none, interior: [0] + geometry.stride.map { $0 - 1 } + [0])
        let low = (0..<rank).map { geometry.span(window[$0], axis: $0) - 1 - geometry.low[$0] }
        let high = (0..<rank).map { input[$0 + 1] + geometry.low[$0] - spread.shape[$0 + 1] }
        return Tensor(
            Node.windowSum(
                spread, window: window,
                WindowGeometry(
                    stride: [Int](repeating: 1, count: rank), low: low, high: high, dilation: geometry.dilation)))
    }

    var windowPickGradient: Tensor {
        Tensor(
            Node.windowSpread(cotangent.node, whereGreatest: node.input0!, window: windowOfNode, node.windowGeometry))
    }

    var windowSpreadGradient: Tensor {
        Tensor(Node.windowPick(cotangent.node, whereGreatest: node.input0!, window: windowOfNode, node.windowGeometry))
    }

    private var windowOfNode: [Int] { Array(node.list!.prefix(node.windowGeometry.rank)) }
}
