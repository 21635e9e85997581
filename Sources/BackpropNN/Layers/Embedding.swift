import Backprop

/// A vector for each of `count` integers, learned. Takes integers of any shape and gives [..., features].
public struct Embedding: Module {
    /// [count, features].
    public let weight: Parameter
    public let count: Int, features: Int
    /// The row that starts at zero and learns nothing.
    public let paddingIndex: Int?
    /// Whether the gradient of a row is divided by how often it is taken.
    public let scalesGradientByFrequency: Bool

    /// A table with normally distributed vectors unless asked otherwise.
    ///
    /// - Parameters:
    ///   - paddingIndex: a row for what stands at the end of short sequences: zeros that get no gradient from here.
    ///   - scalesGradientByFrequency: whether the gradient of a row is divided by how often it is taken.
    public init(
        _ count: Int, _ features: Int, paddingIndex: Int? = nil, scalesGradientByFrequency: Bool = false,
        initializer: Initializer = .normal(standardDeviation: 1), dtype: DType = .float32
    ) {
        require(count >= 0 && features >= 0, "Embedding: \(count) vectors of \(features) features")
        (self.count, self.features) = (count, features)
        weight = paddedTable("Embedding", count, features, paddingIndex, initializer, dtype)
        self.paddingIndex = paddingIndex
        self.scalesGradientByFrequency = scalesGradientByFrequency
    }

    /// The vectors of the indices (int32 or int64); evaluation stops with a message where one is not below `count`.
    public func callAsFunction(_ indices: Tensor) -> Tensor {
        requireIndices(indices)
        return reported([indices]) {
            embedding(
                weight.value, indices, paddingIndex: paddingIndex, scalesGradientByFrequency: scalesGradientByFrequency)
        }
    }
}

extension Embedding {
    /// x Wᵀ: how well [..., features] goes with each of the integers, [..., count]. The last layer of a language model that
    /// shares its weights with the first (Press and Wolf, 2017).
    public func asLinear(_ x: Tensor) -> Tensor {
        requireFeatures(features, of: x)
        return matmul(x, weight.value, transposeB: true)
    }
}

/// `embeddingBag`: learned vectors, combined bag by bag. Takes integers [bags, n] and gives [bags, features].
public struct EmbeddingBag: Module {
    /// [count, features].
    public let weight: Parameter
    public let count: Int, features: Int
    public let reduction: EmbeddingReduction
    /// The row that starts at zero, learns nothing and does not count in a bag.
    public let paddingIndex: Int?

    /// A table with normally distributed vectors unless asked otherwise.
    public init(
        _ count: Int, _ features: Int, reduction: EmbeddingReduction = .mean, paddingIndex: Int? = nil,
        initializer: Initializer = .normal(standardDeviation: 1), dtype: DType = .float32
    ) {
        require(count >= 0 && features >= 0, "EmbeddingBag: \(count) vectors of \(features) features")
        (self.count, self.features) = (count, features)
        weight = paddedTable("EmbeddingBag", count, features, paddingIndex, initializer, dtype)
        self.reduction = reduction
        self.paddingIndex = paddingIndex
    }

    public func callAsFunction(_ indices: Tensor) -> Tensor { self(indices, offsets: nil) }

    /// Bags of different sizes: integers of one axis, of which `offsets` [bags] say where each bag begins.
    ///
    /// - Parameter weights: of the rows of a sum, in the shape of the indices.
    public func callAsFunction(_ indices: Tensor, offsets: Tensor?, weights: Tensor? = nil) -> Tensor {
        requireIndices(indices)
        return embeddingBag(
            weight.value, indices, offsets: offsets, reduction: reduction, weights: weights, paddingIndex: paddingIndex)
    }
}

extension ParameterContainer {
    /// Stops where indices of rows are not integers.
    fileprivate func requireIndices(_ indices: Tensor) {
        require(
            indices.dtype == .int32 || indices.dtype == .int64,
            "\(layerDescription): indices are \(indices.dtype), not int32 or int64; convert them with asType(.int64)")
    }
}

/// A table as it starts, with zeros in the row of the padding.
private func paddedTable(
    _ name: String, _ count: Int, _ features: Int, _ padding: Int?, _ initializer: Initializer, _ dtype: DType
) -> Parameter {
    let table = initializer([count, features], dtype: dtype)
    guard let padding else { return Parameter(table) }
    require(
        padding >= -count && padding < count, "\(name): the padding \(padding) is no row of \(count)")
    let row = padding < 0 ? padding + count : padding
    let isPadding = Tensor.indices([count, 1], axis: 0, dtype: .int64) .== Double(row)
    return Parameter(which(isPadding, table.zero, table))
}
