import Backprop
import BackpropData
import BackpropNN

/// What training changes about its examples at every look, so that a network learns what matters and not each example
/// by heart. Measuring and predicting leave examples as they are.
package struct Variation: Codable, Sendable, Equatable {
    /// The deviation of noise that is added to each number.
    package var noise = 0.0
    /// Pixels by which a figure is moved at most, each way.
    package var shift = 0.0
    /// The share of the wanted probability that is spread evenly over all classes (Szegedy et al., 2016).
    package var labelSmoothing = 0.0

    /// No change at all.
    package static let none = Variation()

    /// Other inputs in the place of `inputs`, drawn from the stream of the surrounding `withRandomSeed`.
    func inputs(_ inputs: Tensor) -> Tensor {
        var result = inputs
        if shift > 0 {
            let side = Digits.imageSide
            result = result.reshaped([-1, side, side])
            result = moved(moved(result, axis: 1), axis: 2).reshaped([-1, side * side])
        }
        if noise > 0 { result = result + Tensor.normal(result.shape, standardDeviation: noise) }
        return result
    }

    /// Each figure moved along one axis by a fraction of a pixel: a weighted mean of the figure and its neighbour.
    private func moved(_ figures: Tensor, axis: Int) -> Tensor {
        let side = figures.dim(axis)
        let distance = Tensor.uniform([figures.dim(0), 1, 1], low: -shift, high: shift)
        let wide = figures.padded(widths: (0..<3).map { $0 == axis ? (low: 1, high: 1) : (low: 0, high: 0) })
        let forth = wide.narrowed(axis: axis, 0..<side) * relu(distance)
        let back = wide.narrowed(axis: axis, 2..<(side + 2)) * relu(-distance)
        return figures * (1 - abs(distance)) + forth + back
    }

    /// The loss that is trained on.
    func loss(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
        let loss = Measures.loss(outputs, labels)
        guard labelSmoothing > 0, !labels.dtype.isFloatingPoint else { return loss }
        let even = -logSoftmax(outputs).mean()
        return loss * (1 - labelSmoothing) + even * labelSmoothing
    }
}
