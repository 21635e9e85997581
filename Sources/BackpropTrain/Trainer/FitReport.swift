/// What became of a training.
public struct FitReport: Sendable {
    /// Why a training ended.
    public enum End: String, Sendable {
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
    public struct Epoch: Sendable, Equatable {
        /// From 1.
        public let number: Int
        /// Names and values in the order in which they are shown: `loss`, the metrics, and with the prefix `validation/` the same
        /// of the validation data.
        public let values: [MetricValue]

        /// The value with that name; nil where there is none.
        public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }
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

    /// The last epoch; nil where none was finished.
    public var last: Epoch? { epochs.last }
}
