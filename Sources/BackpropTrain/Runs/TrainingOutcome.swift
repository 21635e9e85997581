import BackpropData

/// What a run came to. The figures of a test are nil where nothing was held out for it.
package struct TrainingOutcome: Codable, Sendable, Equatable {
    /// What was learnt: the name of the data, and of the label.
    package var data: String
    package var label: String
    /// One line about the model.
    package var model: String
    package var seed: UInt64
    /// The share of test examples whose class is right; nil for a regression.
    package var testAccuracy: Double?
    /// The mean loss on the test examples.
    package var testLoss: Double?
    /// The root of the mean squared error on the test examples, in the unit of the label.
    package var testRMSE: Double?
    /// The share of the label's variance on the test examples that the model explains.
    package var testR2: Double?
    /// Test examples.
    package var testCount: Int
    /// Epochs done.
    package var epochs: Int
    /// The epoch whose weights were kept; 0 where none was done.
    package var bestEpoch: Int
    /// Why it ended: completed, stoppedEarly, timeLimit or interrupted.
    package var end: FitReport.End
    /// From the first step to the last figure.
    package var seconds: Double
    /// What a training step holds in memory at most.
    package var peakBytes: Int
    /// What the process has taken at most; nil where the system does not say.
    package var processBytes: Int?
    /// See `Weights.digest`.
    package var weightsDigest: String
    /// How gradients were at the end; nil where nobody looked.
    package var gradients: GradientFlow?
    /// The folder of the run; nil in the run itself, which may be moved.
    package var run: String?

    package init(
        data: String, label: String, model: String, seed: UInt64, testAccuracy: Double? = nil, testLoss: Double? = nil,
        testCount: Int, epochs: Int, bestEpoch: Int, end: FitReport.End, seconds: Double, peakBytes: Int,
        weightsDigest: String
    ) {
        (self.data, self.label, self.model, self.seed) = (data, label, model, seed)
        (self.testAccuracy, self.testLoss, self.testCount) = (testAccuracy, testLoss, testCount)
        (self.epochs, self.bestEpoch, self.end) = (epochs, bestEpoch, end)
        (self.seconds, self.peakBytes, self.weightsDigest) = (seconds, peakBytes, weightsDigest)
    }

    package static let partName = "result.json"

    /// Whether a person ended it before its time.
    package var wasInterrupted: Bool { end == .interrupted }

    enum CodingKeys: String, CodingKey {
        case data, label, model, seed, epochs, end, seconds, gradients, run
        case testAccuracy = "test_accuracy"
        case testLoss = "test_loss"
        case testRMSE = "test_rmse"
        case testR2 = "test_r2"
        case testCount = "test_count"
        case bestEpoch = "best_epoch"
        case peakBytes = "peak_bytes"
        case processBytes = "process_bytes"
        case weightsDigest = "weights_digest"
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(data, forKey: .data)
        try fields.encode(label, forKey: .label)
        try fields.encode(model, forKey: .model)
        try fields.encode(seed, forKey: .seed)
        // These two are always there, so that whoever reads it need not ask.
        try fields.encode(testAccuracy, forKey: .testAccuracy)
        try fields.encode(testLoss, forKey: .testLoss)
        try fields.encodeIfPresent(testRMSE, forKey: .testRMSE)
        try fields.encodeIfPresent(testR2, forKey: .testR2)
        try fields.encode(testCount, forKey: .testCount)
        try fields.encode(epochs, forKey: .epochs)
        try fields.encode(bestEpoch, forKey: .bestEpoch)
        try fields.encode(end, forKey: .end)
        try fields.encode(seconds, forKey: .seconds)
        try fields.encode(peakBytes, forKey: .peakBytes)
        try fields.encodeIfPresent(processBytes, forKey: .processBytes)
        try fields.encode(weightsDigest, forKey: .weightsDigest)
        try fields.encodeIfPresent(gradients, forKey: .gradients)
        try fields.encodeIfPresent(run, forKey: .run)
    }

    /// The outcome as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
