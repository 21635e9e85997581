import Backprop
import BackpropNN

/// BERT with a head that says which token stood where a mask is.
public struct BERTForMaskedLM: PretrainedModel {
    public static let architectures = ["BertForMaskedLM"]
    public let modelType = "bert"
    public let configuration: BERTConfiguration
    public let bert: BERT
    public let transform: Linear
    public let transformNorm: LayerNorm
    /// Of the logits, where they have the weights of the embedding.
    public let logitBias: Parameter?
    /// The logits, where they have weights of their own.
    public let decoder: Linear?

    public init(_ configuration: BERTConfiguration, dtype: DType) {
        var body = configuration
        body.hasPooler = false
        let c = configuration
        self.configuration = body
        bert = BERT(body, dtype: dtype)
        transform = Linear(c.features, c.features, initializer: .normal(standardDeviation: 0.02), dtype: dtype)
        transformNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        logitBias = c.tiesEmbeddings ? Parameter(.zeros([c.vocabularySize], dtype: dtype)) : nil
        decoder = c.tiesEmbeddings ? nil : Linear(c.features, c.vocabularySize, dtype: dtype)
    }

    /// The logits of each position, [batch, positions, vocabulary]; arguments are those of `BERT`.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil, kinds: Tensor? = nil) -> Tensor {
        let x = transformNorm(configuration.activation(transform(bert(ids, isSeen: isSeen, kinds: kinds))))
        if let decoder { return decoder(x) }
        let logits = bert.tokens.asLinear(x)
        return logitBias.map { logits + $0.value } ?? logits
    }

    /// The mean negative log-likelihood of labels [batch, positions] at their positions; one of -100 does not count.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor {
        crossEntropy(logits, labels, ignoredLabel: ignoredLabel)
    }

    public var names: TensorNames {
        let own = [
            "transform": "cls.predictions.transform.dense", "transformNorm": "cls.predictions.transform.LayerNorm",
            "logitBias": "cls.predictions.bias", "decoder": "cls.predictions.decoder",
        ]
        return TensorNames(
            BERT.parts.merging(own) { $1 }, body: "bert.",
            unused: [
                "cls.predictions.bias", "cls.predictions.decoder.", "cls.seq_relationship.", "pooler.",
                "embeddings.position_ids",
            ])
    }
}

/// BERT with a classifier of sequences.
public struct BERTForSequenceClassification: PretrainedModel {
    public static let architectures = ["BertForSequenceClassification"]
    public let modelType = "bert"
    public let configuration: BERTConfiguration
    public let bert: BERT
    public let classifier: Linear
    private let dropout: Dropout

    public init(_ configuration: BERTConfiguration, dtype: DType) {
        var body = configuration
        body.hasPooler = true
        self.configuration = body
        bert = BERT(body, dtype: dtype)
        classifier = Linear(
            body.features, body.classes.count, initializer: .normal(standardDeviation: 0.02), dtype: dtype)
        dropout = Dropout(body.classifierDropout)
    }

    /// The logits of the classes, [batch, classes]; arguments are those of `BERT`.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil, kinds: Tensor? = nil) -> Tensor {
        classifier(dropout(bert.pooled(bert(ids, isSeen: isSeen, kinds: kinds))))
    }

    /// The mean loss of logits, see `ClassSettings.loss`.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor { configuration.classes.loss(logits, labels: labels) }

    public var names: TensorNames {
        TensorNames(BERT.parts, body: "bert.", unused: ["cls.", "embeddings.position_ids"])
    }
}
