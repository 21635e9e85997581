import CKernels

/// The instructions of a program while some of them are put together: where operands are read and written, and whether
/// instructions may change places. Temporaries have no place in memory yet, so each is written for one purpose.
struct InstructionList {
    private let operands: [bk_operand]
    private var instructions: [bk_instruction?]
    /// Where each operand is read, and where it is written.
    let readers: [[Int]]
    let writers: [[Int]]

    init(_ instructions: [bk_instruction], _ operands: [bk_operand]) {
        self.operands = operands
        self.instructions = instructions
        var readers: [[Int]] = Array(repeating: [], count: operands.count)
        var writers = readers
        for (position, instruction) in instructions.enumerated() {
            for source in instruction.sources where readers[Int(source)].last != position {
                readers[Int(source)].append(position)
            }
            for result in instruction.results { writers[Int(result)].append(position) }
        }
        (self.readers, self.writers) = (readers, writers)
    }

    /// The instruction at a position; nothing where it has become part of another one.
    subscript(position: Int) -> bk_instruction? {
        get { instructions[position] }
        set { instructions[position] = newValue }
    }

    var remaining: [bk_instruction] { instructions.compactMap(\.self) }

    /// Whether the operand varies along a row.
    func isLine(_ operand: UInt16) -> Bool {
        let extent = operands[Int(operand)].extent
        return extent == UInt8(BK_FULL.rawValue) || extent == UInt8(BK_COL.rawValue)
    }

    /// Whether the operand is one number in memory.
    func isUniform(_ operand: UInt16) -> Bool {
        let operand = operands[Int(operand)]
        return operand.kind == UInt8(BK_MEMORY.rawValue) && operand.extent == UInt8(BK_SCALAR.rawValue)
    }

    /// Whether the operand is a temporary block that is written once.
    func isOwn(_ operand: UInt16) -> Bool {
        let isTemporary = operands[Int(operand)].kind == UInt8(BK_TEMP.rawValue)
        return isTemporary && operands[Int(operand)].extent == UInt8(BK_FULL.rawValue)
            && writers[Int(operand)].count == 1
    }

    /// The one reduction of this kind that reads a block which is written once.
    func reader(of block: UInt16, _ operation: bk_opcode) -> Int? {
        guard writers[Int(block)].count == 1 else { return nil }
        let found = readers[Int(block)].filter { instructions[$0]?.operation == operation }
        return found.count == 1 ? found[0] : nil
    }

    /// Whether no instruction behind the first of the range writes what these operands read, and none in between writes
    /// memory that one of them may lie in: an array is overwritten in place by another one of its size only.
    func isUnchanged(_ sources: [UInt16], _ range: Range<Int>) -> Bool {
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

    /// Whether the operand is a temporary of one value a row that is written once.
    func isOwnValue(_ operand: UInt16) -> Bool {
        let isTemporary = operands[Int(operand)].kind == UInt8(BK_TEMP.rawValue)
        return isTemporary && operands[Int(operand)].extent == UInt8(BK_ROW.rawValue)
            && writers[Int(operand)].count == 1
    }

    /// Whether the instructions in the range do nothing but put a temporary of one value a row into memory.
    func stores(_ value: UInt16, _ range: Range<Int>) -> Bool {
        instructions[range].allSatisfy { instruction in
            guard let instruction else { return true }
            return instruction.operation == BK_OP_STORE && instruction.a == value
                && operands[Int(instruction.dst)].extent == UInt8(BK_ROW.rawValue)
        }
    }

    /// The one total of this kind of one or two blocks that has an accumulator for each column.
    func columnTotal(_ operation: bk_opcode, of sources: [UInt16]) -> Int? {
        let found = readers[Int(sources[0])].filter { position in
            guard let instruction = self[position], instruction.operation == operation else { return false }
            return instruction.sources.sorted() == sources.sorted()
                && operands[Int(instruction.dst)].extent == UInt8(BK_COL.rawValue)
        }
        return found.count == 1 ? found[0] : nil
    }

    /// Whether an instruction whose result nobody reads can run at another place. What it reads further down is still what
    /// it was further up, if it was there already.
    func canMove(_ instruction: Int, to position: Int) -> Bool {
        let sources = self[instruction]!.sources
        if instruction < position { return isUnchanged(sources, instruction..<position) }
        return sources.allSatisfy { source in writers[Int(source)].allSatisfy { $0 < position } }
    }

    /// The instruction that computes an operand which is written once, if it is of this kind.
    func source(_ operand: UInt16, _ operation: bk_opcode) -> (position: Int, instruction: bk_instruction)? {
        guard writers[Int(operand)].count == 1, let instruction = self[writers[Int(operand)][0]],
            instruction.operation == operation
        else { return nil }
        return (writers[Int(operand)][0], instruction)
    }
}
