import Backprop
import BackpropNN

/// Hill climbing: try a random change, keep it where it is better, and forget it otherwise.
///
/// No slope of anything is needed, so it works on whatever can be judged, and it learns from one number what backpropagation
/// learns from one for each weight.
///
///     candidate = weights + reach noise
///     accepted = loss(candidate) < loss(weights), or with probability exp((loss(weights) - loss(candidate)) / temperature)
///     weights = candidate where accepted
///
/// It begins with some climbs from random starts and goes on with the best of them. While it goes on, reach and temperature fall
/// (annealing), so that at first it leaves places that are only good beside their neighbours.
///
/// Paper: S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, "Optimization by simulated annealing", Science, 1983, with the rule of
/// N. Metropolis et al., 1953. Other than there: the loss is that of a batch, the same one for both, so a step is sometimes
/// accepted for the sake of the batch.
public final class HillClimbing: LearningRule {
    public let network: LayeredNetwork
    /// Steps of the whole training.
    public let steps: Int
    /// Random starts.
    public let starts: Int
    /// The deviation of the noise at the beginning, and the temperature, in the unit of the loss.
    public let reach: Double
    public let temperature: Double
    /// Steps done.
    private var step = 0
    /// Steps of each climb from a random start.
    private var climb: Int { max(steps / (10 * starts), 1) }
    private var best: (loss: Double, values: [Tensor])?
    private var presentLosses: [Tensor] = []

    public init(
        _ network: LayeredNetwork, steps: Int, starts: Int = 4, reach: Double = 0.03, temperature: Double = 1e-3
    ) {
        (self.network, self.steps, self.starts, self.reach, self.temperature) = (
            network, steps, max(starts, 1), reach, temperature
        )
    }

    /// What is left of reach and temperature, from 1 to a tenth.
    private var heat: Double {
        let begin = climb * starts
        return step < begin ? 1 : 1 - 0.9 * min(Double(step - begin) / Double(max(steps - begin, 1)), 1)
    }

    private func loss(_ weights: [Tensor], _ biases: [Tensor], _ batch: RuleBatch) -> Tensor {
        var activities = batch.inputs
        for layer in weights.indices {
            let sums = matmul(activities, weights[layer].transposed()) + biases[layer]
            activities = layer == weights.count - 1 ? sums : network.nonlinearity(sums)
        }
        return batch.loss(activities)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let weights = network.weights.map(\.value), biases = network.biases.map(\.value)
        let reach = reach * heat, dtype = weights[0].dtype
        let moves = (weights + biases).map { Tensor.normal($0.shape, dtype: dtype) * reach }
        let present = loss(weights, biases, batch)
        let candidate = loss(
            zip(weights, moves).map { $0 + $1 }, zip(biases, moves.dropFirst(weights.count)).map { $0 + $1 }, batch)
        let chance = exp((present - candidate) / (temperature * heat))
        // A chance above one is a loss that falls.
        let accepted = (Tensor.uniform([], dtype: dtype) .< chance).asType(dtype)
        let directions = moves.map { -$0 * accepted }
        return RuleUpdate(
            loss: present, weights: Array(directions.prefix(weights.count)),
            biases: Array(directions.dropFirst(weights.count)))
    }

    public func step(_ batch: RuleBatch, _ optimizers: [Optimizer]) -> Tensor {
        let loss = handOver(withoutGradients { update(batch) })
        for optimizer in optimizers { optimizer.step() }
        step += 1
        guard step <= climb * starts else { return loss }
        presentLosses.append(loss)
        if step.isMultiple(of: climb) { endClimb() }
        return loss
    }

    /// Keeps the better one, by the last tenth of the climb, and starts from elsewhere.
    private func endClimb() {
        let last = presentLosses.suffix(max(climb / 10, 1))
        let loss: Double = stacked(Array(last)).mean().item()
        presentLosses = []
        let values = network.parameters.map(\.value)
        if loss < best?.loss ?? .infinity { best = (loss, values) }
        let isLast = step == climb * starts
        let next = isLast ? best!.values : LayeredNetwork(network.widths, network.nonlinearity).parameters.map(\.value)
        for (parameter, value) in zip(network.parameters, next) { parameter.value = value.asType(parameter.dtype) }
        if isLast { best = nil }
    }
}
