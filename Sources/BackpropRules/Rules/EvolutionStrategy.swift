import Backprop
import BackpropNN

/// An evolution strategy: many slightly different networks are judged, and the weights move to where the better ones are.
///
/// What is followed is the gradient of the loss averaged over random weights around the present ones. It needs forward passes
/// only, any number of them at a time and on any number of machines, which exchange nothing but losses. Pairs that differ
/// by the same noise with opposite signs leave less to chance:
///
///     preferences[p] = (loss(weights + reach noise[p]) - loss(weights - reach noise[p])) / (2 reach)
///     weights -= rate sum of preferences[p] noise[p] / pairs
///
/// Paper: T. Salimans et al., "Evolution strategies as a scalable alternative to reinforcement learning", 2017; the idea:
/// I. Rechenberg, "Evolutionsstrategie", 1973. Other than there: losses as they are in place of their ranks, and a supervised
/// loss in place of a reward.
public final class EvolutionStrategy: LearningRule {
    public let network: LayeredNetwork
    /// Pairs of networks in each step.
    public let pairs: Int
    /// The deviation of the noise.
    public let reach: Double

    public init(_ network: LayeredNetwork, pairs: Int = 16, reach: Double = 0.02) {
        (self.network, self.pairs, self.reach) = (network, pairs, reach)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let noise = network.parameters.map { Tensor.normal([pairs] + $0.shape, dtype: $0.dtype) }
        func losses(_ sign: Double) -> Tensor {
            let values = zip(network.parameters, noise).map { $0.value + $1 * (sign * reach) }
            return Population(network, values).losses(batch)
        }
        let (plus, minus) = (losses(1), losses(-1))
        let preferences = (plus - minus) * (1 / (2 * reach * Double(pairs)))
        let directions = noise.map { noise in
            (noise * preferences.reshaped([pairs] + noise.shape.dropFirst().map { _ in 1 })).sum(axis: 0)
        }
        let layers = network.layerCount
        return RuleUpdate(
            loss: (plus + minus).mean() / 2, weights: Array(directions.prefix(layers)),
            biases: Array(directions.dropFirst(layers)))
    }
}

/// Networks that are alike but for their weights, judged together.
struct Population {
    private let network: LayeredNetwork
    /// As `parameters` of the network, each with a first axis of networks, or without where all have the same.
    private let values: [Tensor]

    init(_ network: LayeredNetwork, _ values: [Tensor]) { (self.network, self.values) = (network, values) }

    /// The loss of each network, shape [networks].
    func losses(_ batch: RuleBatch) -> Tensor {
        var activities = batch.inputs
        for layer in 0..<network.layerCount {
            let weights = values[layer], biases = values[network.layerCount + layer]
            let turned = weights.ndim == 3 ? weights.transposed(axes: [0, 2, 1]) : weights.transposed()
            let sums = matmul(activities, turned) + (biases.ndim == 2 ? biases.expandedDimensions(axis: 1) : biases)
            activities = layer == network.layerCount - 1 ? sums : network.nonlinearity(sums)
        }
        let wanted = batch.targets(network.widths[network.layerCount])
        return -(logSoftmax(activities) * wanted).sum(axis: 2).mean(axis: 1)
    }
}
