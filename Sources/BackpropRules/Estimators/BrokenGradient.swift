import Backprop
import BackpropNN
import BackpropTrain

/// Where differentiability breaks: a choice by argmax stops the gradient, and there are three ways around it.
///
/// Three scores choose one of three options, and the loss says how far the worth of the chosen one is from what was wanted. All is
/// so small that the exact gradient of the expected loss can be added up over all choices.
package struct BrokenGradient: Sendable {
    /// One estimate of the gradient of the expected loss for the scores.
    package struct Way: Sendable {
        package let estimator: Estimator
        /// Over all draws.
        package let mean: [Double]
        package let quality: EstimatorRow
    }

    static let scores = [0.5, 0, -0.5]
    static let worths = [2.0, 0, 1]
    static let wanted = 0.8

    /// Through argmax: zeros.
    package let stopped: [Double]
    /// All choices added up.
    package let exact: [Double]
    package let ways: [Way]
    package let draws: Int

    /// - Parameter draws: a multiple of 20.
    package init(draws: Int = 20_000, seed: UInt64 = 1) {
        self.draws = draws
        let scores = Tensor([Self.scores], dtype: .float64), worths = Tensor(Self.worths, dtype: .float64)
        func loss(_ choices: Tensor) -> Tensor {
            square((choices * worths).sum(axis: -1) - Self.wanted).reshaped([-1])
        }
        stopped = grad { (scores: Tensor) in
            // The product with 1 lets the gradient in as far as the choice.
            loss(oneHot((scores * 1).argMax(axis: -1), classes: 3, dtype: .float64)).sum() + 0 * scores.sum()
        }(scores).array(of: Double.self)
        let exact = grad { (scores: Tensor) in
            (softmax(scores, axis: -1) * loss(Tensor.eye(3, dtype: .float64))).sum()
        }(scores)
        self.exact = exact.array(of: Double.self)
        let estimators: [Estimator] = [.straightThrough, .gumbelWarm, .gumbelHard, .reinforce, .reinforceLeaveOneOut]
        ways = withRandomSeed(seed) {
            estimators.map { estimator in
                let found = estimator.estimates(scores, draws: draws, loss: loss)
                return Way(
                    estimator: estimator, mean: found.mean(axis: 0).array(of: Double.self),
                    quality: EstimatorRow("choice", estimator.title, estimates: found, exact: exact))
            }
        }
    }
}

extension BrokenGradient {
    /// What was found, for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        let table = TextTable(columns: [
            .left("gradient for the scores"), .left("mean"), .right("bias"), .right("variance"),
        ])
        var rows = [
            ["through argmax", Self.numbers(stopped, 3), "", ""],
            ["exact: all choices added up", Self.numbers(exact, 3), "0.00", "0.00"],
        ]
        rows += ways.map { way in
            let quality = [way.quality.bias, way.quality.variance].map { NumberFormat.fixed($0, digits: 2) }
            return [way.estimator.title, Self.numbers(way.mean, 3)] + quality
        }
        let parts = [
            style.strong("Where a gradient stops: at a choice") + "\n",
            paragraph(
                "Scores \(Self.numbers(Self.scores, 1)) choose one of three options, worth "
                    + "\(Self.numbers(Self.worths, 0)); the loss is the square of what the worth of the chosen one is away "
                    + "from \(NumberFormat.fixed(Self.wanted, digits: 1)). The choice is argmax(scores). When the scores move "
                    + "a little, it stays what it was, so its slope is 0; where it changes, it jumps. The gradient is right, "
                    + "and of no use."),
            paragraph(
                "If the choice is drawn by softmax(scores), the expected loss is smooth, and its gradient is what to follow. "
                    + "Three options can be added up. Twenty such choices in a row have three billion outcomes, and the "
                    + "gradient has to be estimated from draws. There are three ways."),
            paragraph(
                "1. Straight-through: forward the drawn choice, backward the softmax, as if it had been that. One pass and "
                    + "little noise, but another direction: it takes the slope of the loss at the option that was drawn "
                    + "for the difference between the losses of the options."),
            paragraph(
                "2. Gumbel-softmax: draw a soft choice, softmax((scores + noise) / temperature), which has a slope. The lower the "
                    + "temperature, the nearer it is to a real choice, and the noisier; made hard forward, the loss "
                    + "sees real choices only."),
            paragraph(
                "3. REINFORCE: the loss of a drawn choice times the gradient of the log-probability of that choice. It needs "
                    + "nothing of the loss but its value and is right on average, for the price of noise; less a baseline, "
                    + "such as the mean loss of other draws, the noise becomes less and the mean stays."),
            table.text(rows),
            style.dim(
                "\(NumberFormat.grouped(String(draws))) draws. Bias and variance beside the length of the exact gradient;"
            )
                + "\n" + style.dim("backprop rules estimators measures them on larger problems.") + "\n",
        ]
        return parts.joined(separator: "\n")
    }

    private static func numbers(_ values: [Double], _ digits: Int) -> String {
        values.map { ($0 < 0 || digits < 3 ? "" : " ") + NumberFormat.fixed($0, digits: digits) }
            .joined(separator: digits < 3 ? ", " : " ")
    }

    private func paragraph(_ text: String) -> String {
        TextBlock.wrapped(text, width: 80, indent: 0).map { $0 + "\n" }.joined()
    }
}
