/// Batching rules of products, convolutions and windows.
extension BatchingContext {
    // MARK: Matrix products

    /// Where all examples share one factor, their rows make one tall product; else each has a product of its own, along the
    /// leading axes.
    var product: Node {
        let (transposeA, transposeB) = (node.bits & 1 != 0, node.bits & 2 != 0)
        let (a, b) = (operands[0], operands[1])
        if a.isMapped && !b.isMapped && b.node.shape.rank == 2 {
            return tall(transposeA ? Tensor(a.node).T.node : a.node, b.node, transposeB: transposeB)
        }
        // (A B)ᵀ = Bᵀ Aᵀ: one tall product as well, unless the columns of B would have to be copied to rows.
        let columns = b.node.shape[b.node.shape.rank - (transposeB ? 2 : 1)]
        if b.isMapped && !a.isMapped && a.node.shape.rank == 2 && (transposeB || columns == 1) {
            let rows = transposeB ? b.node : Node.reshape(b.node, exchangingLast(b.node.shape))
            let product = tall(rows, a.node, transposeB: !transposeA)
            return columns == 1 ? Node.reshape(product, shape) : Tensor(product).T.node
        }
        return Node.matmul(aligned(0), aligned(1), transposeA: transposeA, transposeB: transposeB)
    }

    private func tall(_ a: Node, _ b: Node, transposeB: Bool) -> Node {
        let extents = a.shape.array
        let rows = Node.reshape(a, Shape([extents.dropLast().reduce(1, *), extents.last!]))
        let product = Node.matmul(rows, b, transposeB: transposeB)
        return Node.reshape(product, Shape(extents.dropLast() + [product.shape[1]]))
    }

    /// A column as a row.
    private func exchangingLast(_ shape: Shape) -> Shape {
        let extents = shape.array
        return Shape(extents.dropLast(2) + [extents[extents.count - 1], extents[extents.count - 2]])
    }

    // MARK: Windows and convolutions

    /// The window of what slides over an input.
    var window: [Int] { Array(node.list!.prefix(node.shape.rank - 2)) }

    /// The examples as part of the batch that an image has already.
    func folded(_ x: Node) -> Node {
        let extents = x.shape.array
        return Node.reshape(x, Shape([extents[0] * extents[1]] + extents[2...]))
    }

    func unfolded(_ x: Node) -> Node { Node.reshape(x, shape) }

    /// Where all examples share the weights they are one larger batch; where they share the input, more channels of the
    /// result; where they share neither, groups of channels.
    var convolution: Node {
        let (x, weights) = (operands[0], operands[1]), geometry = node.windowGeometry
        if !weights.isMapped {
            return unfolded(Node.convolution(folded(all(0)), weights.node, geometry, groups: node.groups))
        }
        if !x.isMapped {
            return separatedByGroup(
                Node.convolution(x.node, joinedByGroup(weights.node, axis: 1), geometry, groups: node.groups),
                axis: node.shape.rank - 1)
        }
        return separated(Node.convolution(joined(x.node), folded(weights.node), geometry, groups: size * node.groups))
    }

    var convolutionInputGradient: Node {
        let weights = operands[1], geometry = node.windowGeometry
        if !weights.isMapped {
            let input = Shape([size * node.shape[0]] + node.shape.array.dropFirst())
            return unfolded(
                Node.convolutionInputGradient(
                    folded(all(0)), weights.node, geometry, groups: node.groups, input: input))
        }
        var input = node.shape
        input[input.rank - 1] *= size
        return separated(
            Node.convolutionInputGradient(
                joined(all(0)), folded(weights.node), geometry, groups: size * node.groups, input: input))
    }

    /// The images of each example by themselves where neither is shared: as groups, their channels would have to be copied
    /// next to each other, and a group of few channels takes several times as long as an image with them.
    var convolutionWeightGradient: Node {
        let (x, gradient) = (operands[0], operands[1]), geometry = node.windowGeometry
        var weights = node.shape
        weights[0] *= size
        if !x.isMapped {
            let joined = joinedByGroup(gradient.node, axis: gradient.node.shape.rank - 1)
            return separatedByGroup(
                Node.convolutionWeightGradient(x.node, joined, geometry, groups: node.groups, weights: weights), axis: 0
            )
        }
        if gradient.isMapped { return oneByOne }
        return unfolded(
            Node.convolutionWeightGradient(
                joined(x.node), joined(all(1)), geometry, groups: size * node.groups, weights: weights))
    }

    /// The channels of all examples, example by example.
    private func joined(_ x: Node) -> Node {
        let moved = Tensor(x).movedAxis(0, to: -2), extents = moved.shape
        return moved.reshaped(extents.dropLast(2) + [size * extents[extents.count - 1]]).node
    }

    private func separated(_ x: Node) -> Node {
        let extents = x.shape.array
        // Where there are no examples, the channels are those of the result.
        let channels = node.shape[node.shape.rank - 1]
        return Tensor(x).reshaped(extents.dropLast() + [size, channels]).movedAxis(-2, to: 0).node
    }

    /// The channels out of all examples along an axis, those of one group together.
    private func joinedByGroup(_ x: Node, axis: Int) -> Node {
        let extents = x.shape.array, groups = node.groups
        let parts = Node.reshape(
            x, Shape(extents[..<axis] + [groups, extents[axis] / groups] + extents[(axis + 1)...]))
        let moved = Tensor(parts).movedAxis(0, to: axis)
        return moved.reshaped(Array(extents[1..<axis]) + [size * extents[axis]] + extents[(axis + 1)...]).node
    }

    private func separatedByGroup(_ x: Node, axis: Int) -> Node {
        let extents = x.shape.array, groups = node.groups, channels = node.shape[axis]
        let parts = Node.reshape(
            x, Shape(extents[..<axis] + [groups, size, channels / groups] + extents[(axis + 1)...]))
        return Node.reshape(Tensor(parts).movedAxis(axis + 1, to: 0).node, shape)
    }
}
