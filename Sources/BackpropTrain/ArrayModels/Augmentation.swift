import Backprop
import BackpropData
import BackpropNN

/// What training changes about images at every look, so that a network learns what matters and not each image by heart.
/// Measuring and predicting leave them as they are.
package struct Augmentation: Codable, Sendable, Equatable {
    /// Whole pixels by which an image is moved at most, each way; its edge is repeated outside of it.
    package var shift = 0
    /// Whether every second image has left and right exchanged.
    package var flips = false
    /// Parts of a pixel by which an image is moved at most, each way, for images so small that a whole one is much; at most
    /// 1, with the value 0 outside of it.
    package var drift = 0.0
    /// The deviation of noise that is added to each normalized number.
    package var noise = 0.0

    package static let none = Augmentation()

    package init(shift: Int = 0, flips: Bool = false, drift: Double = 0, noise: Double = 0) {
        (self.shift, self.flips, self.drift, self.noise) = (shift, flips, drift, noise)
    }

    /// Whether bytes are moved when a batch is made.
    var movesRows: Bool { shift > 0 || flips }

    /// Copies one image of `height` rows, moved and turned at random.
    ///
    /// - Parameter pixelBytes: all channels of a pixel.
    func copy(
        _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, height: Int, width: Int, pixelBytes: Int,
        _ generator: inout SampleGenerator
    ) {
        // One draw for each choice, whatever is chosen.
        let down = generator.below(2 * shift + 1) - shift, right = generator.below(2 * shift + 1) - shift
        let isTurned = generator.below(2) == 1 && flips
        let rowBytes = width * pixelBytes
        for row in 0..<height {
            let from = source + min(max(row - down, 0), height - 1) * rowBytes
            let to = target + row * rowBytes
            if isTurned {
                for column in 0..<width {
                    let place = min(max(width - 1 - column + right, 0), width - 1)
                    (to + column * pixelBytes).copyMemory(from: from + place * pixelBytes, byteCount: pixelBytes)
                }
                continue
            }
            let kept = max(width - abs(right), 0)
            if kept > 0 {
                (to + max(right, 0) * pixelBytes).copyMemory(
                    from: from + max(-right, 0) * pixelBytes, byteCount: kept * pixelBytes)
            }
            for column in 0..<min(max(right, 0), width) {
                (to + column * pixelBytes).copyMemory(from: from, byteCount: pixelBytes)
            }
            for column in max(width + min(right, 0), 0)..<width {
                (to + column * pixelBytes).copyMemory(from: from + (rowBytes - pixelBytes), byteCount: pixelBytes)
            }
        }
    }

    /// Other inputs in the place of `x`, normalized and float32, drawn from the stream of the surrounding `withRandomSeed`.
    ///
    /// - Parameter background: what is outside of an image, for each channel.
    func varied(_ x: Tensor, background: Tensor) -> Tensor {
        var result = x
        if drift > 0, x.ndim == 4 {
            result = result - background
            result = moved(moved(result, axis: 1), axis: 2) + background
        }
        if noise > 0 { result = result + Tensor.normal(result.shape, standardDeviation: noise) }
        return result
    }

    /// Each image moved along one axis by a part of a pixel: a weighted mean of the image and its neighbour.
    private func moved(_ images: Tensor, axis: Int) -> Tensor {
        let side = images.dim(axis)
        let distance = Tensor.uniform([images.dim(0), 1, 1, 1], low: -drift, high: drift)
        let wide = images.padded(widths: (0..<4).map { $0 == axis ? (low: 1, high: 1) : (low: 0, high: 0) })
        let forth = wide.narrowed(axis: axis, 0..<side) * relu(distance)
        let back = wide.narrowed(axis: axis, 2..<(side + 2)) * relu(-distance)
        return images * (1 - abs(distance)) + forth + back
    }
}
