// Two overloads for tensors beside numbers, generic over the number: the type checker pays for every overload in every
// expression. Overloads for Double beside generic ones made it a hundred times slower, one for each type a third.

extension Tensor {
    /// The sum, elementwise with broadcasting. Numbers of one dtype; bool tensors stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) + Tensor([10.0])  // [11, 12]
    /// ```
    public static func + (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.add, a.node, b.node)) }
    /// The difference, elementwise with broadcasting. Numbers of one dtype.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) - Tensor([10.0])  // [-9, -8]
    /// ```
    public static func - (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.subtract, a.node, b.node)) }
    /// The product, elementwise with broadcasting. Numbers of one dtype.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) * Tensor([10.0])  // [10, 20]
    /// ```
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        // A backward pass starts with one; its first product is the other factor.
        if a.node.isUnit && a.node.dtype == b.node.dtype { return b }
        if b.node.isUnit && a.node.dtype == b.node.dtype { return a }
        return Tensor(Node.binary(.multiply, a.node, b.node))
    }
    /// The quotient, elementwise with broadcasting. Numbers of one dtype: integers are divided toward zero, and by 0
    /// give 0.
    ///
    /// ```swift
    /// Tensor([7, -7] as [Int32]) / Tensor([2] as [Int32])  // [3, -3]
    /// ```
    public static func / (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.binary(.divide, a.node, b.node)) }

    // A number takes the dtype of the tensor beside it.
    /// The sum with a number in the dtype of the tensor; one that is not whole stops it beside integers.
    @inlinable public static func + (a: Tensor, b: some TensorNumber) -> Tensor { a + b.tensor(like: a) }
    /// The sum with a number in the dtype of the tensor.
    @inlinable public static func + (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) + b }
    /// The difference from a number in the dtype of the tensor.
    @inlinable public static func - (a: Tensor, b: some TensorNumber) -> Tensor { a - b.tensor(like: a) }
    /// The difference of a number, in the dtype of the tensor, and a tensor.
    @inlinable public static func - (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) - b }
    /// The product with a number in the dtype of the tensor.
    @inlinable public static func * (a: Tensor, b: some TensorNumber) -> Tensor { a * b.tensor(like: a) }
    /// The product with a number in the dtype of the tensor.
    @inlinable public static func * (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) * b }
    /// The quotient by a number in the dtype of the tensor.
    @inlinable public static func / (a: Tensor, b: some TensorNumber) -> Tensor { a / b.tensor(like: a) }
    /// The quotient of a number, in the dtype of the tensor, and a tensor.
    @inlinable public static func / (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) / b }

    /// The elements with the opposite sign; integers wrap around.
    ///
    /// ```swift
    /// -Tensor([1.0, -2])  // [-1, 2]
    /// ```
    public static prefix func - (x: Tensor) -> Tensor {
        if x.dtype == .bool { trap("negate needs numbers, not bool tensors; convert them with asType(_:), or use .!") }
        return Tensor(Node.unary(.negate, x.node))
    }

    /// Replaces a by a + b, recorded like any other operator: whoever holds the old value keeps it.
    ///
    /// ```swift
    /// var a = Tensor([1.0, 2])
    /// a += Tensor([10.0])
    /// a  // [11, 12]
    /// ```
    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    /// Replaces a by a - b.
    ///
    /// ```swift
    /// var a = Tensor([1.0, 2])
    /// a -= Tensor([10.0])
    /// a  // [-9, -8]
    /// ```
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    /// Replaces a by a * b.
    ///
    /// ```swift
    /// var a = Tensor([1.0, 2])
    /// a *= Tensor([10.0])
    /// a  // [10, 20]
    /// ```
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    /// Replaces a by a / b.
    ///
    /// ```swift
    /// var a = Tensor([1.0, 2])
    /// a /= Tensor([10.0])
    /// a  // [0.1, 0.2]
    /// ```
    public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

    /// Replaces a by a + b, with the number in the dtype of the tensor.
    @inlinable public static func += (a: inout Tensor, b: some TensorNumber) { a = a + b }
    /// Replaces a by a - b, with the number in the dtype of the tensor.
    @inlinable public static func -= (a: inout Tensor, b: some TensorNumber) { a = a - b }
    /// Replaces a by a * b, with the number in the dtype of the tensor.
    @inlinable public static func *= (a: inout Tensor, b: some TensorNumber) { a = a * b }
    /// Replaces a by a / b, with the number in the dtype of the tensor.
    @inlinable public static func /= (a: inout Tensor, b: some TensorNumber) { a = a / b }

    // Comparisons give bool tensors; dotted, because `==` on values answers with a Bool in Swift.
    /// Whether elements are equal, as bool, with broadcasting; NaN equals nothing. Operands of one dtype; no gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .== Tensor([1.0, 3])  // [true, false]
    /// ```
    public static func .== (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.equal, a.node, b.node)) }
    /// Whether elements differ, as bool, with broadcasting; NaN differs from everything. Operands of one dtype; no
    /// gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .!= Tensor([1.0, 3])  // [false, true]
    /// ```
    public static func .!= (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.notEqual, a.node, b.node)) }
    /// Whether elements of a are less, as bool, with broadcasting; false for NaN. Operands of one dtype; no gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .< Tensor([2.0])  // [true, false]
    /// ```
    public static func .< (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.less, a.node, b.node)) }
    /// Whether elements of a are less or equal, as bool, with broadcasting; false for NaN. Operands of one dtype; no
    /// gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .<= Tensor([1.0])  // [true, false]
    /// ```
    public static func .<= (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.lessEqual, a.node, b.node)) }
    /// Whether elements of a are greater, as bool, with broadcasting; false for NaN. Operands of one dtype; no
    /// gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .> Tensor([1.0])  // [false, true]
    /// ```
    public static func .> (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.comparison(.greater, a.node, b.node)) }
    /// Whether elements of a are greater or equal, as bool, with broadcasting; false for NaN. Operands of one dtype; no
    /// gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2]) .>= Tensor([2.0])  // [false, true]
    /// ```
    public static func .>= (a: Tensor, b: Tensor) -> Tensor {
        Tensor(Node.comparison(.greaterEqual, a.node, b.node))
    }
    /// Whether elements are less than a number in the dtype of the tensor.
    @inlinable public static func .< (a: Tensor, b: some TensorNumber) -> Tensor { a .< b.tensor(like: a) }
    /// Whether elements are less than a number in the dtype of the tensor, or equal to it.
    @inlinable public static func .<= (a: Tensor, b: some TensorNumber) -> Tensor { a .<= b.tensor(like: a) }
    /// Whether elements are greater than a number in the dtype of the tensor.
    @inlinable public static func .> (a: Tensor, b: some TensorNumber) -> Tensor { a .> b.tensor(like: a) }
    /// Whether elements are greater than a number in the dtype of the tensor, or equal to it.
    @inlinable public static func .>= (a: Tensor, b: some TensorNumber) -> Tensor { a .>= b.tensor(like: a) }
    /// Whether elements are equal to a number in the dtype of the tensor.
    @inlinable public static func .== (a: Tensor, b: some TensorNumber) -> Tensor { a .== b.tensor(like: a) }
    /// Whether elements differ from a number in the dtype of the tensor.
    @inlinable public static func .!= (a: Tensor, b: some TensorNumber) -> Tensor { a .!= b.tensor(like: a) }

    /// Whether a number, in the dtype of the tensor, is less than elements.
    @inlinable public static func .< (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .< b }
    /// Whether a number, in the dtype of the tensor, is less than or equal to elements.
    @inlinable public static func .<= (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .<= b }
    /// Whether a number, in the dtype of the tensor, is greater than elements.
    @inlinable public static func .> (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .> b }
    /// Whether a number, in the dtype of the tensor, is greater than or equal to elements.
    @inlinable public static func .>= (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .>= b }
    /// Whether a number, in the dtype of the tensor, is equal to elements.
    @inlinable public static func .== (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .== b }
    /// Whether a number, in the dtype of the tensor, is different from elements.
    @inlinable public static func .!= (a: some TensorNumber, b: Tensor) -> Tensor { a.tensor(like: b) .!= b }

    /// Whether both hold, elementwise with broadcasting. Bool tensors only.
    ///
    /// ```swift
    /// Tensor([true, true]) .& Tensor([true, false])  // [true, false]
    /// ```
    public static func .& (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.logic(.and, a.node, b.node)) }
    /// Whether one of the two or both hold, elementwise with broadcasting. Bool tensors only.
    ///
    /// ```swift
    /// Tensor([true, false]) .| Tensor([false, false])  // [true, false]
    /// ```
    public static func .| (a: Tensor, b: Tensor) -> Tensor { Tensor(Node.logic(.or, a.node, b.node)) }
    /// Whether elements do not hold. Bool tensors only.
    ///
    /// ```swift
    /// .!Tensor([true, false])  // [false, true]
    /// ```
    public static prefix func .! (x: Tensor) -> Tensor {
        require(x.dtype == .bool, "not needs a bool tensor, not \(x.dtype)")
        return Tensor(Node.unary(.not, x.node))
    }
}

extension Node {
    /// Whether this is the number one: the cotangent from which a backward pass starts.
    fileprivate var isUnit: Bool { primitive == .scalar && bits == 0x3FF0_0000_0000_0000 && dtype.isFloatingPoint }
}
