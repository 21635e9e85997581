import Backprop
import BackpropNN

/// Examples to learn from in one step.
public struct RuleBatch {
    /// Shape [batch, features].
    public let inputs: Tensor
    /// Shape [batch], int32: the numbers of the classes.
    public let labels: Tensor
    /// The share of the wanted probability that all classes share (Szegedy et al., 2016).
    public let smoothing: Double

    public init(inputs: Tensor, labels: Tensor, smoothing: Double = 0) {
        (self.inputs, self.labels, self.smoothing) = (inputs, labels, smoothing)
    }

    public var count: Int { inputs.dim(0) }

    /// The wanted probabilities, shape [batch, classes]: one at the class and zeros elsewhere, smoothed.
    public func targets(_ classes: Int) -> Tensor {
        let certain = oneHot(labels, classes: classes, dtype: inputs.dtype)
        return smoothing == 0 ? certain : certain * (1 - smoothing) + smoothing / Double(classes)
    }

    /// The mean cross-entropy of scores with them, shape [].
    public func loss(_ scores: Tensor) -> Tensor { crossEntropy(scores, labels, labelSmoothing: smoothing) }
}

/// What a rule wants to do with the weights after a batch: recorded, not computed.
public struct RuleUpdate {
    /// The mean of what the rule measures its mistakes by, before the update. Shape [].
    public var loss: Tensor
    /// For each layer what stands in the place of the gradient of its weights: they move against it. Nil where the rule leaves
    /// them as they are.
    public var weights: [Tensor?]
    /// The same for its biases.
    public var biases: [Tensor?]
    /// The same for `ownParameters` of the rule.
    public var own: [Tensor?]

    var all: [Tensor?] { weights + biases + own }

    public init(loss: Tensor, weights: [Tensor?], biases: [Tensor?], own: [Tensor?] = []) {
        (self.loss, self.weights, self.biases, self.own) = (loss, weights, biases, own)
    }
}

/// A way to learn: a network, a batch in, an update out. Backpropagation is one of many.
///
/// A rule says in which direction weights go, and an optimizer, which is the same for all, how far. Whoever drives it calls
/// `step` for each batch and `scores` to judge it, and may compare `update` with `trueGradient`.
public protocol LearningRule: AnyObject {
    /// The network that learns.
    var network: LayeredNetwork { get }
    /// What the rule learns beside the weights of the network; none unless it says otherwise.
    var ownParameters: [Parameter] { get }

    /// All parameters, in groups that are moved at different moments; each has an optimizer of its own. One group unless it
    /// says otherwise.
    var stages: [[Parameter]] { get }

    /// Records the update that the batch asks for; changes nothing.
    func update(_ batch: RuleBatch) -> RuleUpdate

    /// Learns from the batch: computes the update and moves everything by it.
    ///
    /// - Parameter optimizers: one for each stage.
    /// - Returns: the loss before it, shape [].
    func step(_ batch: RuleBatch, _ optimizers: [Optimizer]) -> Tensor

    /// Scores of the classes for each example, shape [batch, classes]; the class with the largest one is the answer.
    func scores(_ inputs: Tensor) -> Tensor

    /// The exact gradient of the mistakes of `scores`, for the weights of each layer; zeros where they do not matter.
    func trueGradient(_ batch: RuleBatch) -> [Tensor]
}

extension LearningRule {
    public var ownParameters: [Parameter] { [] }

    /// Everything that moves, in the order in which an optimizer for this rule has it.
    public var parameters: [Parameter] { network.parameters + ownParameters }

    public func scores(_ inputs: Tensor) -> Tensor { network(inputs).scores }

    public var stages: [[Parameter]] { [parameters] }

    public func step(_ batch: RuleBatch, _ optimizers: [Optimizer]) -> Tensor {
        let loss = handOver(withoutGradients { update(batch) })
        for optimizer in optimizers { optimizer.step() }
        return loss
    }

    /// The stages without what the rule leaves as it is.
    func movedStages(_ batch: RuleBatch) -> [[Parameter]] {
        let update = withoutGradients { self.update(batch) }
        let resting = Set(zip(parameters, update.all).compactMap { $1 == nil ? ObjectIdentifier($0) : nil })
        return stages.map { $0.filter { !resting.contains(ObjectIdentifier($0)) } }
    }

    /// Leaves the update where an optimizer looks for gradients. Nobody else holds it then, so that its tensors need no memory.
    ///
    /// - Returns: the loss.
    func handOver(_ update: RuleUpdate) -> Tensor {
        for (parameter, direction) in zip(parameters, update.all) {
            parameter.gradient = direction
        }
        return update.loss
    }

    /// That of the mean cross-entropy, by the engine's own differentiation.
    public func trueGradient(_ batch: RuleBatch) -> [Tensor] {
        gradients(of: batch.loss(scores(batch.inputs)), withRespectTo: network.weights.map(\.value))
    }
}
