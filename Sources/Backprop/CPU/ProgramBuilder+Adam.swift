import CKernels

extension ProgramBuilder {
    /// An Adam update all of whose parts are members: one instruction.
    struct WholeUpdate {
        var value: Int
        var mean: Int
        var square: Int
        var gradient: Int
    }

    /// The updates that can run as one instruction, by each of their members.
    mutating func wholeUpdates(_ memory: inout MemoryMap) -> [Int: WholeUpdate] {
        var found: [Int: WholeUpdate] = [:]
        for member in group.members where graph.values[member].primitive == .adamValue {
            let inputs = graph.values[member].inputs
            let (mean, square) = (inputs[1], inputs[2])
            guard group.members.contains(mean), group.members.contains(square),
                graph.values[mean].primitive == .adamMean, graph.values[square].primitive == .adamSquare,
                graph.values[mean].inputs[1] == graph.values[square].inputs[1],
                isReadOnly(by: member, mean), isReadOnly(by: member, square),
                isWhole(mean, &memory), isWhole(square, &memory)
            else { continue }
            let update = WholeUpdate(
                value: member, mean: mean, square: square, gradient: graph.values[mean].inputs[1])
            for part in [member, mean, square] { found[part] = update }
        }
        return found
    }

    private func isReadOnly(by reader: Int, _ value: Int) -> Bool {
        group.members.allSatisfy { member in
            member == reader || !graph.values[member].inputs.contains { graph.layouts[$0].base == value }
        }
    }

    /// Whether a running mean is read from memory and written to memory as full blocks of the lane's type.
    private mutating func isWhole(_ member: Int, _ memory: inout MemoryMap) -> Bool {
        let source = graph.values[member].inputs[0]
        let base = graph.layouts[source].base
        return graph.values[member].dtype == lane.dtype && group.roles[member] == .full && memory.isStored(member)
            && group.roles[base] == nil
            && base != group.product && graph.values[base].primitive != .scalar
            && graph.layouts[source].isDense(graph.values[member].shape)
            && graph.values[source].shape == graph.values[member].shape
    }

    mutating func emit(_ update: WholeUpdate, _ memory: inout MemoryMap) {
        let value = graph.values[update.value]
        let gradient = operand(update.mean, update.gradient, &memory)
        let parameter = operand(update.value, value.inputs[0], &memory)
        // The instruction finds its further operands one after the other.
        var block = [
            operand(update.mean, graph.values[update.mean].inputs[0], &memory),
            operand(update.square, graph.values[update.square].inputs[0], &memory),
            target(update.mean, &memory)!, target(update.square, &memory)!,
        ]
        block.append(operand(update.mean, graph.values[update.mean].inputs[2], &memory))
        for input in graph.values[update.square].inputs[2...] { block.append(operand(update.square, input, &memory)) }
        for input in value.inputs[3...] { block.append(operand(update.value, input, &memory)) }
        let stored = target(update.value, &memory)
        let result = stored ?? temporary(BK_FULL)
        var instruction = bk_instruction(BK_OP_ADAM, result, parameter, gradient)
        instruction.d = UInt16(operands.count)
        for operand in block { operands.append(operands[Int(operand)]) }
        instructions.append(instruction)
        registers[update.value] = result
    }

    /// One part of an update by itself, from plain instructions in the order of operations of the whole.
    mutating func emitComposition(
        of member: Int, _ value: Value, into result: UInt16, _ memory: inout MemoryMap
    ) {
        let inputs = value.inputs.map { operand(member, $0, &memory) }
        func add(_ operation: bk_opcode, _ a: UInt16, _ b: UInt16? = nil, into target: UInt16? = nil) -> UInt16 {
            let target = target ?? temporary(BK_FULL)
            instructions.append(bk_instruction(operation, target, a, b))
            return target
        }
        switch value.primitive {
        case .adamMean:
            let difference = add(BK_OP_SUB, inputs[1], inputs[0])
            _ = add(BK_OP_ADD, inputs[0], add(BK_OP_MUL, difference, inputs[2]), into: result)
        case .adamSquare:
            let kept = add(BK_OP_MUL, inputs[0], inputs[2])
            let squared = add(BK_OP_MUL, add(BK_OP_MUL, inputs[3], inputs[1]), inputs[1])
            _ = add(BK_OP_ADD, kept, squared, into: result)
        default:
            let scale = add(BK_OP_ADD, add(BK_OP_DIV, add(BK_OP_SQRT, inputs[2]), inputs[3]), inputs[4])
            let step = add(BK_OP_DIV, add(BK_OP_MUL, inputs[6], inputs[1]), scale)
            _ = add(BK_OP_SUB, add(BK_OP_MUL, inputs[0], inputs[5]), step, into: result)
        }
    }
}
