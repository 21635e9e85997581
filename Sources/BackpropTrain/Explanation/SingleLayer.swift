import Backprop
import BackpropNN

/// What one layer makes of exclusive or: as much as a straight line can, which is not enough.
package struct SingleLayer: Sendable {
    /// The loss before the first update and after each: the mean cross-entropy.
    package let losses: [Double]
    /// Before the first update and before the sigmoid, for the examples in their order.
    package let firstScores: [Double]
    /// At the end, after the sigmoid.
    package let outputs: [Double]
    /// How many of the four examples are on their side of the best of `linesTried` straight lines.
    package let mostRight: Int
    package let linesTried: Int

    init(_ inputs: Tensor, _ targets: Tensor, seed: UInt64, epochs: Int) throws(TrainError) {
        let model = withRandomSeed(seed) { Linear(2, 1) }
        firstScores = withoutGradients { model(inputs).array(of: Double.self) }
        losses = try ExclusiveOr.train(model, inputs, targets, epochs: epochs)
        let scores = withoutGradients { model(inputs) }
        outputs = sigmoid(scores).array(of: Double.self)
        (mostRight, linesTried) = Self.bestLine()
    }

    /// Lines in every direction, at every distance that leaves examples on both sides.
    private static func bestLine() -> (right: Int, tried: Int) {
        var best = 0, tried = 0
        for degrees in stride(from: 0, to: 360, by: 3) {
            let angle = Double(degrees) * Double.pi / 180
            let (across, up) = (ScalarMath.cos(angle), ScalarMath.cos(angle - Double.pi / 2))
            for distance in stride(from: -1.5, through: 1.5, by: 0.05) {
                tried += 1
                let right = ExclusiveOr.points.count { point in
                    let side = across * Double(point.inputs[0]) + up * Double(point.inputs[1]) > distance
                    return side == (point.target == 1)
                }
                best = max(best, right)
            }
        }
        return (best, tried)
    }
}
