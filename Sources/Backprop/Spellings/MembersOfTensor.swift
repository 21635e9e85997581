// Members that MLX Swift spells otherwise: typing them says what to type instead. None of these can be called.

extension Tensor {
    @available(*, unavailable, message: "write x.array(of:)")
    public func asArray<Scalar: TensorScalar>(_ type: Scalar.Type) -> [Scalar] { fatalError() }
    @available(*, unavailable, message: "write .size for the number of elements, dim(0) for the number of rows")
    public var count: Int { fatalError() }
    @available(*, unavailable, message: "write x.memoryBill for what computing it holds")
    public var nbytes: Int { fatalError() }
    @available(*, unavailable, message: "write dtype:")
    public static func zeros(_ shape: [Int], type: (some TensorScalar).Type) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write dtype:")
    public static func ones(_ shape: [Int], type: (some TensorScalar).Type) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write eye(_:)")
    public static func identity(_ n: Int) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write integers(_:low:high:)")
    public static func randInt(low: Int, high: Int, _ shape: [Int] = []) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write expandedDimensions(axis:) for each of them")
    public func expandedDimensions(axes: [Int]) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write movedAxis(_:to:)")
    public func movedAxis(source: Int, destination: Int) -> Tensor { fatalError() }
    @available(*, unavailable, message: "write tril of ones")
    public static func tri(_ n: Int, m: Int? = nil, k: Int = 0) -> Tensor { fatalError() }
}

// Bool tensors have the operators of sets of bits, one sign each.
infix operator .&& : LogicalConjunctionPrecedence
infix operator .|| : LogicalDisjunctionPrecedence

extension Tensor {
    @available(*, unavailable, renamed: ".&")
    public static func .&& (a: Tensor, b: Tensor) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: ".|")
    public static func .|| (a: Tensor, b: Tensor) -> Tensor { fatalError() }
}

extension DType {
    @available(*, unavailable, message: "write .bfloat16 or .float32")
    public static var float16: DType { fatalError() }
    @available(*, unavailable, message: "write .int32 or .int64")
    public static var int8: DType { fatalError() }
    @available(*, unavailable, message: "write .int32 or .int64")
    public static var int16: DType { fatalError() }
    @available(*, unavailable, message: "write .int32 or .int64")
    public static var uint16: DType { fatalError() }
    @available(*, unavailable, message: "write .int64")
    public static var uint32: DType { fatalError() }
    @available(*, unavailable, message: "write .int64")
    public static var uint64: DType { fatalError() }
    @available(*, unavailable, message: "complex numbers are a ComplexTensor of two tensors")
    public static var complex64: DType { fatalError() }
}
