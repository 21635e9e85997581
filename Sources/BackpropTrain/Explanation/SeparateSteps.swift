import Backprop
import BackpropNN

/// Measuring and moving are two things: the same gradients drive any optimizer, and without gradients an optimizer is idle.
package struct SeparateSteps: Sendable, Encodable {
    /// What one rule makes of the gradients that all get.
    package struct Rule: Sendable, Encodable {
        package let name: String
        package let learningRate: Double
        /// The norm of what it changes in the first step.
        package let move: Double
        /// Degrees between that and the way straight down the gradient.
        package let angle: Double
        /// The mean loss on all examples before it, after the first step, and after all of them.
        package let losses: [Double]
    }

    /// Of the gradients that each rule gets first.
    package let gradientNorm: Double
    package let parameters: Int
    package let rules: [Rule]
    package let steps: Int
    /// How many weights a backward pass changed, and a step that had no gradients.
    package let changedByBackward: Int
    package let changedByIdleStep: Int
    /// The same of a step whose gradients were no derivative at all, but numbers drawn at random.
    package let changedByOtherNumbers: Int

    private static let batchSize = 256

    /// - Parameter steps: of each rule, after the first one, with gradients of its own way.
    /// - Throws: `TrainError` for numbers that make no sense, and where the person stops it.
    package init(seed: UInt64 = 0, steps: Int = 100) throws(TrainError) {
        try LessonOptions.check("--steps", steps, 1...100_000)
        self.steps = steps
        func makeModel() -> Sequential {
            withRandomSeed(seed) { Sequential(Linear(64, 32, initializer: .heNormal), Activation.relu, Linear(32, 10)) }
        }
        let data = LessonData.training
        func loss(_ model: Sequential) -> Double {
            withoutGradients { crossEntropy(model(data.inputs), data.labels).item() }
        }
        // Measured once, by nobody's optimizer.
        let model = makeModel()
        let before = Self.weights(of: model)
        let batch = data.batch(0, size: Self.batchSize)
        crossEntropy(model(batch.inputs), batch.labels).backward()
        let gradients = model.parameters().map { $0.gradient! }
        evaluateOrStop(gradients)
        let direction = gradients.flatMap { $0.array(of: Double.self) }
        gradientNorm = Self.norm(direction)
        parameters = direction.count
        changedByBackward = Self.changes(before, Self.weights(of: model))

        var found: [Rule] = []
        for (name, rate, make) in Self.optimizers {
            try Interruption.check("explain separation")
            let model = makeModel(), optimizer = make(model.parameters(), rate)
            var losses = [loss(model)]
            for (parameter, gradient) in zip(model.parameters(), gradients) { parameter.gradient = gradient }
            optimizer.step()
            let move = zip(Self.weights(of: model), before).map { $0 - $1 }
            losses.append(loss(model))
            for step in 1..<(steps + 1) {
                let batch = data.batch(step, size: Self.batchSize)
                crossEntropy(model(batch.inputs), batch.labels).backward()
                optimizer.step()
            }
            losses.append(loss(model))
            let cosine = -zip(move, direction).reduce(0) { $0 + $1.0 * $1.1 } / (Self.norm(move) * gradientNorm)
            found.append(
                Rule(
                    name: name, learningRate: rate, move: Self.norm(move), angle: Self.degrees(cosine), losses: losses))
        }
        rules = found

        let optimizer = SGD(model.parameters(), learningRate: 0.1)
        withRandomSeed(seed) {
            for parameter in model.parameters() { parameter.gradient = .normal(parameter.shape) }
        }
        optimizer.step()
        let moved = Self.weights(of: model)
        changedByOtherNumbers = Self.changes(before, moved)
        // It says so on standard error, since in a training it would be a mistake.
        optimizer.step()
        changedByIdleStep = Self.changes(moved, Self.weights(of: model))
    }

    private static let optimizers: [(String, Double, @Sendable ([Parameter], Double) -> Optimizer)] = [
        ("SGD", 0.1, { SGD($0, learningRate: $1) }),
        ("SGD, momentum 0.9", 0.1, { SGD($0, learningRate: $1, momentum: 0.9) }),
        ("Adagrad", 0.01, { Adagrad($0, learningRate: $1) }),
        ("RMSprop", 0.001, { RMSprop($0, learningRate: $1) }),
        ("Adam", 0.001, { Adam($0, learningRate: $1) }),
        ("AdamW", 0.001, { AdamW($0, learningRate: $1) }),
        ("Lion", 0.0003, { Lion($0, learningRate: $1) }),
    ]

    private static func weights(of model: Sequential) -> [Double] {
        model.parameters().flatMap { $0.value.array(of: Double.self) }
    }

    private static func changes(_ before: [Double], _ after: [Double]) -> Int { zip(before, after).count { $0 != $1 } }
    private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    private static func degrees(_ cosine: Double) -> Double {
        // By halving: the cosine falls from 0 to 180 degrees.
        var (low, high) = (0.0, 180.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if ScalarMath.cos(middle * Double.pi / 180) > cosine { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    // MARK: What it shows

    /// The lesson for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        func number(_ value: Double) -> String { NumberFormat.significant(value, figures: 3) }
        var lines = [style.strong("Measuring and moving are two things"), ""]
        lines += TextBlock.wrapped(
            "A network of \(NumberFormat.grouped("\(parameters)")) weights has read \(Self.batchSize) handwritten digits, and backward() has left a gradient at "
                + "each weight; the norm of all is \(number(gradientNorm)). Nothing has moved yet: \(changedByBackward) weights have changed. "
                + "These same gradients are now given to one optimizer after the other, each with the same weights.",
            width: 80, indent: 0)
        let table = TextTable(columns: [
            .left("optimizer"), .right("rate"), .right("moves by"), .right("angle"), .right("loss"), .right("after it"),
            .right("\(steps) more"),
        ])
        lines += [""]
        lines += table.lines(
            rules.map { rule in
                [rule.name, "\(rule.learningRate)", number(rule.move), "\(NumberFormat.fixed(rule.angle, digits: 0))°"]
                    + rule.losses.map(number)
            })
        lines += [style.dim("angle: between the step and the way straight down the gradient"), ""]
        lines += TextBlock.wrapped(
            "SGD goes straight down, as far as the rate times the gradient says. The others scale each weight by what they "
                + "remember of its gradients, so they go another way, and further where gradients are small; Lion looks at signs alone. "
                + "What they are given is the same.",
            width: 80, indent: 0)
        lines += [""]
        lines += TextBlock.wrapped(
            "Without gradients an optimizer is idle: step() with none changed \(changedByIdleStep) weights, and said so on standard error. And it asks nobody where gradients are "
                + "from: with numbers drawn at random in their place (parameter.gradient = ...) it moved "
                + "\(NumberFormat.grouped("\(changedByOtherNumbers)")) weights as readily. That is how other rules than backpropagation are tried: "
                + "backprop rules compare.",
            width: 80, indent: 0)
        return (lines + [""]).joined(separator: "\n")
    }

    /// The lesson as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
