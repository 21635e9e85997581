import Backprop
import BackpropModels

/// A recorded batch, by the names that transformers gives the arguments of its models.
struct RecordedBatch {
    private let tensors: [String: Tensor]

    init(_ tensors: [String: Tensor]) { self.tensors = tensors }

    /// The logits of a model for the batch, and its loss where there are labels.
    func run(_ model: any PretrainedModel) throws -> (logits: Tensor, loss: Tensor?) {
        let labels = tensors["labels"]
        switch model {
        case let model as any LanguageModel:
            try allow("input_ids", "attention_mask")
            let logits = model(try tensor("input_ids"), isSeen: mask("attention_mask"))
            return (logits, labels.map { nextTokenLoss(logits, labels: $0) })
        case let model as BERTForMaskedLM:
            try allow("input_ids", "attention_mask", "token_type_ids")
            let logits = model(
                try tensor("input_ids"), isSeen: mask("attention_mask"), kinds: tensors["token_type_ids"])
            return (logits, labels.map { model.loss(logits, labels: $0) })
        case let model as BERTForSequenceClassification:
            try allow("input_ids", "attention_mask", "token_type_ids")
            let logits = model(
                try tensor("input_ids"), isSeen: mask("attention_mask"), kinds: tensors["token_type_ids"])
            return (logits, labels.map { model.loss(logits, labels: $0) })
        case let model as ViT:
            try allow("pixel_values")
            let logits = model(channelsLast(try tensor("pixel_values")))
            return (logits, labels.map { model.loss(logits, labels: $0) })
        case let model as ResNet:
            try allow("pixel_values")
            let logits = model(channelsLast(try tensor("pixel_values")))
            return (logits, labels.map { model.loss(logits, labels: $0) })
        case let model as T5:
            try allow("input_ids", "attention_mask", "decoder_input_ids", "decoder_attention_mask")
            guard let decoderIDs = tensors["decoder_input_ids"] ?? labels.map({ model.decoderIDs(for: $0) }) else {
                throw Wrong("the batch has nothing for the decoder")
            }
            let logits = model(
                try tensor("input_ids"), isSeen: mask("attention_mask"), decoderIDs: decoderIDs,
                areSeen: mask("decoder_attention_mask"))
            return (logits, labels.map { model.loss(logits, labels: $0) })
        default: throw Unsupported("no batch for a \(model.architecture)")
        }
    }

    private func tensor(_ name: String) throws -> Tensor {
        guard let tensor = tensors[name] else { throw Wrong("the batch has no \(name)") }
        return tensor
    }

    private func mask(_ name: String) -> Tensor? { tensors[name].map { $0 .!= 0 } }

    private func allow(_ names: String...) throws {
        let others = Set(tensors.keys).subtracting(names + ["labels"]).sorted()
        guard others.isEmpty else { throw Unsupported("no argument \(others.joined(separator: ", "))") }
    }
}
