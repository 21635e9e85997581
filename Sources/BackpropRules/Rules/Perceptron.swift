import Backprop
import BackpropNN

/// The perceptron rule, the ancestor: one layer, and a mistake moves the weights by the example itself.
///
/// Each class has a row of weights, and the row with the largest score answers. Where that is the wrong one,
///
///     weights[right] += example
///     weights[answer] -= example
///
/// and nothing happens where it is right. Where some weights of length 1 tell all examples apart by a margin, at most
/// `mistakeBound` mistakes are made, however long it goes on and in whatever order examples come. Where none do, it never ends:
/// and exclusive or cannot be told apart by any.
///
/// Paper: F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in the brain",
/// Psychological Review, 1958; the bound: A. B. J. Novikoff, "On convergence proofs on perceptrons", 1962; several classes:
/// K. Crammer, Y. Singer, "Ultraconservative online algorithms for multiclass problems", JMLR, 2003. Other than there: a batch
/// is added up, so the bound holds for batches of one example.
public final class Perceptron: LearningRule {
    public let network: LayeredNetwork

    /// - Parameter network: one layer, whose weights and biases become zero.
    public init(_ network: LayeredNetwork) {
        precondition(network.layerCount == 1, "Perceptron: it has one layer, and the network \(network.layerCount)")
        self.network = network
        for parameter in network.parameters {
            parameter.value = Tensor.zeros(parameter.shape, dtype: parameter.dtype)
        }
    }

    /// The most mistakes that batches of one example lead to: each mistake adds at most 2 (radius² + 1) to the squared length of
    /// the weights, and `margin` to their part along those that tell all apart.
    ///
    /// - Parameters:
    ///   - radius: the greatest length of an example; the 1 beside it stands for the bias.
    ///   - margin: by how much, with weights and biases that together have length 1, the right score is above all others at
    ///     least; above 0.
    public static func mistakeBound(radius: Double, margin: Double) -> Double {
        precondition(margin > 0, "Perceptron.mistakeBound: a margin of \(margin) tells nothing apart")
        return 2 * (radius * radius + 1) / (margin * margin)
    }

    /// The loss is the share of mistakes.
    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let scores = scores(batch.inputs), classes = network.widths[1]
        let answers = scores.argMax(axis: 1).asType(.int32)
        let right = oneHot(batch.labels, classes: classes, dtype: scores.dtype)
        // Zero where both are the same class.
        let delta = oneHot(answers, classes: classes, dtype: scores.dtype) - right
        return RuleUpdate(
            loss: (answers .!= batch.labels).asType(scores.dtype).mean(),
            weights: [matmul(delta.transposed(), batch.inputs)], biases: [delta.sum(axis: 0)])
    }
}
