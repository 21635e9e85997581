// Few overloads, and scalars only as Double: the type checker pays for every one of them in every expression.

extension Tensor {
    public static func + (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.add, a.node, b.node)) }
    public static func - (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.subtract, a.node, b.node)) }
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        // A backward pass starts with one; its first product is the other factor.
        if a.node.isUnit && a.node.dtype == b.node.dtype { return b }
        if b.node.isUnit && a.node.dtype == b.node.dtype { return a }
        return Tensor(Node.binary(.multiply, a.node, b.node))
    }
    public static func / (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.divide, a.node, b.node)) }

    // A number takes the dtype of the tensor beside it.
    public static func + (a: Tensor, b: Double) -> Tensor { a + a.like(b) }
    public static func + (a: Double, b: Tensor) -> Tensor { b.like(a) + b }
    public static func - (a: Tensor, b: Double) -> Tensor { a - a.like(b) }
    public static func - (a: Double, b: Tensor) -> Tensor { b.like(a) - b }
    public static func * (a: Tensor, b: Double) -> Tensor { a * a.like(b) }
    public static func * (a: Double, b: Tensor) -> Tensor { b.like(a) * b }
    public static func / (a: Tensor, b: Double) -> Tensor { a / a.like(b) }
    public static func / (a: Double, b: Tensor) -> Tensor { b.like(a) / b }

    public static prefix func - (x: Tensor) -> Tensor { Tensor(Node.unary(.negate, x.node)) }

    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

    // Comparisons give bool tensors; dotted, because `==` on values answers with a Bool in Swift.
    public static func .== (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.equal, a.node, b.node)) }
    public static func .!= (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.notEqual, a.node, b.node)) }
    public static func .< (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.less, a.node, b.node)) }
    public static func .<= (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.lessEqual, a.node, b.node)) }
    public static func .> (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.greater, a.node, b.node)) }
    public static func .>= (a: Tensor, b: Tensor) -> Tensor {
        Tensor(Node.comparison(.greaterEqual, a.node, b.node))
    }
    public static func .< (a: Tensor, b: Double) -> Tensor { a .< a.like(b) }
    public static func .<= (a: Tensor, b: Double) -> Tensor { a .<= a.like(b) }
    public static func .> (a: Tensor, b: Double) -> Tensor { a .> a.like(b) }
    public static func .>= (a: Tensor, b: Double) -> Tensor { a .>= a.like(b) }
    public static func .== (a: Tensor, b: Double) -> Tensor { a .== a.like(b) }
    public static func .!= (a: Tensor, b: Double) -> Tensor { a .!= a.like(b) }

    /// Logic on bool tensors.
    public static func .& (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.logic(.and, a.node, b.node)) }
    public static func .| (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.logic(.or, a.node, b.node)) }
    public static prefix func .! (x: Tensor) -> Tensor {
        require(x.dtype == .bool, "not needs a bool tensor, not \(x.dtype)")
        return Tensor(Node.unary(.not, x.node))
    }

    /// A number with the dtype of this tensor.
    package func like(_ value: Double) -> Tensor {
        if !dtype.isFloatingPoint {
            require(
                value == value.rounded(.towardZero) && dtype.integer(value) != nil,
                "the number \(value) does not fit the \(dtype) tensor beside it; convert the tensor with asType(_:)")
        }
        return Tensor(Node.scalar(value, dtype))
    }
}

extension Node {
    /// Whether this is the number one: the cotangent from which a backward pass starts.
    fileprivate var isUnit: Bool { primitive == .scalar && bits == 0x3FF0_0000_0000_0000 && dtype.isFloatingPoint }
}
