import CKernels

extension KernelBuilder {
    /// The operands one after the other.
    mutating func concatenation(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index]
        var start = 0
        let strides = value.shape.denseStrides
        var parts: [Program] = []
        for input in value.inputs {
            let shape = graph.values[input].shape
            if shape.count > 0 {
                let target = memory.slot(of: index, elements: start * strides[value.axis], value.dtype)
                parts.append(copy(input, to: target, strides: strides))
            }
            start += shape[value.axis]
        }
        return AssemblyKernel(name: name, parts, zeroed: nil)
    }

    /// The operand between zeros.
    mutating func padding(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index]
        let rank = value.shape.rank, list = value.list!, dense = value.shape.denseStrides
        let offset = (0..<rank).reduce(0) { $0 + list[$1] * dense[$1] }
        let strides = (0..<rank).map { dense[$0] * (list[2 * rank + $0] + 1) }
        let target = memory.slot(of: index, elements: offset, value.dtype)
        let isEmpty = graph.values[value.inputs[0]].shape.count == 0
        return AssemblyKernel(
            name: name, isEmpty ? [] : [copy(value.inputs[0], to: target, strides: strides)],
            zeroed: (slot(index), value.shape.count * value.dtype.byteCount))
    }

    /// A program that copies a value to a place with its own strides.
    private mutating func copy(_ input: Int, to target: Int, strides: [Int]) -> Program {
        let value = graph.values[input], layout = graph.layouts[input]
        let axes = iterationAxes(value.shape)
        let from = axes.map { layout.strides[$0] }, to = axes.map { strides[$0] }
        let nest = LoopNest(domain: axes.map { value.shape[$0] }, operands: [from, to], constraint: .init())!
        let isScalar = graph.values[layout.base].primitive == .scalar
        let lane = Lane(value.dtype)
        let source = memory.slot(of: layout.base, elements: layout.offset, value.dtype)
        var register = bk_operand()
        register.type = lane.dtype.rawValue
        return Program(
            lane: lane, nest: nest,
            operands: [
                nest.operand(slot: source, isScalar ? lane.dtype : value.dtype, from), register,
                nest.operand(slot: target, value.dtype, to),
            ],
            instructions: [bk_instruction(BK_OP_LOAD, 1, 0), bk_instruction(BK_OP_STORE, 2, 1)])
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
