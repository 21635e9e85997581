import Backprop
import BackpropNN

/// Attention by several heads whose number of features need not be a share of the model's, with one mask and one rotation
/// for all layers of a model.
public struct HeadedAttention: ParameterContainer {
    public let queries: Linear, keys: Linear, values: Linear, output: Linear
    public let heads: Int, keyHeads: Int
    /// What scores are multiplied by.
    public let scale: Double
    let dropout: Dropout

    /// - Parameters:
    ///   - keyHeads: heads of keys and values, all where left out; divides `heads`.
    ///   - headFeatures: features of a head, a share of `features` where left out.
    ///   - bias: of queries, keys and values; `outputBias` of the output.
    ///   - scale: 1 / sqrt(headFeatures) where left out.
    init(
        _ features: Int, heads: Int, keyHeads: Int? = nil, headFeatures: Int? = nil, bias: Bool, outputBias: Bool,
        scale: Double? = nil, dropout: Double = 0, dtype: DType
    ) {
        let size = headFeatures ?? features / heads
        queries = Linear(features, heads * size, bias: bias, dtype: dtype)
        keys = Linear(features, (keyHeads ?? heads) * size, bias: bias, dtype: dtype)
        values = Linear(features, (keyHeads ?? heads) * size, bias: bias, dtype: dtype)
        output = Linear(heads * size, features, bias: outputBias, dtype: dtype)
        (self.heads, self.keyHeads) = (heads, keyHeads ?? heads)
        self.scale = scale ?? 1 / Double(size).squareRoot()
        self.dropout = Dropout(dropout)
    }

    /// - Parameters:
    ///   - x: [batch, positions, features].
    ///   - memory: what keys and values are made of, x where left out.
    ///   - rotation: turns queries and keys.
    ///   - cache: of the positions before.
    func callAsFunction(
        _ x: Tensor, memory: Tensor? = nil, mask: AttentionMask, rotation: Rotation? = nil,
        cache: inout KeyValueCache?
    ) -> Tensor {
        let source = memory ?? x
        var queries = self.queries(x).divided(intoHeads: heads)
        var keys = self.keys(source).divided(intoHeads: keyHeads)
        var values = self.values(source).divided(intoHeads: keyHeads)
        if let rotation { (queries, keys) = (rotation(queries), rotation(keys)) }
        if cache != nil {
            cache!.append(keys: keys, values: values)
            (keys, values) = (cache!.keys!, cache!.values!)
        }
        return output(attention(queries, keys, values, mask).joinedHeads)
    }

    /// Keys and values of a memory that many steps read, [batch, heads, positions, features of a head].
    func read(_ memory: Tensor) -> (keys: Tensor, values: Tensor) {
        (keys(memory).divided(intoHeads: keyHeads), values(memory).divided(intoHeads: keyHeads))
    }

    /// The same for a memory that has been read.
    func callAsFunction(_ x: Tensor, memory: (keys: Tensor, values: Tensor), mask: AttentionMask) -> Tensor {
        output(attention(queries(x).divided(intoHeads: heads), memory.keys, memory.values, mask).joinedHeads)
    }

    func callAsFunction(
        _ x: Tensor, memory: Tensor? = nil, mask: AttentionMask, rotation: Rotation? = nil
    ) -> Tensor {
        var none: KeyValueCache?
        return self(x, memory: memory, mask: mask, rotation: rotation, cache: &none)
    }

    /// The values as each head of each query weights them, [batch, heads, positions, features of a head].
    private func attention(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ mask: AttentionMask) -> Tensor {
        guard queries.dim(2) == 1, keyHeads < heads else {
            return scaledDotProductAttention(
                queries: queries, keys: keys, values: values, mask: mask, scale: scale,
                dropout: dropout.presentProbability)
        }
        // Of a single position, heads that share keys are the rows of one product.
        let (batch, size) = (queries.dim(0), queries.dim(3))
        return scaledDotProductAttention(
            queries: queries.reshaped([batch, keyHeads, heads / keyHeads, size]), keys: keys, values: values,
            mask: mask, scale: scale, dropout: dropout.presentProbability
        ).reshaped([batch, heads, 1, size])
    }
}
