import CKernels

/// Puts pairs of instructions together where one instruction does the work of both: a long chain is bound by the traffic
/// between registers and first-level cache, which each pair saves once. All of these have the bits of the pair.
enum InstructionFusion {
    /// `outer(inner(a, b), ...)` as one instruction.
    private struct Pair {
        let inner: bk_opcode
        let outer: bk_opcode
        /// The operand of the outer instruction that is the inner one's result.
        let position: Position
        let fused: bk_opcode

        enum Position { case a, b }
    }

    private static let pairs: [Pair] = [
        Pair(inner: BK_OP_MUL, outer: BK_OP_ADD, position: .a, fused: BK_OP_MULADD),
        Pair(inner: BK_OP_MUL, outer: BK_OP_ADD, position: .b, fused: BK_OP_MULADD),
        Pair(inner: BK_OP_MUL, outer: BK_OP_SUB, position: .a, fused: BK_OP_MULSUB),
        Pair(inner: BK_OP_MUL, outer: BK_OP_SUB, position: .b, fused: BK_OP_NEGMULADD),
        Pair(inner: BK_OP_SUB, outer: BK_OP_MUL, position: .a, fused: BK_OP_SUBMUL),
        Pair(inner: BK_OP_SUB, outer: BK_OP_MUL, position: .b, fused: BK_OP_SUBMUL),
        Pair(inner: BK_OP_MUL, outer: BK_OP_MUL, position: .a, fused: BK_OP_MULMUL),
        Pair(inner: BK_OP_MUL, outer: BK_OP_MUL, position: .b, fused: BK_OP_MULMUL),
        Pair(inner: BK_OP_MULADD, outer: BK_OP_MUL, position: .a, fused: BK_OP_MULADD_MUL),
        Pair(inner: BK_OP_MULADD, outer: BK_OP_MUL, position: .b, fused: BK_OP_MULADD_MUL),
        Pair(inner: BK_OP_MULMUL, outer: BK_OP_ADD, position: .a, fused: BK_OP_MULMUL_ADD),
        Pair(inner: BK_OP_MULMUL, outer: BK_OP_ADD, position: .b, fused: BK_OP_MULMUL_ADD),
        Pair(inner: BK_OP_SUB, outer: BK_OP_EXP, position: .a, fused: BK_OP_EXPSUB),
        Pair(inner: BK_OP_MUL, outer: BK_OP_ROW_SUM, position: .a, fused: BK_OP_ROW_DOT),
        Pair(inner: BK_OP_MUL, outer: BK_OP_TOTAL_SUM, position: .a, fused: BK_OP_TOTAL_DOT),
    ]

    /// - Parameter ones: the operands that are the number one.
    static func run(
        _ instructions: [bk_instruction], _ operands: [bk_operand], ones: Set<UInt16>
    ) -> [bk_instruction] {
        var uses = [Int](repeating: 0, count: operands.count)
        var writer = [Int](repeating: -1, count: operands.count)
        for instruction in instructions { for operand in instruction.operands.dropFirst() { uses[Int(operand)] += 1 } }
        var result: [bk_instruction?] = []
        for instruction in instructions {
            result.append(instruction)
            if let (fused, inner) = fusion(of: instruction, result, operands, uses, writer, ones) {
                result[inner] = nil
                result[result.count - 1] = fused
            }
            writer[Int(instruction.dst)] = result.count - 1
        }
        return result.compactMap(\.self)
    }

    private static func fusion(
        of outer: bk_instruction, _ done: [bk_instruction?], _ operands: [bk_operand], _ uses: [Int],
        _ writer: [Int], _ ones: Set<UInt16>
    ) -> (bk_instruction, Int)? {
        for (source, other) in [(outer.a, outer.b), (outer.b, outer.a)] {
            guard outer.c == BK_NONE, source != BK_NONE, source != other, uses[Int(source)] == 1,
                operands[Int(source)].kind == UInt8(BK_TEMP.rawValue),
                operands[Int(source)].extent == UInt8(BK_FULL.rawValue)
                    || isOneValueARow(source, and: outer.dst, operands)
            else { continue }
            let position = writer[Int(source)]
            guard position >= 0, let inner = done[position],
                !isDisturbed(inner, done[(position + 1)...].dropLast(), operands)
            else { continue }
            if outer.operation == BK_OP_MUL, inner.operation == BK_OP_NEGMULADD, inner.a == inner.b,
                ones.contains(inner.c)
            {
                return (bk_instruction(BK_OP_TANH_GRAD, outer.dst, other, inner.a), position)
            }
            let operand: Pair.Position = source == outer.a ? .a : .b
            guard
                let pair = pairs.first(where: {
                    $0.outer == outer.operation && $0.inner == inner.operation && $0.position == operand
                })
            else { continue }
            if inner.c != BK_NONE {
                var fused = bk_instruction(pair.fused, outer.dst, inner.a, inner.b, inner.c)
                fused.d = other
                return (fused, position)
            }
            return (
                bk_instruction(pair.fused, outer.dst, inner.a, inner.b, other == BK_NONE ? nil : other), position
            )
        }
        return nil
    }

    /// Short work, of which there is much in a normalization: what counts is the number of instructions.
    private static func isOneValueARow(_ source: UInt16, and result: UInt16, _ operands: [bk_operand]) -> Bool {
        [source, result].allSatisfy {
            operands[Int($0)].kind == UInt8(BK_TEMP.rawValue) && operands[Int($0)].extent == UInt8(BK_ROW.rawValue)
        }
    }

    /// Whether what the instruction reads changes before the later ones are done. An array may be overwritten in place
    /// under another operand, so any write to memory counts against a read from memory.
    private static func isDisturbed(
        _ instruction: bk_instruction, _ later: ArraySlice<bk_instruction?>, _ operands: [bk_operand]
    ) -> Bool {
        func isMemory(_ operand: UInt16) -> Bool { operands[Int(operand)].kind != UInt8(BK_TEMP.rawValue) }
        let sources = instruction.operands.dropFirst()
        let readsMemory = sources.contains(where: isMemory)
        return later.contains { other in
            guard let other else { return false }
            return sources.contains(other.dst)
                || (readsMemory && (isMemory(other.dst) || other.operation == BK_OP_ADAM))
        }
    }
}
