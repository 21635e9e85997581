import CKernels

/// A block program with the memory of its C structure.
final class Program {
    private(set) var program: UnsafeMutablePointer<bk_program>
    private let operands: UnsafeMutableBufferPointer<bk_operand>
    private let instructions: UnsafeMutableBufferPointer<bk_instruction>
    let product: UInt16?

    var partialBytes: Int { Int(program.pointee.partial_bytes) }

    init(
        lane: Lane, nest: LoopNest, operands: [bk_operand], instructions: [bk_instruction], product: UInt16? = nil,
        share: TaskShare? = nil
    ) {
        self.operands = .allocate(capacity: Swift.max(1, operands.count))
        _ = self.operands.initialize(from: operands)
        self.instructions = .allocate(capacity: Swift.max(1, instructions.count))
        _ = self.instructions.initialize(from: instructions)
        self.product = product
        program = .allocate(capacity: 1)
        var value = bk_program()
        value.lane = bk_lane(rawValue: lane.rawValue)
        value.batch_rank = Int32(nest.batch.count)
        withUnsafeMutableBytes(of: &value.batch) { bytes in
            let target = bytes.bindMemory(to: Int64.self)
            for (axis, extent) in nest.batch.enumerated() { target[axis] = Int64(extent) }
        }
        value.rows = Int64(nest.rows)
        value.cols = Int64(nest.columns)
        value.operand_count = Int32(operands.count)
        value.instruction_count = Int32(instructions.count)
        value.operands = UnsafePointer(self.operands.baseAddress!)
        value.instructions = UnsafePointer(self.instructions.baseAddress!)
        if let share {
            value.row_share = Int64(share.rows)
            value.col_share = Int64(share.columns)
        }
        program.initialize(to: value)
        bk_program_prepare(program)
    }

    deinit {
        bk_program_discard(program)
        program.deallocate()
        operands.deallocate()
        instructions.deallocate()
    }
}
