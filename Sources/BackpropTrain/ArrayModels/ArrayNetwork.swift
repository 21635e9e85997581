import Backprop
import BackpropNN

/// Networks whose answers are averaged, and what happens to inputs before they see them.
package struct ArrayNetwork: Module {
    /// Each takes [examples] + extents, normalized, and gives [examples, outputs].
    package let members: [Sequential]
    private let normalization: ArrayNormalization
    private let augmentation: Augmentation
    private let isClassifier: Bool
    private let mode = TrainingMode()

    package var layerDescription: String { "ArrayNetwork(\(members.count))" }

    /// Networks with new weights, drawn from the stream of the surrounding `withRandomSeed`.
    init(_ configuration: ArrayConfiguration) {
        members = (0..<configuration.recipe.members).map { _ in
            configuration.model.makeModel(configuration.shape, outputs: configuration.outputs)
        }
        normalization = configuration.normalization
        augmentation = configuration.recipe.augmentation
        isClassifier = !configuration.classNames.isEmpty
    }

    /// Whether layers behave as in training.
    var isTraining: Bool { mode.isTraining }

    /// What each member says, [examples, outputs], about inputs as they are in the data.
    func answers(_ x: Tensor) -> [Tensor] {
        var inputs = normalization.normalized(x)
        if mode.isTraining { inputs = augmentation.varied(inputs, background: normalization.background) }
        return members.map { $0(inputs) }
    }

    /// The members' answers as one: logarithms of mean probabilities, or mean numbers.
    func combined(_ answers: [Tensor]) -> Tensor {
        guard answers.count > 1 else { return answers[0] }
        if isClassifier { return stacked(answers.map { logSoftmax($0) }).logSumExp(axes: [0]) }
        return stacked(answers).mean(axis: 0)
    }

    package func callAsFunction(_ x: Tensor) -> Tensor { combined(answers(x)) }
}
