import Backprop

/// Attention by several heads, each on its share of projected features (Vaswani et al., 2017).
public struct MultiHeadAttention: Module {
    /// The projections of queries, keys and values, and of the joined heads.
    public let queries: Linear, keys: Linear, values: Linear, output: Linear
    public let features: Int, heads: Int
    /// Heads of keys and values; fewer than `heads` where several heads of queries share them.
    public let keyHeads: Int
    /// Whether a query sees only keys at its own position and before, where no other mask is given.
    public let isCausal: Bool
    /// Turns queries and keys by their positions.
    public let rotary: RotaryEmbedding?
    private let dropout: Dropout

    /// - Parameters:
    ///   - features: of a query and of the result; `heads` divides them.
    ///   - keyFeatures: of a key, those of a query where left out.
    ///   - valueFeatures: of a value, those of a query where left out.
    ///   - keyHeads: heads of keys and values, all where left out; divides `heads`.
    ///   - bias: whether the projections have one.
    ///   - isCausal: whether a query sees only keys at its own position and before, where no other mask is given.
    ///   - rotary: turns queries and keys by their positions; its features are at most those of a head.
    ///   - dropout: the probability with which a weight of the attention is lost in training.
    public init(
        _ features: Int, heads: Int, keyFeatures: Int? = nil, valueFeatures: Int? = nil, keyHeads: Int? = nil,
        isCausal: Bool = false, rotary: RotaryEmbedding? = nil, bias: Bool = true, dropout: Double = 0,
        dtype: DType = .float32
    ) {
        let keyHeads = keyHeads ?? heads
        require(
            heads > 0 && features % heads == 0 && keyHeads > 0 && heads % keyHeads == 0,
            "MultiHeadAttention: \(features) features, \(heads) heads and \(keyHeads) heads of keys do not divide")
        require(
            (rotary?.features ?? 0) <= features / heads,
            "MultiHeadAttention: \(rotary?.features ?? 0) features to turn are more than the \(features / heads) of a head"
        )
        let shared = features / heads * keyHeads
        queries = Linear(features, features, bias: bias, dtype: dtype)
        keys = Linear(keyFeatures ?? features, shared, bias: bias, dtype: dtype)
        values = Linear(valueFeatures ?? features, shared, bias: bias, dtype: dtype)
        output = Linear(features, features, bias: bias, dtype: dtype)
        (self.features, self.heads) = (features, heads)
        self.keyHeads = keyHeads
        self.isCausal = isCausal
        self.rotary = rotary
        self.dropout = Dropout(dropout)
    }

    /// Attention of x, [..., positions, features], to itself.
    public func callAsFunction(_ x: Tensor) -> Tensor { self(queries: x, keys: x, values: x) }

    /// Causal attention of x, the next [..., positions, features], to itself and to what the cache holds. Position by position
    /// it gives what the whole sequence gives at once.
    public func callAsFunction(_ x: Tensor, cache: inout KeyValueCache) -> Tensor {
        let projected = project(x, x, x, offset: cache.count)
        cache.append(keys: projected.keys, values: projected.values)
        guard let keys = cache.keys, let values = cache.values else { return x }
        let heads = scaledDotProductAttention(
            queries: projected.queries, keys: keys, values: values, mask: .tensor(cache.mask(queries: x.dim(-2))),
            dropout: dropout.presentProbability)
        return output(heads.joinedHeads)
    }

    /// The values, weighted for each query by how its key answers it, [..., queries, features].
    ///
    /// - Parameters:
    ///   - queries: [..., queries, features]; keys and values likewise with an extent of their own.
    ///   - mask: which keys a query sees, for [..., heads, queries, keys]; true means seen (PyTorch's layer means hidden).
    ///   - isPadding: bool, [..., keys], true where no query sees the key.
    public func callAsFunction(
        queries: Tensor, keys: Tensor, values: Tensor, mask: AttentionMask = .none, isPadding: Tensor? = nil
    ) -> Tensor {
        reported([queries, keys, values]) {
            let projected = project(queries, keys, values)
            let own = effective(mask)
            let mask = isPadding.map { own.hiding(padding($0, keys), queries: queries.dim(-2)) } ?? own
            let heads = scaledDotProductAttention(
                queries: projected.queries, keys: projected.keys, values: projected.values, mask: mask,
                dropout: dropout.presentProbability)
            return output(heads.joinedHeads)
        }
    }

    /// The same, with the weights of each head, [..., heads, queries, keys].
    public func withWeights(
        queries: Tensor, keys: Tensor, values: Tensor, mask: AttentionMask = .none, isPadding: Tensor? = nil
    ) -> (output: Tensor, weights: Tensor) {
        let projected = project(queries, keys, values)
        let own = effective(mask)
        let mask = isPadding.map { own.hiding(padding($0, keys), queries: queries.dim(-2)) } ?? own
        func repeated(_ x: Tensor) -> Tensor { keyHeads == heads ? x : x.repeated(count: heads / keyHeads, axis: -3) }
        let weights = attentionWeights(
            queries: projected.queries, keys: repeated(projected.keys), mask: mask, scale: nil, file: #fileID,
            line: #line)
        let kept = dropout(weights)
        return (output(matmul(kept, repeated(projected.values)).joinedHeads), kept)
    }

    /// The padding, where it says of each key whether it is seen.
    private func padding(_ isPadding: Tensor, _ keys: Tensor) -> Tensor {
        require(
            isPadding.dtype == .bool && isPadding.ndim >= 1 && isPadding.dim(-1) == keys.dim(-2),
            "\(layerDescription): a padding \(isPadding.dtype)\(isPadding.shape) is not bool [..., \(keys.dim(-2)) keys]"
        )
        return isPadding
    }

    /// The mask that is given, or that of the layer.
    private func effective(_ mask: AttentionMask) -> AttentionMask {
        if case .none = mask, isCausal { .causal } else { mask }
    }

    private func project(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, offset: Int = 0
    ) -> (queries: Tensor, keys: Tensor, values: Tensor) {
        requireFeatures(features, of: queries, "queries", axes: 2)
        requireFeatures(self.keys.inputs, of: keys, "keys", axes: 2)
        requireFeatures(self.values.inputs, of: values, "values", axes: 2)
        require(
            keys.dim(-2) == values.dim(-2),
            "\(layerDescription): keys \(keys.shape) and values \(values.shape) are not of the same positions")
        let projected = (
            queries: self.queries(queries).divided(intoHeads: heads),
            keys: self.keys(keys).divided(intoHeads: keyHeads),
            values: self.values(values).divided(intoHeads: keyHeads)
        )
        guard let rotary else { return projected }
        // Where queries and keys are at the same positions, their angles are the same nodes.
        let places = positions(queries.dim(-2), from: offset)
        let keyPlaces = keys.dim(-2) == queries.dim(-2) ? places : positions(keys.dim(-2), from: offset)
        return (
            rotary(projected.queries, positions: places), rotary(projected.keys, positions: keyPlaces),
            projected.values
        )
    }
}

extension AttentionMask {
    /// The mask that also hides keys which are padding, [..., keys].
    func hiding(_ isPadding: Tensor, queries: Int) -> AttentionMask {
        let isSeen = .!isPadding.expandedDimensions(axis: -2).expandedDimensions(axis: -2)
        switch self {
        case .none: return .tensor(isSeen)
        case .causal:
            let query = Tensor.arange(queries, dtype: .int32).expandedDimensions(axis: -1)
            return .tensor((Tensor.arange(isPadding.dim(-1), dtype: .int32) .<= query) .& isSeen)
        case .tensor(let mask) where mask.dtype == .bool: return .tensor(mask .& isSeen)
        case .tensor(let mask): return .tensor(which(isSeen, mask, mask.like(-.infinity)))
        }
    }
}
