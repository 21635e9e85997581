import Backprop
import BackpropNN

/// One deep network in four forms, trained alike, and how large the gradient of each layer is: with sigmoid it vanishes on
/// its way down; relu, residual connections and normalization keep it.
///
/// Hochreiter (1991) and Bengio et al. (1994) found it, Glorot and Bengio (2010), He et al. (2015, 2016) and Ioffe and
/// Szegedy (2015) say how it is cured.
package struct VanishingGradients: Sendable, Encodable {
    /// A network of that depth after its training.
    package struct Network: Sendable, Encodable {
        package let name: String
        /// What a layer of it does.
        package let layer: String
        /// The root mean square of the gradient of each layer's weights over the whole training, from the first layer to the
        /// last.
        package let gradients: [Double]
        /// The loss of the first step and the mean of the last ten.
        package let losses: [Double]
        /// The share of right answers on digits of other writers.
        package let accuracy: Double

        /// How many times smaller the first layer's gradient is than the last's; below 1 where it is larger.
        package var factor: Double { gradients.last! / gradients.first! }

        enum CodingKeys: String, CodingKey {
            case name, layer, gradients, losses, accuracy
        }
    }

    package let networks: [Network]
    package let depth: Int
    package let steps: Int
    package let seed: UInt64

    private static let width = 32, batchSize = 64

    /// Trains the four networks.
    ///
    /// - Parameters:
    ///   - depth: layers with an activation, before one that gives the scores of ten classes.
    ///   - steps: updates of each network by Adam.
    /// - Throws: `TrainError` for numbers that make no sense, and where the person stops it.
    package init(seed: UInt64 = 0, depth: Int = 12, steps: Int = 300) throws(TrainError) {
        try LessonOptions.check("--depth", depth, 2...64)
        try LessonOptions.check("--steps", steps, 10...100_000)
        (self.seed, self.depth, self.steps) = (seed, depth, steps)
        var found: [Network] = []
        for form in Form.allCases { found.append(try Self.train(form, depth: depth, steps: steps, seed: seed)) }
        networks = found
    }

    private enum Form: String, CaseIterable {
        case sigmoid, relu, residual, normalized

        var words: String {
            switch self {
            case .sigmoid: "linear, then sigmoid"
            case .relu: "linear, then relu"
            case .residual: "x + linear of sigmoid of x"
            case .normalized: "linear, batch norm, then sigmoid"
            }
        }

        func makeModel(depth: Int, width: Int) -> Sequential {
            var layers: [any Module] = []
            for index in 0..<depth {
                let inputs = index == 0 ? 64 : width
                let linear = Linear(inputs, width, initializer: self == .relu ? .heNormal : .xavierUniform)
                switch self {
                case .sigmoid: layers += [linear, Activation.sigmoid] as [any Module]
                case .relu: layers += [linear, Activation.relu] as [any Module]
                // The way past each layer stays free of anything that would shrink what goes along it.
                case .residual: layers.append(index == 0 ? linear : Residual(Activation.sigmoid, linear))
                case .normalized: layers += [linear, BatchNorm(width), Activation.sigmoid] as [any Module]
                }
            }
            if self == .residual { layers.append(Activation.sigmoid) }
            return Sequential(layers + [Linear(width, 10)])
        }
    }

    private static func train(
        _ form: Form, depth: Int, steps: Int, seed: UInt64
    ) throws(TrainError) -> Network {
        let model = withRandomSeed(seed) { form.makeModel(depth: depth, width: width) }
        let optimizer = Adam(model.parameters(), learningRate: 1e-3)
        let watch = GradientWatch(model, every: 5, window: steps)
        optimizer.observer = watch
        var losses: [Double] = []
        for step in 0..<steps {
            try Interruption.check("explain vanishing")
            let batch = LessonData.training.batch(step, size: batchSize)
            let loss = crossEntropy(model(batch.inputs), batch.labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        }
        let weights = watch.flow.parameters.filter { $0.shape.count == 2 }
        return Network(
            name: form.rawValue, layer: form.words, gradients: weights.map(\.figures.gradientRMS),
            losses: [losses[0], losses.suffix(10).reduce(0, +) / 10], accuracy: LessonData.test.accuracy(of: model))
    }

    // MARK: What it shows

    /// The lesson for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        let all = networks.flatMap(\.gradients).filter { $0 > 0 && $0.isFinite }.map(FlowMap.logarithm)
        let (low, high) = ((all.min() ?? -1).rounded(.down), (all.max() ?? 0).rounded(.up))
        var lines = [style.strong("Vanishing gradients: one deep network in four forms"), ""]
        lines += TextBlock.wrapped(
            "\(depth) layers of \(Self.width) units and one for the ten classes read handwritten digits: \(steps) steps of Adam "
                + "each. Below is how large the gradient of each layer's weights was (root mean square, on a logarithmic scale), "
                + "from the loss at the top down to the input. Backward goes from top to bottom.",
            width: 80, indent: 0)
        lines += ["", Self.row("", networks.map { style.strong(PlainText.filled($0.name, to: Self.cell)) })]
        for index in (0...depth).reversed() {
            let cells = networks.enumerated().map { place, network -> String in
                let value = network.gradients[index]
                let share = (FlowMap.logarithm(max(value, 1e-300)) - low) / max(high - low, 1)
                let bar = PlainText.filled(Blocks.bar(share, width: 8), to: 8)
                return style.series(bar, place) + " "
                    + PlainText.filled(NumberFormat.scientific(value, digits: 1), to: Self.cell - 9)
            }
            lines.append(Self.row(index == depth ? "classes" : "layer \(index + 1)", cells))
        }
        lines.append("")
        func facts(_ name: String, _ text: (Network) -> String) -> String {
            Self.row(name, networks.map { PlainText.filled(text($0), to: Self.cell) })
        }
        lines += [
            facts("last/1st") { GradientFlow.factor($0.factor) },
            facts("loss") {
                "\(NumberFormat.fixed($0.losses[0], digits: 2)) to \(NumberFormat.fixed($0.losses[1], digits: 2))"
            },
            facts("right") { "\(NumberFormat.fixed($0.accuracy * 100, digits: 1)) %" }, "",
        ]
        lines += TextBlock.wrapped(
            "The slope of a sigmoid is a quarter at most. Each layer multiplies what comes back by it, and by its weights: the "
                + "first layer gets \(GradientFlow.factor(networks[0].factor)) times less than the last. Its weights hardly know which "
                + "way to go, so the input is not read and the loss stays near that of guessing, ln 10 = 2.30.",
            width: 80, indent: 0)
        lines += ["", "Three cures, of which each is enough:"]
        for (network, why) in zip(networks.dropFirst(), Self.reasons) {
            lines += TextBlock.wrapped("\(network.name) (\(network.layer)): \(why)", width: 80, indent: 2)
        }
        lines += ["", style.dim("In a training of your own: backprop train --watch gradients"), ""]
        return lines.joined(separator: "\n")
    }

    private static let cell = 16
    private static let reasons = [
        "its slope is 1 wherever a unit is on, and He initialization makes up for the half that are off.",
        "the sum has a slope of 1, so the gradient of the loss reaches every layer by the way past the others.",
        "each unit is brought back to mean 0 and deviation 1, where the sigmoid is steep, and dividing by a small deviation makes up for its slope.",
    ]

    private static func row(_ name: String, _ cells: [String]) -> String {
        var line = PlainText.filled(name, to: 10) + cells.joined(separator: " ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    /// The lesson as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
