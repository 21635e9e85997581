import Backprop
import BackpropNN

/// Predictive coding: each layer predicts the next one, all settle on values between what is predicted and what is wanted, and
/// each then learns from its own errors.
///
/// The output is held at the targets. Values move down the energy, half the sum of all squared errors and the cross-entropy at
/// the output, by what their own layer and the next one tell them:
///
///     errors[l] = values[l] - f(values[l - 1] weights[l - 1]ᵀ + biases[l - 1])
///     outputError = targets - softmax(values[last] weights[last]ᵀ + biases[last])
///     values[l] += pace (-errors[l] + (errors[l + 1] * f') weights[l])
///
/// until they rest; then each layer of weights has the errors above it and the values below it at hand:
///
///     weights[l] += rate (errors[l + 1] * f')ᵀ values[l] / batch
///
/// With predictions and slopes held at those of the forward pass (`fixesPredictions`) the errors settle, layer by layer from
/// the top, on exactly what backpropagation sends back.
///
/// Paper: J. C. R. Whittington, R. Bogacz, "An approximation of the error backpropagation algorithm in a predictive coding
/// network with local Hebbian synaptic plasticity", Neural Computation, 2017; the limit: B. Millidge, A. Tschantz,
/// C. L. Buckley, "Predictive coding approximates backprop along arbitrary computation graphs", 2020. Other than there: values
/// are activities and not sums, and the output has a cross-entropy, whose error is that of a softmax.
public final class PredictiveCoding: LearningRule {
    public let network: LayeredNetwork
    /// Whether predictions stay what the forward pass made them.
    public let fixesPredictions: Bool
    /// Moves of the values before the weights learn.
    public let inferenceSteps: Int
    /// How far values move at once.
    public let pace: Double

    /// - Parameters:
    ///   - inferenceSteps: with fixed predictions as many as there are hidden layers, whatever is given.
    ///   - pace: 1 with fixed predictions.
    public init(
        _ network: LayeredNetwork, fixesPredictions: Bool = false, inferenceSteps: Int = 20, pace: Double = 0.2
    ) {
        self.network = network
        self.fixesPredictions = fixesPredictions
        self.inferenceSteps = fixesPredictions ? network.layerCount - 1 : inferenceSteps
        self.pace = fixesPredictions ? 1 : pace
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let signals = network(batch.inputs)
        let settled = fixesPredictions ? fixed(signals, batch) : settle(signals, batch)
        // The way of the protocol is down: the signs turn, and means take the place of sums.
        let deltas = settled.arriving.map { -$0 / Double(batch.count) }
        var resting = signals
        resting.activities = settled.values
        return network.update(resting, deltas, loss: batch.loss(signals.scores))
    }

    /// What the errors of each layer say to the sums below them: errors[l + 1] * f', and the output's.
    private typealias Settled = (values: [Tensor], arriving: [Tensor])

    private func outputError(_ values: Tensor, _ batch: RuleBatch) -> Tensor {
        let last = network.layerCount - 1
        return batch.targets(network.widths[last + 1]) - softmax(network.sums(last, values))
    }

    /// Moves values until they rest; they begin where nothing is an error but the output.
    private func settle(_ signals: LayeredNetwork.Signals, _ batch: RuleBatch) -> Settled {
        var values = signals.activities
        func errors() -> (own: [Tensor], arriving: [Tensor]) {
            var own: [Tensor] = [], arriving: [Tensor] = []
            for layer in 1..<max(values.count, 1) {
                let prediction = network.nonlinearity(network.sums(layer - 1, values[layer - 1]))
                own.append(values[layer] - prediction)
                arriving.append(own[layer - 1] * network.nonlinearity.slope(atActivities: prediction))
            }
            return (own, arriving + [outputError(values[values.count - 1], batch)])
        }
        for _ in 0..<inferenceSteps {
            let (own, arriving) = errors()
            for layer in 1..<max(values.count, 1) {
                let fromAbove = matmul(arriving[layer], network.weights[layer].value)
                values[layer] = values[layer] + pace * (fromAbove - own[layer - 1])
            }
        }
        return (values, errors().arriving)
    }

    /// The same with predictions, and so slopes, of the forward pass: only errors move.
    private func fixed(_ signals: LayeredNetwork.Signals, _ batch: RuleBatch) -> Settled {
        let top = outputError(signals.activities[network.layerCount - 1], batch)
        var own = signals.activities.dropFirst().map { Tensor.zeros(like: $0) }
        func arriving() -> [Tensor] {
            zip(own, signals.activities.dropFirst()).map { $0 * network.nonlinearity.slope(atActivities: $1) } + [top]
        }
        for _ in 0..<inferenceSteps {
            let arriving = arriving()
            for layer in own.indices {
                let fromAbove = matmul(arriving[layer + 1], network.weights[layer + 1].value)
                own[layer] = own[layer] + pace * (fromAbove - own[layer])
            }
        }
        return (signals.activities, arriving())
    }
}
