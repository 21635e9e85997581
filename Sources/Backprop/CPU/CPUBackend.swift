import CKernels

/// Plans a graph for this machine's processors.
struct CPUBackend: Backend {
    func compile(_ graph: CanonicalGraph) -> any Executable {
        let simplified = Simplifier.run(graph)
        let fusion = Fusion.run(simplified)
        let schedule = Schedule(simplified, fusion)
        var builder = KernelBuilder(simplified, fusion, schedule)
        return builder.build()
    }
}

/// Turns groups into kernels.
private struct KernelBuilder {
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
        var costs: [Int] = []
        for (position, groups) in schedule.waves.enumerated() {
            var kernels: [Kernel] = []
            var cost = 0
            for group in groups {
                guard let kernel = kernel(for: group, wave: position) else { continue }
                kernels.append(kernel)
                cost += work(of: group)
            }
            if kernels.isEmpty { continue }
            waves.append(kernels)
            costs.append(cost)
        }
        let placement = Placement(memory.requests)
        return CPUPlan(
            waves: waves, costs: costs, pointers: memory.pointers.entries, requestOffsets: placement.offsets,
            workspaceBytes: placement.bytes, workspaceItems: memory.items, addedScalars: memory.addedScalars,
            graphScalars: graph.scalarCount, donors: schedule.donors, sharedLeaves: sharedLeaves)
    }

    private var sharedLeaves: [Int] {
        graph.outputs.map { graph.values[$0].primitive == .constant ? graph.values[$0].source : -1 }
    }

    /// A rough count of element operations, to decide whether sharing a wave between threads pays.
    private func work(of group: Group) -> Int {
        var total = 0
        for member in group.members { total += group.domain.reduce(1, *) * graph.values[member].primitive.weight }
        if let product = group.product { total += workOfProduct(product) }
        if let standalone = group.standalone { total += graph.values[standalone].shape.count * 4 }
        return total
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

    private mutating func kernel(for group: Group, wave: Int) -> Kernel? {
        let name = name(of: group)
        if let standalone = group.standalone { return self.standalone(standalone, name) }
        var program: Program?
        if group.isCluster {
            if group.domain.contains(0) { return nil }
            var builder = ProgramBuilder(graph, group, fusion)
            program = builder.build(&memory)
        }
        guard let product = group.product else {
            return ProgramKernel(name: name, program!, partials: partials(of: program!, wave))
        }
        guard group.followsProduct, let program else { return self.product(product, name, program) }
        let following = ProgramKernel(name: name, program, partials: partials(of: program, wave))
        guard let first = self.product(product, name, nil) else { return following }
        return ChainKernel(name: name, first, following)
    }

    /// The slot of the memory for a program's accumulators, where it has any.
    private mutating func partials(of program: Program, _ wave: Int) -> Int? {
        guard program.partialBytes > 0 else { return nil }
        let request = memory.request(
            program.partialBytes, wave, wave, name: "partial sums", shape: Shape([program.partialBytes]))
        return memory.pointers.slot(.workspace(request))
    }

    private mutating func product(_ index: Int, _ name: String, _ epilogue: Program?) -> ProductKernel? {
        let value = graph.values[index], shape = value.shape, rank = shape.rank
        if shape.count == 0 { return nil }
        let (a, b) = (value.inputs[0], value.inputs[1])
        let stridesA = graph.layouts[a].broadcast(from: graph.values[a].shape, to: aligned(a, shape))
        let stridesB = graph.layouts[b].broadcast(from: graph.values[b].shape, to: aligned(b, shape))
        var gemm = bk_gemm()
        gemm.type = bk_type(rawValue: UInt32(value.dtype.rawValue))
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

    private mutating func slot(_ value: Int) -> Int {
        let layout = graph.layouts[value]
        return memory.slot(of: layout.base, elements: layout.offset, graph.values[value].dtype)
    }

    private mutating func standalone(_ index: Int, _ name: String) -> Kernel? {
        let value = graph.values[index]
        if value.shape.count == 0 { return nil }
        let result = memory.slot(of: index, elements: 0, value.dtype)
        switch value.primitive {
        case .concatenate:
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
        case .pad:
            let rank = value.shape.rank, list = value.list!, dense = value.shape.denseStrides
            let offset = (0..<rank).reduce(0) { $0 + list[$1] * dense[$1] }
            let strides = (0..<rank).map { dense[$0] * (list[2 * rank + $0] + 1) }
            let target = memory.slot(of: index, elements: offset, value.dtype)
            let isEmpty = graph.values[value.inputs[0]].shape.count == 0
            return AssemblyKernel(
                name: name, isEmpty ? [] : [copy(value.inputs[0], to: target, strides: strides)],
                zeroed: (result, value.shape.count * value.dtype.byteCount))
        case .gather:
            let shape = indexShape(table: value.inputs[0], indices: value.inputs[1], axis: value.axis)
            return GatherKernel(
                name: name, shape, source: slot(value.inputs[0]), indices: slot(value.inputs[1]), result: result)
        case .scatterAdd:
            let shape = indexShape(table: index, indices: value.inputs[1], axis: value.axis)
            return ScatterAddKernel(
                name: name, shape, updates: slot(value.inputs[0]), indices: slot(value.inputs[1]), result: result)
        case .checkIndices:
            var shape = bk_gather_shape()
            shape.outer = 1
            shape.inner = 1
            shape.table = Int64(value.bits)
            shape.count = Int64(value.shape.count)
            shape.index_type = bk_type(rawValue: UInt32(value.dtype.rawValue))
            shape.type = shape.index_type
            return CheckIndicesKernel(
                name: name, shape, indices: slot(value.inputs[0]), result: result,
                bytes: value.shape.count * value.dtype.byteCount)
        case .argMax:
            let source = graph.values[value.inputs[0]], shape = source.shape
            return ArgMaxKernel(
                name: name, source.dtype, outer: (0..<value.axis).reduce(1) { $0 * shape[$1] },
                length: shape[value.axis], inner: ((value.axis + 1)..<shape.rank).reduce(1) { $0 * shape[$1] },
                source: slot(value.inputs[0]), result: result)
        case .constant, .scalar, .iota, .random, .negate, .abs, .sign, .floor, .ceil, .round, .exp, .expm1, .log,
            .log1p, .sqrt, .rsqrt, .sin, .cos, .tanh, .sigmoid, .erf, .geluTanh, .geluTanhGradient, .not, .convert,
            .alias, .add, .subtract,
            .multiply, .divide, .power, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual, .and, .or, .select, .sum, .max, .reshape, .transpose, .broadcast, .slice, .reverse,
            .matmul, .adamMean, .adamSquare, .adamValue:
            trap("\(value.primitive.name) has no kernel of its own")
        }
    }

    private func indexShape(table: Int, indices: Int, axis: Int) -> bk_gather_shape {
        let value = graph.values[table], shape = value.shape
        var result = bk_gather_shape()
        result.outer = Int64((0..<axis).reduce(1) { $0 * shape[$1] })
        result.table = Int64(shape[axis])
        result.inner = Int64(((axis + 1)..<shape.rank).reduce(1) { $0 * shape[$1] })
        result.count = Int64(graph.values[indices].shape.count)
        result.type = bk_type(rawValue: UInt32(value.dtype.rawValue))
        result.index_type = bk_type(rawValue: UInt32(graph.values[indices].dtype.rawValue))
        return result
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

extension LoopNest {
    /// An operand in memory with these strides along the axes of the domain.
    func operand(slot: Int, _ dtype: DType, _ domainStrides: [Int], kind: bk_kind = BK_MEMORY) -> bk_operand {
        let strides = strides(domainStrides)
        var operand = bk_operand()
        operand.kind = UInt8(kind.rawValue)
        operand.type = dtype.rawValue
        operand.slot = Int32(slot)
        operand.row_stride = Int64(strides.row)
        // With one column, a block that varies by row is still a full one.
        operand.col_stride = Int64(columns == 1 && strides.row != 0 ? 1 : strides.column)
        let varies = strides.row != 0 || strides.batch.contains { $0 != 0 }
        var extent: bk_extent = operand.col_stride != 0 ? (varies ? BK_FULL : BK_COL) : (varies ? BK_ROW : BK_SCALAR)
        // One accumulator a column, or one for all columns; that there is one for each batch follows from the strides.
        if kind == BK_TOTAL { extent = operand.col_stride != 0 ? BK_COL : BK_SCALAR }
        operand.extent = UInt8(extent.rawValue)
        withUnsafeMutableBytes(of: &operand.batch_stride) { bytes in
            let target = bytes.bindMemory(to: Int64.self)
            for (axis, stride) in strides.batch.enumerated() { target[axis] = Int64(stride) }
        }
        return operand
    }
}

extension Primitive {
    /// Rough cost of one element beside an addition.
    fileprivate var weight: Int {
        switch self {
        case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .geluTanh, .geluTanhGradient, .power,
            .random:
            8
        default: 1
        }
    }
}
