import CKernels

/// A fused cluster.
final class ProgramKernel: Kernel {
    private let program: Program
    private let partials: Int?

    /// `partials` is the slot of the accumulators' memory, where the program has any.
    init(name: String, _ program: Program, partials: Int?) {
        self.program = program
        self.partials = partials
        super.init(name: name, tasks: Int(program.program.pointee.tasks), needsFinish: partials != nil)
    }

    override var programs: [Program] { [program] }

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

    override var programs: [Program] { epilogue.map { [$0] } ?? [] }

    override func fetch(_ pointers: Pointers) { bk_gemm_fetch(gemm, pointers[b]) }

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

/// A small product and the cluster that reads it, in the same task; in several where both are cut by the same rows.
final class ChainKernel: Kernel {
    private let first: ProductKernel
    private let second: ProgramKernel

    init(name: String, _ first: ProductKernel, _ second: ProgramKernel, isCut: Bool) {
        (self.first, self.second) = (first, second)
        super.init(name: name, tasks: isCut ? first.tasks : 1, needsFinish: second.needsFinish)
    }

    override var programs: [Program] { first.programs + second.programs }

    override func run(task: Int, _ pointers: Pointers) {
        if tasks > 1 {
            first.run(task: task, pointers)
            second.run(task: task, pointers)
        } else {
            for task in 0..<first.tasks { first.run(task: task, pointers) }
            for task in 0..<second.tasks { second.run(task: task, pointers) }
        }
    }

    override func finish(_ pointers: Pointers) { second.finish(pointers) }

    override func fetch(_ pointers: Pointers) { first.fetch(pointers) }
}

/// Kernels one after the other, each task on its own rows.
final class RunKernel: Kernel {
    private let run: [Kernel]
    /// The same. Threads go through them at the same time, and would hand the counts of references to and fro.
    private let steps: [Unmanaged<Kernel>]

    init(_ members: [Kernel]) {
        run = members
        steps = members.map(Unmanaged.passUnretained)
        let isCut = members.allSatisfy { $0.tasks == members[0].tasks }
        super.init(
            name: "run of \(members.count) kernels", tasks: isCut ? members[0].tasks : 1,
            needsFinish: isCut && members[0].tasks > 1 && members.contains(where: \.needsFinish))
    }

    override var members: [Kernel] { run }

    override func run(task: Int, _ pointers: Pointers) {
        if tasks > 1 {
            for position in steps.indices {
                // While a member computes, the weights of the next one are on their way.
                if position + 1 < steps.count { steps[position + 1]._withUnsafeGuaranteedRef { $0.fetch(pointers) } }
                steps[position]._withUnsafeGuaranteedRef { $0.run(task: task, pointers) }
            }
        } else {
            for position in steps.indices { run(member: position, task: 0, pointers) }
        }
    }

    override func run(member: Int, task: Int, _ pointers: Pointers) {
        steps[member]._withUnsafeGuaranteedRef { member in
            if tasks > 1 { return member.run(task: task, pointers) }
            for task in 0..<member.tasks { member.run(task: task, pointers) }
            if member.needsFinish { member.finish(pointers) }
        }
    }

    override func finish(_ pointers: Pointers) {
        for member in run where member.needsFinish { member.finish(pointers) }
    }
}
