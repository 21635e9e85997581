import CKernels

/// Puts instructions together that go over the same rows, once the pairs are found (see `InstructionFusion`): a block and
/// its sums, and deviations from one value a row, which are cheaper to compute anew than to write and read. All of these
/// have the bits of what they stand for.
struct RowFusion {
    private let operands: [bk_operand]
    private var instructions: [bk_instruction?]
    /// Where each operand is read, and where it is written.
    private var readers: [[Int]]
    private var writers: [[Int]]

    static func run(_ instructions: [bk_instruction], _ operands: [bk_operand]) -> [bk_instruction] {
        let reductions = [BK_OP_ROW_SUM, BK_OP_ROW_DOT]
        guard instructions.contains(where: { reductions.contains($0.operation) }) else { return instructions }
        var fusion = RowFusion(instructions, operands)
        for position in instructions.indices {
            switch instructions[position].operation {
            case BK_OP_SUB: fusion.recompute(deviationsAt: position)
            case BK_OP_EXPSUB: fusion.addSum(toExponentialsAt: position)
            case BK_OP_MUL: fusion.addSums(toProductsAt: position)
            case BK_OP_NEGMULADD: fusion.merge(differenceAt: position)
            default: break
            }
        }
        return fusion.instructions.compactMap(\.self)
    }

    private init(_ instructions: [bk_instruction], _ operands: [bk_operand]) {
        self.operands = operands
        self.instructions = instructions
        readers = Array(repeating: [], count: operands.count)
        writers = Array(repeating: [], count: operands.count)
        for (position, instruction) in instructions.enumerated() {
            for source in instruction.sources where readers[Int(source)].last != position {
                readers[Int(source)].append(position)
            }
            for result in instruction.results { writers[Int(result)].append(position) }
        }
    }

    // MARK: Patterns

    /// The deviations a - b are squared and summed, and scaled: each does the subtraction by itself.
    private mutating func recompute(deviationsAt position: Int) {
        let difference = instructions[position]!
        let deviations = difference.dst
        guard isOwn(deviations), isLine(difference.a), !isLine(difference.b) else { return }
        var replacements: [Int: bk_instruction] = [:]
        for reader in readers[Int(deviations)] {
            guard let instruction = instructions[reader],
                let replacement = recomputing(difference, in: instruction)
            else { return }
            replacements[reader] = replacement
        }
        guard let last = replacements.keys.max(),
            replacements.values.contains(where: { $0.operation == BK_OP_ROW_SQUARES }),
            isUnchanged([difference.a, difference.b], position..<last)
        else { return }
        instructions[position] = nil
        for (reader, replacement) in replacements { instructions[reader] = replacement }
    }

    private func recomputing(_ difference: bk_instruction, in reader: bk_instruction) -> bk_instruction? {
        let deviations = difference.dst
        switch reader.operation {
        case BK_OP_ROW_DOT where reader.a == deviations && reader.b == deviations:
            return bk_instruction(BK_OP_ROW_SQUARES, reader.dst, difference.a, difference.b)
        case BK_OP_MUL where reader.a == deviations && reader.b != deviations:
            return bk_instruction(BK_OP_SUBMUL, reader.dst, difference.a, difference.b, reader.b)
        case BK_OP_MUL where reader.b == deviations && reader.a != deviations:
            return bk_instruction(BK_OP_SUBMUL, reader.dst, difference.a, difference.b, reader.a)
        case BK_OP_MULMUL_ADD where reader.a == deviations && !isLine(reader.b):
            guard reader.c != deviations, reader.d != deviations else { return nil }
            var wide = bk_instruction(BK_OP_SUBMUL_MULADD, reader.dst, difference.a, difference.b, reader.b)
            (wide.d, wide.e) = (reader.c, reader.d)
            return wide
        default:
            return nil
        }
    }

    /// exp(a - b) and its sums.
    private mutating func addSum(toExponentialsAt position: Int) {
        var block = instructions[position]!
        guard isLine(block.a), !isLine(block.b), let sum = reader(of: block.dst, BK_OP_ROW_SUM) else { return }
        block.op = UInt16(BK_OP_EXPSUB_SUM.rawValue)
        block.c = instructions[sum]!.dst
        instructions[position] = block
        instructions[sum] = nil
    }

    /// a * b, its sums, and those of its products with a third block.
    private mutating func addSums(toProductsAt position: Int) {
        guard var block = instructions[position] else { return }
        if !isLine(block.a) { swap(&block.a, &block.b) }
        guard isLine(block.a), let sum = reader(of: block.dst, BK_OP_ROW_SUM),
            let dot = reader(of: block.dst, BK_OP_ROW_DOT), let product = instructions[dot], product.a != product.b
        else { return }
        let other = product.a == block.dst ? product.b : product.a
        guard isLine(other), isUnchanged([other], position..<dot) else { return }
        block.op = UInt16(BK_OP_MUL_SUMS.rawValue)
        (block.c, block.d, block.e) = (other, instructions[sum]!.dst, product.dst)
        instructions[position] = block
        instructions[sum] = nil
        instructions[dot] = nil
    }

    /// (a - b) * c, and d * e taken from it.
    private mutating func merge(differenceAt position: Int) {
        guard var wide = instructions[position] else { return }
        let minuend = wide.c
        guard isOwn(minuend), readers[Int(minuend)] == [position], minuend != wide.a, minuend != wide.b,
            let writer = writers[Int(minuend)].first, let inner = instructions[writer], inner.operation == BK_OP_SUBMUL,
            isLine(inner.a), !isLine(inner.b), !isLine(inner.c), isUnchanged(inner.sources, writer..<position)
        else { return }
        (wide.d, wide.e) = isLine(wide.a) ? (wide.a, wide.b) : (wide.b, wide.a)
        guard isLine(wide.d), !isLine(wide.e) else { return }
        wide.op = UInt16(BK_OP_SUBMUL_MULSUB.rawValue)
        (wide.a, wide.b, wide.c) = (inner.a, inner.b, inner.c)
        instructions[position] = wide
        instructions[writer] = nil
    }

    // MARK: Conditions

    /// Whether the operand varies along a row.
    private func isLine(_ operand: UInt16) -> Bool {
        let extent = operands[Int(operand)].extent
        return extent == UInt8(BK_FULL.rawValue) || extent == UInt8(BK_COL.rawValue)
    }

    /// Whether the operand is a temporary block that is written once.
    private func isOwn(_ operand: UInt16) -> Bool {
        let isTemporary = operands[Int(operand)].kind == UInt8(BK_TEMP.rawValue)
        return isTemporary && operands[Int(operand)].extent == UInt8(BK_FULL.rawValue)
            && writers[Int(operand)].count == 1
    }

    /// The one reduction of this kind that reads a block which is written once.
    private func reader(of block: UInt16, _ operation: bk_opcode) -> Int? {
        guard writers[Int(block)].count == 1 else { return nil }
        let found = readers[Int(block)].filter { instructions[$0]?.operation == operation }
        return found.count == 1 ? found[0] : nil
    }

    /// Whether no instruction behind the first of the range writes what these operands read, and none in between writes
    /// memory that one of them may lie in: an array is overwritten in place by another one of its size only.
    private func isUnchanged(_ sources: [UInt16], _ range: Range<Int>) -> Bool {
        func isMemory(_ operand: UInt16) -> Bool { operands[Int(operand)].kind != UInt8(BK_TEMP.rawValue) }
        func mayOverlap(_ one: UInt16, _ other: UInt16) -> Bool {
            one == other || isMemory(one) && isMemory(other) && operands[Int(one)].extent == operands[Int(other)].extent
        }
        return !instructions[range].contains { instruction in
            guard let instruction else { return false }
            let overwrites = instruction.results.contains { result in sources.contains { mayOverlap($0, result) } }
            return overwrites || instruction.operation == BK_OP_ADAM
        }
    }
}
