import CKernels

/// A kernel on batches of matrices with one operand.
typealias MatrixCall =
    @convention(c) (UnsafePointer<bk_matrices>?, UnsafeRawPointer?, UnsafeMutableRawPointer?, Int64) -> Void

extension KernelBuilder {
    private func matrices(_ operand: Int, right: Int = 0) -> bk_matrices {
        let value = graph.values[operand], shape = value.shape
        var result = bk_matrices()
        result.type = value.dtype.kernelType
        result.rows = Int64(shape[shape.rank - 2])
        result.columns = Int64(shape[shape.rank - 1])
        result.batch = Int64((0..<(shape.rank - 2)).reduce(1) { $0 * shape[$1] })
        result.right = Int64(right)
        return result
    }

    private func kernel(
        _ name: String, _ shape: bk_matrices,
        _ body: @escaping (UnsafePointer<bk_matrices>, Pointers, Int64) -> Void
    ) -> Kernel {
        let tasks = withUnsafePointer(to: shape) { Int(bk_linalg_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { task, pointers in
            withUnsafePointer(to: shape) { body($0, pointers, Int64(task)) }
        }
    }

    /// What is computed from each matrix by itself.
    mutating func ofMatrix(_ index: Int, _ name: String, _ call: @escaping MatrixCall) -> Kernel {
        let operand = graph.values[index].inputs[0], source = slot(operand), result = slot(index)
        return kernel(name, matrices(operand)) { call($0, $1[source], $1[result], $2) }
    }

    mutating func qrQ(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], source = slot(value.inputs[0]), result = slot(index)
        let shape = matrices(value.inputs[0], right: value.shape[value.shape.rank - 1])
        return kernel(name, shape) { bk_qr_run($0, $1[source], $1[result], $2) }
    }

    mutating func pseudoInverse(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], cutoff = Double(bitPattern: value.bits)
        let source = slot(value.inputs[0]), result = slot(index)
        return kernel(name, matrices(value.inputs[0])) {
            bk_pseudo_inverse_run($0, cutoff, $1[source], $1[result], $2)
        }
    }

    mutating func solve(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], a = slot(value.inputs[0]), b = slot(value.inputs[1]), result = slot(index)
        let shape = matrices(value.inputs[0], right: value.shape[value.shape.rank - 1])
        return kernel(name, shape) { bk_solve_run($0, $1[a], $1[b], $1[result], $2) }
    }

    mutating func triangularSolve(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], a = slot(value.inputs[0]), b = slot(value.inputs[1]), result = slot(index)
        let shape = matrices(value.inputs[0], right: value.shape[value.shape.rank - 1])
        var triangle = bk_triangle()
        triangle.upper = value.bits & 1 != 0
        triangle.transpose = value.bits & 2 != 0
        triangle.unit = value.bits & 4 != 0
        return kernel(name, shape) { [triangle] in
            bk_triangular_solve_run($0, triangle, $1[a], $1[b], $1[result], $2)
        }
    }

    mutating func stationaryValues(_ index: Int, _ name: String) -> Kernel {
        let value = graph.values[index], result = slot(index)
        let a = slot(value.inputs[0]), u = slot(value.inputs[1]), v = slot(value.inputs[2])
        let shape = matrices(value.inputs[0], right: value.shape[value.shape.rank - 1])
        return kernel(name, shape) { bk_stationary_values_run($0, $1[a], $1[u], $1[v], $1[result], $2) }
    }
}
