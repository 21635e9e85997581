/// What kernels do, for whoever looks at a plan.
extension KernelBuilder {
    func content(of group: Group, _ kernel: Kernel, wave: Int) -> KernelContent {
        var content = KernelContent(
            name: kernel.name, head: head(of: group), wave: wave, tasks: kernel.tasks, values: [], copies: [])
        var read: [Int: Int] = [:]
        for index in group.values {
            let value = graph.values[index]
            if value.origin >= 0 {
                if value.isCopy { content.copies.append(value.origin) } else { content.values.append(value.origin) }
            }
            if memory.isStored(index) { content.bytesWritten += graph.bytes(of: index) }
            content.arithmetic += arithmetic(of: index)
            for input in value.inputs {
                let base = graph.layouts[input].base
                guard memory.isStored(base), graph.values[base].primitive != .scalar,
                    !graph.isComputed(base) || fusion.groupOf[base] != group.id
                else { continue }
                // A view may read a part of its base, or the same elements several times.
                let bytes = Swift.min(graph.bytes(of: input), graph.bytes(of: base))
                read[base] = Swift.max(read[base] ?? 0, bytes)
            }
        }
        content.bytesRead = read.values.reduce(0, +)
        return content
    }

    private func head(of group: Group) -> Primitive {
        if group.product != nil { return .matmul }
        let reduction = group.members.last { graph.values[$0].primitive.kind == .reduction }
        return graph.values[group.standalone ?? reduction ?? group.values.last!].primitive
    }

    /// Additions, multiplications and calls of functions.
    private func arithmetic(of index: Int) -> Int {
        let value = graph.values[index]
        switch value.primitive {
        case .matmul:
            let a = graph.values[value.inputs[0]].shape
            return 2 * value.shape.count * a[a.rank - (value.bits & 1 != 0 ? 2 : 1)]
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            return 2 * multiplyAddsOfConvolution(index)
        default: break
        }
        return value.primitive.kind == .reduction ? graph.values[value.inputs[0]].shape.count : value.shape.count
    }
}
