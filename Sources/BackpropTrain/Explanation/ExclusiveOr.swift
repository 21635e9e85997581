import Backprop
import BackpropData
import BackpropNN

/// Exclusive or, learnt from its four examples by a network of two layers: 2-8-1 with tanh and sigmoid.
///
/// No straight line separates the two classes, so a single layer cannot learn it; it is tried beside the two.
package struct ExclusiveOr: Sendable {
    /// The answer to one pair of inputs.
    package struct Answer: Sendable, Equatable {
        package let inputs: [Int]
        package let target: Int
        package let output: Double

        package var isRight: Bool { (output > 0.5) == (target == 1) }
    }

    package let seed: UInt64
    package let epochs: Int
    /// The loss before the first update and after each: the mean cross-entropy.
    package let losses: [Double]
    package let answers: [Answer]
    /// What the hidden units say to each example, shape [4, 8].
    package let hidden: [[Double]]
    /// The network's output over the plane of its inputs.
    package let map: Heatmap
    /// What one layer makes of the same examples.
    package let attempt: SingleLayer

    static let points: [(inputs: [Int], target: Int)] = [
        ([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0),
    ]
    private static let range = -0.5...1.5

    /// Trains with all four examples in every step.
    ///
    /// - Throws: `TrainError` where the person stops it.
    package init(seed: UInt64, epochs: Int = 3_000) throws(TrainError) {
        guard (1...1_000_000).contains(epochs) else {
            throw TrainError(
                .badOption, at: "--epochs", "\(epochs) makes no sense",
                remedy: "give a whole number from 1 to 1000000")
        }
        self.seed = seed
        self.epochs = epochs
        let inputs = Tensor(Self.points.flatMap { $0.inputs.map(Float.init) }, shape: [4, 2])
        let targets = Tensor(Self.points.map { Float($0.target) }, shape: [4, 1])
        attempt = try SingleLayer(inputs, targets, seed: seed, epochs: epochs)
        let model = withRandomSeed(seed) { Sequential(Linear(2, 8), Activation.tanh, Linear(8, 1)) }
        losses = try Self.train(model, inputs, targets, epochs: epochs)
        let outputs = withoutGradients { sigmoid(model(inputs)).array(of: Double.self) }
        hidden = withoutGradients { [[Double]](Sequential(Array(model.layers.prefix(2)))(inputs)) }
        answers = zip(Self.points, outputs).map { Answer(inputs: $0.inputs, target: $0.target, output: $1) }
        map = Self.map(of: model)
    }

    /// Trains a network on the four points.
    ///
    /// - Returns: the loss before each epoch, and after the last one.
    static func train(
        _ model: some Module, _ inputs: Tensor, _ targets: Tensor, epochs: Int
    ) throws(TrainError) -> [Double] {
        let optimizer = Adam(model.parameters(), learningRate: 0.02)
        var losses: [Double] = []
        for _ in 0..<epochs {
            try Interruption.check("explain xor")
            let loss = binaryCrossEntropyWithLogits(model(inputs), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        }
        return losses + [withoutGradients { binaryCrossEntropyWithLogits(model(inputs), targets).item() }]
    }

    /// Whether all four answers are right, each by a margin that rounding does not explain.
    package var isLearnt: Bool { answers.allSatisfy { abs($0.output - Double($0.target)) < 0.1 } }

    private static func map(of model: Sequential) -> Heatmap {
        let side = 81
        let step = (range.upperBound - range.lowerBound) / Double(side - 1)
        var plane: [Float] = []
        for row in 0..<side {
            for column in 0..<side {
                plane += [column, row].map { Float(range.lowerBound + Double($0) * step) }
            }
        }
        let values = withoutGradients {
            sigmoid(model(Tensor(plane, shape: [side * side, 2]))).array(of: Double.self)
        }
        return Heatmap(
            title: "Exclusive or: the output of the network", values: values, columns: side, rows: side,
            xRange: range, yRange: range, levels: [0.5],
            points: points.map {
                Heatmap.Point(x: Double($0.inputs[0]), y: Double($0.inputs[1]), group: $0.target)
            }, xLabel: "first input", yLabel: "second input")
    }

    /// What was learnt, for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        let lines =
            [
                style.strong("Exclusive or: yes where one of two inputs is 1, no where both are or none is"),
                style.dim(
                    "\(NumberFormat.grouped(String(epochs))) epochs of all four examples, mean cross-entropy, Adam, "
                        + "seed \(seed)"), "",
            ] + attemptText(style) + [""] + successText(style) + [""]
            + chart.terminal(width: 78, height: 14, colour: colour) + ["", map.terminal(width: 50, colour: colour)]
        let (one, zero) = colour ? ("Orange", "blue") : ("Dark", "light")
        return lines.joined(separator: "\n")
            + "\(one) and ● stand for 1, \(zero) and ○ for 0; the border between them is curved.\n"
    }

    /// The losses of the attempt and of the network.
    private var chart: LineChart {
        func line(_ name: String, _ values: [Double]) -> LineChart.Series {
            LineChart.Series(name, x: values.indices.map(Double.init), y: values)
        }
        return LineChart(
            title: "Loss", yLabel: "", series: [line("one layer", attempt.losses), line("two layers", losses)],
            isLogarithmic: true)
    }

    private static func table(
        _ answers: [Answer], _ last: TextTable.Column? = nil, _ words: (Int) -> String = { _ in "" }
    ) -> [String] {
        let columns: [TextTable.Column] = [.right("first"), .right("second"), .right("wanted"), .right("output")]
        return TextTable(columns: columns + (last.map { [$0] } ?? [])).lines(
            answers.enumerated().map { place, answer in
                answer.inputs.map(String.init) + ["\(answer.target)", NumberFormat.fixed(answer.output, digits: 4)]
                    + (last == nil ? [] : [words(place)])
            }
        ).map { "  " + $0 }
    }

    private func attemptText(_ style: TextStyle) -> [String] {
        let scores = attempt.firstScores
        let tried = zip(Self.points, attempt.outputs).map {
            Answer(inputs: $0.inputs, target: $0.target, output: $1)
        }
        func short(_ value: Double) -> String { NumberFormat.fixed(value, digits: 3) }
        let (loss, coin) = (attempt.losses.last ?? .nan, ScalarMath.log(2))
        return [style.strong("One layer cannot learn it."), ""] + Self.table(tried) + [""]
            + Self.wrapped(
                "Its loss ends at \(NumberFormat.fixed(loss, digits: 4)), and that of a coin is ln 2 = "
                    + "\(NumberFormat.fixed(coin, digits: 4)). Before the sigmoid it has w1 a + w2 b + c. Whatever the weights "
                    + "are, 0 0 and 1 1 together get as much as 0 1 and 1 0 together; with those it began with")
            + [
                "  \(short(scores[0])) + \(short(scores[3])) = \(short(scores[0] + scores[3]))  and  "
                    + "\(short(scores[1])) + \(short(scores[2])) = \(short(scores[1] + scores[2]))."
            ]
            + Self.wrapped(
                "But the first two should be below 0 and the others above: no weights do that. In the plane its border is a "
                    + "straight line, and of \(NumberFormat.grouped(String(attempt.linesTried))) lines that were tried the best has "
                    + "\(attempt.mostRight) of the 4 on the right side.")
    }

    private func successText(_ style: TextStyle) -> [String] {
        [style.strong("Two layers do: 2-8-1, tanh in between."), ""]
            + Self.table(answers, .left("hidden units, + above 0")) { place in
                hidden[place].map { $0 > 0 ? "+" : "-" }.joined() + (answers[place].isRight ? "  right" : "  wrong")
            } + [""]
            + Self.wrapped(
                "Each hidden unit draws a straight line of its own and says on which side of it an example is. The second layer "
                    + "weighs what they say: among these eight numbers a straight cut is enough, and in the plane of the inputs "
                    + "it is a curve. The loss ends at \(NumberFormat.significant(losses.last ?? .nan)).")
    }

    private static func wrapped(_ text: String) -> [String] { TextBlock.wrapped(text, width: 80, indent: 0) }

    /// Writes the map as a picture, all of it or nothing.
    package func writePicture(to path: String) throws { try TextFile.write(map.svg(), to: path) }

    /// - Throws: `TrainError` where an answer is still far off, as after too few epochs.
    package func check() throws(TrainError) {
        guard isLearnt else {
            throw TrainError(
                .diverged, at: "explain xor",
                "after \(Wording.count(epochs, "epoch")) from seed \(seed) not every answer is within 0.1 of what is wanted",
                remedy: "give it more --epochs or another --seed")
        }
    }
}
