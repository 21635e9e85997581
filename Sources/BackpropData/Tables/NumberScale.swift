import Backprop

/// Brings the numbers of a column to a common scale in a way that a wild value does not spoil for the others.
///
/// The median becomes 0 and the distance between the quartiles 1. Where many values lie far outside, as incomes and populations
/// do, the inverse hyperbolic sine, which grows like a logarithm, comes first: of what none of is negative in units of the
/// lower quartile, of other columns in the scale so far. Then the scale is found anew. In the end everything is bent smoothly
/// into (-3, 3): x / sqrt(1 + (x / 3)²).
///
/// Source: Holzmüller et al., "Better by default: strong pre-tuned MLPs and boosted trees on tabular data" (2024), for
/// all but the logarithm.
public struct NumberScale: Codable, Sendable, Equatable {
    /// What becomes 0.
    public let center: Double
    /// What a number is multiplied by; 0 for a column with one value only.
    public let factor: Double
    /// The same after the logarithm; nil without one.
    public let tail: Line?

    /// x becomes (x - center) · factor.
    public struct Line: Codable, Sendable, Equatable {
        public let center: Double
        public let factor: Double
    }

    /// Beyond so many distances between the quartiles a value lies far outside.
    private static let far = 6.0
    /// The share of values far outside that makes a logarithm worth it.
    private static let farShare = 0.02
    static let bound = 3.0

    /// Makes everything 0.
    static let none = NumberScale(center: 0, factor: 0, tail: nil)

    private init(center: Double, factor: Double, tail: Line?) {
        (self.center, self.factor, self.tail) = (center, factor, tail)
    }

    /// Learns from values, which are sorted for it.
    init(of values: inout [Double]) {
        values.sort()
        let line = Self.line(values)
        let outside = values.count { abs(($0 - line.center) * line.factor) > Self.far }
        guard Double(outside) > Self.farShare * Double(values.count) else {
            self.init(center: line.center, factor: line.factor, tail: nil)
            return
        }
        let first = Self.tailLine(values, line)
        for place in values.indices {
            values[place] = ScalarMath.asinh((values[place] - first.center) * first.factor)
        }
        self.init(center: first.center, factor: first.factor, tail: Self.line(values))
    }

    /// The number for the network, between -3 and 3.
    func scaled(_ value: Double) -> Float {
        var result = (value - center) * factor
        if let tail { result = (ScalarMath.asinh(result) - tail.center) * tail.factor }
        let bent = result / (1 + (result / Self.bound) * (result / Self.bound)).squareRoot()
        // Squares beyond the range of numbers.
        return bent.isFinite && abs(result) < 1e100 ? Float(bent) : Float(result < 0 ? -Self.bound : Self.bound)
    }

    private static func line(_ sorted: [Double]) -> Line {
        guard let first = sorted.first, let last = sorted.last else { return Line(center: 0, factor: 0) }
        let center = quantile(sorted, 0.5)
        var spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
        if !(1 / spread).isFinite {
            // At least half of the values are the same: the typical distance of the others counts.
            let distances = sorted.lazy.map { abs($0 - center) }.filter { $0 > 0 }.sorted()
            spread = distances.isEmpty ? last - first : quantile(distances, 0.5)
        }
        let factor = 1 / spread
        return Line(center: center, factor: factor.isFinite ? factor : 0)
    }

    /// What the logarithm is taken of.
    private static func tailLine(_ sorted: [Double], _ line: Line) -> Line {
        guard let first = sorted.first, first >= 0 else { return line }
        let positive = Array(sorted.drop { $0 <= 0 })
        let factor = positive.isEmpty ? 0 : 1 / quantile(positive, 0.25)
        return factor.isFinite && factor > 0 ? Line(center: 0, factor: factor) : line
    }

    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
    }
}
