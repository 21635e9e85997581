import Backprop

/// Which keys a query sees.
public enum AttentionMask: Sendable {
    /// All of them.
    case none
    /// Those at its own position and before.
    case causal
    /// Where a bool tensor is true, or with a floating-point tensor added to the scores (-infinity hides a key); it
    /// broadcasts to [..., heads, queries, keys].
    case tensor(Tensor)
}

/// softmax(Q Kᵀ scale + mask) V (Vaswani et al., 2017). A query that sees no key gives 0. Floating point of one dtype.
///
/// ```swift
/// let q = Tensor.zeros([1, 2, 3]), v = Tensor([1, 3] as [Float], shape: [1, 2, 1])
/// scaledDotProductAttention(queries: q, keys: q, values: v, mask: .causal)  // [1, 2]
/// ```
///
/// - Parameters:
///   - queries: [..., heads, queries, features]; axes before the last two broadcast.
///   - keys: [..., heads, keys, features]. Fewer heads than the queries have, where they divide them, serve that many
///     neighbouring heads of the queries each (grouped-query attention, Ainslie et al., 2023).
///   - values: [..., heads, keys, features of a value], with the heads of the keys.
///   - mask: which keys a query sees.
///   - scale: 1 / sqrt(features) where left out.
///   - dropout: the probability with which a weight is set to 0, see `dropout(_:probability:)`.
public func scaledDotProductAttention(
    queries: Tensor, keys: Tensor, values: Tensor, mask: AttentionMask = .none, scale: Double? = nil,
    dropout probability: Double = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        (0...1).contains(probability),
        "scaledDotProductAttention: the dropout probability \(probability) is not between 0 and 1", file: file,
        line: line)
    let (groups, queries, keys, values) = grouped(queries, keys, values, file, line)
    var weights = attentionWeights(
        queries: queries, keys: keys, mask: groups == 1 ? mask : mask.grouped(by: groups), scale: scale, file: file,
        line: line)
    if probability > 0 { weights = dropout(weights, probability: probability, file: file, line: line) }
    let result = matmul(weights, values, file: file, line: line)
    if groups == 1 { return result }
    var shape = result.shape
    shape.replaceSubrange((shape.count - 4)..<(shape.count - 2), with: [shape[shape.count - 4] * groups])
    return result.reshaped(shape)
}

/// How much each query takes from each key, [..., heads, queries, keys].
func attentionWeights(
    queries: Tensor, keys: Tensor, mask: AttentionMask, scale: Double?, file: StaticString, line: UInt
) -> Tensor {
    let scale = scale ?? 1 / Double(queries.dim(-1)).squareRoot()
    let scores = matmul(queries * scale, keys, transposeB: true, file: file, line: line)
    if case .tensor(let mask) = mask {
        require(
            (mask.dtype == .bool || mask.dtype == scores.dtype || autocastLetsMeet(mask.dtype, scores.dtype))
                && Shape.broadcast(mask.node.shape, scores.node.shape) == scores.node.shape,
            "attention: a mask \(mask.dtype)\(mask.shape) does not broadcast to scores \(scores.dtype)\(scores.shape)",
            file: file, line: line)
    }
    switch mask {
    case .none:
        return scores.dim(-1) == 0 ? scores : softmax(scores)
    case .causal:
        let query = Tensor.arange(scores.dim(-2), dtype: .int32).expandedDimensions(axis: -1)
        let isSeen = Tensor.arange(scores.dim(-1), dtype: .int32) .<= query
        return softmaxOrZero(which(isSeen, scores, scores.like(-.infinity)))
    case .tensor(let mask) where mask.dtype == .bool:
        return softmaxOrZero(which(mask, scores, scores.like(-.infinity)))
    case .tensor(let mask):
        return softmaxOrZero(scores + mask)
    }
}

/// With fewer heads of keys than of queries, an axis for the queries that share a head of keys.
private func grouped(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ file: StaticString, _ line: UInt
) -> (groups: Int, queries: Tensor, keys: Tensor, values: Tensor) {
    let name = "scaledDotProductAttention"
    require(
        queries.ndim >= 2 && keys.ndim >= 2 && values.ndim >= 2,
        "\(name): queries \(queries.shape), keys \(keys.shape) and values \(values.shape) need two axes", file: file,
        line: line)
    require(
        queries.dim(-1) == keys.dim(-1) && keys.dim(-2) == values.dim(-2),
        "\(name): queries \(queries.shape), keys \(keys.shape) and values \(values.shape) do not fit together",
        file: file, line: line)
    guard queries.ndim >= 3, keys.ndim >= 3, values.ndim >= 3 else { return (1, queries, keys, values) }
    let (heads, shared) = (queries.dim(-3), keys.dim(-3))
    guard shared > 1, heads > shared else { return (1, queries, keys, values) }
    require(
        heads % shared == 0 && values.dim(-3) == shared,
        "\(name): \(heads) heads of queries are not shared by \(shared) heads of keys and \(values.dim(-3)) of values",
        file: file, line: line)
    var shape = queries.shape
    shape.replaceSubrange((shape.count - 3)..<(shape.count - 2), with: [shared, heads / shared])
    return (
        heads / shared, queries.reshaped(shape), keys.expandedDimensions(axis: -3),
        values.expandedDimensions(axis: -3)
    )
}

extension AttentionMask {
    /// The mask for queries whose heads are [shared, group].
    fileprivate func grouped(by groups: Int) -> AttentionMask {
        guard case .tensor(let mask) = self, mask.ndim >= 3 else { return self }
        var shape = mask.shape
        let heads = shape[shape.count - 3]
        let parts = heads == 1 ? [1, 1] : [heads / groups, groups]
        shape.replaceSubrange((shape.count - 3)..<(shape.count - 2), with: parts)
        return .tensor(mask.reshaped(shape))
    }
}
