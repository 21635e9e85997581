import Backprop

/// A vector for each of `count` integers, learned. Takes integers of any shape and gives [..., features].
public struct Embedding: Module {
    /// [count, features].
    public let weight: Parameter

    /// A table with normally distributed vectors unless asked otherwise.
    public init(
        _ count: Int, _ features: Int, initializer: Initializer = .normal(standardDeviation: 1),
        dtype: DType = .float32
    ) {
        require(count >= 0 && features >= 0, "Embedding: \(count) vectors of \(features) features")
        weight = Parameter(initializer([count, features], dtype: dtype))
    }

    /// The vectors of the indices (int32 or int64); evaluation stops with a message where one is not below `count`.
    public func callAsFunction(_ indices: Tensor) -> Tensor { weight.value.take(indices, axis: 0) }
}
