import Backprop
import BackpropNN

/// Where the tokens of one pass of a language model are, and which of them see which.
struct CausalPass {
    /// Of the first token.
    let offset: Int
    let count: Int
    /// Room of the cache; nil without one.
    let capacity: Int?
    let isSeen: Tensor?

    init(_ ids: Tensor, isSeen: Tensor?, cache: DecodingCache?, limit: Int, _ name: String) {
        require(ids.ndim == 2 && ids.dim(1) > 0, "\(name): tokens of shape \(ids.shape) are not [batch, positions]")
        require(isSeen == nil || cache == nil, "\(name): padding and a cache do not go together")
        require(
            isSeen.map { $0.dtype == .bool && $0.shape == ids.shape } ?? true,
            "\(name): isSeen is not bool \(ids.shape)")
        offset = cache?.count ?? 0
        count = ids.dim(1)
        capacity = cache?.capacity
        require(
            offset + count <= min(limit, capacity ?? limit),
            "\(name): \(count) tokens behind \(offset) are more than the \(min(limit, capacity ?? limit)) positions there are"
        )
        self.isSeen = isSeen
    }

    /// int64 [count]: data of the plan, so that one plan serves all offsets.
    var positions: Tensor { Tensor((0..<count).map { Int64(offset + $0) }) }

    /// Which keys a query sees.
    ///
    /// - Parameter window: how many positions back, its own included; all where left out.
    func mask(window: Int? = nil) -> AttentionMask {
        if capacity == nil && isSeen == nil && (window ?? count) >= count { return .causal }
        let query = positions.expandedDimensions(axis: -1)
        let key = Tensor.arange(capacity ?? count, dtype: .int64)
        var mask = key .<= query
        if let window { mask = mask .& (key .> query - window) }
        guard let isSeen else { return .tensor(mask) }
        return .tensor(mask .& isSeen.expandedDimensions(axis: 1).expandedDimensions(axis: 1))
    }
}

extension AttentionMask {
    /// Keys that are no padding, of bool [batch, keys], for all heads and queries.
    static func seen(_ isSeen: Tensor?) -> AttentionMask {
        guard let isSeen else { return .none }
        return .tensor(isSeen.expandedDimensions(axis: 1).expandedDimensions(axis: 1))
    }
}
