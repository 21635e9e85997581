// Between tensors and the arrays and buffers of Swift.

extension TensorScalar {
    /// The only element of a tensor, converted where its dtype is another: `Float(loss)`, `Bool(mask.all())`. Computes the
    /// tensor. A tensor with another number of elements stops it.
    ///
    /// ```swift
    /// Int(Tensor([1, 5, 2]).argMax())  // 1
    /// ```
    @_disfavoredOverload
    public init(_ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(
            tensor.size == 1,
            "\(Self.self)(x): a tensor of shape \(tensor.shape) has \(tensor.size) elements, not one", file: file,
            line: line)
        self = tensor.array()[0]
    }
}

extension Array where Element: TensorScalar {
    /// The elements of a tensor with one axis, converted where its dtype is another. Computes the tensor.
    ///
    /// ```swift
    /// [Float](Tensor([1.0, 2]) * 2)  // [2, 4]
    /// ```
    public init(_ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(
            tensor.ndim == 1,
            "an array of numbers has one axis, shape \(tensor.shape) has \(tensor.ndim); use array(of:) for all elements",
            file: file, line: line)
        self = tensor.array()
    }
}

extension Array {
    /// The rows of a tensor with two axes. Computes the tensor.
    ///
    /// ```swift
    /// [[Int]](Tensor.eye(2)).flatMap { $0 }  // [1, 0, 0, 1]
    /// ```
    public init<Scalar: TensorScalar>(
        _ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) where Element == [Scalar] {
        require(
            tensor.ndim == 2, "an array of arrays has two axes, shape \(tensor.shape) has \(tensor.ndim)", file: file,
            line: line)
        let numbers: [Scalar] = tensor.array()
        let width = tensor.dim(1)
        self = (0..<tensor.dim(0)).map { Array<Scalar>(numbers[($0 * width)..<(($0 + 1) * width)]) }
    }

    /// The matrices of a tensor with three axes. Computes the tensor.
    public init<Scalar: TensorScalar>(
        _ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) where Element == [[Scalar]] {
        require(
            tensor.ndim == 3, "an array of matrices has three axes, shape \(tensor.shape) has \(tensor.ndim)",
            file: file, line: line)
        self = tensor.unstacked(axis: 0).map { [[Scalar]]($0, file: file, line: line) }
    }
}

extension Tensor {
    /// A tensor of memory that stays where it is: a mapped file, a buffer of another library. No element is copied, and
    /// none is ever written; an update in place takes memory of its own.
    ///
    /// The bytes must stay as they are until `release` is called, when neither a tensor nor a running computation needs
    /// them any more, on whatever thread that happens. A buffer that is too short, or not aligned to the elements, stops
    /// it.
    ///
    /// - Parameters:
    ///   - bytes: the elements, dense and in row-major order.
    ///   - release: is called once, in the end.
    public init(
        noCopy bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType, file: StaticString = #fileID,
        line: UInt = #line, release: @escaping @Sendable () -> Void
    ) {
        let shape = Shape(shape, "a tensor of bytes")
        let byteCount = shape.count * dtype.byteCount
        require(
            bytes.count >= byteCount, "a tensor \(dtype)\(shape) needs \(byteCount) bytes, not \(bytes.count)",
            file: file, line: line)
        guard byteCount > 0, let base = bytes.baseAddress else {
            self.init(Node(storage: Storage(byteCount: 0), dtype: dtype, shape: shape))
            release()
            return
        }
        require(
            UInt(bitPattern: base) % UInt(dtype.byteCount) == 0,
            "a tensor of bytes: their address is not a multiple of the \(dtype.byteCount) bytes of \(dtype)",
            file: file,
            line: line)
        self.init(
            Node(
                storage: Storage(
                    borrowing: UnsafeMutableRawPointer(mutating: base), byteCount: byteCount, release: release),
                dtype: dtype, shape: shape))
    }
}
