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
    let packing: SequencePacking?

    init(
        _ ids: Tensor, isSeen: Tensor?, packing: SequencePacking? = nil, cache: DecodingCache?, limit: Int,
        _ name: String
    ) {
        require(ids.ndim == 2 && ids.dim(1) > 0, "\(name): tokens of shape \(ids.shape) are not [batch, positions]")
        require(isSeen == nil || cache == nil, "\(name): padding and a cache do not go together")
        require(
            packing == nil || (isSeen == nil && cache == nil),
            "\(name): packed sequences go neither with padding nor with a cache")
        require(
            packing.map { $0.positions.shape == ids.shape && $0.sequences.shape == ids.shape } ?? true,
            "\(name): the packing is of \(packing?.positions.shape ?? []), the tokens are \(ids.shape)")
        require(
            isSeen.map { $0.dtype == .bool && $0.shape == ids.shape } ?? true,
            "\(name): isSeen is not bool \(ids.shape)")
        offset = cache?.count ?? 0
        count = ids.dim(1)
        capacity = cache?.capacity
        require(
            packing != nil || offset + count <= min(limit, capacity ?? limit),
            "\(name): \(count) tokens behind \(offset) are more than the \(min(limit, capacity ?? limit)) positions there are"
        )
        self.isSeen = isSeen
        self.packing = packing
    }

    /// int64 [count], or [batch, count] of packed sequences: data of the plan, so that one plan serves all offsets.
    var positions: Tensor { packing?.positions ?? places }

    private var places: Tensor { Tensor((0..<count).map { Int64(offset + $0) }) }

    /// Which keys a query sees.
    ///
    /// - Parameter window: how many positions back, its own included; all where left out.
    func mask(window: Int? = nil) -> AttentionMask {
        if capacity == nil && isSeen == nil && packing == nil && (window ?? count) >= count { return .causal }
        let query = places.expandedDimensions(axis: -1)
        let key = Tensor.arange(capacity ?? count, dtype: .int64)
        var mask = key .<= query
        if let window { mask = mask .& (key .> query - window) }
        if let sequences = packing?.sequences {
            let isSame = sequences.expandedDimensions(axis: 1) .== sequences.expandedDimensions(axis: -1)
            return .tensor(mask .& isSame.expandedDimensions(axis: 1))
        }
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
