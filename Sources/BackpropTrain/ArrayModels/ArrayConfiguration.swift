import BackpropData
import BackpropNN

/// Everything that a run on arrays was made with: enough to repeat it on the same data, and to use its weights.
package struct ArrayConfiguration: Codable, Sendable, Equatable {
    package var source: DataSource
    package var shape: ExampleShape
    /// In the order of their numbers; empty where a number is predicted.
    package var classNames: [String]
    package var model: ModelDescription
    package var recipe: ArrayRecipe
    package var normalization: ArrayNormalization
    /// Mean and deviation of the numbers to be predicted, in the training part; 0 and 1 for classes.
    package var targetMean: Double
    package var targetDeviation: Double
    /// What scores of classes are divided by (`Temperature`); found when the training has ended.
    package var temperature = 1.0
    package var seed: UInt64

    package var outputs: Int { classNames.isEmpty ? 1 : classNames.count }

    /// "cnn 32-64-128, 3x3, hidden 128, 93,322 parameters".
    package var summary: String {
        let one = model.summary(shape, outputs: outputs)
        return recipe.members > 1 ? "\(recipe.members) x \(one)" : one
    }
}
