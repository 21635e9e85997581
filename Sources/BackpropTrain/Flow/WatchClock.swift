/// What watching costs, found by comparing the steps that are watched with the others: both kinds take turns in one training.
struct WatchClock {
    private let clock = ContinuousClock()
    private var last: (step: Int, end: ContinuousClock.Instant)?
    /// Seconds from the end of one step to the end of the next.
    private var watched = Durations(), plain = Durations()

    /// Notes that a step has ended. What is between steps that do not follow each other is not counted.
    mutating func note(_ step: Int, isWatched: Bool) {
        let now = clock.now
        if let last, last.step + 1 == step {
            let seconds = (now - last.end) / .seconds(1)
            if isWatched { watched.append(seconds) } else { plain.append(seconds) }
        }
        last = (step, now)
    }

    /// Every how many steps one may be watched for watching to take that share of the time; nil as long as that is not known.
    func interval(for share: Double) -> Int? {
        // What else the machine does makes some steps long, and these are few.
        guard let with = watched.quartile, let without = plain.quartile else { return nil }
        return Int(min(max((with / without - 1) / share, 1), Self.longestInterval).rounded(.up))
    }

    private static let longestInterval = 200.0

    /// Nil where one kind has had fewer than three steps besides those whose plan was made.
    var cost: GradientFlow.Cost? {
        guard let with = watched.median, let without = plain.median else { return nil }
        return GradientFlow.Cost(
            watchedSeconds: with, otherSeconds: without, watchedSteps: watched.count, otherSteps: plain.count)
    }

    /// The latest of many times.
    private struct Durations {
        private var values: [Double] = []
        private(set) var count = 0
        private static let most = 512

        mutating func append(_ seconds: Double) {
            if values.count < Self.most { values.append(seconds) } else { values[count % Self.most] = seconds }
            count += 1
        }

        var median: Double? { value(at: 0.5) }
        /// A quarter are shorter.
        var quartile: Double? { value(at: 0.25) }

        /// Without the first, during which the plan was made.
        private func value(at share: Double) -> Double? {
            let sorted = (count > Self.most ? values[...] : values.dropFirst()).sorted()
            return sorted.count < 3 ? nil : sorted[Int(Double(sorted.count) * share)]
        }
    }
}
