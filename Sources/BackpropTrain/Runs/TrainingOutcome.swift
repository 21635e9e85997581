#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a run came to. The figures of a test are nil where nothing was held out for it.
package struct TrainingOutcome: Codable, Sendable, Equatable {
    /// The share of test examples whose class is right; nil for a regression.
    package var testAccuracy: Double?
    /// The mean loss on the test examples.
    package var testLoss: Double?
    /// The root of the mean squared error on the test examples, in the unit of the label.
    package var testRMSE: Double?
    /// The share of the label's variance on the test examples that the model explains.
    package var testR2: Double?
    /// Epochs done.
    package var epochs: Int
    /// The epoch whose weights were kept.
    package var bestEpoch: Int
    /// From the first step to the last figure.
    package var seconds: Double
    /// What a training step holds in memory at most.
    package var peakBytes: Int
    /// See `Weights.digest`.
    package var weightsDigest: String
    /// The folder of the run; nil in the run itself, which may be moved.
    package var run: String?

    package static let partName = "result.json"

    enum CodingKeys: String, CodingKey {
        case testAccuracy = "test_accuracy"
        case testLoss = "test_loss"
        case testRMSE = "test_rmse"
        case testR2 = "test_r2"
        case epochs
        case bestEpoch = "best_epoch"
        case seconds
        case peakBytes = "peak_bytes"
        case weightsDigest = "weights_digest"
        case run
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(testAccuracy, forKey: .testAccuracy)
        try fields.encode(testLoss, forKey: .testLoss)
        try fields.encodeIfPresent(testRMSE, forKey: .testRMSE)
        try fields.encodeIfPresent(testR2, forKey: .testR2)
        try fields.encode(epochs, forKey: .epochs)
        try fields.encode(bestEpoch, forKey: .bestEpoch)
        try fields.encode(seconds, forKey: .seconds)
        try fields.encode(peakBytes, forKey: .peakBytes)
        try fields.encode(weightsDigest, forKey: .weightsDigest)
        try fields.encodeIfPresent(run, forKey: .run)
    }

    /// The outcome as one JSON object on one line, with a line feed.
    package func jsonLine() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
