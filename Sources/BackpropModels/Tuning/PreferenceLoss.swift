import Backprop
import BackpropNN

/// How a model is told that one answer is better than another, by how much likelier each has become than it was under a
/// reference model.
public enum PreferenceLoss: String, Sendable, CaseIterable, Codable {
    /// -log sigmoid(beta margin) (DPO, Rafailov et al., 2023, equation 7).
    case sigmoid
    /// max(0, 1 - beta margin) (SLiC, Zhao et al., 2023).
    case hinge
    /// (margin - 1 / (2 beta))² (IPO, Azar et al., 2023, equation 17).
    case ipo

    /// The loss of each pair, [pairs].
    ///
    /// - Parameters:
    ///   - chosen: the logarithm of the probability of the better answer, [pairs], as are the other three.
    ///   - beta: how strongly the model is held to the reference.
    public func callAsFunction(
        chosen: Tensor, rejected: Tensor, referenceChosen: Tensor, referenceRejected: Tensor, beta: Double
    ) -> Tensor {
        let margin = (chosen - rejected) - (referenceChosen - referenceRejected)
        switch self {
        case .sigmoid: return -logSigmoid(margin * beta)
        case .hinge: return maximum(1 - margin * beta, 0)
        case .ipo: return square(margin - 1 / (2 * beta))
        }
    }
}

/// How likely scores make it that the better of two answers wins: the loss -log sigmoid(chosen - rejected) of each pair,
/// [pairs] (Bradley and Terry, 1952).
public func bradleyTerryLoss(chosen: Tensor, rejected: Tensor) -> Tensor { -logSigmoid(chosen - rejected) }

extension LanguageModel {
    /// The logarithm of the probability of each label after what stands before it, [batch, positions - 1]; 0 where a label is
    /// `ignoredLabel`.
    ///
    /// - Parameters:
    ///   - ids: int32 or int64, [batch, positions]. Padding stands at the end, where nothing sees it.
    ///   - labels: integers, [batch, positions]; they are compared with what is said one position earlier.
    public func labelLogProbabilities(_ ids: Tensor, labels: Tensor) -> Tensor {
        let count = ids.dim(1)
        let logits = self(ids).narrowed(axis: 1, 0..<(count - 1)), next = labels.narrowed(axis: 1, 1..<count)
        return -crossEntropy(logits, next, ignoredLabel: ignoredLabel, reduction: .none)
    }

    /// The logarithm of the probability of all labels of a row together, [batch].
    public func logProbability(_ ids: Tensor, labels: Tensor) -> Tensor {
        labelLogProbabilities(ids, labels: labels).sum(axis: 1)
    }
}

/// Rows of tokens with labels, filled up at their ends.
public struct PaddedTokens: Sendable {
    /// int64 [rows, positions], as are the labels.
    public let ids: Tensor, labels: Tensor
    /// int64 [rows]: where the last token of a row is.
    public let ends: Tensor

    /// - Parameter multiple: what the number of positions is a multiple of: fewer lengths are fewer plans.
    public init(_ rows: [LabelledTokens], padding: Int = 0, multipleOf multiple: Int = 16) {
        let longest = max(2, rows.map(\.tokens.count).max() ?? 2)
        let length = (longest + multiple - 1) / multiple * multiple
        func filled(_ values: [Int], _ filling: Int) -> [Int64] {
            (values + [Int](repeating: filling, count: length - values.count)).map(Int64.init)
        }
        ids = Tensor(rows.flatMap { filled($0.tokens, padding) }, shape: [rows.count, length])
        labels = Tensor(rows.flatMap { filled($0.labels, ignoredLabel) }, shape: [rows.count, length])
        ends = Tensor(rows.map { Int64(max(0, $0.tokens.count - 1)) })
    }
}
