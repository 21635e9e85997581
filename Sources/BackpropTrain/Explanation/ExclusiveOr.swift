import Backprop
import BackpropData
import BackpropNN

/// Exclusive or, learnt from its four examples by a network of two layers: 2-8-1 with tanh and sigmoid.
///
/// No straight line separates the two classes, so a single layer cannot learn it.
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
    /// The loss before the first update and after each.
    package let losses: [Double]
    package let answers: [Answer]
    /// The network's output over the plane of its inputs.
    package let map: Heatmap

    private static let points: [(inputs: [Int], target: Int)] = [
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
        let model = withRandomSeed(seed) {
            Sequential(Linear(2, 8), Activation.tanh, Linear(8, 1), Activation.sigmoid)
        }
        let optimizer = Adam(model.parameters(), learningRate: 0.02)
        var losses: [Double] = []
        for _ in 0..<epochs {
            try Interruption.check("explain xor")
            let loss = meanSquaredError(model(inputs), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        }
        let outputs = withoutGradients { model(inputs).array(of: Double.self) }
        losses.append(withoutGradients { meanSquaredError(model(inputs), targets).item() })
        self.losses = losses
        answers = zip(Self.points, outputs).map { Answer(inputs: $0.inputs, target: $0.target, output: $1) }
        map = Self.map(of: model)
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
            model(Tensor(plane, shape: [side * side, 2])).array(of: Double.self)
        }
        return Heatmap(
            title: "Exclusive or: the output of the network", values: values, columns: side, rows: side,
            xRange: range, yRange: range, levels: [0.5],
            points: points.map {
                Heatmap.Point(x: Double($0.inputs[0]), y: Double($0.inputs[1]), group: $0.target)
            }, xLabel: "first input", yLabel: "second input")
    }

    /// What was learnt, for a terminal.
    package func text(colour: Bool) -> String {
        var text = "Exclusive or from scratch: 2-8-1, tanh and sigmoid, squared error, Adam, seed \(seed)\n\n"
        let step = max(1, epochs / 6)
        var shown = Array(stride(from: 0, through: epochs, by: step))
        if shown.last != epochs { shown.append(epochs) }
        text += TextTable(columns: [.right("epoch"), .right("loss")]).text(
            shown.map { [NumberFormat.grouped(String($0)), NumberFormat.significant(losses[$0])] })
        let rows = answers.map { answer in
            answer.inputs.map(String.init) + [
                "\(answer.target)", NumberFormat.fixed(answer.output, digits: 4),
                answer.isRight ? "right" : "wrong",
            ]
        }
        text += "\n"
        text += TextTable(
            columns: [.right("first"), .right("second"), .right("wanted"), .right("output"), .left("")]
        ).text(rows)
        text += "\n" + map.terminal(width: 50, colour: colour)
        let (one, zero) = colour ? ("Orange", "blue") : ("Dark", "light")
        text += "\(one) and ● stand for 1, \(zero) and ○ for 0; the border between them is curved.\n"
        return text
    }

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
