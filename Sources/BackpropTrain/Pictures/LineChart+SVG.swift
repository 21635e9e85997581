extension LineChart {
    /// The chart as an SVG document of that size in pixels, at least 240 by 180.
    public func svg(width: Int = 760, height: Int = 440) -> String {
        let (width, height) = (max(width, 240), max(height, 180))
        return SVGText.open(width: width, height: height, title: title)
            + drawing(width: width, height: height, colours: .paper, name: "plot") + "</svg>\n"
    }

    /// What is within the document, from the corner at (0, 0).
    ///
    /// - Parameter name: of what the lines are clipped to, which no other drawing of the document may have.
    package func drawing(width: Int, height: Int, colours: PictureColours, name: String) -> String {
        let xAxis = ChartAxis(
            showing: series.lazy.flatMap(\.x), fit: .counts, ticks: max(3, width / 95))
        let yAxis = ChartAxis(
            showing: series.lazy.flatMap(\.y), fit: .measures, logarithmic: isLogarithmic,
            ticks: max(3, height / 64))
        let legend = legend(width: width, colours)
        let widest = yAxis.ticks.map { SVGText.width(of: $0.text, size: 12) }.max() ?? 0
        let frame = Frame(
            left: (yLabel.isEmpty ? 18 : 40) + widest.rounded(.up), top: legend.bottom + 22,
            right: Double(width) - 28, bottom: Double(height) - (xLabel.isEmpty ? 34 : 54))

        var svg = title.isEmpty ? "" : SVGText.text(title, x: 20, y: 32, size: 17, colour: colours.ink, weight: "600")
        svg += legend.svg
        svg += axes(frame, xAxis, yAxis, colours)
        svg +=
            "<clipPath id=\"\(name)\"><rect x=\"\(SVGText.number(frame.left))\" y=\"\(SVGText.number(frame.top - 3))\" "
        svg +=
            "width=\"\(SVGText.number(frame.width))\" height=\"\(SVGText.number(frame.height + 6))\"/></clipPath>\n"
        svg += "<g clip-path=\"url(#\(name))\" fill=\"none\" stroke-width=\"2.2\" stroke-linejoin=\"round\" "
        svg += "stroke-linecap=\"round\">\n"
        for (index, line) in series.enumerated() {
            svg += path(of: line, colour: colours.series(line.colour ?? index), frame, xAxis, yAxis)
        }
        svg += "</g>\n"
        for (index, line) in series.enumerated() {
            svg += ring(on: line, colour: colours.series(line.colour ?? index), frame, xAxis, yAxis, colours)
        }
        for marker in markers { svg += self.marker(marker, frame, xAxis, colours) }
        return svg
    }

    private struct Frame {
        let left: Double
        let top: Double
        let right: Double
        let bottom: Double
        var width: Double { max(right - left, 1) }
        var height: Double { max(bottom - top, 1) }
        func x(_ share: Double) -> Double { left + share * width }
        func y(_ share: Double) -> Double { bottom - share * height }
    }

    private func legend(width: Int, _ colours: PictureColours) -> (svg: String, bottom: Double) {
        var svg = ""
        var (x, y) = (20.0, 58.0)
        guard series.contains(where: { !$0.name.isEmpty }) else { return ("", title.isEmpty ? 12 : 42) }
        for (index, line) in series.enumerated() where !line.name.isEmpty {
            let space = 28 + SVGText.width(of: line.name, size: 13) + 22
            if x > 20, x + space > Double(width) { (x, y) = (20, y + 22) }
            svg +=
                "<line x1=\"\(SVGText.number(x))\" y1=\"\(SVGText.number(y - 4))\" x2=\"\(SVGText.number(x + 20))\" "
            svg +=
                "y2=\"\(SVGText.number(y - 4))\" stroke=\"\(colours.series(line.colour ?? index))\" stroke-width=\"3.5\" "
            svg += "stroke-linecap=\"round\"\(line.isDashed ? " stroke-dasharray=\"5 6\"" : "")/>\n"
            svg += SVGText.text(line.name, x: x + 28, y: y, size: 13, colour: colours.ink)
            x += space
        }
        return (svg, y)
    }

    private func axes(_ frame: Frame, _ xAxis: ChartAxis, _ yAxis: ChartAxis, _ colours: PictureColours) -> String {
        var svg = ""
        for tick in yAxis.ticks {
            guard let share = yAxis.position(tick.value) else { continue }
            let y = frame.y(share)
            svg += SVGText.line(frame.left, y, frame.right, y, colour: colours.grid)
            svg += SVGText.text(
                tick.text, x: frame.left - 9, y: y + 4, size: 12, colour: colours.muted, anchor: "end")
        }
        svg += SVGText.line(frame.left, frame.bottom, frame.right, frame.bottom, colour: colours.frame)
        for tick in xAxis.ticks {
            guard let share = xAxis.position(tick.value) else { continue }
            let x = frame.x(share)
            svg += SVGText.line(x, frame.bottom, x, frame.bottom + 5, colour: colours.frame)
            svg += SVGText.text(
                tick.text, x: x, y: frame.bottom + 20, size: 12, colour: colours.muted, anchor: "middle")
        }
        if !xLabel.isEmpty {
            svg += SVGText.text(
                xLabel, x: frame.x(0.5), y: frame.bottom + 42, size: 13, colour: colours.ink, anchor: "middle")
        }
        if !yLabel.isEmpty {
            svg += SVGText.text(
                yLabel, x: 24, y: frame.y(0.5), size: 13, colour: colours.ink, anchor: "middle", rotated: true)
        }
        return svg
    }

    private func path(
        of line: Series, colour: String, _ frame: Frame, _ xAxis: ChartAxis, _ yAxis: ChartAxis
    ) -> String {
        var commands = ""
        var dots = ""
        for run in runs(of: line, frame, xAxis, yAxis) {
            if run.count == 1 {
                dots +=
                    "<circle cx=\"\(SVGText.number(run[0].x))\" cy=\"\(SVGText.number(run[0].y))\" r=\"3\" "
                dots += "fill=\"\(colour)\"/>\n"
                continue
            }
            for (index, point) in Self.thinned(run, frame.width).enumerated() {
                commands += "\(index == 0 ? "M" : "L")\(SVGText.number(point.x)) \(SVGText.number(point.y))"
            }
        }
        let dashes = line.isDashed ? " stroke-width=\"1.6\" stroke-dasharray=\"5 5\"" : ""
        let stroke = commands.isEmpty ? "" : "<path d=\"\(commands)\" stroke=\"\(colour)\"\(dashes)/>\n"
        return stroke + dots
    }

    private func ring(
        on line: Series, colour: String, _ frame: Frame, _ xAxis: ChartAxis, _ yAxis: ChartAxis,
        _ colours: PictureColours
    ) -> String {
        guard let marked = line.marked, let place = line.x.firstIndex(of: marked),
            let right = xAxis.position(marked), let up = yAxis.position(line.y[place]), abs(up) < 1e6
        else { return "" }
        return "<circle cx=\"\(SVGText.number(frame.x(right)))\" cy=\"\(SVGText.number(frame.y(up)))\" r=\"4.5\" "
            + "fill=\"\(colours.ground)\" stroke=\"\(colour)\" stroke-width=\"2.2\"/>\n"
    }

    /// The points in pixels, cut where one has no place.
    private func runs(
        of line: Series, _ frame: Frame, _ xAxis: ChartAxis, _ yAxis: ChartAxis
    ) -> [[(x: Double, y: Double)]] {
        var runs: [[(x: Double, y: Double)]] = []
        var run: [(x: Double, y: Double)] = []
        for (x, y) in zip(line.x, line.y) {
            if let right = xAxis.position(x), let up = yAxis.position(y), abs(up) < 1e6, abs(right) < 1e6 {
                run.append((frame.x(right), frame.y(up)))
            } else if !run.isEmpty {
                runs.append(run)
                run = []
            }
        }
        return run.isEmpty ? runs : runs + [run]
    }

    /// At most four points for each pixel column (first, lowest, highest, last), which look like all of them.
    private static func thinned(_ run: [(x: Double, y: Double)], _ width: Double) -> [(x: Double, y: Double)] {
        guard Double(run.count) > width * 4 else { return run }
        var result: [(x: Double, y: Double)] = []
        var start = 0
        while start < run.count {
            let column = run[start].x.rounded(.down)
            var end = start
            var (low, high) = (start, start)
            while end < run.count, run[end].x.rounded(.down) == column {
                if run[end].y < run[low].y { low = end }
                if run[end].y > run[high].y { high = end }
                end += 1
            }
            for index in Set([start, low, high, end - 1]).sorted() { result.append(run[index]) }
            start = end
        }
        return result
    }

    private func marker(
        _ marker: Marker, _ frame: Frame, _ xAxis: ChartAxis, _ colours: PictureColours
    ) -> String {
        guard let share = xAxis.position(marker.x), share >= 0, share <= 1 else { return "" }
        let x = frame.x(share)
        let isRight = share > 0.6
        return SVGText.line(x, frame.top, x, frame.bottom, colour: colours.muted, width: 1.2, dashes: "4 4")
            + SVGText.text(
                marker.text, x: x + (isRight ? -7 : 7), y: frame.top + 12, size: 12, colour: colours.muted,
                anchor: isRight ? "end" : "start")
    }
}
