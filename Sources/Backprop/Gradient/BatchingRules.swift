/// What a batching rule sees: the operation as it was recorded for one example, its operands, and the number of examples.
struct BatchingContext {
    struct Operand {
        let node: Node
        /// Whether the first axis goes through the examples; if not, all of them share the operand.
        let isMapped: Bool
    }

    let node: Node
    let operands: [Operand]
    let size: Int
}

extension BatchingContext {
    /// The operation on all examples, along a new first axis.
    func recorded() -> Node {
        switch node.primitive {
        case .constant, .scalar, .iota, .gradient:
            trap("vmap: \(node.primitive.name) has no operand that could depend on an argument")
        case .customCall, .customResult:
            trap("vmap: \(node.primitive.name) is recorded by the walk, which knows the rule")
        case .random, .adamMean, .adamSquare, .adamValue: return oneByOne

        case .negate, .abs, .sign, .floor, .ceil, .round, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .sin, .cos, .tanh,
            .sigmoid, .erf, .erfc, .erfInverse, .logGamma, .not, .convert, .gelu, .geluTanh, .alias, .add, .subtract,
            .multiply, .divide, .power, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual, .atan2, .remainder, .polygamma, .and, .or, .geluGradient, .geluTanhGradient, .select,
            .checkIndices:
            return elementwise
        case .descend: return descent

        case .sum, .max, .min:
            return Node.reduce(node.primitive, all(0), AxisSet(bits: node.axes.bits << 1))
        case .argMax, .argMin, .argSort, .cumulativeArgMax, .cumulativeArgMin:
            // The axis is in the lowest bits.
            return again([all(0)], bits: node.bits + 1)
        case .linearRecurrence: return recurrence

        case .reshape: return Node.reshape(all(0), shape)
        case .transpose:
            let permutation = Node.permutation(node.bits, rank: node.shape.rank)
            return Node.transpose(all(0), [0] + permutation.map { $0 + 1 })
        case .broadcast: return Node.broadcast(aligned(0), shape)
        case .slice:
            let (starts, steps) = halves(node.list!)
            return Node.slice(all(0), starts: [0] + starts, steps: [1] + steps, shape)
        case .reverse: return Node.reverse(all(0), AxisSet(bits: node.axes.bits << 1))
        case .pad:
            let list = node.list!, rank = node.shape.rank
            let part = { (number: Int) in [0] + list[(number * rank)..<((number + 1) * rank)] }
            return Node.pad(all(0), low: part(0), high: part(1), interior: part(2))
        case .concatenate: return Node.concatenate(operands.indices.map(all), axis: node.axis + 1)

        case .matmul: return product
        case .convolution: return convolution
        case .convolutionInputGradient: return convolutionInputGradient
        case .convolutionWeightGradient: return convolutionWeightGradient
        case .windowSum:
            return unfolded(Node.windowSum(folded(all(0)), window: window, node.windowGeometry))
        case .windowArgMax:
            return unfolded(Node.windowArgMax(folded(all(0)), window: window, node.windowGeometry))
        case .windowPick:
            return unfolded(
                Node.windowPick(folded(all(1)), whereGreatest: folded(all(0)), window: window, node.windowGeometry))
        case .windowSpread:
            return unfolded(
                Node.windowSpread(folded(all(1)), whereGreatest: folded(all(0)), window: window, node.windowGeometry))

        case .gather: return gathered
        case .scatterAdd: return scattered(.scatterAdd, Node.scatterAdd)
        case .scatterMax: return scattered(.scatterReduce, Node.scatterMax)

        case .cholesky, .triangularSolve, .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors,
            .stationaryValues, .pseudoInverse:
            // Leading axes are a batch of matrices already.
            return again(operands.indices.map(all))
        }
    }

    // MARK: Operands and results

    /// The shape of the result.
    var shape: Shape { node.shape.withFirst(size) }

    /// An operand with the axis of the examples, along which it is repeated if all share it.
    func all(_ position: Int) -> Node {
        let operand = operands[position]
        return operand.isMapped ? operand.node : Node.broadcast(operand.node, operand.node.shape.withFirst(size))
    }

    /// An operand that broadcasts to the result: axes of extent one behind the first make up for those that it lacks.
    func aligned(_ position: Int) -> Node {
        let operand = operands[position].node, extents = operand.shape.array
        let missing = node.shape.rank + 1 - extents.count
        guard operands[position].isMapped, missing > 0 else { return operand }
        return Node.reshape(operand, Shape([size] + [Int](repeating: 1, count: missing) + extents.dropFirst()))
    }

    /// The same operation on other operands.
    func again(_ inputs: [Node], bits: UInt64? = nil) -> Node { node.again(inputs, shape, bits: bits ?? node.bits) }

    /// Two lists of one number for each axis.
    private func halves(_ list: [Int]) -> ([Int], [Int]) {
        (Array(list[..<(list.count / 2)]), Array(list[(list.count / 2)...]))
    }

    // MARK: Rules of a few lines

    private var elementwise: Node { again(operands.indices.map(aligned)) }

    /// A step of another size for each example is its composition, in the same order of operations.
    private var descent: Node {
        if operands[2].isMapped {
            return Node.binary(.subtract, aligned(0), Node.binary(.multiply, aligned(1), aligned(2)))
        }
        return Node.descend(all(0), aligned(1), operands[2].node)
    }

    private var recurrence: Node {
        Node.linearRecurrence(aligned(0), all(1), axis: node.orderedAxis + 1, reversed: node.isDescending)
    }

    /// Each example by itself: for what has one number, or one key, for all elements, or a kernel that wants it so.
    var oneByOne: Node {
        let examples = operands.map { $0.isMapped ? Tensor($0.node).unstacked() : nil }
        let results = (0..<size).map { number in
            let inputs = zip(operands, examples).map { operand, examples in examples?[number].node ?? operand.node }
            return Node.reshape(node.again(inputs, node.shape, bits: node.bits), node.shape.withFirst(1))
        }
        return Node.concatenate(results, axis: 0)
    }
}

extension Node {
    /// The same operation on other operands, for a result of another shape.
    fileprivate func again(_ inputs: [Node], _ shape: Shape, bits: UInt64) -> Node {
        func input(_ position: Int) -> Node? { position < inputs.count ? inputs[position] : nil }
        return Node(
            primitive, dtype, shape, input(0), input(1), input(2), input(3), bits: bits, list: list,
            moreInputs: inputs.count > 4 ? Array(inputs[4...]) : nil)
    }
}
