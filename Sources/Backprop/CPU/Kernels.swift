import CKernels

typealias Pointers = UnsafePointer<UnsafeMutableRawPointer?>

/// One unit of a plan: tasks that any threads may run in any order, then an end that one thread runs.
///
/// Kernels own C structures, which nothing changes after planning.
class Kernel {
    let name: String
    fileprivate(set) var tasks: Int
    /// Whether `finish` has anything to do.
    fileprivate(set) var needsFinish = false

    fileprivate init(name: String, tasks: Int) {
        self.name = name
        self.tasks = tasks
    }

    func run(task: Int, _ pointers: Pointers) {}
    func finish(_ pointers: Pointers) {}
}

/// A block program with the memory of its C structure.
final class Program {
    fileprivate var program: UnsafeMutablePointer<bk_program>
    private let operands: UnsafeMutableBufferPointer<bk_operand>
    private let instructions: UnsafeMutableBufferPointer<bk_instruction>
    fileprivate let product: UInt16?

    var partialBytes: Int { Int(program.pointee.partial_bytes) }

    init(
        lane: Lane, nest: LoopNest, operands: [bk_operand], instructions: [bk_instruction], product: UInt16? = nil
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
        program.initialize(to: value)
        bk_program_prepare(program)
    }

    deinit {
        program.deallocate()
        operands.deallocate()
        instructions.deallocate()
    }
}

/// A fused cluster.
final class ProgramKernel: Kernel {
    private let program: Program
    private let partials: Int?

    /// `partials` is the slot of the accumulators' memory, where the program has any.
    init(name: String, _ program: Program, partials: Int?) {
        self.program = program
        self.partials = partials
        super.init(name: name, tasks: Int(program.program.pointee.tasks))
        needsFinish = partials != nil
    }

    override func run(task: Int, _ pointers: Pointers) {
        bk_program_run(program.program, pointers, partials.flatMap { pointers[$0] }, Int64(task))
    }

    override func finish(_ pointers: Pointers) {
        bk_program_finish(program.program, pointers, partials.flatMap { pointers[$0] })
    }
}

/// A matrix product, with or without a cluster that runs on its tiles.
final class ProductKernel: Kernel {
    private let gemm: UnsafeMutablePointer<bk_gemm>
    private let a: Int, b: Int, c: Int?
    private let epilogue: Program?

    init(name: String, _ gemm: bk_gemm, a: Int, b: Int, c: Int?, epilogue: Program?) {
        self.gemm = .allocate(capacity: 1)
        self.gemm.initialize(to: gemm)
        bk_gemm_prepare(self.gemm)
        (self.a, self.b, self.c, self.epilogue) = (a, b, c, epilogue)
        super.init(name: name, tasks: Int(self.gemm.pointee.tasks))
    }

    deinit { gemm.deallocate() }

    private struct Tile {
        var program: UnsafeMutablePointer<bk_program>
        var pointers: Pointers
        var product: Int32
    }

    override func run(task: Int, _ pointers: Pointers) {
        let c = c.flatMap { pointers[$0] }
        guard let epilogue else {
            bk_gemm_run(gemm, pointers[a], pointers[b], c, Int64(task), nil, nil)
            return
        }
        var context = Tile(program: epilogue.program, pointers: pointers, product: Int32(epilogue.product!))
        withUnsafeMutablePointer(to: &context) { context in
            bk_gemm_run(
                gemm, pointers[a], pointers[b], c, Int64(task),
                { context, tile, stride, batch, row, rows, column, columns in
                    let context = context!.assumingMemoryBound(to: Tile.self)
                    bk_program_tile(
                        context.pointee.program, context.pointee.pointers, context.pointee.product, tile, stride,
                        batch, row, rows, column, columns)
                }, context)
        }
    }
}

/// A small product and the cluster that reads it, as one task.
final class ChainKernel: Kernel {
    private let first: ProductKernel
    private let second: ProgramKernel

    init(name: String, _ first: ProductKernel, _ second: ProgramKernel) {
        (self.first, self.second) = (first, second)
        super.init(name: name, tasks: 1)
    }

    override func run(task: Int, _ pointers: Pointers) {
        for task in 0..<first.tasks { first.run(task: task, pointers) }
        for task in 0..<second.tasks { second.run(task: task, pointers) }
        if second.needsFinish { second.finish(pointers) }
    }
}

/// Parts written side by side into one result: concatenation, and padding around one part.
final class AssemblyKernel: Kernel {
    private let parts: [Program]
    private let zeroed: (slot: Int, bytes: Int)?

    /// Where `zeroed` is given, that memory is cleared before the parts are written.
    init(name: String, _ parts: [Program], zeroed: (slot: Int, bytes: Int)?) {
        self.parts = parts
        self.zeroed = zeroed
        // Clearing has to come first, so it is done by the one task that there is then.
        super.init(name: name, tasks: zeroed == nil ? parts.count : 1)
    }

    override func run(task: Int, _ pointers: Pointers) {
        if let zeroed {
            pointers[zeroed.slot]!.initializeMemory(as: UInt8.self, repeating: 0, count: zeroed.bytes)
            for part in parts { run(part, pointers) }
        } else {
            run(parts[task], pointers)
        }
    }

    private func run(_ part: Program, _ pointers: Pointers) {
        for task in 0..<part.program.pointee.tasks { bk_program_run(part.program, pointers, nil, task) }
    }
}

/// Rows by index.
final class GatherKernel: Kernel {
    private var shape: bk_gather_shape
    private let source: Int, indices: Int, result: Int

    init(name: String, _ shape: bk_gather_shape, source: Int, indices: Int, result: Int) {
        self.shape = shape
        (self.source, self.indices, self.result) = (source, indices, result)
        super.init(name: name, tasks: withUnsafePointer(to: shape) { Int(bk_gather_tasks($0)) })
    }

    override func run(task: Int, _ pointers: Pointers) {
        withUnsafePointer(to: shape) { shape in
            IndexFault.check(shape, pointers[indices]!, name)
            bk_gather_run(shape, pointers[source], pointers[indices], pointers[result]!, Int64(task))
        }
    }
}

/// Rows added where indices point.
final class ScatterAddKernel: Kernel {
    private var shape: bk_gather_shape
    private let updates: Int, indices: Int, result: Int

    /// The result is cleared here, so one task does it all unless the columns can be shared out.
    init(name: String, _ shape: bk_gather_shape, updates: Int, indices: Int, result: Int) {
        self.shape = shape
        (self.updates, self.indices, self.result) = (updates, indices, result)
        super.init(name: name, tasks: 1)
    }

    override func run(task: Int, _ pointers: Pointers) {
        withUnsafePointer(to: shape) { shape in
            IndexFault.check(shape, pointers[indices]!, name)
            let bytes =
                Int(shape.pointee.outer * shape.pointee.table * shape.pointee.inner)
                * DType(rawValue: UInt8(shape.pointee.type.rawValue))!.byteCount
            pointers[result]!.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
            for task in 0..<bk_scatter_tasks(shape) {
                bk_scatter_add_run(shape, pointers[updates], pointers[indices], pointers[result]!, task)
            }
        }
    }
}

/// Indices copied after a check of their range.
final class CheckIndicesKernel: Kernel {
    private var shape: bk_gather_shape
    private let indices: Int, result: Int, bytes: Int

    init(name: String, _ shape: bk_gather_shape, indices: Int, result: Int, bytes: Int) {
        self.shape = shape
        (self.indices, self.result, self.bytes) = (indices, result, bytes)
        super.init(name: name, tasks: 1)
    }

    override func run(task: Int, _ pointers: Pointers) {
        withUnsafePointer(to: shape) { IndexFault.check($0, pointers[indices]!, name) }
        pointers[result]!.copyMemory(from: pointers[indices]!, byteCount: bytes)
    }
}

/// The index of the greatest element along an axis.
final class ArgMaxKernel: Kernel {
    private let type: bk_type
    private let extents: (outer: Int64, length: Int64, inner: Int64)
    private let source: Int, result: Int

    init(name: String, _ dtype: DType, outer: Int, length: Int, inner: Int, source: Int, result: Int) {
        type = bk_type(rawValue: UInt32(dtype.rawValue))
        extents = (Int64(outer), Int64(length), Int64(inner))
        (self.source, self.result) = (source, result)
        super.init(name: name, tasks: Int(bk_arg_tasks(extents.outer, extents.length, extents.inner)))
    }

    override func run(task: Int, _ pointers: Pointers) {
        bk_arg_run(
            type, true, extents.outer, extents.length, extents.inner, pointers[source],
            pointers[result]!.assumingMemoryBound(to: Int64.self), Int64(task))
    }
}

/// What happens when an index points outside of its table.
enum IndexFault {
    static func check(_ shape: UnsafePointer<bk_gather_shape>, _ indices: UnsafeRawPointer, _ name: String) {
        let position = bk_index_check(shape, indices)
        guard position >= 0 else { return }
        let index =
            shape.pointee.index_type == BK_TYPE_I32
            ? Int64(indices.load(fromByteOffset: Int(position) * 4, as: Int32.self))
            : indices.load(fromByteOffset: Int(position) * 8, as: Int64.self)
        trap("\(name): index \(index) at position \(position) lies outside of 0..<\(shape.pointee.table)")
    }
}
