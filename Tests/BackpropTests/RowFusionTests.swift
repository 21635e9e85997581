import Backprop
import Testing

/// Passes over rows that are put together give the bits of the operations one by one, under every instruction set and for
/// rows of any length.
@Suite struct RowFusionTests {
    private typealias Function = @Sendable (_ x: Tensor, _ y: Tensor, _ column: Tensor) -> [Tensor]

    private static let functions: [(name: String, function: Function)] = [
        (
            "exponentials and their sums",
            { x, _, _ in
                let powers = exp(x - x.max(axis: -1, keepDims: true))
                return [powers * (1 / powers.sum(axis: -1, keepDims: true))]
            }
        ),
        (
            "exponentials that are kept",
            { x, _, _ in
                let powers = exp(x - x.max(axis: -1, keepDims: true))
                return [powers, powers.sum(axis: -1)]
            }
        ),
        (
            "deviations, squared and scaled",
            { x, _, column in
                let centered = x - x.mean(axis: -1, keepDims: true)
                let scale = rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
                return [centered * scale * column + (column + 1), scale]
            }
        ),
        (
            "deviations, scaled and kept",
            { x, _, column in
                let centered = x - x.mean(axis: -1, keepDims: true)
                let unit = centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
                return [unit, unit * column]
            }
        ),
        (
            "products and their sums",
            { x, y, column in
                let product = x * column, scale = y.max(axis: -1, keepDims: true)
                let along = (product * y).mean(axis: -1, keepDims: true) * scale
                return [(product - product.mean(axis: -1, keepDims: true)) * scale - y * along]
            }
        ),
        (
            "softmax and what leads back through it",
            { x, y, _ in
                let powers = exp(x - x.max(axis: -1, keepDims: true))
                let shares = powers * (1 / powers.sum(axis: -1, keepDims: true))
                return [shares, (y - (y * shares).sum(axis: -1, keepDims: true)) * shares]
            }
        ),
        (
            "softmax of rows of which some are hidden",
            { x, y, column in
                let hidden = which(column .> 1, y, y.like(-Double.infinity))
                let masked = which(x.sum(axis: -1, keepDims: true) .> 0, hidden, y.like(-Double.infinity))
                let greatest = maximum(masked.max(axis: -1, keepDims: true), -Double(Float.greatestFiniteMagnitude))
                let powers = exp(masked - greatest)
                return [powers * (1 / maximum(powers.sum(axis: -1, keepDims: true), 1))]
            }
        ),
        (
            "a gradient of softmax from memory",
            { x, y, _ in [(x - (x * y).sum(axis: -1, keepDims: true)) * y] }
        ),
        (
            "deviations from another block's products",
            { x, y, _ in [(x - (x * x).sum(axis: -1, keepDims: true)) * y] }
        ),
        (
            "a share of another number",
            { x, _, _ in
                let powers = exp(x - x.max(axis: -1, keepDims: true))
                return [powers * (2 / powers.sum(axis: -1, keepDims: true))]
            }
        ),
        (
            "standardization",
            { x, _, _ in
                let centered = x - x.mean(axis: -1, keepDims: true)
                return [centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)]
            }
        ),
        (
            "standardization, scaled and shifted",
            { x, y, column in
                let centered = x - x.mean(axis: -1, keepDims: true)
                let unit = centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
                return [unit * column + y]
            }
        ),
        (
            "standardization that keeps its scale",
            { x, _, column in
                let centered = x - x.mean(axis: -1, keepDims: true)
                let scale = rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
                let unit = centered * scale
                return [unit, scale, unit * column + 1]
            }
        ),
        (
            "what leads back through standardization",
            { x, y, column in
                let product = x * column, scale = rsqrt(y.max(axis: -1, keepDims: true) + 9)
                let along = (product * y).mean(axis: -1, keepDims: true) * scale
                return [(product - product.mean(axis: -1, keepDims: true)) * scale - y * along]
            }
        ),
        (
            "what leads back through standardization, its scale and its shift",
            { x, y, column in
                let product = x * column, scale = rsqrt(y.max(axis: -1, keepDims: true) + 9)
                let along = (product * y).mean(axis: -1, keepDims: true) * scale
                return [
                    (product - product.mean(axis: -1, keepDims: true)) * scale - y * along, x.sum(axis: 0),
                    (x * y).sum(axis: 0),
                ]
            }
        ),
        (
            "what leads back through standardization with a scale in memory",
            { x, y, column in
                let product = x * y[0], along = (product * y).mean(axis: -1, keepDims: true) * column
                return [(product - product.mean(axis: -1, keepDims: true)) * column - y * along]
            }
        ),
        (
            "products of blocks and their sums",
            { x, y, _ in
                let product = x * y
                return [product - product.sum(axis: -1, keepDims: true) * (product * x).sum(axis: -1, keepDims: true)]
            }
        ),
    ]

    @Test func bitsAreThoseOfTheParts() async {
        await #expect(processExitsWith: .success) {
            for name in Processor.instructionSets {
                #expect(Processor.selectInstructionSet(name))
                for dtype in [DType.float32, .float64] {
                    for columns in [1, 3, 16, 31, 64, 65, 200, 4099] { RowFusionTests.compare(9, columns, dtype, name) }
                    RowFusionTests.compare(700, 150, dtype, name)
                }
            }
        }
    }

    private static func compare(_ rows: Int, _ columns: Int, _ dtype: DType, _ name: String) {
        let x = withRandomSeed(UInt64(columns)) { Tensor.normal([rows, columns], dtype: dtype) }
        let y = withRandomSeed(UInt64(columns + 1)) { Tensor.normal([rows, columns], dtype: dtype) }
        let column = withRandomSeed(UInt64(columns + 2)) { Tensor.normal([columns], dtype: dtype) }
        evaluateOrStop([x, y, column])
        for (what, function) in functions {
            let fused = function(x, y, column), stepwise = function(x, y, column)
            evaluateOrStop(fused)
            for node in operations(below: stepwise.map(\.node)) where node.storage == nil {
                evaluateOrStop([Tensor(node)])
            }
            for (one, other) in zip(fused, stepwise) {
                #expect(one.bytes == other.bytes, "\(what): \(rows) x \(columns) of \(dtype) under \(name)")
            }
        }
    }

    /// A greatest or least element is found wherever it is, and so is what is not a number.
    @Test func extremesOfRows() async {
        await #expect(processExitsWith: .success) {
            for name in Processor.instructionSets {
                #expect(Processor.selectInstructionSet(name))
                for columns in [1, 7, 16, 40, 64, 131] {
                    // Row i has something special at place i.
                    let isSpecial =
                        Tensor.arange(columns, dtype: .int32).reshaped([columns, 1])
                        .== Tensor.arange(columns, dtype: .int32)
                    let x = which(isSpecial, Tensor(9.0), Tensor.zeros([columns, columns]))
                    let odd = which(isSpecial, Tensor.full([], .nan), x)
                    #expect(x.max(axis: 1).numbers == [Double](repeating: 9, count: columns), "\(name)")
                    #expect((-x).min(axis: 1).numbers == [Double](repeating: -9, count: columns), "\(name)")
                    for numbers in [odd.max(axis: 1).numbers, odd.min(axis: 1).numbers] {
                        let found = numbers.count { $0.isNaN }
                        #expect(found == columns, "\(columns) columns under \(name)")
                    }
                    let least = Tensor.full([2, columns], -Double.infinity)
                    #expect(least.max(axis: 1).numbers == [-.infinity, -.infinity], "\(name)")
                }
            }
        }
    }
}
