import Backprop

/// A tensor in memory, or in a mapped file, from which rows are picked. Only rows that are asked for are read.
struct TensorRows: Sendable {
    let tensor: Tensor
    private let rowBytes: Int

    init(_ tensor: Tensor) {
        evaluateOrStop(tensor)
        self.tensor = tensor
        rowBytes = tensor.shape.dropFirst().reduce(1, *) * tensor.dtype.byteCount
    }

    /// The rows at those positions, in that order, in memory of their own.
    subscript(chosen: ArraySlice<Int>) -> Tensor {
        let shape = [chosen.count] + tensor.shape.dropFirst()
        return Tensor(shape: shape, dtype: tensor.dtype) { target in
            guard rowBytes > 0, let start = target.baseAddress else { return }
            tensor.withUnsafeBytes { source in
                for (position, row) in chosen.enumerated() {
                    (start + position * rowBytes).copyMemory(
                        from: source.baseAddress! + row * rowBytes, byteCount: rowBytes)
                }
            }
        }
    }
}
