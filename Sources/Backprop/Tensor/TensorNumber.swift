/// A Swift number that may stand beside a tensor, on either side of an operator: it takes the dtype of the tensor.
///
/// A number that the dtype does not hold, such as 0.5 beside integers, stops the program.
public protocol TensorNumber: TensorScalar {
    /// The number as a scalar in the dtype of a tensor.
    func tensor(like other: Tensor) -> Tensor
}

extension Int: TensorNumber {
    /// The number as a scalar in the dtype of a tensor.
    ///
    /// ```swift
    /// 3.tensor(like: Tensor([1.0, 2])) / 2  // 1.5
    /// ```
    public func tensor(like other: Tensor) -> Tensor { other.like(integer: self) }
}
extension Float: TensorNumber {
    /// The number as a scalar in the dtype of a tensor.
    public func tensor(like other: Tensor) -> Tensor { other.like(Double(self)) }
}
extension Double: TensorNumber {
    /// The number as a scalar in the dtype of a tensor.
    public func tensor(like other: Tensor) -> Tensor { other.like(self) }
}

extension Tensor {
    /// A number with the dtype of this tensor.
    package func like(_ value: Double) -> Tensor {
        if !dtype.isFloatingPoint {
            require(
                value == value.rounded(.towardZero) && dtype.integer(value) != nil,
                "the number \(value) does not fit the \(dtype) tensor beside it; convert the tensor with asType(_:)")
        }
        return Tensor(Node.scalar(value, dtype))
    }

    /// A whole number with the dtype of this tensor.
    fileprivate func like(integer value: Int) -> Tensor {
        if dtype.isFloatingPoint { return Tensor(Node.scalar(Double(value), dtype)) }
        require(
            dtype.holds(Int64(value)),
            "the number \(value) does not fit the \(dtype) tensor beside it; convert the tensor with asType(_:)")
        return Tensor(Node.scalar(integer: dtype == .bool ? (value == 0 ? 0 : 1) : Int64(value), dtype))
    }
}

// So that `x * .pi` and `x .== .infinity` need not say whose constant they mean.
extension TensorNumber where Self == Double {
    public static var pi: Double { Double.pi }
    public static var infinity: Double { Double.infinity }
    public static var nan: Double { Double.nan }
}
