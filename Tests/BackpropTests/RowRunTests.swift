import Backprop
import Testing

/// Small products that follow each other row by row are planned as one unit, whose tasks take a few rows through all of
/// it. The same operations, each evaluated by itself, are the oracle.
@Suite struct RowRunTests {
    private enum Operation: CaseIterable {
        case layer, layerWithBias, residual, product, softmax, ofTheFirst, columnMeans, mirrored, transposed, wholeSum
    }

    /// Some operations on a matrix with square weights, chosen at random; `read` is called with every result.
    private static func chain(
        _ operations: [Operation], _ first: Tensor, _ weights: [Tensor], _ biases: [Tensor],
        read: (Tensor) -> Tensor = { $0 }
    ) -> Tensor {
        var x = first
        for (position, operation) in operations.enumerated() {
            let weight = weights[position % weights.count], bias = biases[position % biases.count]
            switch operation {
            case .layer: x = tanh(matmul(x, weight.T))
            case .layerWithBias: x = tanh(matmul(x, weight.T) + bias)
            case .residual: x = x + tanh(matmul(x, weight))
            case .product: x = matmul(x, weight)
            case .softmax: x = softmax(matmul(x, weight))
            case .ofTheFirst: x = tanh(matmul(x, weight)) * first
            case .columnMeans: x = matmul(x, weight) + x.mean(axis: 0, keepDims: true)
            case .mirrored: x = tanh(matmul(x, weight)) + x.reversed(axes: [0])
            case .transposed: x = matmul(tanh(matmul(x, matmul(x.T, x) * 0.01)), weight)
            case .wholeSum: x = matmul(x, weight) * (1 + x.mean() * 0.1)
            }
            x = read(x)
        }
        return x
    }

    private static func error(seed: Int, rows: Int, columns: Int) -> Double {
        var generator = SeededGenerator(seed)
        let operations = (0..<12).map { _ in Operation.allCases.randomElement(using: &generator)! }
        let (first, weights, biases, cotangent) = withRandomSeed(UInt64(seed)) {
            (
                Tensor.normal([rows, columns], dtype: .float64),
                (0..<4).map { _ in Tensor.normal([columns, columns], dtype: .float64) * 0.15 },
                (0..<4).map { _ in Tensor.normal([columns], dtype: .float64) },
                Tensor.normal([rows, columns], dtype: .float64)
            )
        }
        evaluateOrStop([first, cotangent] + weights + biases)
        let loss = { (read: @escaping (Tensor) -> Tensor) in
            { (values: [Tensor]) in
                let result = chain(
                    operations, values[0], Array(values[1...4]), Array(values[5...]), read: read)
                return (result * cotangent).sum()
            }
        }
        let values = [first] + weights + biases
        let together = grad(loss { $0 })(values)
        evaluateOrStop(together)
        let apart = grad(
            loss {
                evaluateOrStop($0)
                return $0
            })(values)
        var worst = 0.0
        for (a, b) in zip(together, apart) { worst = max(worst, difference(a.numbers, b.numbers)) }
        let result = chain(operations, first, weights, biases)
        let steps = chain(operations, first, weights, biases) {
            evaluateOrStop($0)
            return $0
        }
        return max(worst, difference(result.numbers, steps.numbers))
    }

    @Test(arguments: 0..<60) func chainsAgreeWithTheirSteps(_ seed: Int) {
        let rows = [16, 24, 32, 33, 50, 70][seed % 6], columns = [48, 64, 65][seed / 6 % 3]
        #expect(RowRunTests.error(seed: seed, rows: rows, columns: columns) < 1e-10)
    }
}
