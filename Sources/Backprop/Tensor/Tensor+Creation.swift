extension Tensor {
    /// A tensor of a number, or of arrays of numbers nested to any depth: float32, int64 where they are integers, and
    /// bool for masks, unless `dtype` says otherwise. Nested arrays of unequal lengths stop it, and so does a number that
    /// an integer dtype does not hold; a fraction is cut off there.
    ///
    /// ```swift
    /// Tensor([[1.0, 2], [3, 4]]).shape  // [2, 2]
    /// ```
    ///
    /// ```swift
    /// Tensor([1, 2, 3], dtype: .float64) / 2  // [0.5, 1, 1.5]
    /// ```
    public init<Elements: TensorElements>(
        _ elements: Elements, dtype: DType? = nil, file: StaticString = #fileID, line: UInt = #line
    ) {
        let extents = elements.extents
        let numbers = elements.elements
        if extents.isEmpty, numbers.count == 1 {
            self.init(Node.scalar(numbers[0], dtype ?? Elements.Scalar.defaultDType, file: file, line: line))
        } else {
            self.init(numbers, shape: extents, dtype: dtype, file: file, line: line)
        }
    }

    /// A scalar of shape `[]`; a number that an integer dtype does not hold stops it.
    public init(_ value: Double, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line) {
        self.init(Node.scalar(value, dtype, file: file, line: line))
    }

    /// The elements, in row-major order, in the given shape; dtypes as above.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axis: 0)  // [4, 6]
    /// ```
    public init<Scalar: TensorScalar>(
        _ elements: some Collection<Scalar>, shape: [Int], dtype: DType? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        let shape = Shape(shape, "a tensor of elements", file: file, line: line)
        require(
            shape.count == elements.count,
            "a tensor of shape \(shape) needs \(shape.count) elements, not \(elements.count)",
            file: file, line: line)
        let dtype = dtype ?? Scalar.defaultDType
        let storage = Storage(byteCount: elements.count * dtype.byteCount)
        let numbers = elements as? [Scalar] ?? Array(elements)
        numbers.write(to: storage.pointer, as: dtype, file: file, line: line)
        self.init(Node(storage: storage, dtype: dtype, shape: shape))
    }

    /// A tensor whose elements, dense and in row-major order, `fill` writes into fresh memory.
    public init(
        shape: [Int], dtype: DType, file: StaticString = #fileID, line: UInt = #line,
        initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        let shape = Shape(shape, "a tensor of bytes", file: file, line: line)
        let storage = Storage(byteCount: shape.count * dtype.byteCount)
        try fill(UnsafeMutableRawBufferPointer(start: storage.pointer, count: storage.byteCount))
        self.init(Node(storage: storage, dtype: dtype, shape: shape))
    }

    /// Zeros, float32 unless asked otherwise, in a shape of at most eight axes.
    ///
    /// ```swift
    /// Tensor.zeros([2, 2])  // [0, 0, 0, 0]
    /// ```
    public static func zeros(
        _ shape: [Int], dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { full(shape, 0, dtype: dtype, file: file, line: line) }

    /// Zeros, with the extents one after the other: `zeros(2, 3)`.
    public static func zeros(
        _ shape: Int..., dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { full(shape, 0, dtype: dtype, file: file, line: line) }

    /// Ones, float32 unless asked otherwise, in a shape of at most eight axes.
    ///
    /// ```swift
    /// Tensor.ones([3])  // [1, 1, 1]
    /// ```
    public static func ones(
        _ shape: [Int], dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { full(shape, 1, dtype: dtype, file: file, line: line) }

    /// Ones, with the extents one after the other: `ones(2, 3)`.
    public static func ones(
        _ shape: Int..., dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { full(shape, 1, dtype: dtype, file: file, line: line) }

    /// One number everywhere, float32 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.full([2, 2], 7)  // [7, 7, 7, 7]
    /// ```
    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        Tensor(
            Node.broadcast(
                Node.scalar(value, dtype, file: file, line: line),
                Shape(shape, "a tensor full of \(value)", file: file, line: line)))
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
        _ rows: Int, columns: Int? = nil, diagonal: Int = 0, dtype: DType = .float32, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let shape = [rows, columns ?? rows]
        _ = Shape(shape, "eye", file: file, line: line)
        let row = indices(shape, axis: 0, dtype: .int64), column = indices(shape, axis: 1, dtype: .int64)
        return (row + Double(withinAxis(diagonal)) .== column).asType(dtype)
    }

    /// `count` numbers at equal distances from `start` to `stop`, both included, along one axis.
    ///
    /// ```swift
    /// Tensor.linspace(0, 1, count: 5)  // [0, 0.25, 0.5, 0.75, 1]
    /// ```
    public static func linspace(
        _ start: Double, _ stop: Double, count: Int, dtype: DType = .float32, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(count >= 0 && count <= Shape.maximumExtent, "linspace: \(count) numbers", file: file, line: line)
        let step = count > 1 ? (stop - start) / Double(count - 1) : 0
        // The second half is counted from the end, so that the end is exact.
        let numbers = (0..<count).map { index in
            index < count - count / 2 ? start + Double(index) * step : stop - Double(count - 1 - index) * step
        }
        return Tensor(numbers, shape: [count], dtype: .float64).asType(dtype)
    }

    /// start, start + step, ... short of `stop`, along one axis; none where the step leads away from it. A step of 0
    /// stops it.
    ///
    /// ```swift
    /// Tensor.arange(1, 2, step: 0.25)  // [1, 1.25, 1.5, 1.75]
    /// ```
    public static func arange(
        _ start: Double, _ stop: Double, step: Double = 1, dtype: DType = .float32, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(
            step != 0 && step.isFinite && start.isFinite && stop.isFinite,
            "arange: from \(start) to \(stop) by \(step)", file: file, line: line)
        let count = Swift.max(0, ((stop - start) / step).rounded(.up))
        require(
            count < Double(Int32.max), "arange: from \(start) to \(stop) by \(step) gives too many numbers", file: file,
            line: line)
        let numbers = (0..<Int(count)).map { start + Double($0) * step }
        return Tensor(numbers, shape: [Int(count)], dtype: .float64).asType(dtype)
    }

    /// start, start + step, ... short of `stop`, of whole numbers: int64 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.arange(2, 8, step: 2)  // [2, 4, 6]
    /// ```
    public static func arange(_ start: Int, _ stop: Int, step: Int = 1, dtype: DType = .int64) -> Tensor {
        require(step != 0 && dtype != .bool, "arange: from \(start) to \(stop) by \(step) as \(dtype)")
        let numbers = stride(from: start, to: stop, by: step).prefix(Int(Int32.max)).map { $0 }
        require(numbers.count < Int32.max, "arange: from \(start) to \(stop) by \(step) gives too many numbers")
        return Tensor(numbers, shape: [numbers.count]).asType(dtype)
    }

    /// 0, 1, ... below `count`, along one axis; int64 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.arange(4)  // [0, 1, 2, 3]
    /// ```
    public static func arange(
        _ count: Int, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(dtype != .bool, "arange: numbers are no bool tensor", file: file, line: line)
        return Tensor(Node.iota(Shape([count], "arange", file: file, line: line), axis: 0, dtype))
    }

    /// A tensor whose elements are their index along one axis. int64 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.indices([2, 3], axis: 1)  // [0, 1, 2, 0, 1, 2]
    /// ```
    public static func indices(
        _ shape: [Int], axis: Int, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let resolved = axis < 0 ? axis + shape.count : axis
        require(
            shape.indices.contains(resolved), "indices: axis \(axis) does not exist in shape \(shape)", file: file,
            line: line)
        require(dtype != .bool, "indices: numbers are no bool tensor", file: file, line: line)
        return Tensor(Node.iota(Shape(shape, "indices", file: file, line: line), axis: resolved, dtype))
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

    /// The elements converted to the dtype of a Swift type: `asType(Float.self)`.
    public func asType<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tensor { asType(Scalar.dtype) }
}

/// Zeros, float32 unless asked otherwise, with the extents one after the other.
///
/// ```swift
/// zeros(2, 3).shape  // [2, 3]
/// ```
public func zeros(_ shape: Int..., dtype: DType = .float32) -> Tensor { .zeros(shape, dtype: dtype) }

/// Zeros, float32 unless asked otherwise, in a shape of at most eight axes.
public func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor { .zeros(shape, dtype: dtype) }

/// Ones, float32 unless asked otherwise, with the extents one after the other.
///
/// ```swift
/// ones(3)  // [1, 1, 1]
/// ```
public func ones(_ shape: Int..., dtype: DType = .float32) -> Tensor { .ones(shape, dtype: dtype) }

/// Ones, float32 unless asked otherwise, in a shape of at most eight axes.
public func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor { .ones(shape, dtype: dtype) }
