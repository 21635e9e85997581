import Backprop
import BackpropNN

/// Sign-concordant feedback: the way back knows of each weight only whether it strengthens or weakens.
///
/// Between backpropagation, which sends the mistake back through the weights, and feedback alignment, which knows nothing of
/// them. Signs are enough for networks where random matrices fail.
///
///     feedback[l] = sign(weights[l]) * magnitudes[l]
///     deltas[last] = (softmax(scores) - targets) / batch
///     deltas[l] = deltas[l + 1] feedback[l + 1] * f'(sums[l])
///     weights[l] -= rate deltas[l]ᵀ activities[l]
///
/// Paper: Q. Liao, J. Z. Leibo, T. Poggio, "How important is weight symmetry in backpropagation?", AAAI, 2016, with
/// magnitudes that are drawn once (theirs are drawn anew for each batch, or all one). Other than there: no batch
/// normalization, and Adam in place of what they call batch Manhattan.
public final class SignConcordantFeedback: LearningRule {
    public let network: LayeredNetwork
    /// In the shapes of the weights, none below 0.
    public let magnitudes: [Tensor]

    /// Draws the magnitudes from the surrounding random stream, as large as the weights are at first.
    public init(_ network: LayeredNetwork) {
        self.network = network
        magnitudes = network.weights.map { abs(Initializer.xavierNormal($0.shape, dtype: $0.dtype)) }
        evaluateAll(magnitudes)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let feedback = zip(network.weights, magnitudes).map { sign($0.value) * $1 }
        let deltas = network.deltas(signals, network.outputDelta(signals.scores, batch), feedback: feedback)
        return network.update(signals, deltas, loss: batch.loss(signals.scores))
    }
}
