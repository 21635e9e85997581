/// A grid of values over a plane, such as a network's output for each pair of inputs, with level lines and
/// the examples on top.
///
/// `svg()` draws it as a picture, `terminal()` as characters.
public struct Heatmap: Sendable {
    /// An example that is drawn over the grid.
    public struct Point: Sendable {
        /// Its place across, in the unit of `xRange`.
        public let x: Double
        /// Its place upwards, in the unit of `yRange`.
        public let y: Double
        /// Its class: 0 is drawn as a hollow mark, every other as a filled one.
        public let group: Int

        /// A point outside the ranges is not drawn.
        public init(x: Double, y: Double, group: Int) {
            self.x = x
            self.y = y
            self.group = group
        }
    }

    /// How values become colours.
    public enum Palette: Sendable, CaseIterable {
        /// Blue, white, orange: for a probability, whose middle matters.
        case diverging
        /// Light to dark: for a quantity, such as a loss.
        case sequential
    }

    /// Stands above the map; empty for none.
    public var title: String
    /// Stands below the map.
    public var xLabel: String
    /// Stands left of the map, upright.
    public var yLabel: String
    /// Values in each row.
    public let columns: Int
    /// Rows of values.
    public let rows: Int
    /// Shape [rows, columns]; the first row is at the lowest y. Values that are not finite stay grey.
    public let values: [Double]
    /// The first column stands at the lower bound, the last at the upper bound.
    public let xRange: ClosedRange<Double>
    /// The first row stands at the lower bound, the last at the upper bound.
    public let yRange: ClosedRange<Double>
    /// The values of the first and the last colour; values beyond take the nearest.
    public var valueRange: ClosedRange<Double>
    /// Values at which a line is drawn.
    public var levels: [Double]
    /// Drawn over the map, in this order.
    public var points: [Point]
    /// How values become colours.
    public var palette: Palette

    /// A map of `values`, of shape [rows, columns] with at least two of each and ranges that are not empty.
    public init(
        title: String, values: [Double], columns: Int, rows: Int, xRange: ClosedRange<Double>,
        yRange: ClosedRange<Double>, valueRange: ClosedRange<Double> = 0...1, levels: [Double] = [0.5],
        points: [Point] = [], palette: Palette = .diverging, xLabel: String = "x", yLabel: String = "y"
    ) {
        precondition(
            columns > 1 && rows > 1, "Heatmap: \(columns) columns and \(rows) rows, at least 2 are needed")
        precondition(
            values.count == columns * rows, "Heatmap: \(values.count) values for \(rows) x \(columns)")
        precondition(
            xRange.lowerBound < xRange.upperBound && yRange.lowerBound < yRange.upperBound
                && valueRange.lowerBound < valueRange.upperBound, "Heatmap: a range is empty")
        self.title = title
        self.values = values
        self.columns = columns
        self.rows = rows
        self.xRange = xRange
        self.yRange = yRange
        self.valueRange = valueRange
        self.levels = levels
        self.points = points
        self.palette = palette
        self.xLabel = xLabel
        self.yLabel = yLabel
    }

    func value(row: Int, column: Int) -> Double { values[row * columns + column] }

    /// Where a value is in `valueRange`, 0...1; nil for a value that is not finite.
    func share(of value: Double) -> Double? {
        guard value.isFinite else { return nil }
        let share = (value - valueRange.lowerBound) / (valueRange.upperBound - valueRange.lowerBound)
        return min(max(share, 0), 1)
    }

    /// The value between the grid's nodes, for `x` and `y` in nodes from the lower left; nil beside a bad one.
    func interpolated(x: Double, y: Double) -> Double? {
        let column = min(max(Int(x), 0), columns - 2)
        let row = min(max(Int(y), 0), rows - 2)
        let (right, up) = (min(max(x - Double(column), 0), 1), min(max(y - Double(row), 0), 1))
        let low = value(row: row, column: column) * (1 - right) + value(row: row, column: column + 1) * right
        let high =
            value(row: row + 1, column: column) * (1 - right) + value(row: row + 1, column: column + 1)
            * right
        let result = low * (1 - up) + high * up
        return result.isFinite ? result : nil
    }
}

extension Heatmap.Palette {
    private var stops: [(red: Double, green: Double, blue: Double)] {
        switch self {
        case .diverging:
            [
                (56, 112, 190), (98, 154, 216), (167, 203, 236), (247, 247, 245), (250, 206, 164),
                (241, 155, 92),
                (219, 110, 44),
            ]
        case .sequential:
            [(250, 248, 228), (196, 225, 190), (116, 189, 181), (58, 139, 171), (43, 88, 146), (32, 38, 96)]
        }
    }

    /// The colour at `share` (0...1), as numbers from 0 to 255.
    func colour(_ share: Double) -> (red: Int, green: Int, blue: Int) {
        let stops = stops
        let place = share * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        let part = place - Double(index)
        let (low, high) = (stops[index], stops[index + 1])
        func mix(_ from: Double, _ to: Double) -> Int { Int((from + (to - from) * part).rounded()) }
        return (mix(low.red, high.red), mix(low.green, high.green), mix(low.blue, high.blue))
    }

    func hex(_ share: Double) -> String {
        let (red, green, blue) = colour(share)
        let digits = String(1 << 24 | red << 16 | green << 8 | blue, radix: 16)
        return "#" + digits.dropFirst()
    }
}
