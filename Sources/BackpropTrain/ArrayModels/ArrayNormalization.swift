import Backprop
import BackpropData

/// Mean and deviation of the numbers of a training part, for each channel of images and sequences, and for each number of
/// examples without places. A deviation of 0 counts as 1.
package struct ArrayNormalization: Codable, Sendable, Equatable {
    package let means: [Double]
    package let deviations: [Double]

    init(means: [Double], deviations: [Double]) { (self.means, self.deviations) = (means, deviations) }

    /// Learns from some of the examples, row by row.
    ///
    /// - Throws: `DataError` for a number that is not finite.
    init(_ examples: ArrayExamples, _ shape: ExampleShape, at place: String) throws(DataError) {
        let width = shape.extents.count == 1 ? shape.count : shape.channels
        let size = shape.count
        var sums = [Double](repeating: 0, count: width), squares = sums
        // Differences from the first row, so that large numbers that differ little keep their digits.
        var origin = sums
        var bad: (row: Int, Double)?
        func add<Number>(_ type: Number.Type, _ read: (Number) -> Double) {
            examples.inputs.withUnsafeBytes { bytes in
                let numbers = bytes.bindMemory(to: Number.self)
                if let first = examples.rows.first {
                    for place in 0..<width { origin[place] = read(numbers[first * size + place]) }
                }
                for row in examples.rows {
                    var channel = 0
                    for number in numbers[(row * size)..<((row + 1) * size)] {
                        let value = read(number)
                        if !value.isFinite, bad == nil { bad = (row, value) }
                        let difference = value - origin[channel]
                        sums[channel] += difference
                        squares[channel] += difference * difference
                        channel = channel + 1 == width ? 0 : channel + 1
                    }
                }
            }
        }
        switch examples.inputs.dtype {
        case .uint8: add(UInt8.self, Double.init)
        case .bool: add(UInt8.self) { $0 == 0 ? 0 : 1 }
        case .int32: add(Int32.self, Double.init)
        case .int64: add(Int64.self, Double.init)
        case .float64: add(Double.self) { $0 }
        case .float32: add(Float.self, Double.init)
        case .bfloat16: trap("ArrayNormalization: no reader gives bfloat16")
        }
        if let bad {
            throw DataError(
                .badCell, at: place, "example \(bad.row) holds the number \(bad.1)",
                remedy: "replace it, as numpy.nan_to_num does, or leave the example out")
        }
        let count = Double(examples.count * (size / width))
        means = (0..<width).map { origin[$0] + sums[$0] / count }
        deviations = (0..<width).map {
            let mean = sums[$0] / count
            let deviation = max(squares[$0] / count - mean * mean, 0).squareRoot()
            return deviation > 1e-12 * max(abs(origin[$0]), 1e-300) ? deviation : 1
        }
    }

    /// Whether examples of that shape can be normalized by these numbers, as after somebody edited a file.
    func suits(_ shape: ExampleShape) -> Bool {
        let width = shape.extents.count == 1 ? shape.count : shape.channels
        return means.count == width && deviations.count == width
            && means.allSatisfy(\.isFinite) && deviations.allSatisfy { $0.isFinite && $0 > 0 }
    }

    /// The numbers as float32, less the means, divided by the deviations.
    func normalized(_ x: Tensor) -> Tensor {
        // Whole numbers and doubles may differ in digits that float32 does not have.
        let exact: DType = [.int32, .int64, .float64].contains(x.dtype) ? .float64 : .float32
        let means = Tensor(means, dtype: exact), deviations = Tensor(deviations, dtype: exact)
        return ((x.asType(exact) - means) / deviations).asType(.float32)
    }

    /// What the number 0 becomes.
    var background: Tensor { Tensor(zip(means, deviations).map { Float(-$0 / $1) }) }
}
