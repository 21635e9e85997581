import BackpropModels
import Testing

/// A family with a configuration so small that a test takes no time, what it makes of a batch, and the loss of that.
struct TinyModel: Sendable, CustomTestStringConvertible {
    let name: String
    /// The same weights each time.
    let make: @Sendable (DType) -> any PretrainedModel
    let run: @Sendable (any PretrainedModel) -> Tensor
    let loss: @Sendable (any PretrainedModel, Tensor) -> Tensor
    /// Tensors of Hugging Face's files that it has.
    let knows: [String]

    var testDescription: String { name }

    static let ids = Tensor([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8] as [Int64], shape: [2, 6])
    static let isSeen = Tensor(
        [true, true, true, true, true, true, true, true, true, true, false, false], shape: [2, 6])

    private static func language<Model: LanguageModel>(
        _ name: String, _ configuration: Model.Configuration, _ type: Model.Type, knows: [String]
    ) -> TinyModel {
        TinyModel(
            name: name, make: { dtype in withRandomSeed(1) { Model(configuration, dtype: dtype) } },
            run: { ($0 as! Model)(ids, isSeen: isSeen) }, loss: { nextTokenLoss($1, labels: ids) }, knows: knows)
    }

    static var gpt2: GPT2Configuration {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (11, 40, 8, 2, 2)
        (c.dropout, c.attentionDropout, c.embeddingDropout) = (0, 0, 0)
        return c
    }

    static var llama: LlamaConfiguration {
        var c = LlamaConfiguration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads, c.keyHeads) = (11, 100, 16, 2, 4, 2)
        c.hidden = 12
        return c
    }

    static var bert: BERTConfiguration {
        var c = BERTConfiguration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads, c.hidden) = (11, 8, 8, 2, 2, 12)
        (c.dropout, c.attentionDropout, c.classifierDropout) = (0, 0, 0)
        c.classes = ClassSettings(names: ["no", "perhaps", "yes"])
        return c
    }

    static let all: [TinyModel] = {
        var untied = gpt2, mistral = llama, qwen = llama, scaled = llama
        (untied.tiesEmbeddings, untied.hidden, untied.activation) = (false, 20, .relu)
        (mistral.kind, mistral.window) = (.mistral, 3)
        (qwen.kind, qwen.attentionBias, qwen.tiesEmbeddings, qwen.paddingToken) = (.qwen2, true, true, 5)
        scaled.scaling = .llama3(factor: 8, lowFrequency: 1, highFrequency: 4, positions: 16)
        (scaled.attentionBias, scaled.outputBias, scaled.feedForwardBias, scaled.headFeatures) = (true, true, true, 6)
        var vit = ViTConfiguration(), resnet = ResNetConfiguration(), bottleneck = ResNetConfiguration()
        (vit.image, vit.patch, vit.features, vit.layers, vit.heads, vit.hidden) = ([8, 12], [4, 4], 8, 2, 2, 12)
        (resnet.start, resnet.widths, resnet.depths, resnet.isBottleneck) = (4, [4, 6], [1, 2], false)
        (bottleneck.start, bottleneck.widths, bottleneck.depths) = (4, [8, 12], [1, 1])
        (bottleneck.halvesFirst, bottleneck.halvesBeforeBottleneck) = (true, true)
        var t5 = T5Configuration()
        (t5.vocabularySize, t5.features, t5.heads, t5.headFeatures, t5.hidden) = (11, 8, 2, 6, 12)
        (t5.layers, t5.decoderLayers, t5.buckets, t5.farthest, t5.dropout) = (2, 1, 8, 16, 0)
        var gated = t5
        (gated.isGated, gated.activation, gated.tiesEmbeddings, gated.scalesHead) = (true, .geluTanh, false, false)
        let first = "transformer.h.1.attn.c_attn.weight", second = "model.layers.1.self_attn.k_proj.weight"
        return [
            language("GPT-2", gpt2, GPT2.self, knows: [first, "transformer.wte.weight", "transformer.ln_f.bias"]),
            language("GPT-2, untied", untied, GPT2.self, knows: [first, "lm_head.weight"]),
            language("Llama", llama, Llama.self, knows: [second, "model.norm.weight", "lm_head.weight"]),
            language("Llama 3", scaled, Llama.self, knows: [second, "model.layers.0.mlp.down_proj.bias"]),
            language("Mistral", mistral, Llama.self, knows: [second]),
            language("Qwen2", qwen, Llama.self, knows: [second, "model.layers.0.self_attn.v_proj.bias"]),
        ]
            + encoders
            + [
                images(
                    "ViT", vit, ViT.self, [2, 8, 12, 3],
                    knows: [
                        "vit.embeddings.cls_token", "vit.encoder.layer.1.attention.attention.key.bias",
                        "vit.encoder.layer.0.output.dense.weight", "classifier.bias",
                    ]),
                images(
                    "ResNet", resnet, ResNet.self, [2, 32, 32, 3],
                    knows: [
                        "resnet.encoder.stages.1.layers.1.layer.1.normalization.running_var", "classifier.1.weight",
                        "resnet.embedder.embedder.normalization.num_batches_tracked",
                    ]),
                images(
                    "ResNet of bottlenecks", bottleneck, ResNet.self, [2, 32, 32, 3],
                    knows: [
                        "resnet.encoder.stages.0.layers.0.layer.2.convolution.weight",
                        "resnet.encoder.stages.0.layers.0.shortcut.convolution.weight",
                    ]),
                translator(
                    "T5", t5,
                    knows: [
                        "shared.weight", "decoder.block.0.layer.2.DenseReluDense.wi.weight",
                        "decoder.block.0.layer.1.EncDecAttention.o.weight",
                    ]),
                translator(
                    "T5, gated", gated,
                    knows: [
                        "lm_head.weight", "encoder.block.1.layer.1.DenseReluDense.wi_0.weight",
                        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                    ]),
            ]
    }()

    private static var encoders: [TinyModel] {
        let kinds = Tensor([0, 0, 1, 1, 1, 1] as [Int64])
        let common = ["bert.encoder.layer.1.attention.self.query.weight", "bert.embeddings.LayerNorm.bias"]
        return [
            TinyModel(
                name: "BERT", make: { dtype in withRandomSeed(1) { BERT(bert, dtype: dtype) } },
                run: { ($0 as! BERT).pooled(($0 as! BERT)(ids, isSeen: isSeen, kinds: kinds)) },
                loss: { square($1).mean() }, knows: ["embeddings.word_embeddings.weight", "pooler.dense.bias"]),
            TinyModel(
                name: "BERT for masked tokens",
                make: { dtype in withRandomSeed(1) { BERTForMaskedLM(bert, dtype: dtype) } },
                run: { ($0 as! BERTForMaskedLM)(ids, isSeen: isSeen, kinds: kinds) },
                loss: { ($0 as! BERTForMaskedLM).loss($1, labels: ids) }, knows: common + ["cls.predictions.bias"]),
            TinyModel(
                name: "BERT for classes",
                make: { dtype in withRandomSeed(1) { BERTForSequenceClassification(bert, dtype: dtype) } },
                run: { ($0 as! BERTForSequenceClassification)(ids, isSeen: isSeen, kinds: kinds) },
                loss: { ($0 as! BERTForSequenceClassification).loss($1, labels: Tensor([2, 0] as [Int64])) },
                knows: common + ["bert.pooler.dense.weight", "classifier.weight"]),
        ]
    }

    private static func images<Model: PretrainedModel & Module>(
        _ name: String, _ configuration: Model.Configuration, _ type: Model.Type, _ shape: [Int], knows: [String]
    ) -> TinyModel {
        let labels = Tensor([1, 0] as [Int64])
        return TinyModel(
            name: name, make: { dtype in withRandomSeed(1) { Model(configuration, dtype: dtype) } },
            run: { model in
                let model = model as! Model
                return model(withRandomSeed(2) { Tensor.normal(shape, dtype: model.parameters()[0].dtype) })
            }, loss: { crossEntropy($1, labels) }, knows: knows)
    }

    private static func translator(_ name: String, _ configuration: T5Configuration, knows: [String]) -> TinyModel {
        let labels = Tensor([4, 1, -100, 2, 7, 1] as [Int64], shape: [2, 3])
        return TinyModel(
            name: name, make: { dtype in withRandomSeed(1) { T5(configuration, dtype: dtype) } },
            run: { model in
                let model = model as! T5
                return model(ids, isSeen: isSeen, decoderIDs: model.decoderIDs(for: labels))
            }, loss: { ($0 as! T5).loss($1, labels: labels) }, knows: knows)
    }
}
