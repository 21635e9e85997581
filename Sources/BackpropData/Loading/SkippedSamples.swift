import Synchronization

/// Samples that a loader has left out because they could not be made, and why.
public final class SkippedSamples: Sendable {
    /// One that was left out.
    public struct Sample: Sendable {
        /// Which one, and in which epoch.
        public let key: SampleKey
        /// Why.
        public let error: any Error
    }

    /// As many of them are kept; all are counted.
    public static let mostKept = 100

    private let state = Mutex((count: 0, samples: [Sample]()))

    init() {}

    /// How many there were, each counted as often as it was left out.
    public var count: Int { state.withLock { $0.count } }

    /// The first ones, as they were met.
    public var samples: [Sample] { state.withLock { $0.samples } }

    func add(_ key: SampleKey, _ error: any Error) {
        state.withLock { state in
            state.count += 1
            if state.samples.count < SkippedSamples.mostKept { state.samples.append(Sample(key: key, error: error)) }
        }
    }
}
