import Backprop

/// The largest difference between two lists, relative to the greatest magnitude in them (at least one). Infinite where
/// one is NaN or infinite and the other is not the same.
func difference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var scale = 1.0, worst = 0.0
    for value in a + b where value.isFinite { scale = max(scale, abs(value)) }
    for (x, y) in zip(a, b) {
        if x.isNaN && y.isNaN || x == y { continue }
        guard x.isFinite && y.isFinite else { return .infinity }
        worst = max(worst, abs(x - y))
    }
    return worst / scale
}

extension Tensor {
    /// The elements, whatever their dtype.
    var numbers: [Double] { array(of: Double.self) }

    /// The bytes of the elements.
    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
