extension Heatmap {
    /// The map as an SVG document, `width` pixels wide (at least 240). The plane keeps its proportions.
    public func svg(width: Int = 560) -> String {
        let width = max(width, 240)
        let hasTitle = !title.isEmpty
        let xAxis = ChartAxis(
            showing: [xRange.lowerBound, xRange.upperBound], fit: .bounds, ticks: max(2, width / 110))
        let side = Double(width) - 64 - 84
        let proportion = (yRange.upperBound - yRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
        let plotHeight = side * min(max(proportion, 0.25), 2)
        let yAxis = ChartAxis(
            showing: [yRange.lowerBound, yRange.upperBound], fit: .bounds, ticks: max(2, Int(plotHeight / 90))
        )
        let plot = Plot(
            left: 64, top: hasTitle ? 54 : 20, width: side, height: plotHeight, columns: columns, rows: rows)
        let height = Int((plot.top + plot.height + 56).rounded(.up))

        var svg = SVGText.open(width: width, height: height, title: title)
        if hasTitle { svg += SVGText.text(title, x: 20, y: 32, size: 17, weight: "600") }
        svg += "<clipPath id=\"plot\">\(plot.rectangle("/>"))</clipPath>\n"
        svg += "<g clip-path=\"url(#plot)\">\n\(picture(plot))\(contours(plot))</g>\n"
        svg += plot.rectangle(" fill=\"none\" stroke=\"\(SVGText.frame)\"/>") + "\n"
        svg += axes(plot, xAxis, yAxis) + colourBar(plot)
        for point in points { svg += mark(point, plot, xAxis, yAxis) }
        return svg + "</svg>\n"
    }

    private struct Plot {
        let left: Double
        let top: Double
        let width: Double
        let height: Double
        let columns: Int
        let rows: Int
        var bottom: Double { top + height }
        var right: Double { left + width }
        var cellWidth: Double { width / Double(columns - 1) }
        var cellHeight: Double { height / Double(rows - 1) }
        func x(node: Double) -> Double { left + node * cellWidth }
        func y(node: Double) -> Double { bottom - node * cellHeight }

        func rectangle(_ rest: String) -> String {
            "<rect x=\"\(SVGText.number(left))\" y=\"\(SVGText.number(top))\" width=\"\(SVGText.number(width))\" "
                + "height=\"\(SVGText.number(height))\"\(rest)"
        }
    }

    /// The colours as an embedded picture, fine enough to look smooth.
    private func picture(_ plot: Plot) -> String {
        let (across, down) = (min(max(columns, 200), 512), min(max(rows, 200), 512))
        let shades = 255
        var pixels: [UInt8] = []
        pixels.reserveCapacity(across * down)
        for line in 0..<down {
            let y = (1 - (Double(line) + 0.5) / Double(down)) * Double(rows - 1)
            for pixel in 0..<across {
                let x = (Double(pixel) + 0.5) / Double(across) * Double(columns - 1)
                if let value = interpolated(x: x, y: y), let share = share(of: value) {
                    pixels.append(UInt8(share * Double(shades - 1) + 0.5))
                } else {
                    pixels.append(UInt8(shades))
                }
            }
        }
        let colours = (0..<shades).map { palette.colour(Double($0) / Double(shades - 1)) } + [(213, 217, 221)]
        let image = PNGImage(pixels: pixels, width: across, palette: colours)
        return "<image x=\"\(SVGText.number(plot.left))\" y=\"\(SVGText.number(plot.top))\" "
            + "width=\"\(SVGText.number(plot.width))\" height=\"\(SVGText.number(plot.height))\" "
            + "preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(image.base64)\"/>\n"
    }

    private func contours(_ plot: Plot) -> String {
        var svg = ""
        let thickness = levels.count > 1 ? "1.3\" stroke-opacity=\"0.75" : "2"
        for level in levels {
            for line in ContourLines(of: self, level: level).lines where line.count > 1 {
                var path = ""
                for (index, node) in line.enumerated() {
                    path += index == 0 ? "M" : "L"
                    path += "\(SVGText.number(plot.x(node: node.x))) \(SVGText.number(plot.y(node: node.y)))"
                }
                if line.first == line.last { path += "Z" }
                svg += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(SVGText.ink)\" "
                svg += "stroke-width=\"\(thickness)\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
            }
        }
        return svg
    }

    private func axes(_ plot: Plot, _ xAxis: ChartAxis, _ yAxis: ChartAxis) -> String {
        var svg = ""
        for tick in xAxis.ticks {
            guard let share = xAxis.position(tick.value) else { continue }
            let x = plot.left + share * plot.width
            svg += SVGText.line(x, plot.bottom, x, plot.bottom + 5, colour: SVGText.frame)
            svg += SVGText.text(
                tick.text, x: x, y: plot.bottom + 20, size: 12, colour: SVGText.muted, anchor: "middle")
        }
        for tick in yAxis.ticks {
            guard let share = yAxis.position(tick.value) else { continue }
            let y = plot.bottom - share * plot.height
            svg += SVGText.line(plot.left - 5, y, plot.left, y, colour: SVGText.frame)
            svg += SVGText.text(
                tick.text, x: plot.left - 9, y: y + 4, size: 12, colour: SVGText.muted, anchor: "end")
        }
        svg += SVGText.text(
            xLabel, x: plot.left + plot.width / 2, y: plot.bottom + 42, size: 13, anchor: "middle")
        return svg
            + SVGText.text(
                yLabel, x: 22, y: plot.top + plot.height / 2, size: 13, anchor: "middle", rotated: true)
    }

    private func colourBar(_ plot: Plot) -> String {
        let left = plot.right + 20
        let steps = 48
        let stepHeight = plot.height / Double(steps)
        var svg = ""
        for step in 0..<steps {
            let y = plot.bottom - Double(step + 1) * stepHeight
            svg += "<rect x=\"\(SVGText.number(left))\" y=\"\(SVGText.number(y))\" width=\"14\" "
            svg += "height=\"\(SVGText.number(stepHeight + 0.5))\" "
            svg += "fill=\"\(palette.hex((Double(step) + 0.5) / Double(steps)))\"/>\n"
        }
        svg += "<rect x=\"\(SVGText.number(left))\" y=\"\(SVGText.number(plot.top))\" width=\"14\" "
        svg += "height=\"\(SVGText.number(plot.height))\" fill=\"none\" stroke=\"\(SVGText.frame)\"/>\n"
        let axis = ChartAxis(
            showing: [valueRange.lowerBound, valueRange.upperBound], fit: .bounds, ticks: 4)
        for tick in axis.ticks {
            guard let share = axis.position(tick.value) else { continue }
            let y = plot.bottom - share * plot.height
            svg += SVGText.text(tick.text, x: left + 20, y: y + 4, size: 12, colour: SVGText.muted)
        }
        for level in levels {
            guard let share = share(of: level), share > 0, share < 1 else { continue }
            let y = plot.bottom - share * plot.height
            svg += SVGText.line(left, y, left + 14, y, colour: SVGText.ink, width: 2)
        }
        return svg
    }

    private func mark(_ point: Point, _ plot: Plot, _ xAxis: ChartAxis, _ yAxis: ChartAxis) -> String {
        guard let right = xAxis.position(point.x), let up = yAxis.position(point.y), (0...1).contains(right),
            (0...1).contains(up)
        else { return "" }
        let radius = points.count > 60 ? 4.0 : 7.5
        let (fill, stroke) = point.group == 0 ? ("#ffffff", SVGText.ink) : (SVGText.ink, "#ffffff")
        let place =
            "cx=\"\(SVGText.number(plot.left + right * plot.width))\" cy=\"\(SVGText.number(plot.bottom - up * plot.height))\""
        return "<circle \(place) r=\"\(SVGText.number(radius))\" fill=\"\(fill)\" stroke=\"\(stroke)\" "
            + "stroke-width=\"\(SVGText.number(radius / 3.5))\"/>\n"
    }
}
