import Backprop
import BackpropNN

/// A deep network whose weights start too large, trained twice: as it is, and with gradients that are clipped by their norm
/// (Pascanu et al., 2013).
package struct ExplodingGradients: Sendable, Encodable {
    /// One training.
    package struct Training: Sendable, Encodable {
        /// What the norm of the gradient was limited to; nil for no limit.
        package let limit: Double?
        /// By step: the loss before it, and the norm of the gradient before clipping. They end where one is no number.
        package let losses: [Double]
        package let norms: [Double]
        /// What was found at the end, in words.
        package let finding: String
        /// The share of right answers on digits of other writers.
        package let accuracy: Double

        /// Whether the loss was a finite number to the end.
        package var survived: Bool { losses.last?.isFinite ?? false }
    }

    package let free: Training
    package let clipped: Training
    package let steps: Int
    package let seed: UInt64
    package let learningRate: Double

    private static let width = 32, depth = 12, batchSize = 64
    /// How many times larger than He's initialization weights start: so much is what each layer multiplies by.
    private static let excess = 1.5

    /// - Throws: `TrainError` for numbers that make no sense, and where the person stops it.
    package init(seed: UInt64 = 0, steps: Int = 300, learningRate: Double = 0.1, limit: Double = 1) throws(TrainError) {
        try LessonOptions.check("--steps", steps, 10...100_000)
        guard limit > 0, limit.isFinite else {
            throw TrainError(
                .badOption, at: "--limit", "\(limit) makes no sense", remedy: "give a number above 0, such as 1")
        }
        guard learningRate > 0, learningRate <= 1e6 else {
            throw TrainError(
                .badOption, at: "--learning-rate", "\(learningRate) makes no sense",
                remedy: "give a number above 0, such as 0.1")
        }
        (self.seed, self.steps, self.learningRate) = (seed, steps, learningRate)
        free = try Self.train(nil, seed, steps, learningRate)
        clipped = try Self.train(limit, seed, steps, learningRate)
    }

    private static func train(
        _ limit: Double?, _ seed: UInt64, _ steps: Int, _ learningRate: Double
    ) throws(TrainError) -> Training {
        let model = withRandomSeed(seed) {
            var layers: [any Module] = []
            for index in 0..<depth {
                let linear = Linear(index == 0 ? 64 : width, width, initializer: .heNormal)
                linear.weight.value = linear.weight.value * excess
                layers += [linear, Activation.relu] as [any Module]
            }
            return Sequential(layers + [Linear(width, 10)])
        }
        let parameters = model.parameters()
        let optimizer = SGD(parameters, learningRate: learningRate)
        let watch = GradientWatch(model, every: 1, window: 20)
        optimizer.observer = watch
        var losses: [Double] = [], norms: [Double] = []
        for step in 0..<steps {
            try Interruption.check("explain exploding")
            let batch = LessonData.training.batch(step, size: batchSize)
            let loss = crossEntropy(model(batch.inputs), batch.labels)
            loss.backward()
            watch.noteGradients(of: optimizer)
            // The greatest finite number limits nothing, and the norm is the same node as with a limit.
            let norm = clipGradientNorm(parameters, to: limit ?? Double(Float.greatestFiniteMagnitude))
            optimizer.step()
            losses.append(loss.item())
            norms.append(norm.item())
            if !losses[step].isFinite { break }
        }
        let finding = watch.flow.findings.first { $0.verdict != .frozen }?.text ?? ""
        return Training(
            limit: limit, losses: losses, norms: norms, finding: finding, accuracy: LessonData.test.accuracy(of: model))
    }

    // MARK: What it shows

    /// The lesson for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        var lines = [style.strong("Exploding gradients, and clipping them"), ""]
        lines += TextBlock.wrapped(
            "\(Self.depth) layers of \(Self.width) relu units read handwritten digits, by gradient descent with a rate of "
                + "\(learningRate). All weights start \(Self.excess) times too large, so every layer multiplies what comes back "
                + "by about \(Self.excess): together by \(GradientFlow.factor(power(Self.excess, Self.depth))).",
            width: 80, indent: 0)
        lines += ["", Self.row(["", "", "as it is", "", "clipped"])]
        lines += [
            Self.row(["step", "loss", "gradient", "loss", "gradient"]),
            Self.row(["----"] + [String](repeating: "--------", count: 4)),
        ]
        for step in shownSteps {
            lines.append(
                Self.row(
                    ["\(step + 1)"]
                        + [free, clipped].flatMap { training in
                            [training.losses, training.norms].map { step < $0.count ? Self.number($0[step]) : "" }
                        }))
        }
        lines.append("")
        let end =
            free.survived
            ? "Without clipping the loss ends at \(Self.number(free.losses.last!)) and \(Self.percent(free.accuracy)) of other writers' digits are read right."
            : "Without clipping each step goes too far, the next gradient is larger still, and after \(free.losses.count) "
                + "\(free.losses.count == 1 ? "step" : "steps") the loss is no number any more: nothing can be learnt from there."
        lines += TextBlock.wrapped(end, width: 80, indent: 0)
        lines += TextBlock.wrapped(
            "Clipping keeps the direction and limits the length: where the norm is above \(Self.number(clipped.limit ?? 1)), all gradients are "
                + "divided by the same number. The loss goes from \(Self.number(clipped.losses[0])) to "
                + "\(Self.number(clipped.losses.last!)), and \(Self.percent(clipped.accuracy)) of other writers' digits are read right.",
            width: 80, indent: 0)
        lines += [
            "", style.dim("In code: clipGradientNorm(model.parameters(), to: 1) after backward(),"),
            style.dim("or options.clipping = .norm(1) of a Trainer."), "",
        ]
        return lines.joined(separator: "\n")
    }

    private var shownSteps: [Int] {
        let early = Array(0..<min(5, steps)), late = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].map { $0 - 1 }
        return early + late.filter { $0 < steps - 1 } + (steps > 5 ? [steps - 1] : [])
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { power, _ in power * base }
    }

    private static func number(_ value: Double) -> String {
        value >= 1e5 ? NumberFormat.scientific(value, digits: 1) : NumberFormat.significant(value, figures: 3)
    }

    private static func percent(_ share: Double) -> String { "\(NumberFormat.fixed(share * 100, digits: 0)) %" }

    private static func row(_ cells: [String]) -> String {
        var line = cells.enumerated().map { PlainText.filled($1, to: $0 == 0 ? 6 : 12, atRight: true) }
            .joined(separator: "  ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    /// The lesson as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
