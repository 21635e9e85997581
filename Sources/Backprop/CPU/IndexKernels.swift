import CKernels

extension KernelBuilder {
    /// Rows of a table.
    mutating func gather(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index]
        let shape = indexShape(table: value.inputs[0], indices: value.inputs[1], axis: value.axis)
        let source = slot(value.inputs[0]), indices = slot(value.inputs[1]), result = slot(index)
        let tasks = withUnsafePointer(to: shape) { Int(bk_gather_tasks($0)) }
        return CallKernel(name: name, tasks: tasks, canFail: true) { task, pointers in
            withUnsafePointer(to: shape) { shape in
                let bad = bk_gather_check(shape, pointers[indices], Int64(task))
                if IndexFault.isReported(bad, shape, pointers[indices], name, to: pointers) { return }
                bk_gather_run(shape, pointers[source], pointers[indices], pointers[result]!, Int64(task))
            }
        }
    }

    /// Sums of rows that go to the same place.
    mutating func scatterAdd(_ index: Int, _ name: String) -> Kernel { scatter(index, name, bk_scatter_add_run) }

    /// The greatest of the rows that go to the same place.
    mutating func scatterMax(_ index: Int, _ name: String) -> Kernel { scatter(index, name, bk_scatter_max_run) }

    private typealias ScatterCall =
        @convention(c) (
            UnsafePointer<bk_gather_shape>?, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeMutableRawPointer?, Int64
        ) -> Void

    private mutating func scatter(_ index: Int, _ name: String, _ call: @escaping ScatterCall) -> Kernel {
        let value = graph.values[index]
        let shape = indexShape(table: index, indices: value.inputs[1], axis: value.axis)
        let updates = slot(value.inputs[0]), indices = slot(value.inputs[1]), result = slot(index)
        let tasks = withUnsafePointer(to: shape) { Int(bk_scatter_tasks($0)) }
        return CallKernel(name: name, tasks: tasks, canFail: true) { task, pointers in
            withUnsafePointer(to: shape) { shape in
                let bad = bk_index_check(shape, pointers[indices])
                if IndexFault.isReported(bad, shape, pointers[indices], name, to: pointers) { return }
                call(shape, pointers[updates], pointers[indices], pointers[result], Int64(task))
            }
        }
    }

    /// Indices copied after a check of their range.
    mutating func checkIndices(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], (reader, count) = IndexReader.attributes(value.bits)
        var shape = bk_gather_shape()
        shape.outer = 1
        shape.inner = 1
        shape.table = Int64(count)
        shape.count = Int64(value.shape.count)
        shape.index_type = value.dtype.kernelType
        shape.type = shape.index_type
        let indices = slot(value.inputs[0]), result = slot(index)
        let bytes = value.shape.count * value.dtype.byteCount
        return CallKernel(name: name, tasks: 1, canFail: true) { [shape] _, pointers in
            withUnsafePointer(to: shape) { shape in
                let bad = bk_index_check(shape, pointers[indices])
                if IndexFault.isReported(bad, shape, pointers[indices], "\(reader)", to: pointers) { return }
                pointers[result]!.copyMemory(from: pointers[indices]!, byteCount: bytes)
            }
        }
    }

    /// The index of the first greatest or least element along an axis.
    mutating func argExtremum(_ index: Int, _ name: String, greatest: Bool) -> Kernel {
        let value = graph.values[index]
        let operand = graph.values[value.inputs[0]], type = operand.dtype.kernelType
        let (outer, length, inner) = operand.shape.lines(along: value.axis)
        let source = slot(value.inputs[0]), result = slot(index)
        return CallKernel(name: name, tasks: Int(bk_arg_tasks(outer, length, inner))) { task, pointers in
            bk_arg_run(
                type, greatest, outer, length, inner, pointers[source],
                pointers[result]!.assumingMemoryBound(to: Int64.self), Int64(task))
        }
    }

    private func indexShape(table: Int, indices: Int, axis: Int) -> bk_gather_shape {
        let value = graph.values[table]
        var result = bk_gather_shape()
        (result.outer, result.table, result.inner) = value.shape.lines(along: axis)
        result.count = Int64(graph.values[indices].shape.count)
        result.type = value.dtype.kernelType
        result.index_type = graph.values[indices].dtype.kernelType
        return result
    }
}

extension Shape {
    /// The elements before an axis, along it and behind it: the form in which kernels walk along an axis.
    func lines(along axis: Int) -> (outer: Int64, length: Int64, inner: Int64) {
        (
            Int64((0..<axis).reduce(1) { $0 * self[$1] }), Int64(self[axis]),
            Int64(((axis + 1)..<rank).reduce(1) { $0 * self[$1] })
        )
    }
}

extension DType {
    /// The element type as kernels name it.
    var kernelType: bk_type { bk_type(rawValue: UInt32(rawValue)) }
}

/// What happens when an index points outside of its table: the kernel does not run, and its plan fails.
private enum IndexFault {
    /// Whether `position` is that of a bad index, which is then the failure of the run that the pointers belong to.
    static func isReported(
        _ position: Int64, _ shape: UnsafePointer<bk_gather_shape>, _ indices: UnsafeRawPointer?, _ name: String,
        to pointers: Pointers
    ) -> Bool {
        guard position >= 0, let indices else { return false }
        let index =
            shape.pointee.index_type == BK_TYPE_I32
            ? Int64(indices.load(fromByteOffset: Int(position) * 4, as: Int32.self))
            : indices.load(fromByteOffset: Int(position) * 8, as: Int64.self)
        pointers.failure.report(
            "\(name): index \(index) at position \(position) lies outside of 0..<\(shape.pointee.table)")
        return true
    }
}
