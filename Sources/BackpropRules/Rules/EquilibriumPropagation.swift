import Backprop
import BackpropNN

/// Equilibrium propagation: a network that settles learns from how it settles otherwise when its output is nudged.
///
/// Layers pull at each other both ways through the same weights (a continuous Hopfield network). Each state comes to rest where
///
///     states[l] = f(states[l - 1] weights[l - 1]ᵀ + biases[l - 1] + states[l + 1] weights[l])
///
/// which is where the energy has its least value. Then the last states are pulled, by `nudging` times the slope of the
/// cross-entropy of the read-out, toward what would be right, and settle again. What two units do together, with and without the pull,
/// differs by the gradient:
///
///     weights[l - 1] -= rate (states[l]ᵀ states[l - 1] - nudged[l]ᵀ nudged[l - 1]) / (nudging batch)
///
/// up to a term that grows with `nudging`; pulling both ways, toward and away, leaves only its square:
///
///     weights[l - 1] -= rate (away[l]ᵀ away[l - 1] - toward[l]ᵀ toward[l - 1]) / (2 nudging batch)
///
/// Paper: B. Scellier, Y. Bengio, "Equilibrium propagation: bridging the gap between energy-based models and backpropagation",
/// Frontiers in Computational Neuroscience, 2017; both ways, and the read-out: A. Laborieux et al., "Scaling equilibrium
/// propagation to deep ConvNets by drastically reducing its gradient estimator bias", 2021. Other than there: the energy is
/// Hopfield's of 1984, ∑ ∫ f⁻¹ - ∑ states weights states, so that a layer that follows the others at once goes down it, and
/// states settle layer by layer in place of by small steps in time.
public final class EquilibriumPropagation: LearningRule {
    public let network: LayeredNetwork
    /// How hard the output is pulled.
    public let nudging: Double
    /// Whether it is pulled both ways.
    public let isSymmetric: Bool
    /// Rounds through all layers until they rest, and until they rest when they are pulled.
    public let rounds: (free: Int, nudged: Int)

    /// - Parameter network: with at least one hidden layer, and tanh or sigmoid, whose states have bounds.
    public init(
        _ network: LayeredNetwork, nudging: Double = 0.2, isSymmetric: Bool = true,
        rounds: (free: Int, nudged: Int) = (12, 8)
    ) {
        precondition(
            network.layerCount > 1, "EquilibriumPropagation: without a hidden layer there is nothing to settle")
        (self.network, self.nudging, self.isSymmetric, self.rounds) = (network, nudging, isSymmetric, rounds)
    }

    /// The scores that the states at rest give.
    public func scores(_ inputs: Tensor) -> Tensor {
        network.sums(network.layerCount - 1, settle(network(inputs).activities, rounds.free).last!)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let free = settle(network(batch.inputs).activities, rounds.free)
        let last = network.layerCount - 1
        let scores = network.sums(last, free[last])
        let toward = settle(free, rounds.nudged, nudging, batch)
        let other = isSymmetric ? settle(free, rounds.nudged, -nudging, batch) : free
        let scale = 1 / ((isSymmetric ? 2 : 1) * nudging * Double(batch.count))
        let outputDelta = network.outputDelta(scores, batch)
        var weights: [Tensor?] = [], biases: [Tensor?] = []
        for layer in 1...last {
            let difference =
                matmul(other[layer].transposed(), other[layer - 1])
                - matmul(toward[layer].transposed(), toward[layer - 1])
            weights.append(difference * scale)
            biases.append((other[layer] - toward[layer]).sum(axis: 0) * scale)
        }
        return RuleUpdate(
            loss: batch.loss(scores), weights: weights + [matmul(outputDelta.transposed(), free[last])],
            biases: biases + [outputDelta.sum(axis: 0)])
    }

    /// States after some rounds; those of layer 0 are the inputs. With a batch the last ones are pulled toward its targets, by
    /// `force`.
    private func settle(
        _ start: [Tensor], _ rounds: Int, _ force: Double = 0, _ batch: RuleBatch? = nil
    ) -> [Tensor] {
        var states = start
        let last = network.layerCount - 1
        // What the inputs say does not change.
        let fromInputs = network.sums(0, start[0])
        for _ in 0..<rounds {
            for layer in 1...last {
                var sums = layer == 1 ? fromInputs : network.sums(layer - 1, states[layer - 1])
                if layer < last {
                    sums = sums + matmul(states[layer + 1], network.weights[layer].value)
                } else if let batch {
                    let missing = batch.targets(network.widths[last + 1]) - softmax(network.sums(last, states[last]))
                    sums = sums + force * matmul(missing, network.weights[last].value)
                }
                states[layer] = network.nonlinearity(sums)
            }
        }
        return states
    }
}
