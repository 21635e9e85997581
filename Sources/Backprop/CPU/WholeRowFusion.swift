import CKernels

/// Puts together what is done to whole rows: softmax, standardization and their gradients, of which `RowFusion` has left
/// a few instructions each. A row then comes from memory once and its passes follow each other in cache, where the
/// instructions one by one take every tile through one pass after the other. The bits are those of the parts.
struct WholeRowFusion {
    private var list: InstructionList
    /// The operands that are the number one.
    private let ones: Set<UInt16>

    /// - Parameter ones: the operands that are the number one.
    static func run(
        _ instructions: [bk_instruction], _ operands: inout [bk_operand], ones: Set<UInt16>
    ) -> [bk_instruction] {
        let reductions = [BK_OP_ROW_SUM, BK_OP_ROW_DOT, BK_OP_EXPSUB_SUM, BK_OP_MUL_SUMS]
        guard instructions.contains(where: { reductions.contains($0.operation) }) else { return instructions }
        var fusion = WholeRowFusion(list: InstructionList(instructions, operands), ones: ones)
        for position in instructions.indices {
            switch instructions[position].operation {
            case BK_OP_MUL: fusion.merge(softmaxAt: position)
            case BK_OP_SUBMUL:
                fusion.merge(softmaxGradientAt: position)
                fusion.merge(standardizationAt: position)
            case BK_OP_SUBMUL_MULADD: fusion.merge(standardizationAt: position)
            case BK_OP_SUBMUL_MULSUB:
                fusion.merge(standardizationGradientAt: position)
                fusion.addTotals(toStandardizationGradientAt: position, &operands)
            default: break
            }
        }
        return fusion.list.remaining
    }

    // MARK: Patterns

    /// p * (1 / sum of p), p = exp(a - greatest a), where greatest a may be kept above a number and the sum above one.
    private mutating func merge(softmaxAt position: Int) {
        guard let product = list[position] else { return }
        let (powers, share) = list.isLine(product.a) ? (product.a, product.b) : (product.b, product.a)
        guard list.isOwn(powers), isOnlyRead(powers, by: position), isOnlyRead(share, by: position),
            let division = list.source(share, BK_OP_DIV), ones.contains(division.instruction.a),
            isOnlyRead(division.instruction.b, by: division.position),
            let exponentials = list.source(powers, BK_OP_EXPSUB_SUM),
            isOnlyRead(exponentials.instruction.b, by: exponentials.position)
        else { return }
        let (block, sum) = (exponentials.instruction.a, exponentials.instruction.c)
        var (greatest, parts) = (exponentials.instruction.b, [exponentials.position, division.position])
        var floor: UInt16?
        if let raised = list.source(division.instruction.b, BK_OP_MAX) {
            guard raised.instruction.a == sum, ones.contains(raised.instruction.b),
                isOnlyRead(sum, by: raised.position), let least = list.source(greatest, BK_OP_MAX),
                list.isUniform(least.instruction.b), isOnlyRead(least.instruction.a, by: least.position)
            else { return }
            (greatest, floor) = (least.instruction.a, least.instruction.b)
            parts += [raised.position, least.position]
        } else if sum != division.instruction.b {
            return
        }
        guard let maximum = list.source(greatest, BK_OP_ROW_MAX), maximum.instruction.a == block,
            list.isUnchanged([block], maximum.position..<position)
        else { return }
        for part in parts + [maximum.position] { list[part] = nil }
        list[position] = bk_instruction(
            floor == nil ? BK_OP_SOFTMAX : BK_OP_SOFTMAX_OR_ZERO, product.dst, block, powers, floor)
    }

    /// (a - sum of a * b) * b.
    private mutating func merge(softmaxGradientAt position: Int) {
        guard let scaled = list[position], isOnlyRead(scaled.b, by: position),
            let dot = list.source(scaled.b, BK_OP_ROW_DOT), list.isLine(scaled.a), list.isLine(scaled.c),
            [dot.instruction.a, dot.instruction.b].sorted() == [scaled.a, scaled.c].sorted(),
            list.isUnchanged([scaled.a, scaled.c], dot.position..<position)
        else { return }
        list[dot.position] = nil
        list[position] = bk_instruction(BK_OP_SOFTMAX_GRAD, scaled.dst, scaled.a, scaled.c)
    }

    /// (a - mean) / sqrt(variance + c), the last step of which may scale and shift what comes out.
    private mutating func merge(standardizationAt position: Int) {
        guard let last = list[position], list.isLine(last.a), list.isOwnValue(last.b), list.isOwnValue(last.c),
            let root = list.source(last.c, BK_OP_RSQRT), isOnlyRead(root.instruction.a, by: root.position),
            let variance = list.source(root.instruction.a, BK_OP_MULADD), let mean = list.source(last.b, BK_OP_MUL),
            let squares = factor(of: variance, from: BK_OP_ROW_SQUARES),
            let sum = factor(of: mean, from: BK_OP_ROW_SUM),
            squares.other == sum.other, list.isUniform(sum.other), list.isUniform(variance.instruction.c),
            sum.instruction.a == last.a, squares.instruction.a == last.a, squares.instruction.b == last.b,
            list.readers[Int(last.b)] == [squares.position, position]
        else { return }
        let sources = [last.a, sum.other, variance.instruction.c]
        guard list.isUnchanged(sources, sum.position..<root.position) else { return }
        var whole = bk_instruction(BK_OP_STANDARDIZE, last.dst, sources[0], sources[1], sources[2])
        if last.operation == BK_OP_SUBMUL_MULADD {
            guard isOnlyRead(last.c, by: position),
                list.isUnchanged(sources + [last.d, last.e], sum.position..<position)
            else { return }
            whole.op = UInt16(BK_OP_STANDARDIZE_MULADD.rawValue)
            (whole.d, whole.e) = (last.d, last.e)
            list[position] = whole
            list[root.position] = nil
        } else {
            // Whoever stores the scale comes in between, so the result moves to where the scale is found.
            guard list.stores(last.c, root.position + 1..<position) else { return }
            whole.d = last.c
            list[root.position] = whole
            list[position] = nil
        }
        for part in [sum.position, mean.position, squares.position, variance.position] { list[part] = nil }
    }

    /// (p - mean of p) * d - c * (mean of p * c) * d, p = a * b.
    private mutating func merge(standardizationGradientAt position: Int) {
        guard let last = list[position], isOnlyRead(last.a, by: position), isOnlyRead(last.b, by: position),
            isOnlyRead(last.e, by: position), let products = list.source(last.a, BK_OP_MUL_SUMS), list.isOwn(last.a),
            products.instruction.c == last.d, let mean = list.source(last.b, BK_OP_MUL),
            let along = list.source(last.e, BK_OP_MULMUL), along.instruction.c == last.c,
            let sum = factor(of: mean, from: BK_OP_MUL_SUMS), let dot = factor(of: along, from: BK_OP_MUL_SUMS),
            sum.position == products.position, dot.position == products.position,
            sum.value == products.instruction.d, dot.value == products.instruction.e,
            sum.other == dot.other, list.isUniform(sum.other)
        else { return }
        let (a, b, c) = (products.instruction.a, products.instruction.b, products.instruction.c)
        guard list.isUnchanged([a, b, c, last.c, sum.other], products.position..<position) else { return }
        var whole = bk_instruction(BK_OP_STANDARDIZE_GRAD, last.dst, a, b, c)
        (whole.d, whole.e) = (last.c, sum.other)
        for part in [products.position, mean.position, along.position] { list[part] = nil }
        list[position] = whole
    }

    /// Sums of a, and of a * c, down the columns: the gradients of what shifts and scales what is standardized.
    private mutating func addTotals(toStandardizationGradientAt position: Int, _ operands: inout [bk_operand]) {
        guard var whole = list[position], whole.operation == BK_OP_STANDARDIZE_GRAD,
            let sum = list.columnTotal(BK_OP_TOTAL_SUM, of: [whole.a]),
            let dot = list.columnTotal(BK_OP_TOTAL_DOT, of: [whole.a, whole.c]),
            list.canMove(sum, to: position), list.canMove(dot, to: position)
        else { return }
        let block = [whole.e, list[dot]!.dst, list[sum]!.dst]
        whole.op = UInt16(BK_OP_STANDARDIZE_GRAD_TOTALS.rawValue)
        // The instruction finds the accumulators behind this operand.
        whole.e = UInt16(operands.count)
        for operand in block { operands.append(operands[Int(operand)]) }
        list[position] = whole
        (list[sum], list[dot]) = (nil, nil)
    }

    // MARK: Conditions

    /// Whether the operand is a temporary that is written once and that nobody but this instruction reads.
    private func isOnlyRead(_ operand: UInt16, by position: Int) -> Bool {
        (list.isOwn(operand) || list.isOwnValue(operand)) && list.readers[Int(operand)] == [position]
    }

    /// One of the first two factors of a product: a reduction of this kind that nobody else reads; and the other factor.
    private func factor(
        of product: (position: Int, instruction: bk_instruction), from reduction: bk_opcode
    ) -> (position: Int, instruction: bk_instruction, value: UInt16, other: UInt16)? {
        let (a, b) = (product.instruction.a, product.instruction.b)
        for (value, other) in [(a, b), (b, a)] {
            guard isOnlyRead(value, by: product.position), let found = list.source(value, reduction) else { continue }
            return (found.position, found.instruction, value, other)
        }
        return nil
    }
}
