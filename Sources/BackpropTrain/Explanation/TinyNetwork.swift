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
        /// How it follows from earlier ones, in letters and in numbers of three digits.
        package let formula: String
        /// From the engine.
        package let value: Double
        /// As worked by hand.
        package let byHand: String
        /// What is done, and why.
        package let sentence: String
    }

    package let forward: [Step]
    /// The gradients.
    package let backward: [Step]
    /// The weights after one step.
    package let update: [Step]
    /// The forward pass with them.
    package let after: [Step]

    /// Runs the forward pass, the backward pass, one update and another forward pass on the engine.
    package init() {
        let first = Parameter(Tensor(0.5, dtype: .float64)), second = Parameter(Tensor(-0.3, dtype: .float64))
        let optimizer = SGD([first, second], learningRate: 1)
        let (x, y) = (Tensor(1, dtype: .float64), Tensor(1, dtype: .float64))
        let pass = Pass(x, y, first.value, second.value)
        let slopes = gradients(
            of: pass.loss,
            withRespectTo: [pass.prediction, pass.z2, second.value, pass.hidden, pass.z1, first.value])
        evaluateOrStop(slopes + pass.all)
        forward = pass.steps(w1: "0.5", w2: "-0.3", byHand: ["0.500", "0.622", "-0.187", "0.453", "0.150"])
        backward = Self.backwardSteps(
            slopes.map { $0.item() }, guess: pass.prediction.item(), hidden: pass.hidden.item())

        // The same once more as it is done in training: a recorded backward pass, and a step that uses it up.
        Pass(x, y, first.value, second.value).loss.backward()
        optimizer.step()
        let (new1, new2) = (first.value.item(), second.value.item()) as (Double, Double)
        update = [
            Step(
                name: "w2", formula: "w2 - 1 dL/dw2 = -0.3 - (-0.0840)", value: new2,
                byHand: "-0.216",
                sentence: "A gradient below 0: the loss falls as the weight grows, so it goes up."),
            Step(
                name: "w1", formula: "w1 - 1 dL/dw1 = 0.5 - 0.00952", value: new1,
                byHand: "0.490", sentence: "A gradient above 0 says the opposite: the weight goes down, by less."),
        ]
        let again = Pass(x, y, first.value, second.value)
        evaluateOrStop(again.all)
        after = again.steps(
            w1: Self.rounded(new1), w2: Self.rounded(new2), byHand: ["0.490", "0.620", "-0.134", "0.467", "0.142"])
    }

    /// The values of a forward pass, recorded.
    private struct Pass {
        let z1: Tensor
        let hidden: Tensor
        let z2: Tensor
        let prediction: Tensor
        let loss: Tensor
        var all: [Tensor] { [z1, hidden, z2, prediction, loss] }

        init(_ x: Tensor, _ y: Tensor, _ w1: Tensor, _ w2: Tensor) {
            z1 = w1 * x
            hidden = sigmoid(z1)
            z2 = w2 * hidden
            prediction = sigmoid(z2)
            loss = square(prediction - y) / 2
        }

        func steps(w1: String, w2: String, byHand: [String]) -> [Step] {
            let short = all.map { TinyNetwork.rounded($0.item()) }
            let formulas = [
                "w1 x = \(w1) * 1", "sigmoid(z1) = sigmoid(\(short[0]))", "w2 h = \(w2) * \(short[1])",
                "sigmoid(z2) = sigmoid(\(short[2]))", "(yhat - y)^2 / 2 = (\(short[3]) - 1)^2 / 2",
            ]
            let sentences = [
                "The first weight scales the input.", "The sigmoid squeezes any number between 0 and 1.",
                "The second weight scales what the hidden unit says.", "Again a sigmoid: this is the prediction.",
                "How wrong it is: half the square of what is missing to the target.",
            ]
            return zip(["z1", "h", "z2", "yhat", "L"], all).enumerated().map { place, step in
                Step(
                    name: step.0, formula: formulas[place], value: step.1.item(), byHand: byHand[place],
                    sentence: sentences[place])
            }
        }
    }

    private static func backwardSteps(_ slopes: [Double], guess: Double, hidden: Double) -> [Step] {
        func short(_ value: Double) -> String { rounded(value) }
        return [
            Step(
                name: "dL/dyhat", formula: "yhat - y = \(short(guess)) - 1", value: slopes[0], byHand: "-0.547",
                sentence: "The slope of half a square is what is squared; below 0, so yhat should grow."),
            Step(
                name: "dL/dz2",
                formula: "dL/dyhat yhat(1 - yhat) = \(short(slopes[0])) * \(short(guess)) * \(short(1 - guess))",
                value: slopes[1], byHand: "-0.135",
                sentence: "Through the sigmoid: times its slope yhat (1 - yhat), a quarter at most."),
            Step(
                name: "dL/dw2", formula: "dL/dz2 h = \(short(slopes[1])) * \(short(hidden))", value: slopes[2],
                byHand: "-0.0840",
                sentence: "z2 is w2 times h, so w2 counts by h. The gradient of one weight is there."),
            Step(
                name: "dL/dh", formula: "dL/dz2 w2 = \(short(slopes[1])) * -0.3", value: slopes[3], byHand: "+0.0405",
                sentence: "And h counts by w2, which is below 0: the sign turns. The way goes on here."),
            Step(
                name: "dL/dz1",
                formula: "dL/dh h (1 - h) = 0.0405 * \(short(hidden)) * \(short(1 - hidden))",
                value: slopes[4], byHand: "+0.00952",
                sentence: "Through the other sigmoid: each one makes the gradient smaller."),
            Step(
                name: "dL/dw1", formula: "dL/dz1 x = 0.00952 * 1", value: slopes[5], byHand: "+0.00952",
                sentence: "z1 is w1 times x, so w1 counts by x. One way back has given both gradients."),
        ]
    }

    /// The whole computation as text of at most 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        var lines = [
            style.strong("A network of one input, one hidden and one output unit: sigmoid, no biases"),
            style.dim("x = 1, target y = 1, loss L = (yhat - y)^2 / 2. At the right: by hand with three"),
            style.dim("digits, each worked from those before; and from the engine, in float64."), "",
        ]
        lines += drawing(style)
        for (title, steps) in [
            ("Forward: each value is kept, for the way back.", forward),
            ("Backward: the chain rule multiplies the slopes from the loss to each weight.", backward),
            ("Update: each weight goes against its gradient (learning rate 1: by all of it).", update),
            ("Forward once more, with the new weights.", after),
        ] {
            lines += ["", style.strong(title), ""]
            for step in steps {
                lines.append(row(step, style))
                // The second time the sentences are known.
                if title.first != "F" || steps == forward { lines.append("    " + style.dim(step.sentence)) }
            }
        }
        lines.append("")
        lines += TextBlock.wrapped(
            "The loss has fallen from \(forward[4].byHand) to \(after[4].byHand): that is one step of training. A network of a "
                + "million weights does the same, with one way forward and one way back for all of them.",
            width: 80, indent: 0)
        lines.append("")
        return lines.joined(separator: "\n")
    }

    /// The network, its weights, the values of the forward pass in its units, and the gradients below.
    private func drawing(_ style: TextStyle) -> [String] {
        func cell(_ text: String, _ width: Int) -> String { PlainText.filled(text, to: width) }
        func value(_ step: Step) -> String {
            cell("\(cell(step.name, 4)) = \(PlainText.filled(step.byHand, to: 6, atRight: true))", 15)
        }
        let slopes = backward.filter { $0.name.hasPrefix("dL/dw") }
        let (toW2, toW1) = (slopes[0], slopes[1])
        return [
            "  input      w1      hidden unit        w2     output unit            loss",
            "┌───────┐   0.5    ┌─────────────────┐ -0.3  ┌─────────────────┐   ┌───────────┐",
            "│ x = 1 ├─────────▶│ \(value(forward[0])) ├──────▶│ \(value(forward[2])) ├──▶│ \(cell("L = \(forward[4].byHand)", 9)) │",
            "└───────┘          │ \(value(forward[1])) │       │ \(value(forward[3])) │   │ y = 1     │",
            "                   └─────────────────┘       └─────────────────┘   └───────────┘",
            style.paint(
                "   ◀── \(toW1.name) = \(toW1.byHand)              ◀── \(toW2.name) = \(toW2.byHand)", .warning),
        ]
    }

    private func row(_ step: Step, _ style: TextStyle) -> String {
        let exact = NumberFormat.fixed(step.value, digits: 6)
        let signed = step.byHand.hasPrefix("+") ? "+" + exact : exact
        return "  " + PlainText.filled("\(PlainText.filled(step.name, to: 8)) = \(step.formula)", to: 59)
            + style.paint(PlainText.filled(step.byHand, to: 9, atRight: true), .accent)
            + PlainText.filled(signed, to: 10, atRight: true)
    }

    /// Three significant digits.
    static func rounded(_ value: Double) -> String {
        let decade = value == 0 ? 0 : NumberFormat.decade(Swift.abs(value))
        return NumberFormat.fixed(value, digits: max(0, 2 - decade))
    }
}
