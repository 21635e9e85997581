import CKernels

/// Turns groups into kernels.
struct KernelBuilder {
    let graph: SimplifiedGraph
    let fusion: Fusion
    let schedule: Schedule
    var memory: MemoryMap

    init(_ graph: SimplifiedGraph, _ fusion: Fusion, _ schedule: Schedule) {
        self.graph = graph
        self.fusion = fusion
        self.schedule = schedule
        memory = MemoryMap(graph, fusion, schedule)
    }

    mutating func build() -> CPUPlan {
        var waves: [[Kernel]] = []
        var contents: [KernelContent] = []
        for (position, units) in schedule.waves.enumerated() {
            var kernels: [Kernel] = []
            for unit in units {
                var members: [Kernel] = []
                for group in unit.groups {
                    guard let kernel = kernel(for: group, wave: position, rowsOfTask: unit.rowsOfTask) else { continue }
                    members.append(kernel)
                    contents.append(content(of: group, kernel, wave: position))
                }
                guard !members.isEmpty else { continue }
                kernels.append(members.count == 1 ? members[0] : RunKernel(members))
                kernels.last!.cost = unit.groups.reduce(0) { $0 + work(of: $1) }
            }
            if !kernels.isEmpty { waves.append(kernels) }
        }
        let placement = Placement(memory.requests)
        return CPUPlan(
            waves: waves, kernelContents: contents, pointers: memory.pointers.entries,
            requestOffsets: placement.offsets,
            workspaceBytes: placement.bytes, outputBytes: outputBytes, workspaceItems: memory.items,
            addedScalars: memory.addedScalars, graphScalars: graph.scalarCount, donors: schedule.donors,
            sharedLeaves: sharedLeaves, sharedOutputs: graph.sharedOutputs)
    }

    /// Bytes of the outputs that take over nobody's memory.
    private var outputBytes: Int {
        let shared = graph.sharedOutputs
        return graph.outputs.indices.reduce(0) { sum, position in
            let output = graph.outputs[position]
            guard graph.isComputed(output), shared[position] < 0, schedule.donors[position] < 0 else { return sum }
            return sum + graph.bytes(of: output)
        }
    }

    private var sharedLeaves: [Int] {
        graph.outputs.map { graph.values[$0].primitive == .constant ? graph.values[$0].source : -1 }
    }

    /// A rough count of element operations, to decide whether sharing a wave between threads pays.
    private func work(of group: Group) -> Int {
        var total = 0
        for member in group.members { total += group.domain.reduce(1, *) * graph.values[member].primitive.weight }
        if let product = group.product { total += workOfProduct(product) }
        if let standalone = group.standalone { total += workOfKernel(standalone) }
        return total
    }

    /// The same for one value by itself.
    func work(ofValue index: Int) -> Int {
        let value = graph.values[index]
        switch value.primitive.kind {
        case .source, .view, .transparent: return 0
        case .elementwise: return value.shape.count * value.primitive.weight
        case .reduction: return graph.values[value.inputs[0]].shape.count
        case .product: return workOfProduct(index)
        case .assembly, .kernel: return workOfKernel(index)
        }
    }

    private func workOfKernel(_ index: Int) -> Int {
        let value = graph.values[index]
        switch value.primitive {
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient: return workOfConvolution(index)
        default: return value.shape.count * 4
        }
    }

    private func workOfProduct(_ index: Int) -> Int {
        let value = graph.values[index], a = graph.values[value.inputs[0]].shape
        return value.shape.count * a[a.rank - (value.bits & 1 != 0 ? 2 : 1)] / 4
    }

    /// The name of a kernel in diagnostics: what it computes, the result last.
    private func name(of group: Group) -> String {
        let names = group.values.map { graph.values[$0].primitive.name }
        let list = names.count > 6 ? names.prefix(3) + ["…"] + names.suffix(2) : names[...]
        let last = graph.values[group.values.last!]
        return list.joined(separator: " ") + " -> \(last.dtype)\(last.shape)"
    }

    /// `rowsOfTask` is given where the kernel is part of a run.
    private mutating func kernel(for group: Group, wave: Int, rowsOfTask: Int?) -> Kernel? {
        let name = name(of: group)
        if let standalone = group.standalone {
            guard case .kernel(let make) = graph.values[standalone].primitive.lowering else {
                trap("\(graph.values[standalone].primitive.name) has no kernel of its own")
            }
            return graph.values[standalone].shape.count == 0 ? nil : make(&self, standalone, name)
        }
        var program: Program?
        var share: TaskShare?
        if let rowsOfTask, let product = group.product {
            share = TaskShare(rows: rowsOfTask, columns: graph.values[product].shape[1])
        }
        if group.isCluster {
            if group.domain.contains(0) { return nil }
            var builder = ProgramBuilder(graph, group, fusion)
            if group.followsProduct, let product = group.product {
                // A cluster that does not go along the rows of the product is not cut.
                let shape = graph.values[product].shape
                if share != nil, !builder.walks(rows: shape[0], columns: shape[1]) { share = nil }
            }
            program = builder.build(&memory, group.followsProduct ? share : nil)
        }
        guard let product = group.product else {
            return ProgramKernel(name: name, program!, partials: partials(of: program!, wave))
        }
        guard group.followsProduct, let program else { return self.product(product, name, program, share) }
        let following = ProgramKernel(name: name, program, partials: partials(of: program, wave))
        guard let first = self.product(product, name, nil, share) else { return following }
        return ChainKernel(name: name, first, following, isCut: share != nil)
    }

    /// The slot of the memory for a program's accumulators, where it has any.
    private mutating func partials(of program: Program, _ wave: Int) -> Int? {
        program.partialBytes > 0 ? partials(program.partialBytes, wave) : nil
    }

    private mutating func partials(_ bytes: Int, _ wave: Int) -> Int {
        let request = memory.request(bytes, wave, wave, name: "partial sums", shape: Shape([bytes]))
        return memory.pointers.slot(.workspace(request))
    }

    /// The slot of memory for the partial sums of a value's kernel.
    mutating func partials(_ bytes: Int, for index: Int) -> Int {
        partials(bytes, schedule.waveOf[fusion.groupOf[index]])
    }

    private mutating func product(
        _ index: Int, _ name: String, _ epilogue: Program?, _ share: TaskShare?
    ) -> ProductKernel? {
        let value = graph.values[index], shape = value.shape, rank = shape.rank
        if shape.count == 0 { return nil }
        let (a, b) = (value.inputs[0], value.inputs[1])
        let stridesA = graph.layouts[a].broadcast(from: graph.values[a].shape, to: aligned(a, shape))
        let stridesB = graph.layouts[b].broadcast(from: graph.values[b].shape, to: aligned(b, shape))
        var gemm = bk_gemm()
        gemm.type = value.dtype.kernelType
        let batchAxes = (0..<(rank - 2)).filter { shape[$0] != 1 }
        gemm.batch = Int64(batchAxes.reduce(1) { $0 * shape[$1] })
        gemm.m = Int64(shape[rank - 2])
        gemm.n = Int64(shape[rank - 1])
        let transposesA = value.bits & 1 != 0, transposesB = value.bits & 2 != 0
        let shapeA = graph.values[a].shape
        gemm.k = Int64(shapeA[shapeA.rank - (transposesA ? 2 : 1)])
        gemm.a_batch = Int64(batchAxes.last.map { stridesA[$0] } ?? 0)
        gemm.b_batch = Int64(batchAxes.last.map { stridesB[$0] } ?? 0)
        gemm.a_row = Int64(stridesA[rank - (transposesA ? 1 : 2)])
        gemm.a_col = Int64(stridesA[rank - (transposesA ? 2 : 1)])
        gemm.b_row = Int64(stridesB[rank - (transposesB ? 1 : 2)])
        gemm.b_col = Int64(stridesB[rank - (transposesB ? 2 : 1)])
        gemm.c_batch = gemm.m * gemm.n
        gemm.c_row = gemm.n
        if let share {
            gemm.row_share = Int64(share.rows)
            gemm.col_share = Int64(share.columns)
        }
        let slotA = memory.slot(of: graph.layouts[a].base, elements: graph.layouts[a].offset, value.dtype)
        let slotB = memory.slot(of: graph.layouts[b].base, elements: graph.layouts[b].offset, value.dtype)
        let slotC = memory.isStored(index) ? memory.slot(of: index, elements: 0, value.dtype) : nil
        return ProductKernel(name: name, gemm, a: slotA, b: slotB, c: slotC, epilogue: epilogue)
    }

    /// The shape of an operand of a product with the leading axes of the result.
    private func aligned(_ operand: Int, _ shape: Shape) -> Shape {
        let own = graph.values[operand].shape
        var result = shape
        result[shape.rank - 2] = own[own.rank - 2]
        result[shape.rank - 1] = own[own.rank - 1]
        return result
    }

    /// Where the elements of an operand, or of a result, begin.
    mutating func slot(_ value: Int) -> Int {
        let layout = graph.layouts[value]
        return memory.slot(of: layout.base, elements: layout.offset, graph.values[value].dtype)
    }
}
