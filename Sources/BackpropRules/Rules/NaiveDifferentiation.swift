import Backprop
import BackpropNN

/// Naive differentiation: one forward pass for each weight, to see why backpropagation exists.
///
/// Change one weight by very little, look how the loss changes, put it back, and go to the next one:
///
///     slope[i] = (loss(weights + step e[i]) - loss(weights - step e[i])) / (2 step)
///
/// It finds the gradient of backpropagation, up to a term that falls with step², by two forward passes for each weight, where
/// backpropagation takes the time of about two for all of them. A network of 26,122 weights takes ten thousand times as long.
///
/// Source: the definition of a derivative; the comparison of costs: P. J. Werbos, "Beyond regression", 1974. Many networks
/// that differ in one weight are judged in one plan, which saves the cost of planning and none of the arithmetic.
public final class NaiveDifferentiation: LearningRule {
    public let network: LayeredNetwork
    /// How far a weight is moved.
    public let difference: Double
    /// The most numbers that weights of networks judged together may have.
    private static let mostNumbers = 1 << 20

    public init(_ network: LayeredNetwork, difference: Double = 1e-2) {
        (self.network, self.difference) = (network, difference)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let layers = network.layerCount
        let slopes = network.parameters.indices.map { self.slopes($0, batch) }
        return RuleUpdate(
            loss: batch.loss(scores(batch.inputs)), weights: Array(slopes.prefix(layers)),
            biases: Array(slopes.dropFirst(layers)))
    }

    /// The slopes of the numbers of one parameter, in its shape.
    private func slopes(_ place: Int, _ batch: RuleBatch) -> Tensor {
        let values = network.parameters.map(\.value), value = values[place], size = value.size
        // Of one length, so that all but the last have the same plan.
        let chunk = max(1, min(size, Self.mostNumbers / size))
        var parts: [Tensor] = []
        for start in stride(from: 0, to: size, by: chunk) {
            let chosen = Tensor.arange(min(chunk, size - start), dtype: .int32) + Tensor(Double(start), dtype: .int32)
            let moves = oneHot(chosen, classes: size, dtype: value.dtype).reshaped([chosen.size] + value.shape)
            func losses(_ move: Double) -> Tensor {
                var values = values
                values[place] = value + moves * move
                return Population(network, values).losses(batch)
            }
            parts.append((losses(difference) - losses(-difference)) / (2 * difference))
            // A chunk at a time, so that memory is that of one.
            if chunk < size { evaluateAll([parts[parts.count - 1]]) }
        }
        return concatenated(parts, axis: 0).reshaped(value.shape)
    }
}
