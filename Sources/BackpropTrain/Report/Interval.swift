import BackpropData

/// Between which bounds a figure lies with 95 % confidence, given how many examples it was measured on.
package struct Interval: Codable, Sendable, Equatable {
    package let low: Double
    package let high: Double

    package init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

    package func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// Of a share of which `successes` of `count` are a sample.
    ///
    /// Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    package init(successes: Int, of count: Int) {
        guard count > 0 else {
            self.init(low: 0, high: 1)
            return
        }
        let z = 1.959963984540054, n = Double(count), share = Double(successes) / n
        let middle = share + z * z / (2 * n)
        let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        self.init(low: max(0, (middle - reach) / scale), high: min(1, (middle + reach) / scale))
    }

    /// The middle 95 % of what a figure comes to on samples drawn with replacement; nil where it is never a number.
    ///
    /// Source: B. Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979.
    init?(resampled figures: [Double]) {
        let sorted = figures.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        self.init(low: sorted.quantile(0.025), high: sorted.quantile(0.975))
    }
}

extension [Double] {
    /// The value below which `share` of the elements are, between two of them where none is there. They are in order, and at
    /// least one.
    func quantile(_ share: Double) -> Double {
        let place = share * Double(count - 1)
        let below = Swift.min(Swift.max(Int(place), 0), count - 1)
        let above = Swift.min(below + 1, count - 1)
        return self[below] + (self[above] - self[below]) * (place - Double(below))
    }
}

/// How many times positions are drawn with replacement, and which.
struct Resampling {
    private let count: Int
    private let rounds: Int
    private var generator: SplitMix64
    /// Draws in all, which bounds the time.
    private static let longest = 20_000_000

    init(count: Int, seed: UInt64) {
        self.count = count
        rounds = Swift.min(1_000, Swift.max(200, Self.longest / Swift.max(count, 1)))
        generator = SplitMix64(seed: seed ^ 0x00B0_0757_12A9_0000)
    }

    /// Calls `body` once a round, with a function that draws `count` positions one after the other.
    mutating func each(_ body: (_ draw: () -> Int) -> Void) {
        for _ in 0..<rounds {
            body { generator.below(count) }
        }
    }
}

extension Double {
    /// Nil where it is no finite number, which JSON cannot say.
    var finite: Double? { isFinite ? self : nil }
}
