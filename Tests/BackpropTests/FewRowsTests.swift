import Backprop
import Testing

/// Products of few rows with a matrix that lies transposed, against sums of products in double precision. The instruction
/// sets cut them at different numbers of rows and columns.
@Suite struct FewRowsTests {
    private static let rows = [1, 2, 4, 5, 7, 8, 9, 15, 16, 17]
    private static let columns = [1, 8, 16, 24, 31, 32, 33, 48, 64, 160]
    private static let depths = [1, 3, 15, 16, 17, 64, 90]

    private static func numbers(_ shape: [Int], seed: Int) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(shape.reduce(1, *), in: -1...1), shape: shape, dtype: .float64)
    }

    private static func reference(_ x: Tensor, _ weight: Tensor) -> Tensor {
        (x.asType(.float64).expandedDimensions(axis: 1) * weight.asType(.float64).expandedDimensions(axis: 0))
            .sum(axis: -1)
    }

    @Test(arguments: [DType.float32, .float64], rows) func agreesWithSums(_ dtype: DType, _ rows: Int) {
        let tolerance = dtype == .float32 ? 1e-6 : 1e-14
        for columns in FewRowsTests.columns {
            for depth in FewRowsTests.depths {
                let x = FewRowsTests.numbers([rows, depth], seed: 1).asType(dtype)
                let weight = FewRowsTests.numbers([columns, depth], seed: 2).asType(dtype)
                let found = matmul(x, weight, transposeB: true)
                let expected = FewRowsTests.reference(x, weight)
                #expect(
                    difference(found.numbers, expected.numbers) < tolerance,
                    "\(rows) x \(columns) x \(depth) in \(dtype)")
            }
        }
    }

    @Test(arguments: rows) func agreesWithSumsInPartsOfLargerArrays(_ rows: Int) {
        let large = FewRowsTests.numbers([2 * rows, 70], seed: 3).asType(.float32)
        let weights = FewRowsTests.numbers([130, 70], seed: 4).asType(.float32)
        let bias = FewRowsTests.numbers([64], seed: 5).asType(.float32)
        let x = large[0..<rows, 2..<66], weight = weights[1..<65, 3..<67]
        evaluateOrStop(x, weight)
        let found = tanh(matmul(large[0..<rows, 2..<66], weights[1..<65, 3..<67], transposeB: true) + bias)
        let expected = tanh(FewRowsTests.reference(x, weight) + bias.asType(.float64))
        #expect(difference(found.numbers, expected.numbers) < 1e-6, "\(rows) rows")
    }
}
