import Backprop
import BackpropNN

/// Forward-forward: two forward passes in the place of one forward and one back. Each layer learns by itself to be excited by
/// what is real and calm at what is not.
///
/// The goodness of a layer is the mean square of its activities. It shall be above `threshold` for real examples and below it
/// for false ones; the next layer gets the activities with their length taken away, so that it cannot just pass it on.
///
///     goodness[l] = mean(activities[l + 1]²) over the units
///     surprise = sigmoid(sharpness (threshold - goodness)) for real, -sigmoid(sharpness (goodness - threshold)) for false ones
///     deltas[l] = -sharpness surprise 2 activities[l + 1] / units / batch
///     weights[l] -= rate deltas[l]ᵀ inputs[l]
///
/// What is real holds the image and its label, one after the other; what is false has a wrong label, drawn by how much the
/// network believes in it. The answer is the label with the largest goodness, summed over the layers.
///
/// Paper: G. Hinton, "The forward-forward algorithm: some preliminary investigations", 2022. Other than there: the mean in
/// place of the sum of squares, with a sharpness; labels stand beside the pixels and not in their place; all layers count for
/// the answer (his first does not); Adam.
public final class ForwardForward: LearningRule {
    public let network: LayeredNetwork
    /// How many labels there are.
    public let classes: Int
    public let threshold: Double
    public let sharpness: Double
    /// What the number of a label's place is.
    public let labelScale: Double

    /// - Parameter network: of relu; takes examples with their label behind, and all its layers are hidden ones.
    public init(
        _ network: LayeredNetwork, classes: Int, threshold: Double = 1, sharpness: Double = 8, labelScale: Double = 1
    ) {
        (self.network, self.classes, self.threshold) = (network, classes, threshold)
        (self.sharpness, self.labelScale) = (sharpness, labelScale)
    }

    /// What happens in one layer.
    struct Layer {
        let input: Tensor
        let activities: Tensor
        /// Shape [batch].
        let goodness: Tensor
    }

    /// A pass through all layers.
    static func layers(_ network: LayeredNetwork, _ inputs: Tensor) -> [Layer] {
        var layers: [Layer] = [], input = inputs
        for layer in 0..<network.layerCount {
            let activities = relu(network.sums(layer, input))
            let goodness = (activities * activities).mean(axis: 1)
            layers.append(Layer(input: input, activities: activities, goodness: goodness))
            input = withoutLength(activities, goodness)
        }
        return layers
    }

    /// Activities whose squares have a mean of one.
    static func withoutLength(_ activities: Tensor, _ goodness: Tensor) -> Tensor {
        activities / (goodness + 1e-6).sqrt().expandedDimensions(axis: 1)
    }

    /// Directions for all layers, each from what it sees itself: goodness up where `isReal`, and down else.
    static func local(
        _ network: LayeredNetwork, _ layers: [Layer], isReal: Bool, threshold: Double, sharpness: Double
    ) -> (deltas: [Tensor], loss: Tensor) {
        var deltas: [Tensor] = [], loss = Tensor(0.0, dtype: layers[0].activities.dtype)
        for layer in layers {
            let excess = (layer.goodness - threshold) * (isReal ? sharpness : -sharpness)
            let surprise = sigmoid(-excess).expandedDimensions(axis: 1) * (isReal ? sharpness : -sharpness)
            let size = Double(layer.activities.dim(0) * layer.activities.dim(1))
            deltas.append(-surprise * layer.activities * (2 / size))
            loss = loss + softplus(-excess).mean()
        }
        return (deltas, loss)
    }

    private func labelled(_ inputs: Tensor, _ labels: Tensor) -> Tensor {
        concatenated([inputs, oneHot(labels, classes: classes, dtype: inputs.dtype) * labelScale], axis: 1)
    }

    /// The goodness of each label.
    public func scores(_ inputs: Tensor) -> Tensor {
        let count = inputs.dim(0)
        let columns = (0..<classes).map { label in
            let asked = labelled(inputs, Tensor.full([count], Double(label), dtype: .int32))
            return Self.layers(network, asked).map(\.goodness).reduce(Tensor(0.0, dtype: inputs.dtype), +)
        }
        return stacked(columns, axis: 1) * sharpness
    }

    /// Labels that are wrong, each as likely as it is believed in.
    private func wrongLabels(_ batch: RuleBatch) -> Tensor {
        let right = oneHot(batch.labels, classes: classes, dtype: batch.inputs.dtype)
        let noise = -log(-log(Tensor.uniform([batch.count, classes], low: 1e-6, high: 1 - 1e-6, dtype: right.dtype)))
        return (scores(batch.inputs) + noise - right * 1e6).argMax(axis: 1).asType(.int32)
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let real = Self.layers(network, labelled(batch.inputs, batch.labels))
        let wrong = Self.layers(network, labelled(batch.inputs, wrongLabels(batch)))
        let up = Self.local(network, real, isReal: true, threshold: threshold, sharpness: sharpness)
        let down = Self.local(network, wrong, isReal: false, threshold: threshold, sharpness: sharpness)
        return Self.together(network, [(real, up.deltas), (wrong, down.deltas)], loss: up.loss + down.loss)
    }

    /// The sum of what several passes ask for.
    static func together(
        _ network: LayeredNetwork, _ passes: [(layers: [Layer], deltas: [Tensor])], loss: Tensor, own: [Tensor?] = []
    ) -> RuleUpdate {
        let layers = 0..<network.layerCount
        return RuleUpdate(
            loss: loss,
            weights: layers.map { layer in
                passes.map { matmul($0.deltas[layer].transposed(), $0.layers[layer].input) }.sum()
            },
            biases: layers.map { layer in passes.map { $0.deltas[layer].sum(axis: 0) }.sum() }, own: own)
    }
}

extension [Tensor] {
    /// All of them added up; at least one.
    fileprivate func sum() -> Tensor { dropFirst().reduce(self[0], +) }
}
