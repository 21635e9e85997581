import CKernels

/// Puts instructions together that go over the same rows, once the pairs are found (see `InstructionFusion`): a block and
/// its sums, and deviations from one value a row, which are cheaper to compute anew than to write and read. All of these
/// have the bits of what they stand for.
struct RowFusion {
    private var list: InstructionList

    static func run(_ instructions: [bk_instruction], _ operands: [bk_operand]) -> [bk_instruction] {
        let reductions = [BK_OP_ROW_SUM, BK_OP_ROW_DOT]
        guard instructions.contains(where: { reductions.contains($0.operation) }) else { return instructions }
        var fusion = RowFusion(list: InstructionList(instructions, operands))
        for position in instructions.indices {
            switch instructions[position].operation {
            case BK_OP_SUB: fusion.recompute(deviationsAt: position)
            case BK_OP_EXPSUB: fusion.addSum(toExponentialsAt: position)
            case BK_OP_MUL: fusion.addSums(toProductsAt: position)
            case BK_OP_NEGMULADD: fusion.merge(differenceAt: position)
            default: break
            }
        }
        return fusion.list.remaining
    }

    // MARK: Patterns

    /// The deviations a - b are squared and summed, and scaled: each does the subtraction by itself.
    private mutating func recompute(deviationsAt position: Int) {
        let difference = list[position]!
        let deviations = difference.dst
        guard list.isOwn(deviations), list.isLine(difference.a), !list.isLine(difference.b) else { return }
        var replacements: [Int: bk_instruction] = [:]
        for reader in list.readers[Int(deviations)] {
            guard let instruction = list[reader],
                let replacement = recomputing(difference, in: instruction)
            else { return }
            replacements[reader] = replacement
        }
        guard let last = replacements.keys.max(),
            replacements.values.contains(where: { $0.operation == BK_OP_ROW_SQUARES }),
            list.isUnchanged([difference.a, difference.b], position..<last)
        else { return }
        list[position] = nil
        for (reader, replacement) in replacements { list[reader] = replacement }
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
        case BK_OP_MULMUL_ADD where reader.a == deviations && !list.isLine(reader.b):
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
        var block = list[position]!
        guard list.isLine(block.a), !list.isLine(block.b), let sum = list.reader(of: block.dst, BK_OP_ROW_SUM) else {
            return
        }
        block.op = UInt16(BK_OP_EXPSUB_SUM.rawValue)
        block.c = list[sum]!.dst
        list[position] = block
        list[sum] = nil
    }

    /// a * b, its sums, and those of its products with a third block.
    private mutating func addSums(toProductsAt position: Int) {
        guard var block = list[position] else { return }
        if !list.isLine(block.a) { swap(&block.a, &block.b) }
        guard list.isLine(block.a), let sum = list.reader(of: block.dst, BK_OP_ROW_SUM),
            let dot = list.reader(of: block.dst, BK_OP_ROW_DOT), let product = list[dot], product.a != product.b
        else { return }
        let other = product.a == block.dst ? product.b : product.a
        guard list.isLine(other), list.isUnchanged([other], position..<dot) else { return }
        block.op = UInt16(BK_OP_MUL_SUMS.rawValue)
        (block.c, block.d, block.e) = (other, list[sum]!.dst, product.dst)
        list[position] = block
        list[sum] = nil
        list[dot] = nil
    }

    /// (a - b) * c, and d * e taken from it.
    private mutating func merge(differenceAt position: Int) {
        guard var wide = list[position] else { return }
        let minuend = wide.c
        guard list.isOwn(minuend), list.readers[Int(minuend)] == [position], minuend != wide.a, minuend != wide.b,
            let writer = list.writers[Int(minuend)].first, let inner = list[writer], inner.operation == BK_OP_SUBMUL,
            list.isLine(inner.a), !list.isLine(inner.b), !list.isLine(inner.c),
            list.isUnchanged(inner.sources, writer..<position)
        else { return }
        (wide.d, wide.e) = list.isLine(wide.a) ? (wide.a, wide.b) : (wide.b, wide.a)
        guard list.isLine(wide.d), !list.isLine(wide.e) else { return }
        wide.op = UInt16(BK_OP_SUBMUL_MULSUB.rawValue)
        (wide.a, wide.b, wide.c) = (inner.a, inner.b, inner.c)
        list[position] = wide
        list[writer] = nil
    }
}
