import Backprop
import BackpropNN

extension Operators {
    /// Attention, and layers made of it.
    static let attention: [String: Adapter] = [
        "nn.functional.scaled_dot_product_attention": { call in
            call.naming("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
            try call.expect("dropout_p", 0)
            // Heads that share keys are recognized by their numbers.
            call.ignore("enable_gqa")
            let mask = try call.optionalTensor("attn_mask").map(AttentionMask.tensor)
            let isCausal = try call.bool("is_causal", default: false)
            let result = scaledDotProductAttention(
                queries: try call.tensor("query"), keys: try call.tensor("key"), values: try call.tensor("value"),
                mask: isCausal ? .causal : mask ?? .none, scale: try call.optionalDouble("scale"))
            return [result]
        },
        "nn.MultiheadAttention": { try multiHeadAttention($0) },
        "nn.TransformerEncoderLayer": { call in
            call.naming("input", "src_mask", "src_key_padding_mask")
            call.ignore("dropout", "is_causal")
            let layer = TransformerEncoderLayer(
                try call.int("d_model"), heads: try call.int("nhead"),
                hidden: try call.int("dim_feedforward", default: 2048), activation: try call.activation(),
                normalizesFirst: try call.bool("norm_first", default: false), dropout: 0,
                epsilon: try call.double("layer_norm_eps", default: 1e-5), bias: try call.bool("bias", default: true),
                dtype: .float64)
            var weights = LayerWeights(try call.params())
            weights.adoptAttention("self_attn.", as: "attention.")
            weights.adopt("norm1.", as: "attentionNorm.")
            weights.adopt("norm2.", as: "feedForwardNorm.")
            let values = try weights.values(
                ["linear1.": "feedForward.expand.", "linear2.": "feedForward.contract."], for: layer)
            let batchFirst = try call.bool("batch_first", default: false)
            let x = batchLeading(try call.tensor("input"), batchFirst)
            let mask = try call.visibility("src_mask", heads: layer.attention.heads)
            let padding = try call.padding("src_key_padding_mask")
            let result = layer.withParameters(values) { layer(x, mask: mask, isPadding: padding) }
            return [batchLeading(result, batchFirst)]
        },
        "nn.TransformerDecoderLayer": { call in
            call.naming("input", "memory", "tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask")
            call.ignore("dropout", "tgt_is_causal", "memory_is_causal")
            let layer = TransformerDecoderLayer(
                try call.int("d_model"), heads: try call.int("nhead"),
                hidden: try call.int("dim_feedforward", default: 2048), activation: try call.activation(),
                normalizesFirst: try call.bool("norm_first", default: false), dropout: 0,
                epsilon: try call.double("layer_norm_eps", default: 1e-5), bias: try call.bool("bias", default: true),
                dtype: .float64)
            var weights = LayerWeights(try call.params())
            weights.adoptAttention("self_attn.", as: "attention.")
            weights.adoptAttention("multihead_attn.", as: "crossAttention.")
            weights.adopt("norm1.", as: "attentionNorm.")
            weights.adopt("norm2.", as: "crossNorm.")
            weights.adopt("norm3.", as: "feedForwardNorm.")
            let values = try weights.values(
                ["linear1.": "feedForward.expand.", "linear2.": "feedForward.contract."], for: layer)
            let batchFirst = try call.bool("batch_first", default: false)
            let x = batchLeading(try call.tensor("input"), batchFirst)
            let memory = batchLeading(try call.tensor("memory"), batchFirst)
            let heads = layer.attention.heads
            let result = try layer.withParameters(values) {
                layer(
                    x, memory: memory, mask: try call.visibility("tgt_mask", heads: heads),
                    isPadding: try call.padding("tgt_key_padding_mask"),
                    memoryMask: try call.visibility("memory_mask", heads: heads),
                    memoryIsPadding: try call.padding("memory_key_padding_mask"))
            }
            return [batchLeading(result, batchFirst)]
        },
    ]

    private static func multiHeadAttention(_ call: Call) throws -> [Tensor] {
        call.naming("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask")
        // It only says what kind of mask there is.
        call.ignore("dropout", "is_causal")
        let heads = try call.int("num_heads")
        let layer = MultiHeadAttention(
            try call.int("embed_dim"), heads: heads, keyFeatures: try call.optionalInt("kdim"),
            valueFeatures: try call.optionalInt("vdim"), bias: try call.bool("bias", default: true), dtype: .float64)
        var weights = LayerWeights(try call.params())
        weights.adoptAttention("", as: "")
        let adopted = try weights.values([:], for: layer)
        let batchFirst = try call.bool("batch_first", default: false)
        let queries = batchLeading(try call.tensor("query"), batchFirst)
        let keys = batchLeading(try call.tensor("key"), batchFirst)
        let values = batchLeading(try call.tensor("value"), batchFirst)
        let mask = try call.visibility("attn_mask", heads: heads), padding = try call.padding("key_padding_mask")
        let averages = try call.bool("average_attn_weights", default: true)
        guard try call.bool("need_weights", default: true) else {
            let output = layer.withParameters(adopted) {
                layer(queries: queries, keys: keys, values: values, mask: mask, isPadding: padding)
            }
            return [batchLeading(output, batchFirst)]
        }
        let (output, shares) = layer.withParameters(adopted) {
            layer.withWeights(queries: queries, keys: keys, values: values, mask: mask, isPadding: padding)
        }
        return [batchLeading(output, batchFirst), averages ? shares.mean(axis: -3) : shares]
    }
}

/// [steps, batch, features] as [batch, steps, features], and back; a sequence without a batch stays.
func batchLeading(_ x: Tensor, _ isAlready: Bool) -> Tensor { isAlready || x.ndim < 3 ? x : x.swappedAxes(0, 1) }

extension Call {
    fileprivate func activation() throws -> Activation {
        let name = try string("activation", default: "relu")
        guard let activation = Activation(rawValue: name) else { throw Unsupported("activation = '\(name)'") }
        return activation
    }

    /// A mask in which true means hidden, for [queries, keys] or [batch x heads, queries, keys].
    fileprivate func visibility(_ name: String, heads: Int) throws -> AttentionMask {
        guard var mask = try optionalTensor(name) else { return .none }
        if mask.ndim == 3 { mask = mask.reshaped([mask.dim(0) / heads, heads, mask.dim(1), mask.dim(2)]) }
        return .tensor(mask.dtype == .bool ? .!mask : mask)
    }

    /// Keys that are padding: true, or minus infinity.
    fileprivate func padding(_ name: String) throws -> Tensor? {
        guard let padding = try optionalTensor(name) else { return nil }
        return padding.dtype == .bool ? padding : padding .< 0
    }
}
