import Backprop
import BackpropNN

/// Synthetic gradients (decoupled neural interfaces): a layer learns at once from a guess of what the others will send back.
///
/// Beside each hidden layer a linear model guesses, from the activities of the layer and on request from the labels, the slope
/// of the loss for these activities:
///
///     guesses[l] = activities[l] guides[l]ᵀ + guideBiases[l] (+ targets labelGuides[l]ᵀ)
///     weights[l - 1] -= rate (guesses[l] * f'(sums[l - 1]))ᵀ activities[l - 1] / batch
///
/// So a layer is moved as soon as the signal has passed it: `step` computes the new weights of each hidden layer before there
/// is a loss, before even the next layer has its input. The guesses learn later from what comes back one layer, which above
/// the last hidden layer is the truth:
///
///     messages[l] = (guesses[l + 1] * f'(sums[l])) weights[l], and outputDelta weights[last] for the last one
///     guides[l] -= rate (guesses[l] - messages[l])ᵀ activities[l] / batch
///
/// Paper: M. Jaderberg et al., "Decoupled neural interfaces using synthetic gradients", ICML, 2017. Other than there: guesses
/// are linear for all networks (theirs have hidden layers where labels are not given), no batch normalization, and layers take
/// turns on one machine: what is shown is that none waits for the loss.
public final class SyntheticGradients: LearningRule {
    public let network: LayeredNetwork
    /// Whether guesses know the labels.
    public let seesLabels: Bool
    /// For each hidden layer, shape [units, units + 1], or [units, units + 1 + classes] with labels: biases are a column.
    public let guides: [Parameter]
    /// Called when the weights of a hidden layer have been moved, with its number.
    public var layerMoved: (Int) -> Void = { _ in }

    public var ownParameters: [Parameter] { guides }

    /// One stage for each hidden layer; then the last layer and the guesses.
    public var stages: [[Parameter]] {
        let last = network.layerCount - 1
        return (0..<last).map { [network.weights[$0], network.biases[$0]] }
            + [[network.weights[last], network.biases[last]] + guides]
    }

    /// Guesses are zero at first, so that nothing is learnt from what nobody knows yet.
    public init(_ network: LayeredNetwork, seesLabels: Bool) {
        (self.network, self.seesLabels) = (network, seesLabels)
        let classes = network.widths[network.layerCount]
        guides = network.widths.dropFirst().dropLast().map { units in
            Parameter(Tensor.zeros([units, units + 1 + (seesLabels ? classes : 0)], dtype: network.weights[0].dtype))
        }
    }

    /// What a hidden layer has to go by as soon as the signal has passed it.
    private struct Local {
        let below: Tensor
        let activities: Tensor
        /// What the guess is made of: activities, one, and labels.
        let clues: Tensor
        /// For each example, shape [batch, units].
        let guess: Tensor
        /// guess * f' / batch.
        let delta: Tensor
        /// What the guess says to the layer below: its weights as they were when the signal passed.
        let message: Tensor
    }

    private func local(_ layer: Int, _ below: Tensor, _ batch: RuleBatch) -> Local {
        let activities = network.nonlinearity(network.sums(layer, below))
        var clues = [activities, Tensor.ones([batch.count, 1], dtype: activities.dtype)]
        if seesLabels { clues.append(batch.targets(network.widths[network.layerCount])) }
        let joined = concatenated(clues, axis: 1)
        let guess = matmul(joined, guides[layer].value.transposed())
        let arriving = guess * network.nonlinearity.slope(atActivities: activities)
        return Local(
            below: below, activities: activities, clues: joined, guess: guess, delta: arriving / Double(batch.count),
            message: matmul(arriving, network.weights[layer].value))
    }

    /// Moves each hidden layer when the signal has passed it, and at last the guesses.
    public func step(_ batch: RuleBatch, _ optimizers: [Optimizer]) -> Tensor {
        withoutGradients {
            var locals: [Local] = []
            for layer in 0..<(network.layerCount - 1) {
                let local = local(layer, locals.last?.activities ?? batch.inputs, batch)
                network.weights[layer].gradient = matmul(local.delta.transposed(), local.below)
                network.biases[layer].gradient = local.delta.sum(axis: 0)
                optimizers[layer].step()
                layerMoved(layer)
                locals.append(local)
            }
            let end = end(locals, batch), last = network.layerCount - 1
            network.weights[last].gradient = matmul(
                end.outputDelta.transposed(), locals.last?.activities ?? batch.inputs)
            network.biases[last].gradient = end.outputDelta.sum(axis: 0)
            for (guide, direction) in zip(guides, end.guides) { guide.gradient = direction }
            optimizers[last].step()
            return end.loss
        }
    }

    /// The same without moving anything.
    public func update(_ batch: RuleBatch) -> RuleUpdate {
        var locals: [Local] = []
        for layer in 0..<(network.layerCount - 1) {
            locals.append(local(layer, locals.last?.activities ?? batch.inputs, batch))
        }
        let end = end(locals, batch)
        let signals = LayeredNetwork.Signals(
            activities: [batch.inputs] + locals.map(\.activities), scores: end.outputDelta)
        return network.update(
            signals, locals.map(\.delta) + [end.outputDelta], loss: end.loss, own: end.guides)
    }

    /// What only the loss tells.
    private func end(_ locals: [Local], _ batch: RuleBatch) -> (loss: Tensor, outputDelta: Tensor, guides: [Tensor]) {
        let last = network.layerCount - 1
        let scores = network.sums(last, locals.last?.activities ?? batch.inputs)
        let outputDelta = network.outputDelta(scores, batch)
        let truth = matmul(outputDelta, network.weights[last].value) * Double(batch.count)
        let messages = locals.dropFirst().map(\.message) + [truth]
        let guides = zip(locals, messages).map { local, message in
            matmul((local.guess - message).transposed(), local.clues) / Double(batch.count)
        }
        return (batch.loss(scores), outputDelta, guides)
    }
}
