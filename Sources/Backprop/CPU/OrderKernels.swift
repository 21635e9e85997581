import CKernels

extension KernelBuilder {
    /// Positions of the sorted elements along an axis.
    mutating func argSort(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index]
        let type = graph.values[value.inputs[0]].dtype.kernelType, descending = value.bits >> 8 != 0
        let (outer, length, inner) = value.shape.lines(along: Int(value.bits & 7))
        let source = slot(value.inputs[0]), result = slot(index)
        return CallKernel(name: name, tasks: Int(bk_argsort_tasks(outer, length, inner))) { task, pointers in
            bk_argsort_run(
                type, descending, outer, length, inner, pointers[source],
                pointers[result]!.assumingMemoryBound(to: Int64.self), Int64(task))
        }
    }

    /// The position of the greatest or least element so far.
    mutating func cumulativeArg(_ index: Int, _ name: String, greatest: Bool) -> Kernel {
        let value = graph.values[index]
        let type = graph.values[value.inputs[0]].dtype.kernelType
        let (outer, length, inner) = value.shape.lines(along: value.axis)
        let source = slot(value.inputs[0]), result = slot(index)
        return CallKernel(name: name, tasks: Int(bk_cumulative_arg_tasks(outer, length, inner))) { task, pointers in
            bk_cumulative_arg_run(
                type, greatest, outer, length, inner, pointers[source],
                pointers[result]!.assumingMemoryBound(to: Int64.self), Int64(task))
        }
    }

    /// Each element from the one before it along an axis.
    mutating func linearRecurrence(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], axis = Int(value.bits & 7)
        let factorShape = graph.values[value.inputs[0]].shape
        var shape = bk_recurrence()
        shape.type = value.dtype.kernelType
        shape.reverse = value.bits >> 8 != 0
        (shape.outer, shape.length, shape.inner) = value.shape.lines(along: axis)
        if factorShape.rank > 0 {
            let (outer, length, inner) = factorShape.lines(along: axis)
            shape.a_outer = outer == 1 ? 0 : length * inner
            shape.a_step = length == 1 ? 0 : inner
            shape.a_inner = inner == 1 ? 0 : 1
        }
        let a = slot(value.inputs[0]), b = slot(value.inputs[1]), result = slot(index)
        let tasks = withUnsafePointer(to: shape) { Int(bk_recurrence_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { [shape] task, pointers in
            withUnsafePointer(to: shape) {
                bk_recurrence_run($0, pointers[a], pointers[b], pointers[result], Int64(task))
            }
        }
    }
}
