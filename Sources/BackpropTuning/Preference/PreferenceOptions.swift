import BackpropModels
import BackpropTrain

/// How a language model is aligned by pairs of answers.
package struct PreferenceOptions: PairTrainingOptions {
    package static let kind = "preference"
    package static let command = "lm prefer"
    package static let wholeRate = 5e-6

    package var pairs = PairOptions()
    package var loss = PreferenceLoss.sigmoid
    /// How strongly the model is held to what it was.
    package var beta = 0.1
    package var learning = LearningOptions(batchSize: 4)
    package var passes = PassOptions()

    package init() {}

    package func validate() throws(TrainError) {
        try OptionCheck.positive("--beta", beta)
        try validateAll()
    }
}
