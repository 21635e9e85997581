/// What became of a training.
/// Printed, it is a line for each epoch and one for the end.
public struct FitReport: Sendable, CustomStringConvertible {
    /// Why a training ended.
    public enum End: String, Sendable, Codable {
        /// All epochs or steps are done.
        case completed
        /// The measure that is watched did not become better any more.
        case stoppedEarly
        /// The time was over.
        case timeLimit
        /// Somebody asked for it: Ctrl-C, `kill`, or a callback.
        case interrupted
    }

    /// The measures of one epoch.
    public struct Epoch: Sendable, Equatable, CustomStringConvertible {
        /// From 1.
        public let number: Int
        /// Names and values in the order in which they are shown: `loss`, the metrics, and with the prefix `validation/` the same
        /// of the validation data.
        public let values: [MetricValue]

        /// The value with that name; nil where there is none.
        public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

        /// `epoch 3: loss 0.2655, accuracy 0.9357`.
        public var description: String {
            "epoch \(number): \(values.map(\.description).joined(separator: ", "))"
        }
    }

    /// Why it ended.
    public var end: End
    /// All epochs that were finished, those before a resume included.
    public var epochs: [Epoch]
    /// The number of the epoch with the best measure; nil before one is finished.
    public var bestEpoch: Int?
    /// Updates done, in all.
    public var stepCount: Int
    /// Seconds of training, those before a resume included.
    public var seconds: Double
    /// What the trainer's watch has seen; nil without one.
    public var flow: GradientFlow?

    /// The last epoch; nil where none was finished.
    public var last: Epoch? { epochs.last }

    public var description: String {
        let words =
            switch end {
            case .completed: "completed"
            case .stoppedEarly: "stopped early"
            case .timeLimit: "stopped by the time limit"
            case .interrupted: "interrupted"
            }
        let best = bestEpoch.map { ", best in epoch \($0)" } ?? ""
        let steps = stepCount == 1 ? "1 step" : "\(stepCount) steps"
        let ending = "\(words) after \(steps) in \(NumberFormat.fixed(seconds, digits: 2)) s\(best)"
        return (epochs.map(\.description) + [ending]).joined(separator: "\n")
    }
}
