import BackpropTrain

/// How a model learns to rate answers.
package struct RewardOptions: PairTrainingOptions {
    package static let kind = "reward"
    package static let command = "lm reward"
    package static let wholeRate = 1e-5

    package var pairs = PairOptions()
    package var learning = LearningOptions(batchSize: 4)
    package var passes = PassOptions()

    package init() {}

    package func validate() throws(TrainError) { try validateAll() }
}
