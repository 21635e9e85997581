import BackpropFiles

/// A model of a family that Hugging Face's folders hold: a plain module with a configuration, which reads and writes such
/// folders.
///
/// ```swift
/// let model = try Pretrained.load("gpt2") as! GPT2
/// try model.save(to: "tuned")
/// ```
public protocol PretrainedModel: ParameterContainer {
    associatedtype Configuration: ModelConfiguration

    /// What `architectures` in `config.json` may call models of this type.
    static var architectures: [String] { get }
    /// What it calls this one.
    var architecture: String { get }
    /// What `model_type` calls it.
    var modelType: String { get }

    /// A model with random weights. A configuration that no model can be made of stops it.
    init(_ configuration: Configuration, dtype: DType)

    var configuration: Configuration { get }

    /// How its tensors are called in a folder.
    var names: TensorNames { get }
    /// Other names that files of the same family have.
    var otherNames: [TensorNames] { get }
}

extension PretrainedModel {
    /// A model with random weights of float32. A configuration that no model can be made of stops it.
    public init(_ configuration: Configuration) { self.init(configuration, dtype: .float32) }

    public var architecture: String { Self.architectures[0] }

    public var otherNames: [TensorNames] { [] }

    public var layerDescription: String { "\(Self.self)" }
}

/// A model that says which token comes next.
public protocol LanguageModel: PretrainedModel {
    /// How many tokens it knows.
    var vocabularySize: Int { get }
    /// How many positions a sequence can have.
    var positionLimit: Int { get }
    /// How many layers keep keys and values.
    var layerCount: Int { get }

    /// What the last block makes of tokens, normalized, [batch, positions, features].
    ///
    /// - Parameters:
    ///   - ids: int32 or int64, [batch, positions].
    ///   - isSeen: bool, [batch, positions], false where nobody looks: padding. Not together with a cache.
    ///   - packing: where several sequences stand in a row; without padding and without a cache.
    ///   - cache: keys and values of the positions before, to which those of `ids` are added.
    func features(_ ids: Tensor, isSeen: Tensor?, packing: SequencePacking?, cache: inout DecodingCache?) -> Tensor

    /// The logits of the next token for features, [..., vocabulary].
    func head(_ features: Tensor) -> Tensor
}

extension LanguageModel {
    /// The logits of the token behind each position, [batch, positions, vocabulary], of tokens [batch, positions].
    ///
    /// - Parameter isSeen: bool, [batch, positions], false where nobody looks: padding.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil, packing: SequencePacking? = nil) -> Tensor {
        head(features(ids, isSeen: isSeen, packing: packing))
    }

    /// What the last block makes of tokens, normalized, [batch, positions, features].
    public func features(_ ids: Tensor, isSeen: Tensor? = nil, packing: SequencePacking? = nil) -> Tensor {
        var none: DecodingCache?
        return features(ids, isSeen: isSeen, packing: packing, cache: &none)
    }

    /// The mean negative log-likelihood of each token after those before it; a label of -100 does not count.
    ///
    /// - Parameter labels: integers [batch, positions], the tokens themselves where left out. They are compared with what is
    ///   said one position earlier.
    public func loss(
        _ ids: Tensor, labels: Tensor? = nil, isSeen: Tensor? = nil, packing: SequencePacking? = nil
    ) -> Tensor {
        nextTokenLoss(self(ids, isSeen: isSeen, packing: packing), labels: labels ?? ids)
    }
}

/// The mean negative log-likelihood of labels [batch, positions] under the logits of the position before, [batch, positions,
/// vocabulary]; a label of -100 does not count.
public func nextTokenLoss(_ logits: Tensor, labels: Tensor) -> Tensor {
    let count = logits.dim(1)
    return crossEntropy(
        logits.narrowed(axis: 1, 0..<(count - 1)), labels.narrowed(axis: 1, 1..<count), ignoredLabel: ignoredLabel)
}

/// The label that does not count in a loss.
public let ignoredLabel = -100
