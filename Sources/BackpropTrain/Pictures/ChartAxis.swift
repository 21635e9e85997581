#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One axis of a chart: the range it shows, where its ticks are, and where a value falls.
struct ChartAxis {
    struct Tick: Equatable {
        let value: Double
        let text: String
    }

    /// How the range follows from the values.
    enum Fit {
        /// For counts such as epochs: exactly the values, with ticks at whole numbers where all are whole.
        case counts
        /// For measured values: widened a little, to the ticks around them and to 0 where these are near. The values take four
        /// fifths of the range at least.
        case measures
        /// Exactly the values.
        case bounds
    }

    let range: ClosedRange<Double>
    let ticks: [Tick]
    let isLogarithmic: Bool

    /// An axis that shows every finite one of `values`; on a logarithmic one, every one above 0.
    init(showing values: some Sequence<Double>, fit: Fit, logarithmic: Bool = false, ticks wanted: Int) {
        var low = Double.infinity
        var high = -Double.infinity
        var areWhole = true
        for value in values where value.isFinite && abs(value) < 1e300 && (!logarithmic || value > 1e-300) {
            low = min(low, value)
            high = max(high, value)
            areWhole = areWhole && value == value.rounded()
        }
        if low > high { (low, high) = logarithmic ? (0.1, 1) : (0, 1) }
        isLogarithmic = logarithmic
        (range, ticks) =
            logarithmic
            ? Self.logarithmicRange(low, high, wanted: wanted)
            : Self.linearRange(low, high, fit == .counts && !areWhole ? .bounds : fit, wanted: wanted)
    }

    /// 0 at the low end of the range, 1 at the high end; nil for a value that has no place.
    func position(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard isLogarithmic else { return (value - range.lowerBound) / (range.upperBound - range.lowerBound) }
        guard value > 0 else { return nil }
        return log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }

    private static func linearRange(
        _ low: Double, _ high: Double, _ fit: Fit, wanted: Int
    ) -> (ClosedRange<Double>, [Tick]) {
        var (low, high) = (low, high)
        if fit == .measures, low > 0, low < 0.15 * high { low = 0 }
        let size = max(abs(low), abs(high))
        if high - low <= size * 1e-9 {
            let margin = size == 0 || fit == .counts ? 1 : size * 0.1
            (low, high) = (low - margin, high + margin)
        }
        var wanted = Double(max(wanted, 1))
        if fit == .measures {
            let step = niceStep((high - low) / wanted)
            let (below, above) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
            let margin = (high - low) * 0.04
            (low, high) =
                high - low >= fullness * (above - below) * (1 - 1e-9)
                ? (below, above) : (low >= 0 ? max(low - margin, 0) : low - margin, high + margin)
        }
        while true {
            let step = max(niceStep((high - low) / wanted), fit == .counts ? 1 : 0)
            let first = Int((low / step - 1e-6).rounded(.up))
            let last = Int((high / step + 1e-6).rounded(.down))
            // One tick alone does not say how far apart values are.
            if last <= first, fit != .counts, wanted < 10 {
                wanted *= 2
                continue
            }
            let ticks = (min(first, last)...last).map { index in
                let value = Double(index) * step
                return Tick(value: value, text: text(value, step: step, largest: max(abs(low), abs(high))))
            }
            return (low...high, ticks)
        }
    }

    /// The share of a range that its values take at least.
    private static let fullness = 0.8

    private static func logarithmicRange(
        _ low: Double, _ high: Double, wanted: Int
    ) -> (ClosedRange<Double>, [Tick]) {
        // Equal values stand in the middle of a range of their own.
        let factor = high > low * (1 + 1e-9) ? exp(0.04 * log(high / low)) : 1.1
        let (low, high) = (max(low / factor, .leastNormalMagnitude), min(high * factor, .greatestFiniteMagnitude / 2))
        let (firstDecade, lastDecade) = (NumberFormat.decade(low), NumberFormat.decade(high))
        let decades = lastDecade - firstDecade + 1
        let factors: [Double] = log(high / low) < 4 ? [1, 2, 3, 5] : decades <= 4 ? [1, 3] : [1]
        let every = max(1, (decades + 6) / 7)
        var ticks: [Tick] = []
        for decade in firstDecade...lastDecade where (decade - firstDecade) % every == 0 {
            for factor in factors {
                let value = factor * NumberFormat.powerOfTen(decade)
                guard (low...high).contains(value) else { continue }
                let text =
                    decade < -3 || decade > 4
                    ? NumberFormat.scientific(value, digits: 0)
                    : NumberFormat.fixed(value, digits: max(0, -decade))
                ticks.append(Tick(value: value, text: NumberFormat.grouped(text)))
            }
        }
        // Where there is hardly one, those of a linear axis.
        if ticks.count < 3 { ticks = linearRange(low, high, .bounds, wanted: wanted).1 }
        return (low...high, ticks)
    }

    /// The smallest of 1, 2, 5 times a power of ten that is not below `rough`.
    private static func niceStep(_ rough: Double) -> Double {
        let power = NumberFormat.powerOfTen(NumberFormat.decade(rough))
        let factor = [1.0, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10
        return factor * power
    }

    private static func text(_ value: Double, step: Double, largest: Double) -> String {
        if value == 0 { return "0" }
        let decade = NumberFormat.decade(step)
        guard decade > -5, largest < 1e7 else {
            return NumberFormat.scientific(value, digits: max(0, NumberFormat.decade(largest) - decade))
        }
        return NumberFormat.grouped(NumberFormat.fixed(value, digits: max(0, -decade)))
    }
}
