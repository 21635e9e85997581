import Testing

@testable import Backprop

/// Gradients of one value that are put together rather than added up one after the other.
@Suite struct JoinedGradientTests {
    private static func tensor(_ shape: [Int], seed: Int = 1) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(shape.reduce(1, *), in: -1...1), shape: shape, dtype: .float64)
    }

    private static func cuts(_ x: Tensor, _ axis: Int, _ ranges: [Range<Int>]) -> Tensor {
        let parts = ranges.enumerated().map { number, range in
            (sin(x.narrowed(axis: axis, range)) * Double(number + 1)).sum()
        }
        return parts.reduce(Tensor(0, dtype: .float64), +)
    }

    private static let functions:
        [(name: String, shape: [Int], kernels: [String: Int], body: @Sendable (Tensor) -> Tensor)] = [
            ("pieces of rows", [6, 3], ["concatenate": 1], { cuts($0, 0, [0..<2, 2..<3, 3..<6]) }),
            ("pieces of columns, the last first", [3, 6], ["concatenate": 1], { cuts($0, 1, [4..<6, 0..<2, 2..<4]) }),
            ("pieces with gaps", [7, 2], ["concatenate": 1], { cuts($0, 0, [1..<3, 4..<6]) }),
            ("pieces that overlap", [6, 2], ["concatenate": 2], { cuts($0, 0, [0..<3, 2..<4, 3..<5, 4..<6]) }),
            (
                "pieces of both axes", [4, 4], ["concatenate": 2],
                {
                    cuts($0, 0, [0..<2, 2..<4]) + cuts($0, 1, [0..<1, 1..<4])
                }
            ),
            ("one piece", [5, 2], ["pad": 1], { cuts($0, 0, [1..<3]) }),
            ("a piece and the whole", [5, 2], ["pad": 1], { cuts($0, 0, [1..<3]) + ($0 * $0).sum() }),
            (
                "single rows", [5, 3], ["concatenate": 1],
                { x in
                    x.unstacked().reduce(Tensor(0, dtype: .float64)) { $0 + exp($1).sum() }
                }
            ),
            (
                "every second row", [6, 2], ["pad": 2],
                { x in
                    let even = Tensor(Node.slice(x.node, starts: [0, 0], steps: [2, 1], Shape([3, 2])))
                    let odd = Tensor(Node.slice(x.node, starts: [1, 0], steps: [2, 1], Shape([3, 2])))
                    return (even * even * odd).sum()
                }
            ),
            // One product forward and one back for each use but the first, whose input has no gradient, and one for the matrix.
            (
                "a matrix that is used again and again", [4, 4], ["concatenate": 2, "matmul": 6],
                { w in
                    var h = tensor([1, 4], seed: 3)
                    for _ in 0..<3 { h = tanh(matmul(h, w, transposeB: true)) }
                    return (h * h).sum()
                }
            ),
            // Operands with more rows than the matrix are not copied.
            (
                "a matrix with many rows at each use", [2, 2], ["matmul": 6],
                { w in
                    (0..<3).map {
                        (matmul(tensor([9, 2], seed: $0), w, transposeB: true) * tensor([9, 2], seed: 9)).sum()
                    }
                    .reduce(Tensor(0, dtype: .float64), +)
                }
            ),
        ]

    @Test(arguments: functions.indices) func gradientsAreThoseOfDifferences(_ index: Int) {
        let (name, shape, _, body) = JoinedGradientTests.functions[index]
        let x = JoinedGradientTests.tensor(shape)
        let gradient = grad(body)(x).numbers
        let step = 1e-5
        for element in x.numbers.indices {
            let values = [step, -step].map { step in
                var moved = x.numbers
                moved[element] += step
                return body(Tensor(moved, shape: shape, dtype: .float64)).item()
            }
            #expect(abs(gradient[element] - (values[0] - values[1]) / (2 * step)) < 1e-8, "\(name)")
        }
    }

    @Test(arguments: functions.indices) func gradientsTakeTheseKernels(_ index: Int) {
        let (name, shape, kernels, body) = JoinedGradientTests.functions[index]
        let (loss, gradients) = valueAndGrad { body($0[0]) }([JoinedGradientTests.tensor(shape)])
        let contents = Graph.planned([loss.node, gradients[0].node]).plan.kernelContents
        var found: [String: Int] = [:]
        for content in contents where content.head == .matmul || content.head.kind == .assembly || content.head == .pad
        {
            found[content.head.name, default: 0] += 1
        }
        #expect(found == kernels, "\(name)")
    }
}
