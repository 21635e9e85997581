import Backprop
import BackpropNN

/// Gives a whole text one number: a linear layer on what a language model makes of its last token. By the Bradley-Terry loss
/// it learns how good people find answers (Ouyang et al., 2022).
///
/// ```swift
/// let reward = RewardModel(model)
/// let scores = reward(batch.ids, ends: batch.ends)
/// bradleyTerryLoss(chosen: scores[0..<n], rejected: scores[n...]).mean().backward()
/// ```
public struct RewardModel<Model: LanguageModel>: ParameterContainer {
    public let model: Model
    public let head: Linear

    /// A head that finds everything equally good on a model.
    public init(_ model: Model) {
        self.model = model
        let width = model.features(Tensor([[0, 0]] as [[Int64]])).dim(-1)
        head = Linear(width, 1, bias: false, initializer: .normal(standardDeviation: 1 / Double(width + 1)))
    }

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
}
