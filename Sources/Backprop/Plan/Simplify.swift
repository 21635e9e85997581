/// The graph that is planned: common subexpressions merged, views turned into layouts, reductions cut into the forms that
/// kernels have, dead values gone.
struct SimplifiedGraph {
    var values: [Value] = []
    /// Where each value's elements lie.
    var layouts: [Layout] = []
    /// Values, in the order of the canonical outputs; each is in memory as a whole, or a leaf. Outputs that are the same
    /// value share its memory.
    var outputs: [Int] = []
    /// Values that have to be there before a value is computed, though it does not read them.
    var precedents: [Int: [Int]] = [:]
    var leafCount = 0
    /// Numbers that the plan itself needs, in cells after the ones of the canonical graph.
    var scalarCount = 0
    var addedScalars: [ScalarCell] = []

    /// For each output, the one before it that is the same value, or -1.
    var sharedOutputs: [Int] {
        var first: [Int: Int] = [:]
        return outputs.enumerated().map { position, output in
            guard isComputed(output), let earlier = first[output] else {
                first[output] = position
                return -1
            }
            return earlier
        }
    }

    /// The size of a value's elements.
    func bytes(of value: Int) -> Int { values[value].shape.count * values[value].dtype.byteCount }

    /// Whether the value is computed into memory or registers, rather than a view, a leaf or a number.
    func isComputed(_ value: Int) -> Bool {
        let primitive = values[value].primitive
        return layouts[value].base == value && primitive != .constant && primitive != .scalar
    }
}

/// In a planned graph `alias` is a copy: it gives a view memory of its own.
struct Simplifier {
    private var graph = SimplifiedGraph()
    private var known: [Identity: Int] = [:]
    /// Where what is being simplified was recorded.
    private var checkpointPart = CheckpointPart.none
    /// Its number in the canonical graph.
    private var origin = -1

    private struct Identity: Hashable {
        var primitive: Primitive
        var dtype: DType
        var shape: Shape
        var bits: UInt64
        var list: [Int]?
        var inputs: [Int]
        var source: Int
        /// The backward pass may compute once more what was checkpointed, and keeps its own then.
        var checkpointPart: CheckpointPart
    }

    static func run(_ canonical: CanonicalGraph) -> SimplifiedGraph {
        var simplifier = Simplifier()
        simplifier.graph.leafCount = canonical.leafCount
        simplifier.graph.scalarCount = canonical.scalarCount
        simplifier.graph.addedScalars = canonical.literals
        var renamed: [Int] = []
        renamed.reserveCapacity(canonical.values.count)
        for (index, value) in canonical.values.enumerated() {
            var value = value
            simplifier.origin = index
            value.inputs = value.inputs.map { renamed[$0] }
            simplifier.checkpointPart = value.checkpointPart
            renamed.append(simplifier.simplified(value))
        }
        simplifier.checkpointPart = .none
        for output in canonical.outputs {
            simplifier.origin = output
            simplifier.graph.outputs.append(simplifier.owned(renamed[output]))
        }
        return simplifier.graph.withoutDeadValues()
    }

    /// A value that can be an output: one whose elements, and no others, lie in memory or will lie there.
    private mutating func owned(_ value: Int) -> Int {
        let layout = graph.layouts[value], base = graph.values[layout.base]
        let isWhole = layout.isDense(graph.values[value].shape) && base.shape.count == graph.values[value].shape.count
        if isWhole, base.primitive != .scalar { return layout.base }
        return append(copying(value))
    }

    private func copying(_ value: Int) -> Value {
        let source = graph.values[value]
        return Value(primitive: .alias, dtype: source.dtype, shape: source.shape, bits: 0, inputs: [value])
    }

    private mutating func simplified(_ value: Value) -> Int {
        let shape = value.shape
        if value.primitive == .alias { return value.inputs[0] }
        // What has no elements reads none: whoever else needs its operands must not join a kernel that has nothing to do.
        if shape.count == 0 && value.primitive != .constant { return zeros(shape, value.dtype) }
        if value.primitive == .descend { return multiplySubtract(value) }
        if let rewritten = computedInFloat32(value) { return rewritten }
        var value = value
        switch value.primitive.kind {
        case .source, .assembly, .view(.transpose), .view(.slice), .view(.reverse):
            return merged(value)
        case .view(.reshape), .view(.broadcast):
            let source = graph.values[value.inputs[0]]
            if source.primitive == value.primitive { value.inputs = source.inputs }
            if graph.values[value.inputs[0]].shape == shape { return value.inputs[0] }
            return merged(value)
        case .elementwise:
            if let same = timesOne(value) { return same }
            return value.primitive.adamNumbers.isEmpty ? merged(value) : withNumbers(value)
        case .reduction:
            return reduced(value)
        case .transparent:
            return value.inputs[0]
        case .kernel:
            value.inputs = value.inputs.map { dense($0) }
            return merged(value)
        case .product:
            value.inputs = value.inputs.map { withUniformBatch($0, output: shape) }
            return merged(value)
        }
    }

    /// One node where it is recorded, and two instructions, which fusion puts together.
    private mutating func multiplySubtract(_ value: Value) -> Int {
        let (start, direction, size) = (value.inputs[0], value.inputs[1], value.inputs[2])
        let shape = Shape.broadcast(graph.values[direction].shape, graph.values[size].shape)!
        func operation(_ primitive: Primitive, _ shape: Shape, _ a: Int, _ b: Int) -> Value {
            Value(primitive: primitive, dtype: value.dtype, shape: shape, bits: 0, inputs: [a, b])
        }
        let step = simplified(operation(.multiply, shape, direction, size))
        return simplified(operation(.subtract, value.shape, start, step))
    }

    /// The operand of a multiplication by one: every backward pass begins with one.
    private func timesOne(_ value: Value) -> Int? {
        guard value.primitive == .multiply else { return nil }
        for (one, other) in [(0, 1), (1, 0)] {
            let base = graph.values[graph.layouts[value.inputs[one]].base], kept = value.inputs[other]
            if base.primitive == .scalar, base.bits == ScalarLiteral.one.rawValue,
                graph.values[kept].shape == value.shape, graph.values[kept].dtype == value.dtype
            {
                return kept
            }
        }
        return nil
    }

    /// Reductions, products and kernels know no bfloat16: their operands are converted, and their result is rounded. Block
    /// programs round after every instruction (CPU/ProgramBuilder), views and copies move elements as they are.
    private mutating func computedInFloat32(_ value: Value) -> Int? {
        switch value.primitive.kind {
        case .reduction, .product, .kernel: break
        case .source, .view, .elementwise, .assembly, .transparent: return nil
        }
        let isConcerned = value.dtype == .bfloat16 || value.inputs.contains { graph.values[$0].dtype == .bfloat16 }
        guard isConcerned, value.primitive != .gather else { return nil }
        var wide = value
        wide.inputs = value.inputs.map { graph.values[$0].dtype == .bfloat16 ? converted($0, to: .float32) : $0 }
        if value.dtype != .bfloat16 { return simplified(wide) }
        wide.dtype = .float32
        return converted(simplified(wide), to: .bfloat16)
    }

    private mutating func converted(_ value: Int, to dtype: DType) -> Int {
        merged(
            Value(primitive: .convert, dtype: dtype, shape: graph.values[value].shape, bits: 0, inputs: [value]))
    }

    /// Cuts a reduction over several groups of axes into one for each group, the last group first.
    private mutating func reduced(_ value: Value) -> Int {
        var input = value.inputs[0]
        if graph.values[input].shape.count == 0 { return zeros(value.shape, value.dtype) }
        var groups: [AxisSet] = []
        var isOpen = false
        for axis in iterationAxes(graph.values[input].shape).reversed() {
            if value.axes.contains(axis) {
                if !isOpen { groups.append(AxisSet()) }
                groups[groups.count - 1].insert(axis)
            }
            isOpen = value.axes.contains(axis)
        }
        for group in groups {
            let shape = graph.values[input].shape
            // Axes that lie crosswise in memory cannot be walked as one: neither those of the group, nor those behind it.
            let strides = graph.layouts[input].strides, behind = (0..<shape.rank).filter { $0 > group.axes.last! }
            // Nor does a nest have room for eight axes that each have a way of their own.
            let isWalkable =
                LoopNest.isMergeable(strides, shape, group.axes) && LoopNest.isMergeable(strides, shape, behind)
                && (iterationAxes(shape).count < Shape.maximumRank || graph.layouts[input].isDense(shape))
            if !isWalkable { input = dense(input) }
            var part = value
            part.inputs = [input]
            part.shape = shape.keepingReduced(group)
            part.bits = UInt64(group.bits)
            input = merged(part)
        }
        return input
    }

    private mutating func zeros(_ shape: Shape, _ dtype: DType) -> Int {
        let zero = merged(number(0, dtype))
        return merged(Value(primitive: .broadcast, dtype: dtype, shape: shape, bits: 0, inputs: [zero]))
    }

    private mutating func number(_ value: Double, _ dtype: DType) -> Value {
        let bits = dtype.isFloatingPoint ? value.bitPattern : UInt64(bitPattern: Int64(value))
        let cell = ScalarCell(bits: bits, dtype: dtype)
        let slot = graph.addedScalars.firstIndex(of: cell) ?? graph.addedScalars.count
        if slot == graph.addedScalars.count { graph.addedScalars.append(cell) }
        return Value(
            primitive: .scalar, dtype: dtype, shape: .scalar, bits: 0, inputs: [], source: graph.scalarCount + slot)
    }

    /// The value, copied where its elements do not lie densely.
    private mutating func dense(_ value: Int) -> Int {
        let base = graph.values[graph.layouts[value].base]
        if graph.layouts[value].isDense(graph.values[value].shape) && base.primitive != .scalar { return value }
        return merged(copying(value))
    }

    /// An operand of a matrix product whose batches lie at equal distances, copied where they do not.
    private mutating func withUniformBatch(_ value: Int, output: Shape) -> Int {
        let shape = graph.values[value].shape
        let strides = graph.layouts[value].broadcast(from: shape, to: output)
        let batch = Array(0..<(output.rank - 2))
        if LoopNest.isMergeable(strides, output, batch) { return value }
        let added = output.rank - shape.rank
        if batch.allSatisfy({ output[$0] == 1 || $0 >= added && shape[$0 - added] == output[$0] }) {
            return dense(value)
        }
        var full = output
        full[output.rank - 2] = shape[shape.rank - 2]
        full[output.rank - 1] = shape[shape.rank - 1]
        let spread = merged(
            Value(primitive: .broadcast, dtype: graph.values[value].dtype, shape: full, bits: 0, inputs: [value]))
        return dense(spread)
    }

    mutating func merged(_ value: Value) -> Int {
        let identity = Identity(
            primitive: value.primitive, dtype: value.dtype, shape: value.shape, bits: value.bits, list: value.list,
            inputs: value.inputs, source: value.source,
            checkpointPart: value.source < 0 ? checkpointPart : .none)
        if let index = known[identity] { return index }
        let index = append(value)
        known[identity] = index
        return index
    }

    private mutating func append(_ value: Value) -> Int {
        var value = value
        if value.primitive == .reshape {
            let source = graph.values[value.inputs[0]].shape
            if graph.layouts[value.inputs[0]].reshaped(from: source, to: value.shape) == nil {
                value.inputs[0] = dense(value.inputs[0])
            }
        }
        value.checkpointPart = value.source < 0 ? checkpointPart : .none
        value.origin = origin
        return graph.append(value)
    }
}

extension SimplifiedGraph {
    /// Adds a value whose inputs are there; returns its number.
    mutating func append(_ value: Value) -> Int {
        values.append(value)
        layouts.append(layout(of: value, index: values.count - 1))
        return values.count - 1
    }

    private func layout(of value: Value, index: Int) -> Layout {
        guard case .view(let view) = value.primitive.kind else { return .dense(index, value.shape) }
        let source = values[value.inputs[0]].shape
        var layout = layouts[value.inputs[0]]
        let rank = value.shape.rank
        switch view {
        case .reshape:
            return layout.reshaped(from: source, to: value.shape)!
        case .broadcast:
            layout.strides = layout.broadcast(from: source, to: value.shape)
        case .transpose:
            layout.strides = Node.permutation(value.bits, rank: rank).map { layout.strides[$0] }
        case .slice:
            for axis in 0..<rank {
                layout.offset += value.list![axis] * layout.strides[axis]
                layout.strides[axis] *= value.list![rank + axis]
            }
        case .reverse:
            for axis in 0..<rank where value.axes.contains(axis) && source[axis] > 0 {
                layout.offset += (source[axis] - 1) * layout.strides[axis]
                layout.strides[axis] = -layout.strides[axis]
            }
        }
        return layout
    }
}

extension SimplifiedGraph {
    func withoutDeadValues() -> SimplifiedGraph {
        var isLive = [Bool](repeating: false, count: values.count)
        for output in outputs { isLive[output] = true }
        for index in values.indices.reversed() where isLive[index] {
            for input in values[index].inputs { isLive[input] = true }
            isLive[layouts[index].base] = true
        }
        var renamed = [Int](repeating: -1, count: values.count)
        var result = self
        result.values = []
        result.layouts = []
        for index in values.indices where isLive[index] {
            renamed[index] = result.values.count
            var value = values[index]
            value.inputs = value.inputs.map { renamed[$0] }
            var layout = layouts[index]
            layout.base = renamed[layout.base]
            result.values.append(value)
            result.layouts.append(layout)
        }
        result.outputs = outputs.map { renamed[$0] }
        result.precedents = [:]
        for (value, others) in precedents where isLive[value] {
            result.precedents[renamed[value]] = others.filter { isLive[$0] }.map { renamed[$0] }
        }
        return result
    }
}
