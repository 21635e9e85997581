extension Tensor {
    /// A scalar of shape `[]`.
    public init(_ value: Double, dtype: DType = .float32) { self.init(Node.scalar(value, dtype)) }

    /// The elements in row-major order, in the given shape (one axis where it is left out).
    public init<Scalar: TensorScalar>(
        _ elements: [Scalar], shape: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
    ) {
        let shape = Shape(shape ?? [elements.count], "a tensor of elements")
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
        let shape = Shape(shape, "a tensor of bytes")
        let storage = Storage(byteCount: shape.count * dtype.byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: storage.pointer, count: storage.byteCount))
        self.init(Node(storage: storage, dtype: dtype, shape: shape))
    }

    /// Zeros, float32 unless asked otherwise, in a shape of at most eight axes.
    ///
    /// ```swift
    /// Tensor.zeros([2, 2])  // [0, 0, 0, 0]
    /// ```
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor { full(shape, 0, dtype: dtype) }

    /// Ones, float32 unless asked otherwise, in a shape of at most eight axes.
    ///
    /// ```swift
    /// Tensor.ones([3])  // [1, 1, 1]
    /// ```
    public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor { full(shape, 1, dtype: dtype) }

    /// One number everywhere, float32 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.full([2, 2], 7)  // [7, 7, 7, 7]
    /// ```
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
        Tensor(Node.broadcast(Node.scalar(value, dtype), Shape(shape, "a tensor full of \(value)")))
    }

    /// Zeros in the shape and dtype of another tensor.
    public static func zeros(like other: Tensor) -> Tensor { zeros(like: other.node) }

    /// Ones in the shape and dtype of another tensor.
    public static func ones(like other: Tensor) -> Tensor { full(other.shape, 1, dtype: other.dtype) }

    /// The identity: ones on a diagonal of zeros.
    ///
    /// ```swift
    /// Tensor.eye(2, columns: 3)  // [1, 0, 0, 0, 1, 0]
    /// ```
    ///
    /// - Parameters:
    ///   - columns: as many as rows where left out.
    ///   - diagonal: 0 for the main one, positive for one above it, negative for one below.
    public static func eye(
        _ rows: Int, columns: Int? = nil, diagonal: Int = 0, dtype: DType = .float32
    ) -> Tensor {
        let shape = [rows, columns ?? rows]
        let row = indices(shape, axis: 0, dtype: .int64), column = indices(shape, axis: 1, dtype: .int64)
        return (row + Double(withinAxis(diagonal)) .== column).asType(dtype)
    }

    /// `count` numbers at equal distances from `start` to `stop`, both included, along one axis.
    ///
    /// ```swift
    /// Tensor.linspace(0, 1, count: 5)  // [0, 0.25, 0.5, 0.75, 1]
    /// ```
    public static func linspace(
        _ start: Double, _ stop: Double, count: Int, dtype: DType = .float32
    ) -> Tensor {
        require(count >= 0 && count <= Shape.maximumExtent, "linspace: \(count) numbers")
        let step = count > 1 ? (stop - start) / Double(count - 1) : 0
        // The second half is counted from the end, so that the end is exact.
        let numbers = (0..<count).map { index in
            index < count - count / 2 ? start + Double(index) * step : stop - Double(count - 1 - index) * step
        }
        return Tensor(numbers, shape: [count]).asType(dtype)
    }

    /// start, start + step, ... short of `stop`, along one axis; none where the step leads away from it. A step of 0
    /// stops it.
    ///
    /// ```swift
    /// Tensor.arange(1, 2, step: 0.25)  // [1, 1.25, 1.5, 1.75]
    /// ```
    public static func arange(_ start: Double, _ stop: Double, step: Double = 1, dtype: DType = .float32) -> Tensor {
        require(
            step != 0 && step.isFinite && start.isFinite && stop.isFinite,
            "arange: from \(start) to \(stop) by \(step)")
        let count = Swift.max(0, ((stop - start) / step).rounded(.up))
        require(count < Double(Int32.max), "arange: from \(start) to \(stop) by \(step) gives too many numbers")
        return Tensor((0..<Int(count)).map { start + Double($0) * step }, shape: [Int(count)]).asType(dtype)
    }

    /// 0, 1, ... below `count`, along one axis; int32 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.arange(4)  // [0, 1, 2, 3]
    /// ```
    public static func arange(_ count: Int, dtype: DType = .int32) -> Tensor {
        require(dtype != .bool, "arange: numbers are no bool tensor")
        return Tensor(Node.iota(Shape([count], "arange"), axis: 0, dtype))
    }

    /// A tensor whose elements are their index along one axis. int32 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.indices([2, 3], axis: 1)  // [0, 1, 2, 0, 1, 2]
    /// ```
    public static func indices(_ shape: [Int], axis: Int, dtype: DType = .int32) -> Tensor {
        let resolved = axis < 0 ? axis + shape.count : axis
        require(shape.indices.contains(resolved), "indices: axis \(axis) does not exist in shape \(shape)")
        require(dtype != .bool, "indices: numbers are no bool tensor")
        return Tensor(Node.iota(Shape(shape, "indices"), axis: resolved, dtype))
    }

    /// The number of a diagonal, or that of one that lies as well outside of every matrix.
    static func withinAxis(_ diagonal: Int) -> Int {
        Swift.min(Swift.max(diagonal, -Shape.maximumExtent), Shape.maximumExtent)
    }

    /// The elements converted to another dtype: to an integer toward zero, to bool by "is not zero". The gradient
    /// passes between floating-point dtypes, and ends at any other.
    ///
    /// ```swift
    /// Tensor([-1.7, 0, 2.3]).asType(.int32)  // [-1, 0, 2]
    /// ```
    public func asType(_ dtype: DType) -> Tensor { Tensor(Node.convert(node, dtype)) }
}
