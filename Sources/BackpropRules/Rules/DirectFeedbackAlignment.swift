import Backprop
import BackpropNN

/// Direct feedback alignment: the mistake at the output goes to each layer at once, through a fixed random matrix of its own.
///
/// No layer waits for another one on the way back, so all can learn at the same time, and no weight is needed twice.
///
///     outputDelta = (softmax(scores) - targets) / batch
///     deltas[l] = outputDelta feedback[l] * f'(sums[l])
///     weights[l] -= rate deltas[l]ᵀ activities[l]
///
/// Paper: A. Nøkland, "Direct feedback alignment provides learning in deep neural networks", NIPS, 2016. Other than there:
/// Adam in place of RMSprop, and the usual scale of weights for the feedback in place of a hand-picked one, which Adam
/// makes little of.
public final class DirectFeedbackAlignment: LearningRule {
    public let network: LayeredNetwork
    /// For each hidden layer, shape [classes, units].
    public let feedback: [Tensor]

    /// Draws the matrices from the surrounding random stream.
    public init(_ network: LayeredNetwork) {
        self.network = network
        let classes = network.widths[network.layerCount]
        feedback = network.widths.dropFirst().dropLast().map { units in
            Initializer.xavierNormal([classes, units], dtype: network.weights[0].dtype)
        }
        evaluateAll(feedback)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let outputDelta = network.outputDelta(signals.scores, batch)
        let hidden = feedback.enumerated().map { layer, matrix in
            matmul(outputDelta, matrix) * network.nonlinearity.slope(atActivities: signals.activities[layer + 1])
        }
        return network.update(signals, hidden + [outputDelta], loss: batch.loss(signals.scores))
    }
}
