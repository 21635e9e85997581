import BackpropData

/// The pictures of a report's page.
struct ReportPictures {
    let report: RunReport
    private static let width = 440
    private static let colours = PictureColours.page

    /// The accuracy on a scale from nothing to everything, with the range it lies in and what guessing gives.
    func scale(_ classes: ClassQuality) -> String {
        let (width, left, right, y) = (Self.width, 4.0, Double(Self.width) - 4, 18.0)
        func x(_ share: Double) -> Double { left + min(max(share, 0), 1) * (right - left) }
        let guess = classes.guess.map { "; guessing gives \(RunReport.percent($0.accuracy))" } ?? ""
        var svg = SVGText.openInline(
            width: width, height: 52, title: "Accuracy",
            description: "\(RunReport.percent(classes.accuracy)) right, between "
                + "\(RunReport.percent(classes.interval.low)) and \(RunReport.percent(classes.interval.high))\(guess)")
        func rectangle(_ from: Double, _ to: Double, _ top: Double, _ height: Double, _ colour: String) {
            svg += "<rect x=\"\(SVGText.number(from))\" y=\"\(SVGText.number(top))\" "
            svg += "width=\"\(SVGText.number(max(to - from, 1)))\" height=\"\(SVGText.number(height))\" "
            svg += "rx=\"3\" fill=\"\(colour)\"/>\n"
        }
        rectangle(left, right, y - 7, 14, Self.colours.grid)
        rectangle(left, x(classes.accuracy), y - 7, 14, Self.colours.series(0))
        rectangle(x(classes.interval.low), x(classes.interval.high), y - 1.5, 3, Self.colours.ink)
        for end in [classes.interval.low, classes.interval.high] {
            svg += SVGText.line(x(end), y - 5, x(end), y + 5, colour: Self.colours.ink, width: 2)
        }
        if let guess = classes.guess {
            let place = x(guess.accuracy)
            svg += SVGText.line(place, y - 12, place, y + 14, colour: Self.colours.series(1), width: 2.5)
            svg += SVGText.text(
                "guessing", x: place, y: y + 28, size: 12, colour: Self.colours.muted,
                anchor: guess.accuracy > 0.85 ? "end" : guess.accuracy < 0.15 ? "start" : "middle")
        }
        return svg + "</svg>\n"
    }

    /// Panels for the loss and the other measures over the epochs.
    func curves() -> [String] {
        CurvePlot([CurvePlot.Run("", report.epochs, bestEpoch: report.bestEpoch)]).panels.enumerated().map {
            let words = $1.series.map { line in
                let values = line.y.filter(\.isFinite)
                return
                    "\(line.name) from \(RunReport.number(values.first ?? 0)) to \(RunReport.number(values.last ?? 0))"
            }
            return SVGText.openInline(
                width: Self.width, height: 320, title: $1.title,
                description: words.filter { !$0.isEmpty }.joined(separator: ", ")
                    + " over \(Wording.count(report.epochs.count, "epoch"))")
                + $1.drawing(width: Self.width, height: 320, colours: Self.colours, name: "curve\($0)") + "</svg>\n"
        }
    }

    /// How often answers of each sureness were right, beside the diagonal of a model that knows how sure it may be.
    func calibration(_ calibration: Calibration) -> String {
        let side = Double(Self.width) - 84
        let plane = Plane(left: 60, top: 16, width: side, height: side * 0.75, x: 0...1, y: 0...1)
        var svg = SVGText.openInline(
            width: Self.width, height: Int(plane.bottom) + 52, title: "Calibration",
            description: calibration.bins.map {
                "\(RunReport.percent($0.confidence)) sure: \(RunReport.percent($0.accuracy)) right of \($0.count)"
            }.joined(separator: "; "))
        svg += plane.axes("how sure it was", "share that was right", Self.colours, percent: true)
        svg += SVGText.line(
            plane.x(0), plane.y(0), plane.x(1), plane.y(1), colour: Self.colours.muted, width: 1.2, dashes: "4 4")
        let most = Double(calibration.bins.map(\.count).max() ?? 1)
        var path = ""
        for bin in calibration.bins {
            path += "\(path.isEmpty ? "M" : "L")\(SVGText.number(plane.x(bin.confidence))) "
            path += SVGText.number(plane.y(bin.accuracy))
        }
        svg += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(Self.colours.series(0))\" stroke-width=\"2\"/>\n"
        for bin in calibration.bins {
            // The area says how many examples there are.
            let radius = 3 + 7 * (Double(bin.count) / max(most, 1)).squareRoot()
            svg += plane.dot(bin.confidence, bin.accuracy, radius, Self.colours.series(0), opacity: 0.85)
        }
        return svg + "</svg>\n"
    }

    /// How large gradients of layers were over the steps; nil where there is one step only.
    func flow(_ flow: GradientFlow) -> String? {
        let map = FlowMap(flow)
        return map.columns > 1 && map.rows > 0 ? map.svgInline(width: 560, colours: Self.colours) : nil
    }

    /// Predicted against true numbers, beside the diagonal.
    func residuals(_ numbers: NumberQuality) -> String {
        let axis = ChartAxis(
            showing: numbers.pairs.flatMap { [$0.truth, $0.predicted] }, fit: .measures, ticks: 4)
        let side = Double(Self.width) - 94
        let plane = Plane(left: 70, top: 16, width: side, height: side * 0.75, x: axis.range, y: axis.range)
        var svg = SVGText.openInline(
            width: Self.width, height: Int(plane.bottom) + 52, title: "Predicted and true",
            description:
                "\(Wording.count(numbers.pairs.count, "example")) of \(numbers.count); on the diagonal where a "
                + "prediction is right. \(report.result ?? "")")
        svg += plane.axes("true", "predicted", Self.colours)
        let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
        svg += SVGText.line(
            plane.x(low), plane.y(low), plane.x(high), plane.y(high), colour: Self.colours.muted, width: 1.2,
            dashes: "4 4")
        for pair in numbers.pairs {
            svg += plane.dot(pair.truth, pair.predicted, 3, Self.colours.series(0), opacity: 0.45)
        }
        return svg + "</svg>\n"
    }

    /// A rectangle in which two measures have a place.
    private struct Plane {
        let left: Double
        let top: Double
        let width: Double
        let height: Double
        let xAxis: ChartAxis
        let yAxis: ChartAxis
        var bottom: Double { top + height }

        init(
            left: Double, top: Double, width: Double, height: Double, x: ClosedRange<Double>, y: ClosedRange<Double>
        ) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
            xAxis = ChartAxis(showing: [x.lowerBound, x.upperBound], fit: .bounds, ticks: 4)
            yAxis = ChartAxis(showing: [y.lowerBound, y.upperBound], fit: .bounds, ticks: 4)
        }

        func x(_ value: Double) -> Double { left + (xAxis.position(value) ?? 0) * width }
        func y(_ value: Double) -> Double { bottom - (yAxis.position(value) ?? 0) * height }

        func dot(_ x: Double, _ y: Double, _ radius: Double, _ colour: String, opacity: Double) -> String {
            "<circle cx=\"\(SVGText.number(self.x(x)))\" cy=\"\(SVGText.number(self.y(y)))\" "
                + "r=\"\(SVGText.number(radius))\" fill=\"\(colour)\" fill-opacity=\"\(SVGText.number(opacity))\"/>\n"
        }

        func axes(_ below: String, _ beside: String, _ colours: PictureColours, percent: Bool = false) -> String {
            func text(_ tick: ChartAxis.Tick) -> String {
                percent ? NumberFormat.fixed(tick.value * 100, digits: 0) + " %" : tick.text
            }
            var svg = ""
            for tick in yAxis.ticks {
                svg += SVGText.line(left, y(tick.value), left + width, y(tick.value), colour: colours.grid)
                svg += SVGText.text(
                    text(tick), x: left - 8, y: y(tick.value) + 4, size: 12, colour: colours.muted, anchor: "end")
            }
            svg += SVGText.line(left, bottom, left + width, bottom, colour: colours.frame)
            for tick in xAxis.ticks {
                svg += SVGText.text(
                    text(tick), x: x(tick.value), y: bottom + 18, size: 12, colour: colours.muted, anchor: "middle")
            }
            svg += SVGText.text(
                below, x: left + width / 2, y: bottom + 40, size: 13, colour: colours.ink, anchor: "middle")
            return svg
                + SVGText.text(
                    beside, x: 16, y: top + height / 2, size: 13, colour: colours.ink, anchor: "middle", rotated: true)
        }
    }
}
