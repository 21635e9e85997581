import Backprop
import BackpropNN

/// The smallest network with a hidden unit, step by step: x = 1, w1 = 0.5, w2 = -0.3, sigmoid, no biases, target 1, and
/// half the squared error.
///
/// Every value comes from the engine in float64. Beside each stands what a person gets who works it by hand with three
/// digits.
package struct TinyNetwork: Sendable {
    /// One quantity of the computation.
    package struct Step: Sendable, Equatable {
        package let name: String
        /// How it follows from earlier ones, in letters and in numbers.
        package let formula: String
        /// From the engine.
        package let value: Double
        /// As worked by hand.
        package let byHand: String
    }

    package let forward: [Step]
    /// The gradients, and the weights after the update.
    package let backward: [Step]
    package let update: [Step]

    /// Runs the forward pass, the backward pass and one update on the engine.
    package init() {
        let first = Parameter(Tensor(0.5, dtype: .float64)), second = Parameter(Tensor(-0.3, dtype: .float64))
        let optimizer = SGD([first, second], learningRate: 1)
        let (x, y) = (Tensor(1, dtype: .float64), Tensor(1, dtype: .float64))
        let (w1, w2) = (first.value, second.value)
        let z1 = w1 * x
        let h = sigmoid(z1)
        let z2 = w2 * h
        let prediction = sigmoid(z2)
        let loss = square(prediction - y) / 2

        let slopes = gradients(of: loss, withRespectTo: [prediction, z2, w2, h, z1, w1])
        evaluateOrStop(slopes + [z1, h, z2, prediction, loss])
        let d = slopes.map { $0.item() }
        let (hValue, z2Value, guess) = (h.item(), z2.item(), prediction.item())
        forward = [
            Step(name: "z1", formula: "w1 x = 0.5 * 1", value: z1.item(), byHand: "0.500"),
            Step(
                name: "h", formula: "sigmoid(z1) = sigmoid(\(short(z1.item())))", value: hValue,
                byHand: "0.622"),
            Step(name: "z2", formula: "w2 h = -0.3 * \(short(hValue))", value: z2Value, byHand: "-0.187"),
            Step(
                name: "yhat", formula: "sigmoid(z2) = sigmoid(\(short(z2Value)))", value: guess,
                byHand: "0.453"),
            Step(
                name: "L", formula: "(yhat - y)^2 / 2 = (\(short(guess)) - 1)^2 / 2", value: loss.item(),
                byHand: "0.150"),
        ]
        backward = [
            Step(name: "dL/dyhat", formula: "yhat - y = \(short(guess)) - 1", value: d[0], byHand: "-0.547"),
            Step(
                name: "dL/dz2",
                formula: "dL/dyhat yhat (1 - yhat) = \(short(d[0])) * \(short(guess)) * \(short(1 - guess))",
                value: d[1], byHand: "-0.135"),
            Step(
                name: "dL/dw2", formula: "dL/dz2 h = \(short(d[1])) * \(short(hValue))", value: d[2],
                byHand: "-0.0840"),
            Step(name: "dL/dh", formula: "dL/dz2 w2 = \(short(d[1])) * -0.3", value: d[3], byHand: "+0.0405"),
            Step(
                name: "dL/dz1",
                formula: "dL/dh h (1 - h) = \(short(d[3])) * \(short(hValue)) * \(short(1 - hValue))",
                value: d[4],
                byHand: "+0.00952"),
            Step(name: "dL/dw1", formula: "dL/dz1 x = \(short(d[4])) * 1", value: d[5], byHand: "+0.00952"),
        ]

        // The same once more as it is done in training: a recorded backward pass, and a step that uses it up.
        let again = square(sigmoid(second.value * sigmoid(first.value * x)) - y) / 2
        again.backward()
        optimizer.step()
        update = [
            Step(
                name: "w2", formula: "w2 - 1 dL/dw2 = -0.3 - \(inBrackets(d[2]))", value: second.value.item(),
                byHand: "-0.216"),
            Step(
                name: "w1", formula: "w1 - 1 dL/dw1 = 0.5 - \(inBrackets(d[5]))", value: first.value.item(),
                byHand: "0.490"),
        ]

        func short(_ value: Double) -> String { Self.rounded(value) }
        func inBrackets(_ value: Double) -> String { value < 0 ? "(\(short(value)))" : short(value) }
    }

    /// The whole computation as text: two tables, and why their last columns differ.
    package var text: String {
        let table = TextTable(columns: [
            .left("value"), .left("formula"), .right("engine"), .right("by hand"),
        ])
        let backwardRows = (backward + update).map(row)
        let widths = table.widths((forward + backward + update).map(row))
        return """
            One input, one hidden and one output unit, sigmoid, no biases:
            x = 1, w1 = 0.5, w2 = -0.3, target y = 1, loss L = (yhat - y)^2 / 2

            Forward pass: every intermediate value is kept for the way back.

            \(table.text(forward.map(row), widths: widths))
            Backward pass: the chain rule from the loss to each weight. Update: one step at rate 1.

            \(table.text(backwardRows, widths: widths))
            \(explanation)

            """
    }

    /// Why the engine and the hand do not agree in every digit.
    package var explanation: String {
        let others = (forward + backward + update).filter {
            Self.rounded($0.value, like: $0.byHand) != $0.byHand
        }
        let list = others.map { "\($0.name) \($0.byHand) for \(Self.rounded($0.value, like: $0.byHand))" }
        let (slope, second) = (backward[0].value, backward[1].value)
        return """
            The engine carries every digit of float64. By hand each result is rounded to three digits, and the next one is
            worked from the rounded one: L from -0.547 instead of \(NumberFormat.fixed(slope, digits: 5)), and the rows below \
            dL/dz2 from -0.135
            instead of \(NumberFormat.fixed(second, digits: 5)). That is the whole difference:
            \(list.joined(separator: ", ")).
            """
    }

    private func row(_ step: Step) -> [String] {
        let engine = NumberFormat.fixed(step.value, digits: 8)
        return [step.name, step.formula, step.byHand.hasPrefix("+") ? "+" + engine : engine, step.byHand]
    }

    /// Three significant digits.
    static func rounded(_ value: Double) -> String {
        let decade = value == 0 ? 0 : NumberFormat.decade(Swift.abs(value))
        return NumberFormat.fixed(value, digits: max(0, 2 - decade))
    }

    /// With as many digits, and the sign, of another number.
    static func rounded(_ value: Double, like text: String) -> String {
        let digits = text.split(separator: ".").last?.count ?? 0
        return (text.hasPrefix("+") && value > 0 ? "+" : "") + NumberFormat.fixed(value, digits: digits)
    }
}
