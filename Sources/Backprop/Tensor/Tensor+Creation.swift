extension Tensor {
    /// A scalar of shape `[]`.
    public init(_ value: Double, dtype: DType = .float32) { self.init(Node.scalar(value, dtype)) }

    /// The elements in row-major order, in the given shape (one axis where it is left out).
    public init<Scalar: TensorScalar>(
        _ elements: [Scalar], shape: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
    ) {
        let shape = Shape(shape ?? [elements.count])
        require(
            shape.count == elements.count,
            "a tensor of shape \(shape) needs \(shape.count) elements, not \(elements.count)",
            file: file, line: line)
        let storage = Storage(byteCount: elements.count * Scalar.dtype.byteCount)
        elements.withUnsafeBytes { source in
            if let base = source.baseAddress { storage.pointer.copyMemory(from: base, byteCount: source.count) }
        }
        self.init(Node(storage: storage, dtype: Scalar.dtype, shape: shape))
    }

    /// A tensor whose elements, dense and in row-major order, `fill` writes into fresh memory.
    public init(
        shape: [Int], dtype: DType, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        let shape = Shape(shape)
        let storage = Storage(byteCount: shape.count * dtype.byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: storage.pointer, count: storage.byteCount))
        self.init(Node(storage: storage, dtype: dtype, shape: shape))
    }

    /// Zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor { full(shape, 0, dtype: dtype) }

    /// Ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor { full(shape, 1, dtype: dtype) }

    /// One number everywhere.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
        Tensor(Node.broadcast(Node.scalar(value, dtype), Shape(shape)))
    }

    /// 0, 1, ... below `count`.
    public static func arange(_ count: Int, dtype: DType = .int32) -> Tensor {
        Tensor(Node.iota(Shape([count]), axis: 0, dtype))
    }

    /// A tensor whose elements are their index along one axis.
    public static func indices(_ shape: [Int], axis: Int, dtype: DType = .int32) -> Tensor {
        let resolved = axis < 0 ? axis + shape.count : axis
        require(shape.indices.contains(resolved), "indices: axis \(axis) does not exist in shape \(shape)")
        return Tensor(Node.iota(Shape(shape), axis: resolved, dtype))
    }

    /// The elements converted to another dtype: to an integer toward zero, to bool by "is not zero".
    public func asType(_ dtype: DType) -> Tensor { Tensor(Node.convert(node, dtype)) }
}
