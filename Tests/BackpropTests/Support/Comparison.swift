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

    /// A tensor of the given dtype from numbers.
    init(_ numbers: [Double], shape: [Int], dtype: DType) {
        switch dtype {
        case .bool: self.init(numbers.map { $0 != 0 }, shape: shape)
        case .uint8: self.init(numbers.map { UInt8($0) }, shape: shape)
        case .int32: self.init(numbers.map { Int32($0) }, shape: shape)
        case .int64: self.init(numbers.map { Int64($0) }, shape: shape)
        case .float32: self.init(numbers.map { Float($0) }, shape: shape)
        case .float64: self.init(numbers, shape: shape)
        case .bfloat16: self.init(numbers.map { BFloat16(Float($0)) }, shape: shape)
        }
    }

    /// The bytes of the elements.
    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
