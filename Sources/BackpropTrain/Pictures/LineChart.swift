/// A line chart of one or more series, such as training and validation loss over the epochs, as SVG.
public struct LineChart: Sendable {
    /// A named line. Points that are not finite leave a gap.
    public struct Series: Sendable {
        /// What the legend calls it; without a legend where every name is empty.
        public let name: String
        /// The points in the order in which they are joined.
        public let x: [Double]
        /// As many as there are in `x`.
        public let y: [Double]
        /// Which colour of the palette; that of its place among the series where left out.
        package var colour: Int?
        /// Whether it is drawn in dashes.
        package var isDashed = false
        /// The x at which a ring marks the line, such as the best epoch.
        var marked: Double?

        /// A line through (x[i], y[i]); both arrays have the same length.
        public init(_ name: String, x: [Double], y: [Double]) {
            precondition(x.count == y.count, "LineChart.Series: \(x.count) x values and \(y.count) y values")
            self.name = name
            self.x = x
            self.y = y
        }

        /// A line through the values of epoch 1, 2, 3 and so on.
        public init(_ name: String, _ values: [Double]) {
            self.init(name, x: values.indices.map { Double($0 + 1) }, y: values)
        }
    }

    /// A dashed upright line at one x, such as the best epoch.
    public struct Marker: Sendable {
        /// Its place, in the unit of the x axis; outside the axis it is not drawn.
        public let x: Double
        /// Stands at its upper end.
        public let text: String

        /// A line at `x`.
        public init(x: Double, text: String) {
            self.x = x
            self.text = text
        }
    }

    /// Stands above the chart.
    public var title: String
    /// Stands below the x axis; empty for none.
    public var xLabel: String
    /// Stands left of the y axis, upright; empty for none.
    public var yLabel: String
    /// The lines; colours follow their order.
    public var series: [Series]
    /// Drawn over the lines.
    public var markers: [Marker]
    /// Whether y is shown on a logarithmic axis, on which only values above 0 have a place.
    public var isLogarithmic: Bool

    /// A chart of `series`; the axes follow from their values.
    public init(
        title: String, xLabel: String = "epoch", yLabel: String = "loss", series: [Series],
        markers: [Marker] = [], isLogarithmic: Bool = false
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.markers = markers
        self.isLogarithmic = isLogarithmic
    }
}
