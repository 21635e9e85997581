import Backprop
import BackpropNN

/// Backpropagation, the yardstick: each layer learns by how the loss changes with its sums.
///
/// The chain rule goes back through the layers that the signal came through. A layer multiplies what comes back by the same
/// weights that it multiplied the signal by, which no neuron could know of another one, and can do so only when all layers
/// above have had their turn.
///
///     deltas[last] = (softmax(scores) - targets) / batch
///     deltas[l] = deltas[l + 1] weights[l + 1] * f'(sums[l])
///     weights[l] -= rate deltas[l]ᵀ activities[l]
///
/// Paper: D. E. Rumelhart, G. E. Hinton, R. J. Williams, "Learning representations by back-propagating errors", Nature, 1986.
/// Other than there: cross-entropy in place of squares, and batches. The engine would find the same update by itself
/// (`loss.backward()`); it is written out here to stand beside the other rules.
public final class Backpropagation: LearningRule {
    public let network: LayeredNetwork

    public init(_ network: LayeredNetwork) { self.network = network }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let deltas = network.deltas(
            signals, network.outputDelta(signals.scores, batch), feedback: network.weights.map(\.value))
        return network.update(signals, deltas, loss: batch.loss(signals.scores))
    }
}

/// Shallow training, the floor: hidden layers stay as random as they began, and the last one learns from what they show it.
///
/// A rule that teaches its hidden layers nothing does as well as this one.
///
///     weights[last] -= rate ((softmax(scores) - targets) / batch)ᵀ activities[last]
///
/// Paper: G.-B. Huang, Q.-Y. Zhu, C.-K. Siew, "Extreme learning machine: theory and applications", Neurocomputing, 2006.
/// Other than there: descent of the cross-entropy in place of a least-squares solution.
public final class ShallowTraining: LearningRule {
    public let network: LayeredNetwork

    public init(_ network: LayeredNetwork) { self.network = network }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let hidden = [Tensor?](repeating: nil, count: network.layerCount - 1)
        return network.update(
            signals, hidden + [network.outputDelta(signals.scores, batch)],
            loss: batch.loss(signals.scores))
    }
}
