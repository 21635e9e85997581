import Backprop
import BackpropNN

/// Feedback alignment: what comes back goes through matrices that were drawn once and never change.
///
/// Backpropagation needs the weights of the way forward on the way back (weight transport). Random ones do: the forward weights
/// turn until what the fixed matrices send back points downhill, which the angle to the true gradient shows.
///
///     deltas[last] = (softmax(scores) - targets) / batch
///     deltas[l] = deltas[l + 1] feedback[l + 1] * f'(sums[l])
///     weights[l] -= rate deltas[l]ᵀ activities[l]
///
/// Paper: T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman, "Random synaptic feedback weights support error
/// backpropagation for deep learning", Nature Communications, 2016. Other than there: cross-entropy, and Adam in place of
/// plain descent.
public final class FeedbackAlignment: LearningRule {
    public let network: LayeredNetwork
    /// In the shapes of the weights, and as they were drawn.
    public let feedback: [Tensor]

    /// Draws the matrices from the surrounding random stream, as the weights are drawn.
    public init(_ network: LayeredNetwork) {
        self.network = network
        feedback = network.weights.map { Initializer.xavierNormal($0.shape, dtype: $0.dtype) }
        evaluateAll(feedback)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let deltas = network.deltas(signals, network.outputDelta(signals.scores, batch), feedback: feedback)
        return network.update(signals, deltas, loss: batch.loss(signals.scores))
    }
}
