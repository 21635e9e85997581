import Backprop
import BackpropFiles
import BackpropNN

/// Gives a whole text one number: a linear layer on what a language model makes of its last token. By the Bradley-Terry loss
/// it learns how good people find answers (Ouyang et al., 2022).
///
/// ```swift
/// let reward = RewardModel(model)
/// let scores = reward(batch.ids, ends: batch.ends)
/// bradleyTerryLoss(chosen: scores[0..<n], rejected: scores[n...]).mean().backward()
/// ```
public struct RewardModel: ParameterContainer {
    public let model: any LanguageModel
    public let head: Linear

    /// A head that finds everything about equally good on a model.
    public init(_ model: any LanguageModel) {
        let features = model.features(Tensor([[0, 0]] as [[Int64]])), width = features.dim(-1)
        self.init(
            model,
            head: Linear(
                width, 1, bias: false, initializer: .normal(standardDeviation: 1 / Double(width + 1)),
                dtype: features.dtype))
    }

    package init(_ model: any LanguageModel, head: Linear) { (self.model, self.head) = (model, head) }

    /// The score of each row, [batch].
    ///
    /// - Parameters:
    ///   - ids: int32 or int64, [batch, positions].
    ///   - ends: int64, [batch]: where the last token of each row is.
    public func callAsFunction(_ ids: Tensor, ends: Tensor) -> Tensor {
        let features = model.features(ids)
        let isEnd = Tensor.arange(ids.dim(1), dtype: .int64) .== ends.expandedDimensions(axis: -1)
        let last = (features * isEnd.expandedDimensions(axis: -1).asType(features.dtype)).sum(axis: 1)
        return head(last).squeezed(axis: -1)
    }

    // MARK: Files

    /// What the weight of the head is called in files.
    static let headName = "score.weight"
    /// Endings of what `architectures` calls a language model, which for its sequences is a classifier.
    private static let endings = ["ForCausalLM", "LMHeadModel"], ending = "ForSequenceClassification"

    /// Writes a folder that transformers reads as a classifier of sequences with one label, such as a
    /// LlamaForSequenceClassification.
    ///
    /// - Throws: `DataError` where the system refuses.
    public func save(to folder: String) throws(DataError) { try save(model, to: folder) }

    private func save(_ model: some LanguageModel, to folder: String) throws(DataError) {
        let own = model.architecture
        let name = Self.endings.first(where: own.hasSuffix).map { own.dropLast($0.count) + Self.ending } ?? own
        var settings = model.configuration.file(architecture: name, type: model.modelType)
        settings["id2label"] = ["0": "LABEL_0"]
        settings["label2id"] = ["LABEL_0": 0]
        settings["num_labels"] = nil
        var tensors = model.foreignTensors()
        tensors["lm_head.weight"] = nil
        tensors[Self.headName] = head.weight.value
        try model.save(settings, tensors, to: folder, as: nil, maximumShardBytes: nil)
    }

    /// Reads what `save` has written, or a classifier of one label of the same form.
    ///
    /// - Throws: `DataError` for files that cannot be read, and for models of another kind.
    public static func load(_ folder: String, dtype: DType = .float32) throws(DataError) -> RewardModel {
        let place = FileSystem.join(folder, "config.json")
        let name = try JSONValue.read(place)["architectures"]?.list?.first?.text ?? ""
        let body = name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : ""
        guard let architecture = endings.map({ body + $0 }).first(where: Pretrained.architectures.contains) else {
            throw DataError(
                .mismatch, at: place, "\(Wording.quoted(name)) does not rate texts",
                remedy: "use a run of backprop lm reward, or a classifier of sequences on a GPT-2 or a Llama")
        }
        let model = try Pretrained.load(folder, dtype: dtype, architecture: architecture)
        guard let model = model as? any LanguageModel else { preconditionFailure("\(architecture)") }
        let reward = withRandomSeed(0) { RewardModel(model) }, weights = try Pretrained.weights(folder)
        let stored = weights.tensors.first { $0.name == headName }
        guard let weight = try stored.map({ (tensor) throws(DataError) in try weights.read(tensor) }),
            weight.shape == reward.head.weight.shape, weight.dtype.isFloatingPoint
        else {
            throw DataError(
                .mismatch, at: folder, "there is no '\(headName)' of \(reward.head.weight.shape) for one label",
                remedy: "use a model that gives a text one number")
        }
        reward.head.weight.value = weight.asType(dtype)
        evaluateOrStop(reward.head.weight.value)
        return reward
    }
}
