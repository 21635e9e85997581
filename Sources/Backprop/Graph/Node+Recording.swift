import CKernels

/// Shape and dtype rules: the only way in which nodes are recorded.
extension Node {
    /// The numbers that gradient rules and functions use most, shared by all graphs.
    private static let common: [[Node]] = [DType.float32, .float64, .bfloat16].map { dtype in
        [0.0, 1.0, 2.0].map { Node(.scalar, dtype, .scalar, bits: $0.bitPattern) }
    }

    /// A number of the given dtype.
    package static func scalar(
        _ value: Double, _ dtype: DType, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if dtype.isFloatingPoint, value == 0 || value == 1 || value == 2, value.sign == .plus {
            return common[Int(dtype.rawValue - DType.float32.rawValue)][Int(value)]
        }
        if dtype.isFloatingPoint { return Node(.scalar, dtype, .scalar, bits: value.rounded(to: dtype).bitPattern) }
        guard let integer = dtype.integer(value) else {
            trap("the number \(value) is none of dtype \(dtype)", file: file, line: line)
        }
        return Node(.scalar, dtype, .scalar, bits: UInt64(bitPattern: integer))
    }

    package static func scalar(integer value: Int64, _ dtype: DType) -> Node {
        Node(.scalar, dtype, .scalar, bits: UInt64(bitPattern: value))
    }

    @inline(__always)
    package static func unary(_ primitive: Primitive, _ x: Node) -> Node {
        Node(primitive, x.dtype, x.shape, x)
    }

    /// An operation that is defined for floating point only.
    @inline(__always)
    package static func floatingUnary(
        _ primitive: Primitive, _ x: Node, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if !x.dtype.isFloatingPoint {
            trap(
                "\(primitive.name) needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)",
                file: file, line: line)
        }
        return Node(primitive, x.dtype, x.shape, x)
    }

    @inline(__always)
    private static func commonShape(
        _ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString, line: UInt
    ) -> Shape {
        if a.shape == b.shape { return a.shape }
        guard let shape = Shape.broadcast(a.shape, b.shape) else {
            trap(
                "\(primitive.name): shapes \(a.shape) and \(b.shape) do not broadcast to a common shape", file: file,
                line: line)
        }
        return shape == a.shape || shape == b.shape ? shape : shape.countable(primitive.name, file: file, line: line)
    }

    @inline(__always)
    private static func requireSameDType(_ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString, line: UInt) {
        if a.dtype != b.dtype {
            trap(
                "\(primitive.name): dtypes \(a.dtype) and \(b.dtype) differ; convert one with asType(_:)", file: file,
                line: line)
        }
    }

    /// Operands in the dtype in which `autocast` has them meet; nil where they have one already. Others stop it.
    @inline(__always)
    private static func meeting(_ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString, line: UInt) -> (
        Node, Node
    )? {
        if a.dtype == b.dtype { return nil }
        if let operands = castToMeet(a, b) { return operands }
        requireSameDType(primitive, a, b, file: file, line: line)
        return nil
    }

    @inline(__always)
    package static func binary(
        _ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if let (a, b) = meeting(primitive, a, b, file: file, line: line) {
            return binary(primitive, a, b, file: file, line: line)
        }
        if a.dtype == .bool {
            trap(
                "\(primitive.name) needs numbers, not bool tensors; convert them with asType(_:), or use .& and .|",
                file: file, line: line)
        }
        return Node(primitive, a.dtype, commonShape(primitive, a, b, file: file, line: line), a, b)
    }

    package static func comparison(
        _ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if let (a, b) = meeting(primitive, a, b, file: file, line: line) {
            return comparison(primitive, a, b, file: file, line: line)
        }
        return Node(primitive, .bool, commonShape(primitive, a, b, file: file, line: line), a, b)
    }

    package static func logic(
        _ primitive: Primitive, _ a: Node, _ b: Node, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        require(
            a.dtype == .bool && b.dtype == .bool, "\(primitive.name) needs bool tensors, not \(a.dtype) and \(b.dtype)",
            file: file, line: line)
        return Node(primitive, .bool, commonShape(primitive, a, b, file: file, line: line), a, b)
    }

    package static func select(
        _ condition: Node, _ a: Node, _ b: Node, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        require(
            condition.dtype == .bool, "which: the condition is \(condition.dtype), not bool", file: file, line: line)
        if let (a, b) = meeting(.select, a, b, file: file, line: line) {
            return select(condition, a, b, file: file, line: line)
        }
        guard let shape = Shape.broadcast(commonShape(.select, a, b, file: file, line: line), condition.shape) else {
            trap(
                "which: shapes \(condition.shape), \(a.shape) and \(b.shape) do not broadcast to a common shape",
                file: file, line: line)
        }
        return Node(.select, a.dtype, shape.countable("which", file: file, line: line), condition, a, b)
    }

    package static func convert(_ x: Node, _ dtype: DType) -> Node {
        if x.dtype == dtype { return x }
        // A rule that is asked later must not turn a number of the graph, which is data, into another one.
        if x.isScalarConstant, bk_walk_depth() == 0 || ScalarLiteral(x) != .none {
            let value = x.scalarValue
            if dtype == .bool { return scalar(integer: value == 0 ? 0 : 1, .bool) }
            if dtype.isFloatingPoint || value.rounded(.towardZero) == value && dtype.integer(value) != nil {
                return scalar(value, dtype)
            }
        }
        return Node(.convert, dtype, x.shape, x)
    }

    package static func iota(_ shape: Shape, axis: Int, _ dtype: DType) -> Node {
        Node(.iota, dtype, shape, bits: UInt64(axis))
    }

    /// Uniform numbers in [0, 1) for floating-point dtypes, 63 random bits for int64, from an int64 key.
    package static func random(key: Node, _ shape: Shape, _ dtype: DType) -> Node {
        Node(.random, dtype, shape, key)
    }

    /// Reduces the axes to extent one.
    package static func reduce(_ primitive: Primitive, _ x: Node, _ axes: AxisSet) -> Node {
        Node(primitive, x.dtype, x.shape.keepingReduced(axes), x, bits: UInt64(axes.bits))
    }

    package static func argMax(_ x: Node, axis: Int) -> Node {
        Node(.argMax, .int64, x.shape.keepingReduced(AxisSet([axis])), x, bits: UInt64(axis))
    }

    package static func reshape(_ x: Node, _ shape: Shape) -> Node {
        if x.shape == shape { return x }
        return Node(.reshape, x.dtype, shape, x)
    }

    /// Axis i of the result is axis `permutation[i]` of x.
    package static func transpose(_ x: Node, _ permutation: [Int]) -> Node {
        if permutation.indices.allSatisfy({ permutation[$0] == $0 }) { return x }
        var bits: UInt64 = 0
        for (position, axis) in permutation.enumerated() { bits |= UInt64(axis) << UInt64(4 * position) }
        return Node(.transpose, x.dtype, Shape(permutation.map { x.shape[$0] }), x, bits: bits)
    }

    /// Two axes exchanged.
    static func swap(_ x: Node, _ first: Int, _ second: Int) -> Node {
        if first == second { return x }
        var bits: UInt64 = 0
        for axis in 0..<x.shape.rank {
            let source = axis == first ? second : axis == second ? first : axis
            bits |= UInt64(source) << UInt64(4 * axis)
        }
        var shape = x.shape
        shape[first] = x.shape[second]
        shape[second] = x.shape[first]
        return Node(.transpose, x.dtype, shape, x, bits: bits)
    }

    package static func permutation(_ bits: UInt64, rank: Int) -> [Int] {
        (0..<rank).map { Int(bits >> UInt64(4 * $0)) & 15 }
    }

    package static func broadcast(_ x: Node, _ shape: Shape, file: StaticString = #fileID, line: UInt = #line) -> Node {
        if x.shape == shape { return x }
        require(
            Shape.broadcast(x.shape, shape) == shape, "broadcast: shape \(x.shape) does not broadcast to \(shape)",
            file: file, line: line)
        return Node(.broadcast, x.dtype, shape, x)
    }

    /// Elements `starts[i] + steps[i] * j` along axis i, for j below `shape[i]`; steps are positive.
    package static func slice(_ x: Node, starts: [Int], steps: [Int], _ shape: Shape) -> Node {
        if x.shape == shape { return x }
        return Node(.slice, x.dtype, shape, x, list: starts + steps)
    }

    package static func reverse(_ x: Node, _ axes: AxisSet) -> Node {
        Node(.reverse, x.dtype, x.shape, x, bits: UInt64(axes.bits))
    }

    /// Zeros around and, where `interior` is positive, between the elements of each axis.
    package static func pad(_ x: Node, low: [Int], high: [Int], interior: [Int]) -> Node {
        let extents = (0..<x.shape.rank).map { axis in
            let extent = x.shape[axis]
            return low[axis] + high[axis] + extent + Swift.max(0, extent - 1) * interior[axis]
        }
        let shape = Shape(extents, "padding of shape \(x.shape)")
        if shape == x.shape { return x }
        return Node(.pad, x.dtype, shape, x, list: low + high + interior)
    }

    package static func concatenate(
        _ parts: [Node], axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if parts.count == 1 { return parts[0] }
        var extents = parts[0].shape.array
        extents[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
        let shape = Shape(extents, "concatenated", file: file, line: line)
        return Node(.concatenate, parts[0].dtype, shape, inputs: parts, bits: UInt64(axis))
    }

    /// The product of matrices in the last two axes, each read transposed where asked for; leading axes broadcast.
    package static func matmul(
        _ a: Node, _ b: Node, transposeA: Bool = false, transposeB: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Node {
        if autocastIsOn, let (a, b) = castForProduct(a, b) {
            return matmul(a, b, transposeA: transposeA, transposeB: transposeB, file: file, line: line)
        }
        requireSameDType(.matmul, a, b, file: file, line: line)
        if !a.dtype.isFloatingPoint {
            trap("matmul needs floating-point tensors, not \(a.dtype)", file: file, line: line)
        }
        let rankA = a.shape.rank, rankB = b.shape.rank
        let k = a.shape[rankA - (transposeA ? 2 : 1)]
        guard rankA >= 2, rankB >= 2, k == b.shape[rankB - (transposeB ? 1 : 2)] else {
            let (left, right) = (transposeA ? " transposed" : "", transposeB ? " transposed" : "")
            trap(
                "matmul: shapes \(a.shape)\(left) and \(b.shape)\(right) do not agree in the contracted axis",
                file: file, line: line)
        }
        var shape: Shape
        if rankA == 2 && rankB == 2 {
            shape = a.shape
        } else {
            guard
                let batch = Shape.broadcast(
                    Shape(a.shape.array.dropLast(2)),
                    Shape(b.shape.array.dropLast(2)))
            else {
                trap(
                    "matmul: leading axes of \(a.shape) and \(b.shape) do not broadcast to a common shape", file: file,
                    line: line)
            }
            shape = batch
            shape.append(1)
            shape.append(1)
        }
        shape[shape.rank - 2] = a.shape[rankA - (transposeA ? 1 : 2)]
        shape[shape.rank - 1] = b.shape[rankB - (transposeB ? 2 : 1)]
        return Node(
            .matmul, a.dtype, shape.countable("matmul", file: file, line: line), a, b,
            bits: (transposeA ? 1 : 0) | (transposeB ? 2 : 0))
    }

    /// x[..., indices, ...] along the axis; the axes of `indices` take the place of that axis.
    package static func gather(
        _ x: Node, _ indices: Node, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        let extents = x.shape.array
        let shape = Shape(
            extents[..<axis] + indices.shape.array + extents[(axis + 1)...], Primitive.gather.name, file: file,
            line: line)
        return Node(.gather, x.dtype, shape, x, indices, bits: UInt64(axis))
    }

    /// The reverse of `gather`: zeros of extent `count` along the axis, with the updates added where they point.
    package static func scatterAdd(_ updates: Node, _ indices: Node, axis: Int, count: Int) -> Node {
        let extents = updates.shape.array
        let shape = Shape(extents[..<axis] + [count] + extents[(axis + indices.shape.rank)...])
        return Node(.scatterAdd, updates.dtype, shape, updates, indices, bits: UInt64(axis))
    }

    /// value - direction size, where the value's shape is that of the result.
    package static func descend(_ value: Node, _ direction: Node, _ size: Node) -> Node {
        requireSameDType(.descend, value, direction, file: #fileID, line: #line)
        requireSameDType(.descend, value, size, file: #fileID, line: #line)
        require(
            commonShape(.descend, value, direction, file: #fileID, line: #line) == value.shape && size.shape == .scalar,
            "a step of shape \(direction.shape) and size \(size.shape) for a value of shape \(value.shape)")
        return Node(.descend, value.dtype, value.shape, value, direction, size)
    }

    /// The indices themselves; evaluation stops with a message where one lies outside of 0..<count, in the name of the
    /// operator that people called.
    package static func checkIndices(_ indices: Node, below count: Int, for reader: IndexReader) -> Node {
        Node(
            .checkIndices, indices.dtype, indices.shape, indices,
            bits: UInt64(count) | UInt64(reader.rawValue) << 32)
    }

    /// The running mean of gradients after an update: mean + (gradient - mean) (1 - beta1).
    package static func adamMean(_ mean: Node, gradient: Node, _ numbers: Node) -> Node {
        Node(.adamMean, mean.dtype, mean.shape, mean, gradient, numbers)
    }

    /// The running mean of squared gradients after an update: square beta2 + ((1 - beta2) gradient) gradient.
    package static func adamSquare(_ square: Node, gradient: Node, _ numbers: Node) -> Node {
        Node(.adamSquare, square.dtype, square.shape, square, gradient, numbers)
    }

    /// The value after an update: value keep - (stepSize mean) / (sqrt(square) / correction + epsilon).
    package static func adamValue(_ value: Node, mean: Node, square: Node, _ numbers: Node) -> Node {
        Node(.adamValue, value.dtype, value.shape, value, mean, square, numbers)
    }

    /// The call of a function with its own gradient rule. Its value, which nobody reads, is that of the first of the
    /// inputs that carry gradients.
    package static func customCall(_ inputs: [Node], _ outputs: [Node], rule: AnyObject) -> Node {
        let anchor = inputs.first { $0.variables != 0 }!
        let node = Node(.customCall, anchor.dtype, anchor.shape, inputs: [anchor] + inputs + outputs)
        node.attachment = rule
        return node
    }

    /// The result of a call at a position; `value` is what was computed.
    package static func customResult(_ value: Node, of call: Node, position: Int) -> Node {
        Node(.customResult, value.dtype, value.shape, value, call, bits: UInt64(position))
    }

    /// The same value as a node of its own.
    package static func alias(_ x: Node) -> Node { Node(.alias, x.dtype, x.shape, x) }
}

/// Operators that check indices before they use them.
package enum IndexReader: UInt8, CaseIterable {
    case take, indexed, indexAdd, indexCopy, indexFill, takeAlong, putAlong, scatter, scatterAdd, scatterReduce
    case crossEntropy, negativeLogLikelihood, multiMarginLoss, multilabelMarginLoss, ctcLoss, metric

    /// Who checks, from the attributes of a node, and the end of the range.
    package static func attributes(_ bits: UInt64) -> (reader: IndexReader, count: Int) {
        (IndexReader(rawValue: UInt8(bits >> 32))!, Int(bits & 0xffff_ffff))
    }
}

extension DType {
    /// A number without its fraction as an element of an integer dtype or of masks; nil where it is out of range.
    package func integer(_ value: Double) -> Int64? {
        guard let integer = Int64(exactly: value.rounded(.towardZero)) else { return nil }
        switch self {
        case .bool: return value == 0 ? 0 : 1
        case .uint8: return UInt8(exactly: integer) == nil ? nil : integer
        case .int32: return Int32(exactly: integer) == nil ? nil : integer
        case .int64: return integer
        case .float32, .float64, .bfloat16: return nil
        }
    }
}

extension Double {
    /// The nearest number that an element of a floating-point dtype can hold.
    fileprivate func rounded(to dtype: DType) -> Double {
        switch dtype {
        case .float32: Double(Float(self))
        case .bfloat16: Double(Float(BFloat16(Float(self))))
        case .float64, .bool, .uint8, .int32, .int64: self
        }
    }
}
