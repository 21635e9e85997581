import CKernels

/// Turns a cluster into a block program: operands, registers, instructions.
struct ProgramBuilder {
    let graph: SimplifiedGraph
    let group: Group
    private let fusion: Fusion
    let lane: Lane
    private let nest: LoopNest
    var operands: [bk_operand] = []
    var instructions: [bk_instruction] = []
    /// The operand that holds each member's result.
    var registers: [Int: UInt16] = [:]
    private var memoryOperands: [MemoryKey: UInt16] = [:]
    private var loads: [UInt16: UInt16] = [:]
    /// The operands that are the number one.
    private var ones: Set<UInt16> = []

    private struct MemoryKey: Hashable {
        var slot: Int
        var dtype: DType
        var strides: [Int]
    }

    /// The number of the operand that stands for the product whose tiles the program works on.
    private(set) var productOperand: UInt16?

    init(_ graph: SimplifiedGraph, _ group: Group, _ fusion: Fusion) {
        self.graph = graph
        self.group = group
        self.fusion = fusion
        lane = group.lane ?? .float32
        var strides: [[Int]] = []
        for member in group.members {
            strides.append(
                graph.values[member].primitive.kind == .reduction && group.roles[member] == .total
                    ? ProgramBuilder.totalStrides(member, graph) : group.resultStrides(group.roles[member]!))
            for input in graph.values[member].inputs where group.roles[graph.layouts[input].base] == nil {
                strides.append(fusion.operandStrides(member, input, group.domain.count))
            }
            if graph.values[member].primitive == .iota {
                strides.append(fusion.iotaStrides(member, group.domain.count))
            }
        }
        // A total has stride zero where it reduces, which never merges with an axis where it does not.
        nest = LoopNest(domain: group.domain, operands: strides, constraint: group.constraint)!
    }

    /// The strides of a total's elements along the axes of its iteration space: zero where it reduces.
    private static func totalStrides(_ member: Int, _ graph: SimplifiedGraph) -> [Int] {
        let value = graph.values[member]
        let source = graph.values[value.inputs[0]].shape
        let dense = value.shape.denseStrides
        return iterationAxes(source).map { value.axes.contains($0) ? 0 : dense[$0] }
    }

    /// Whether the iteration space is walked as so many rows and columns.
    func walks(rows: Int, columns: Int) -> Bool { nest.batch.isEmpty && nest.rows == rows && nest.columns == columns }

    mutating func build(_ memory: inout MemoryMap, _ share: TaskShare? = nil) -> Program {
        let updates = wholeUpdates(&memory)
        for member in group.members {
            if let update = updates[member] {
                if member == update.value { emit(update, &memory) }
            } else {
                emit(member, &memory)
            }
        }
        if lane != .int64 {
            instructions = InstructionFusion.run(instructions, operands, ones: ones)
            instructions = RowFusion.run(instructions, operands)
            instructions = WholeRowFusion.run(instructions, &operands, ones: ones)
        }
        assignTemporaries()
        return Program(
            lane: lane, nest: nest, operands: operands, instructions: instructions, product: productOperand,
            share: share)
    }

    // MARK: Operands

    private mutating func add(_ operand: bk_operand) -> UInt16 {
        operands.append(operand)
        return UInt16(operands.count - 1)
    }

    mutating func temporary(_ extent: bk_extent) -> UInt16 {
        var operand = bk_operand()
        operand.kind = UInt8(BK_TEMP.rawValue)
        operand.extent = UInt8(extent.rawValue)
        operand.type = lane.dtype.rawValue
        operand.slot = -1
        return add(operand)
    }

    private mutating func memoryOperand(
        slot: Int, dtype: DType, domainStrides: [Int], kind: bk_kind = BK_MEMORY
    ) -> UInt16 {
        let key = MemoryKey(slot: slot, dtype: dtype, strides: domainStrides + [Int(kind.rawValue)])
        if let known = memoryOperands[key] { return known }
        let index = add(nest.operand(slot: slot, dtype, domainStrides, kind: kind))
        memoryOperands[key] = index
        return index
    }

    /// A number as an operand of the lane.
    private mutating func number(_ value: Double, _ memory: inout MemoryMap) -> UInt16 {
        memoryOperand(
            slot: memory.slot(number: value, lane), dtype: lane.dtype,
            domainStrides: [Int](repeating: 0, count: group.domain.count))
    }

    /// The operand from which an instruction of `consumer` reads `input`.
    mutating func operand(_ consumer: Int, _ input: Int, _ memory: inout MemoryMap) -> UInt16 {
        let layout = graph.layouts[input]
        if let register = registers[layout.base] { return register }
        let base = graph.values[layout.base]
        let strides = fusion.operandStrides(consumer, input, group.domain.count)
        if group.worksOnTiles, group.product == layout.base {
            if let productOperand { return productOperand }
            // Where only the tile exists, no memory stands behind the operand.
            let slot = memory.isStored(layout.base) ? memory.slot(of: layout.base, elements: 0, base.dtype) : 0
            // An operand of its own: what it is read from is the tile, whatever else lies in that slot.
            var tile = nest.operand(slot: slot, base.dtype, strides)
            tile.extent = UInt8(BK_FULL.rawValue)
            let operand = add(tile)
            productOperand = operand
            return operand
        }
        let isScalar = base.primitive == .scalar
        let dtype = isScalar ? Lane(base.dtype).dtype : base.dtype
        let slot = memory.slot(of: layout.base, elements: layout.offset, base.dtype)
        let operand = memoryOperand(slot: slot, dtype: dtype, domainStrides: strides)
        if isScalar, base.bits == ScalarLiteral.one.rawValue { ones.insert(operand) }
        return isDirect(operand) ? operand : loaded(operand)
    }

    func isDirect(_ operand: UInt16) -> Bool {
        let operand = operands[Int(operand)]
        return operand.type == lane.dtype.rawValue && (operand.col_stride == 0 || operand.col_stride == 1)
    }

    private mutating func loaded(_ operand: UInt16) -> UInt16 {
        if let known = loads[operand] { return known }
        let register = temporary(BK_FULL)
        instructions.append(bk_instruction(BK_OP_LOAD, register, operand))
        loads[operand] = register
        return register
    }

    // MARK: Instructions

    /// The memory in which a member's result has to end up, if any.
    mutating func target(_ member: Int, _ memory: inout MemoryMap) -> UInt16? {
        guard memory.isStored(member) else { return nil }
        let value = graph.values[member], role = group.roles[member]!
        let strides = role == .total ? ProgramBuilder.totalStrides(member, graph) : group.resultStrides(role)
        return memoryOperand(
            slot: memory.slot(of: member, elements: 0, value.dtype), dtype: value.dtype, domainStrides: strides,
            kind: role == .total ? BK_TOTAL : BK_MEMORY)
    }

    private mutating func emit(_ member: Int, _ memory: inout MemoryMap) {
        let value = graph.values[member], role = group.roles[member]!
        let target = target(member, &memory)
        if role == .total {
            var source = operand(member, value.inputs[0], &memory)
            // An operand that is repeated counts as often as it is repeated.
            if operands[Int(source)].extent != UInt8(BK_FULL.rawValue) { source = loaded(source) }
            guard case .reduction(_, let total) = value.primitive.lowering else {
                trap("\(value.primitive.name) is not a reduction")
            }
            instructions.append(bk_instruction(total, target!, source))
            return
        }
        let extent = role == .row ? BK_ROW : BK_FULL
        // Blocks of the lane's own type are computed in place; everything else is converted by a store.
        let isInPlace = target.map { role == .full && isDirect($0) } ?? false

        if let register = forwarded(member, value, &memory) {
            if let target {
                instructions.append(bk_instruction(isInPlace ? BK_OP_COPY : BK_OP_STORE, target, register))
            }
            registers[member] = register
            return
        }
        let result = isInPlace ? target! : temporary(extent)
        emitComputation(member, value, into: result, &memory)
        if value.dtype == .bfloat16 { instructions.append(bk_instruction(BK_OP_TO_BF16, result, result)) }
        registers[member] = result
        if let target, !isInPlace { instructions.append(bk_instruction(BK_OP_STORE, target, result)) }
    }

    /// The operand that already holds the result, for operations that only change how elements are stored.
    private mutating func forwarded(_ member: Int, _ value: Value, _ memory: inout MemoryMap) -> UInt16? {
        switch value.primitive {
        case .alias:
            return operand(member, value.inputs[0], &memory)
        case .convert:
            let source = graph.values[value.inputs[0]].dtype
            if value.dtype == .bool && source != .bool { return nil }
            if !value.dtype.isFloatingPoint && source.isFloatingPoint || value.dtype == .bfloat16 { return nil }
            return operand(member, value.inputs[0], &memory)
        default:
            return nil
        }
    }

    private mutating func emitComputation(
        _ member: Int, _ value: Value, into result: UInt16, _ memory: inout MemoryMap
    ) {
        switch value.primitive.lowering {
        case .instruction(let operation, _), .reduction(let operation, _):
            let inputs = value.inputs.map { operand(member, $0, &memory) }
            instructions.append(
                bk_instruction(
                    operation, result, inputs[0], inputs.count > 1 ? inputs[1] : nil,
                    inputs.count > 2 ? inputs[2] : nil))
        case .sequence:
            emitSequence(member, value, into: result, &memory)
        case .nothing, .product, .kernel:
            trap("\(value.primitive.name) is not an instruction of a block program")
        }
    }

    private mutating func emitSequence(
        _ member: Int, _ value: Value, into result: UInt16, _ memory: inout MemoryMap
    ) {
        switch value.primitive {
        case .convert:
            let source = operand(member, value.inputs[0], &memory)
            // To bool, every number but zero is true; to an integer, the fraction is cut off; bfloat16 is rounded to by
            // whoever calls.
            let conversion: bk_instruction =
                switch value.dtype {
                case .bool: bk_instruction(BK_OP_NE, result, source, number(0, &memory))
                case .uint8, .int32, .int64: bk_instruction(BK_OP_TRUNC, result, source)
                case .float32, .float64, .bfloat16: bk_instruction(BK_OP_COPY, result, source)
                }
            instructions.append(conversion)
        case .iota:
            let operand = memoryOperand(
                slot: 0, dtype: lane.dtype, domainStrides: fusion.iotaStrides(member, group.domain.count),
                kind: BK_INDEX)
            instructions.append(bk_instruction(BK_OP_LOAD, result, operand))
        case .random:
            let layout = graph.layouts[value.inputs[0]]
            let key = memoryOperand(
                slot: memory.slot(of: layout.base, elements: layout.offset, .int64), dtype: .int64,
                domainStrides: [Int](repeating: 0, count: group.domain.count))
            instructions.append(bk_instruction(BK_OP_RANDOM, result, key))
        default:
            emitComposition(of: member, value, into: result, &memory)
        }
    }

    // MARK: Registers

    /// Gives temporaries that are not alive at the same time the same scratch memory.
    private mutating func assignTemporaries() {
        var lastUse = [Int](repeating: -1, count: operands.count)
        for (position, instruction) in instructions.enumerated() {
            for operand in instruction.operands { lastUse[Int(operand)] = position }
        }
        var free: [UInt8: [Int32]] = [:]
        var count: [UInt8: Int32] = [:]
        for (position, instruction) in instructions.enumerated() {
            for target in instruction.results.map(Int.init) {
                guard operands[target].kind == UInt8(BK_TEMP.rawValue), operands[target].slot < 0 else { continue }
                let extent = operands[target].extent
                if let slot = free[extent]?.popLast() {
                    operands[target].slot = slot
                } else {
                    operands[target].slot = count[extent, default: 0]
                    count[extent, default: 0] += 1
                }
            }
            for operand in Set(instruction.operands) {
                let index = Int(operand)
                if lastUse[index] == position, operands[index].kind == UInt8(BK_TEMP.rawValue) {
                    free[operands[index].extent, default: []].append(operands[index].slot)
                }
            }
        }
    }
}

extension bk_instruction {
    init(_ operation: bk_opcode, _ target: UInt16, _ a: UInt16, _ b: UInt16? = nil, _ c: UInt16? = nil) {
        let none = UInt16(BK_NONE)
        self.init(op: UInt16(operation.rawValue), dst: target, a: a, b: b ?? none, c: c ?? none, d: none, e: none)
    }

    /// The operands that it names, its result first.
    var operands: [UInt16] { [dst, a, b, c, d, e].filter { $0 != BK_NONE } }

    /// The operands that it writes.
    var results: [UInt16] {
        switch operation {
        case BK_OP_EXPSUB_SUM: [dst, c]
        case BK_OP_MUL_SUMS: [dst, d, e]
        case BK_OP_SOFTMAX, BK_OP_SOFTMAX_OR_ZERO: [dst, b]
        case BK_OP_STANDARDIZE: [dst, d]
        default: [dst]
        }
    }

    /// The operands that it reads.
    var sources: [UInt16] {
        switch operation {
        case BK_OP_EXPSUB_SUM: [a, b]
        case BK_OP_MUL_SUMS, BK_OP_STANDARDIZE: [a, b, c]
        case BK_OP_SOFTMAX: [a]
        case BK_OP_SOFTMAX_OR_ZERO: [a, c]
        default: [a, b, c, d, e].filter { $0 != BK_NONE }
        }
    }

    var operation: bk_opcode { bk_opcode(rawValue: UInt32(op)) }
}

extension LoopNest {
    /// An operand in memory with these strides along the axes of the domain.
    func operand(slot: Int, _ dtype: DType, _ domainStrides: [Int], kind: bk_kind = BK_MEMORY) -> bk_operand {
        let strides = strides(domainStrides)
        var operand = bk_operand()
        operand.kind = UInt8(kind.rawValue)
        operand.type = dtype.rawValue
        operand.slot = Int32(slot)
        operand.row_stride = Int64(strides.row)
        // With one column, a block that varies by row is still a full one.
        operand.col_stride = Int64(columns == 1 && strides.row != 0 ? 1 : strides.column)
        let varies = strides.row != 0 || strides.batch.contains { $0 != 0 }
        var extent: bk_extent = operand.col_stride != 0 ? (varies ? BK_FULL : BK_COL) : (varies ? BK_ROW : BK_SCALAR)
        // One accumulator a column, or one for all columns; that there is one for each batch follows from the strides.
        if kind == BK_TOTAL { extent = operand.col_stride != 0 ? BK_COL : BK_SCALAR }
        operand.extent = UInt8(extent.rawValue)
        withUnsafeMutableBytes(of: &operand.batch_stride) { bytes in
            let target = bytes.bindMemory(to: Int64.self)
            for (axis, stride) in strides.batch.enumerated() { target[axis] = Int64(stride) }
        }
        return operand
    }
}
