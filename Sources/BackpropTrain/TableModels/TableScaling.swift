import Backprop
import BackpropData

/// What a network knows beforehand of the numbers of a table: where the middle of each column is, how wide it is, and
/// between which quantiles its values lie. It follows from the inputs of the training rows alone, never from labels.
struct TableScaling: Sendable {
    /// The median of each column.
    private(set) var centers: [Float] = []
    /// One over the width of each column: that of its middle half, or where half of the values are one and the same, of its
    /// range (Holzmüller et al., 2024).
    private(set) var scales: [Float] = []
    /// [columns, bins]: where each bin begins.
    private(set) var lows: [Float] = []
    /// [columns, bins]: one over the width of each bin; 0 for one that is not there, as in a column of few values.
    private(set) var slopes: [Float] = []

    /// More rows than this do not move a quantile by anything that matters.
    private static let mostRows = 20_000

    /// - Parameter positions: of the rows to be looked at.
    init(_ rows: EncodedRows, positions: [Int32], bins: Int) {
        let step = Swift.max(1, positions.count / Self.mostRows)
        for column in 0..<rows.numberCount {
            var values: [Float] = []
            values.reserveCapacity(positions.count / step + 1)
            for place in stride(from: 0, to: positions.count, by: step) {
                values.append(rows.numbers[Int(positions[place]) * rows.numberCount + column])
            }
            values.sort()
            append(sorted: values, bins: bins)
        }
    }

    /// Numbers of the right shapes, to be replaced by those of a file.
    init(columns: Int, bins: Int) {
        centers = [Float](repeating: 0, count: columns)
        scales = centers
        lows = [Float](repeating: 0, count: columns * bins)
        slopes = lows
    }

    private mutating func append(sorted values: [Float], bins: Int) {
        func quantile(_ share: Double) -> Float {
            values.isEmpty ? 0 : values[Int((share * Double(values.count - 1)).rounded())]
        }
        let middle = quantile(0.75) - quantile(0.25), range = quantile(1) - quantile(0)
        centers.append(quantile(0.5))
        // The middle half of a normal distribution is 1.35 deviations wide, a range about four.
        scales.append(middle > 0 ? 1.349 / middle : range > 0 ? 4 / range : 0)
        guard bins > 0 else { return }
        var knots: [Float] = []
        for knot in 0...bins {
            let value = quantile(Double(knot) / Double(bins))
            if knots.last != value { knots.append(value) }
        }
        for bin in 0..<bins {
            let exists = bin + 1 < knots.count
            lows.append(exists ? knots[bin] : 0)
            slopes.append(exists ? 1 / (knots[bin + 1] - knots[bin]) : 0)
        }
    }
}
