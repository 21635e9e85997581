import Backprop
import BackpropNN

/// The loss in a plane through the weights of a trained network, along two random directions that are scaled filter by filter
/// to the norms of the weights (Li et al., 2018, arXiv:1712.09913): networks whose weights are of different sizes can be
/// compared, and a sharp minimum is not made flat by large weights.
package struct LossSurface: Sendable, Encodable {
    /// What it is of, on one line.
    package let title: String
    /// The loss of every place, [side, side]; the first row is at -reach of the second direction. Infinite and NaN where it is.
    package let losses: [Double]
    package let side: Int
    /// How far it goes along each direction; at 1 every filter has moved by its own norm.
    package let reach: Double
    /// Examples whose mean loss it is.
    package let examples: Int
    package let seed: UInt64

    /// At the weights of the network.
    package var centre: Double { losses[side / 2 * side + side / 2] }

    /// - Parameters:
    ///   - filterAxes: the axes of a parameter of two and more that one filter extends over; those but the first, where left
    ///     out, as layers have outputs first.
    ///   - side: places along each direction, an odd number.
    ///   - loss: of the network as its parameters are at the moment; recorded only. One plan serves all places.
    /// - Throws: `TrainError` where the person stops it. The network has its weights again.
    init(
        _ title: String, of network: some ParameterContainer, examples: Int, seed: UInt64, side: Int, reach: Double,
        filterAxes: (Int) -> [Int] = { Array(1..<$0) }, loss: () -> Tensor
    ) throws(TrainError) {
        require(side > 2 && side % 2 == 1 && reach > 0, "LossSurface: \(side) places and a reach of \(reach)")
        (self.title, self.examples, self.seed, self.side, self.reach) = (title, examples, seed, side, reach)
        // Biases and the scales of normalizations stay, as in the paper.
        let moving = network.parameters().filter { $0.shape.count > 1 && $0.dtype.isFloatingPoint }
        let values = moving.map(\.value)
        evaluateOrStop(values)
        let directions = withRandomSeed(seed) {
            (0..<2).map { _ in values.map { Self.direction($0, filterAxes($0.ndim)) } }
        }
        evaluateOrStop(directions.flatMap(\.self))
        defer { for (parameter, value) in zip(moving, values) { parameter.value = value } }
        var losses: [Double] = []
        for row in 0..<side {
            try Interruption.check("surface")
            for column in 0..<side {
                // Tensors in memory, not numbers: 0 and 1 would be graphs of their own.
                let (a, b) = (Tensor([Self.place(column, side, reach)]), Tensor([Self.place(row, side, reach)]))
                losses.append(
                    withoutGradients {
                        for (position, parameter) in moving.enumerated() {
                            let value = values[position], x = directions[0][position], y = directions[1][position]
                            parameter.value = value + x * a.asType(value.dtype) + y * b.asType(value.dtype)
                        }
                        return loss().item()
                    })
            }
        }
        self.losses = losses
    }

    private static func place(_ index: Int, _ side: Int, _ reach: Double) -> Float {
        Float((2 * Double(index) / Double(side - 1) - 1) * reach)
    }

    /// Numbers drawn at random in the shape of the weights, each filter as long as that of the weights.
    static func direction(_ weights: Tensor, _ axes: [Int]) -> Tensor {
        let drawn = Tensor.normal(weights.shape).asType(weights.dtype)
        func norms(_ x: Tensor) -> Tensor { square(x).sum(axes: axes, keepDims: true).sqrt() }
        return drawn * (norms(weights) / maximum(norms(drawn), 1e-12))
    }

    // MARK: How it is shown

    /// Whether losses differ so much that their logarithms are shown.
    package var isLogarithmic: Bool {
        let finite = losses.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return false }
        return low > 0 && high > 10 * low
    }

    /// The heights that are shown: losses or their decimal logarithms.
    var heights: [Double] {
        guard isLogarithmic else { return losses }
        return losses.map { $0.isFinite ? FlowMap.logarithm($0) : $0 }
    }

    /// From the lowest height to the highest.
    var heightRange: ClosedRange<Double> {
        let finite = heights.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), high > low else { return 0...1 }
        return low...high
    }

    /// Colours and contour lines, with a mark at the weights of the network.
    package var map: Heatmap {
        let range = heightRange, lines = 12
        let levels = (1..<lines).map {
            range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(lines)
        }
        return Heatmap(
            title: title, values: heights, columns: side, rows: side, xRange: -reach...reach, yRange: -reach...reach,
            valueRange: range, levels: levels, points: [Heatmap.Point(x: 0, y: 0, group: 0)], palette: .sequential,
            xLabel: "first direction", yLabel: "second direction")
    }

    /// What it says, in sentences.
    package var sentences: [String] {
        let finite = losses.filter(\.isFinite)
        let low = finite.min() ?? .nan, high = finite.max() ?? .nan
        func number(_ value: Double) -> String { NumberFormat.significant(value) }
        var sentences = [
            "The mean loss on \(NumberFormat.grouped("\(examples)")) training examples is \(number(centre)) at the weights of the run, "
                + "and from \(number(low)) to \(number(high)) around them."
        ]
        sentences.append(
            "At the edge every filter has moved by \(NumberFormat.significant(reach, figures: 2)) times its norm, in two directions drawn at random "
                + "(seed \(seed)).")
        if low < centre * 0.98 {
            sentences.append(
                "It is lower elsewhere in this plane: training has not come to rest, or other examples decided.")
        }
        if finite.count < losses.count {
            sentences.append("\(losses.count - finite.count) places have no finite loss.")
        }
        return sentences
    }

    /// The map and the sentences for a terminal.
    package func text(width: Int, colour: Bool) -> String {
        let inner = min(width - 2, 64)
        var lines = [map.terminal(width: inner, colour: colour)]
        let scale = isLogarithmic ? "decimal logarithm of the loss" : "loss"
        let (low, high) = (heightRange.lowerBound, heightRange.upperBound)
        lines.append(
            "\(scale) from \(NumberFormat.significant(low, figures: 3)) (light) to \(NumberFormat.significant(high, figures: 3)) (dark); ○ is where training ended\n"
        )
        for sentence in sentences {
            lines += TextBlock.wrapped(sentence, width: width, indent: 0).map { $0 + "\n" }
        }
        return lines.joined()
    }

    /// The surface as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
