import Testing

@testable import Backprop

/// The greatest elements of windows beside the composition of their places, of elements by place and of sums by place.
@Suite struct WindowTests {
    private struct Case: Sendable, CustomStringConvertible {
        var shape: [Int]
        var window: [Int]
        var stride: [Int]
        var low: [Int]
        var dilation = [1, 1]
        var description: String { "\(shape) \(window) \(stride) \(low) \(dilation)" }
    }

    private static let cases = [
        Case(shape: [3, 8, 8, 16], window: [2, 2], stride: [2, 2], low: [0, 0]),
        Case(shape: [2, 9, 7, 1], window: [3, 3], stride: [2, 2], low: [1, 1]),
        Case(shape: [1, 7, 7, 67], window: [3, 2], stride: [1, 1], low: [1, 0]),
        Case(shape: [2, 11, 5, 130], window: [2, 2], stride: [3, 2], low: [0, 1], dilation: [2, 1]),
        Case(shape: [5, 1, 1, 3], window: [1, 1], stride: [1, 1], low: [0, 0]),
        Case(shape: [40, 14, 14, 8], window: [2, 2], stride: [2, 2], low: [0, 0]),
    ]

    private static func tensor(_ shape: [Int], _ dtype: DType, seed: Int = 1) -> Tensor {
        var generator = SeededGenerator(seed)
        // Few different numbers, so that windows have equal ones.
        let numbers = generator.numbers(shape.reduce(1, *), in: -4...4).map { $0.rounded() }
        return Tensor(numbers, shape: shape, dtype: dtype)
    }

    @Test(arguments: cases.indices, [DType.float32, .float64, .bfloat16])
    func areThoseOfTheComposition(_ index: Int, _ dtype: DType) {
        let example = WindowTests.cases[index]
        let x = WindowTests.tensor(example.shape, dtype), values = WindowTests.tensor(example.shape, dtype, seed: 2)
        let geometry = WindowGeometry(
            stride: example.stride, low: example.low, high: example.low, dilation: example.dilation)
        let places = Tensor(Node.windowArgMax(x.node, window: example.window, geometry))
        for values in [x, values] {
            let picked = Tensor(Node.windowPick(values.node, whereGreatest: x.node, window: example.window, geometry))
            #expect(picked.numbers == values.takePlaces(places).numbers, "\(example)")
        }
        let given = WindowTests.tensor(places.shape, dtype, seed: 3)
        let spread = Tensor(Node.windowSpread(given.node, whereGreatest: x.node, window: example.window, geometry))
        let positions = x.positions(of: places, places: x.spatialCount).flattened()
        let sums = Tensor(Node.scatterAdd(given.flattened().node, positions.node, axis: 0, count: x.size))
        #expect(spread.numbers == sums.numbers, "\(example)")
    }

    @Test func nanIsGreaterThanAllNumbers() {
        let x = Tensor([1.0, .nan, 3, 2, .nan, .nan, .infinity, 5], shape: [1, 8, 1], dtype: .float32)
        let gradient = grad { maxPool($0, window: 2).sum() }
        #expect(maxPool(x, window: 2).numbers.map(\.isNaN) == [true, false, true, false])
        #expect(maxPool(x, window: 2).numbers[3] == .infinity)
        #expect(gradient(x).numbers == [0, 1, 1, 0, 1, 0, 1, 0])
    }

    /// A unit of a task is an image, or a block of its channels.
    @Test func threadsChangeNoBit() {
        let x = WindowTests.tensor([7, 12, 12, 70], .float32), threads = Processor.threads
        defer { Processor.threads = threads }
        let results = [1, 2, 7].map { count in
            Processor.threads = count
            return grad { square(maxPool($0, window: 3, stride: 2)).sum() }(x).numbers
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }
}
