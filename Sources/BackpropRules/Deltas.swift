import Backprop
import BackpropNN

/// The steps that most rules share, written out: a mistake at the output, a way back, and the product of what goes into a layer
/// and what comes back to it.
extension LayeredNetwork {
    /// The slope of the mean cross-entropy for the scores: (softmax(scores) - targets) / batch, shape [batch, classes].
    func outputDelta(_ scores: Tensor, _ batch: RuleBatch) -> Tensor {
        (softmax(scores) - batch.targets(widths[layerCount])) / Double(batch.count)
    }

    /// What comes back to the sums of each layer:
    ///
    ///     deltas[last] = outputDelta
    ///     deltas[l] = deltas[l + 1] feedback[l + 1] * f'(sums[l])
    ///
    /// - Parameter feedback: for each layer a matrix in the shape of its weights, that of layer 0 unused. With the weights
    ///   themselves this is backpropagation.
    func deltas(_ signals: Signals, _ outputDelta: Tensor, feedback: [Tensor]) -> [Tensor] {
        var deltas = [outputDelta]
        for layer in stride(from: layerCount - 1, to: 0, by: -1) {
            let arriving = matmul(deltas[0], feedback[layer])
            deltas.insert(arriving * nonlinearity.slope(atActivities: signals.activities[layer]), at: 0)
        }
        return deltas
    }

    /// The update of each layer from what comes back to it: deltaᵀ activities for weights, sums of delta for biases.
    func update(_ signals: Signals, _ deltas: [Tensor?], loss: Tensor, own: [Tensor?] = []) -> RuleUpdate {
        RuleUpdate(
            loss: loss,
            weights: zip(deltas, signals.activities).map { delta, activities in
                delta.map { matmul($0.transposed(), activities) }
            },
            biases: deltas.map { $0?.sum(axis: 0) }, own: own)
    }
}
