import Backprop

/// A function of tensors that runs through a primitive, with the operands on which it is tested.
struct Example: Sendable {
    var name: String
    var shapes: [[Int]]
    var range: ClosedRange<Double>
    var function: @Sendable ([Tensor]) -> Tensor

    /// Operands that are the same in every run.
    func operands(_ dtype: DType, seed: Int = 1) -> [Tensor] {
        var generator = SeededGenerator(seed)
        return shapes.map { Tensor(generator.numbers($0.reduce(1, *), in: range), shape: $0, dtype: dtype) }
    }

    /// Fixed weights for the elements of the result, in its dtype.
    static func weights(like result: Tensor, seed: Int = 2) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(result.size, in: -1...1), shape: result.shape, dtype: result.dtype)
    }

    /// One number that depends on every element of the result, and has second derivatives where the result is linear.
    @Sendable func loss(_ operands: [Tensor]) -> Tensor {
        let result = function(operands)
        return (result * Example.weights(like: result) + square(result) * Example.weights(like: result, seed: 3)).sum()
    }
}

/// How an operand lies in memory before the primitive reads it.
private enum Arrangement: String, CaseIterable {
    case plain, transposed, sliced, reversed, spread

    /// The shape of the memory behind an operand of the given shape.
    func source(_ shape: [Int]) -> [Int] {
        switch self {
        case .plain, .reversed: shape
        case .transposed: shape.reversed()
        case .sliced: shape.map { $0 * 2 + 1 }
        case .spread: [1] + shape.dropFirst()
        }
    }

    func view(_ x: Tensor, as shape: [Int]) -> Tensor {
        switch self {
        case .plain: x
        case .transposed: x.transposed()
        case .sliced: shape.indices.reduce(x) { $0.narrowed(axis: $1, 1..<(shape[$1] * 2 + 1), step: 2) }
        case .reversed: x.reversed(axes: Array(shape.indices))
        case .spread: x.broadcast(to: shape)
        }
    }
}

/// The functions by which each primitive is tested. A new primitive does not compile without an entry here.
func examples(of primitive: Primitive) -> [Example] {
    switch primitive {
    case .constant:
        unary(primitive) {
            $0 * Tensor([2, 3, 4, 5] as [Double], shape: [4, 1], dtype: .float64).asType($0.dtype).sum()
        }
    case .scalar: unary(primitive) { $0 * 3 + 0.5 }
    case .iota: unary(primitive) { $0.ndim == 0 ? $0 : $0 * Tensor.indices($0.shape, axis: -1, dtype: $0.dtype) }
    case .random:
        unary(primitive) { $0 * Tensor(Node.random(key: .scalar(integer: 42, .int64), $0.node.shape, $0.dtype)) }

    case .negate: unary(primitive) { -$0 }
    case .abs: unary(primitive, in: -2...2) { abs($0) }
    case .sign: unary(primitive, in: -2...2) { sign($0) * $0 }
    case .floor: unary(primitive, in: -3...3) { floor($0) * $0 }
    case .ceil: unary(primitive, in: -3...3) { ceil($0) * $0 }
    case .round: unary(primitive, in: -3...3) { round($0) * $0 }
    case .exp: unary(primitive, in: -2...2) { exp($0) }
    case .expm1: unary(primitive, in: -2...2) { expm1($0) }
    case .log: unary(primitive, in: 0.5...3) { log($0) }
    case .log1p: unary(primitive, in: -0.5...3) { log1p($0) }
    case .sqrt: unary(primitive, in: 0.5...3) { sqrt($0) }
    case .rsqrt: unary(primitive, in: 0.5...3) { rsqrt($0) }
    case .sin: unary(primitive, in: -4...4) { sin($0) }
    case .cos: unary(primitive, in: -4...4) { cos($0) }
    case .tanh: unary(primitive, in: -3...3) { tanh($0) }
    case .sigmoid: unary(primitive, in: -4...4) { sigmoid($0) }
    case .erf: unary(primitive, in: -2...2) { erf($0) }
    case .erfc: unary(primitive, in: -2...2) { erfc($0) }
    case .erfInverse: unary(primitive, in: -0.8...0.8) { erfInverse($0) }
    case .logGamma: unary(primitive, in: 0.5...4) { logGamma($0) }
    case .polygamma:
        unary(primitive, in: 0.5...4) { digamma($0) } + unary(primitive, in: -0.9 ... -0.1) { polygamma(2, $0) }
    case .gelu: unary(primitive, in: -3...3) { Tensor(Node.floatingUnary(.gelu, $0.node)) }
    case .geluGradient: binary(primitive, in: -3...3) { Tensor(Node.binary(.geluGradient, $0.node, $1.node)) }
    case .geluTanh: unary(primitive, in: -3...3) { Tensor(Node.floatingUnary(.geluTanh, $0.node)) }
    case .geluTanhGradient:
        binary(primitive, in: -3...3) { Tensor(Node.binary(.geluTanhGradient, $0.node, $1.node)) }
    case .not: binary(primitive) { which(.!($0 .< $1), $0 * $0, $1) }
    case .convert: unary(primitive, in: -2...2) { $0 * ($0 .> 0).asType($0.dtype) + $0.asType(.int32).asType($0.dtype) }
    case .alias: unary(primitive, in: -2...2) { square($0) * stopGradient(sin($0) * 0 + 2) }

    case .add: binary(primitive) { $0 + $1 }
    case .subtract: binary(primitive) { $0 - $1 }
    case .multiply: binary(primitive) { $0 * $1 }
    case .divide: binary(primitive, in: 0.5...2) { $0 / $1 }
    case .power: binary(primitive, in: 0.5...2) { pow($0, $1) }
    case .maximum: binary(primitive) { maximum($0, $1) }
    case .minimum: binary(primitive) { minimum($0, $1) }
    case .atan2: binary(primitive, in: -2...2) { atan2($0, $1) }
    case .remainder: binary(primitive, in: 0.5...2) { remainder($0, $1) }
    case .equal: binary(primitive) { which(round($0) .== round($1), $0 * $1, $1) }
    case .notEqual: binary(primitive) { which(round($0) .!= round($1), $0 * $1, $1) }
    case .less: binary(primitive) { ($0 .< $1).asType($0.dtype) * $0 }
    case .lessEqual: binary(primitive) { ($0 .<= $1).asType($0.dtype) * $0 }
    case .greater: binary(primitive) { ($0 .> $1).asType($0.dtype) * $1 }
    case .greaterEqual: binary(primitive) { ($0 .>= $1).asType($0.dtype) * $1 }
    case .and: binary(primitive) { which(($0 .> 0) .& ($1 .> 0), $0 * $1, $0) }
    case .or: binary(primitive) { which(($0 .> 0) .| ($1 .> 0), $0 * $1, $0) }
    case .select: binary(primitive) { which($0 .> 0, $0 * $0, $1 * $1) }
    case .descend:
        binary(primitive) { Tensor(Node.descend(($0 * $1).node, $1.node, $0.sum().node)) }

    case .sum: reductions(primitive) { $0.sum(axes: $1, keepDims: $2) }
    case .max: reductions(primitive) { $0.max(axes: $1, keepDims: $2) }
    case .min: reductions(primitive) { $0.min(axes: $1, keepDims: $2) }
    case .argMax:
        reductions(primitive) { x, axes, keepDims in
            x.sum(axes: axes, keepDims: keepDims) * x.argMax(axis: axes[0]).asType(x.dtype).sum()
        }
    case .argMin:
        reductions(primitive) { x, axes, keepDims in
            x.sum(axes: axes, keepDims: keepDims) * x.argMin(axis: axes[0]).asType(x.dtype).sum()
        }

    case .reshape:
        [
            one(primitive, "plain", [3, 4]) { $0.reshaped([2, 6]) },
            one(primitive, "split", [6, 4]) { $0.transposed().reshaped([2, 2, 6]) },
            one(primitive, "transposed", [3, 4]) { $0.transposed().reshaped([2, 6]) },
            one(primitive, "scalar", []) { $0.reshaped([1, 1]) },
            one(primitive, "to scalar", [1, 1]) { $0.reshaped([]) },
            one(primitive, "empty", [0, 3]) { $0.reshaped([3, 0, 2]) },
            one(primitive, "sliced", [5, 4]) { $0.narrowed(axis: 0, 0..<5, step: 2).reshaped([12]) },
        ]
    case .transpose:
        [
            one(primitive, "matrix", [3, 4]) { $0.T },
            one(primitive, "three axes", [2, 3, 4]) { $0.transposed(axes: [2, 0, 1]) },
            one(primitive, "swapped", [2, 1, 3, 2]) { $0.swappedAxes(0, 2) },
            one(primitive, "empty", [0, 3]) { $0.T },
            one(primitive, "twice", [2, 3, 4]) { sin($0.transposed(axes: [1, 2, 0])).transposed(axes: [1, 2, 0]) },
        ]
    case .broadcast:
        [
            one(primitive, "scalar", []) { $0.broadcast(to: [2, 3]) },
            one(primitive, "row", [3]) { $0.broadcast(to: [2, 3]) },
            one(primitive, "column", [2, 1]) { $0.broadcast(to: [4, 2, 3]) },
            one(primitive, "middle", [2, 1, 3]) { $0.broadcast(to: [2, 4, 3]) },
            one(primitive, "to nothing", [1, 3]) { $0.broadcast(to: [0, 3]) },
            one(primitive, "both ends", [1, 3, 1]) { $0.broadcast(to: [2, 3, 2]) },
        ]
    case .slice:
        [
            one(primitive, "range", [5, 3]) { $0.narrowed(axis: 0, 1..<4) },
            one(primitive, "step", [7, 3]) { $0.narrowed(axis: 0, 1..<7, step: 3) },
            one(primitive, "last axis", [3, 7]) { $0.narrowed(axis: -1, 2..<6, step: 2) },
            one(primitive, "nothing", [4, 3]) { $0.narrowed(axis: 0, 2..<2) },
            one(primitive, "of a transpose", [3, 5]) { $0.T.narrowed(axis: 0, 1..<5, step: 2) },
            one(primitive, "twice", [9, 2]) { $0.narrowed(axis: 0, 1..<9, step: 2).narrowed(axis: 0, 1..<4, step: 2) },
        ]
    case .reverse:
        [
            one(primitive, "rows", [3, 4]) { $0.reversed(axes: [0]) },
            one(primitive, "columns", [3, 4]) { $0.reversed(axes: [1]) },
            one(primitive, "all", [2, 3, 4]) { $0.reversed(axes: [0, 1, 2]) },
            one(primitive, "empty", [0, 4]) { $0.reversed(axes: [0]) },
            one(primitive, "half of it", [6, 2]) { $0.reversed(axes: [0]).narrowed(axis: 0, 0..<6, step: 2) },
        ]
    case .pad:
        [
            one(primitive, "both sides", [2, 3]) { $0.padded(widths: [(1, 2), (0, 1)]) },
            one(primitive, "negative", [4, 5]) { $0.padded(widths: [(-1, 1), (2, -2)]) },
            one(primitive, "around nothing", [0, 2]) { $0.padded(widths: [(1, 1), (0, 0)]) },
            one(primitive, "between", [3, 2]) {
                Tensor(Node.pad($0.node, low: [1, 0], high: [0, 2], interior: [2, 1]))
            },
            one(primitive, "transposed", [3, 2]) { $0.T.padded(widths: [(1, 0), (0, 1)]) },
        ]
    case .concatenate:
        [
            two(primitive, "rows", [2, 3], [4, 3]) { concatenated([$0, $1]) },
            two(primitive, "columns", [2, 3], [2, 1]) { concatenated([$0, $1], axis: -1) },
            two(primitive, "stacked", [2, 3], [2, 3]) { stacked([$0, $1], axis: 1) },
            two(primitive, "many", [2, 3], [1, 3]) { concatenated([$0, $1, $0, sin($1), $0 * 2], axis: 0) },
            two(primitive, "nothing", [0, 3], [2, 3]) { concatenated([$0, $1]) },
            two(primitive, "transposed", [3, 2], [2, 2]) { concatenated([$0.T, $1], axis: 1) },
        ]
    case .matmul: products(primitive)
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient: convolutionExamples(primitive)
    case .windowSum:
        windowExamples(primitive) { x, window, geometry in
            Tensor(Node.windowSum(x.node, window: window, geometry))
        }
    case .windowArgMax:
        windowExamples(primitive) { x, window, geometry in
            // Where the greatest elements lie is no function to differentiate, but a factor of one.
            let places = Tensor(Node.windowArgMax(x.node, window: window, geometry)).asType(x.dtype)
            return square(x).sum() * places
        }
    case .windowPick:
        windowExamples(primitive) { x, window, geometry in
            Tensor(Node.windowPick(sin(x).node, whereGreatest: stopGradient(x).node, window: window, geometry))
        }
    case .windowSpread:
        windowExamples(primitive) { x, window, geometry in
            let values = Node.windowSum(x.node, window: window, geometry)
            return Tensor(Node.windowSpread(values, whereGreatest: stopGradient(x).node, window: window, geometry))
        }
    case .gather:
        [
            one(primitive, "rows", [4, 3]) { $0.take(Tensor([2, 0, 2, 3, 1] as [Int32])) },
            one(primitive, "columns", [3, 4]) { $0.take(Tensor([3, 1, 3] as [Int64]), axis: 1) },
            one(primitive, "middle", [2, 4, 3]) { $0.take(Tensor([1, 1] as [Int64]), axis: 1) },
            one(primitive, "a table of indices", [4, 3]) { $0.take(Tensor([2, 0, 1, 3] as [Int32], shape: [2, 2])) },
            one(primitive, "one", [4, 3]) { $0.take(Tensor([2] as [Int32]).reshaped([])) },
            one(primitive, "none", [4, 3]) { $0.take(Tensor([] as [Int32])) },
            one(primitive, "transposed", [3, 4]) { $0.T.take(Tensor([3, 3, 0] as [Int32])) },
        ]
    case .scatterAdd:
        [
            one(primitive, "rows", [4, 3]) { scattered($0, [2, 0, 2, 2], axis: 0, count: 3) },
            one(primitive, "columns", [2, 4]) { scattered($0, [1, 1, 0, 4], axis: 1, count: 5) },
            one(primitive, "none", [0, 3]) { scattered($0, [], axis: 0, count: 2) },
            one(primitive, "transposed", [3, 4]) { scattered($0.T, [2, 0, 2, 2], axis: 0, count: 3) },
        ]
    case .checkIndices:
        [
            one(primitive, "rows", [4, 3]) {
                let checked = Tensor(Node.checkIndices(Tensor([2, 0, 3] as [Int32]).node, below: 4, for: .indexed))
                return $0.take(checked) * checked.asType($0.dtype).reshaped([3, 1])
            }
        ]
    case .scatterMax, .argSort, .cumulativeArgMax, .cumulativeArgMin, .linearRecurrence: orderExamples(of: primitive)
    case .cholesky, .triangularSolve, .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors,
        .stationaryValues, .pseudoInverse:
        linearAlgebraExamples(of: primitive)
    case .customCall, .customResult:
        [
            Example(name: "custom function", shapes: [[2, 3], [3]], range: 0.5...2) { operands in
                let product = CustomFunction { x in
                    [x[0] * x[1], x[0] + x[1]]
                } vjp: { x, _, c in
                    [c[0] * x[1] + c[1], (c[0] * x[0] + c[1]).sum(axis: 0)]
                }
                let results = product(operands)
                return results[0] * exp(results[1])
            },
            Example(name: "custom result in its own rule", shapes: [[4]], range: -1...1) { operands in
                CustomFunction {
                    [exp($0[0])]
                } vjp: { _, y, c in
                    [c[0] * y[0]]
                }(operands)[0]
            },
        ]
    // Updates of an optimizer have no gradient; the trajectories of the optimizers test them.
    case .adamMean, .adamSquare, .adamValue: []
    // A name for what the rules of others record (BackwardPassTests).
    case .gradient: []
    }
}

/// Examples that are large enough to be cut into several tasks, and to leave the first-level cache.
func largeExamples() -> [Example] {
    [
        Example(name: "chain", shapes: [[70, 1000], [1000]], range: -1...1) { tanh($0[0] * $0[1] + 1) * $0[0] },
        Example(name: "softmax", shapes: [[120, 600]], range: -3...3) { softmax($0[0]) },
        Example(name: "wide softmax", shapes: [[3, 20000]], range: -3...3) { logSoftmax($0[0]) },
        Example(name: "column sums", shapes: [[700, 90]], range: -1...1) { ($0[0] * $0[0]).sum(axis: 0) },
        Example(name: "middle sums", shapes: [[40, 30, 50]], range: -1...1) { sin($0[0]).sum(axis: 1) },
        Example(name: "sum of all", shapes: [[257, 259]], range: -1...1) { exp($0[0]).sum() },
        Example(name: "greatest of all", shapes: [[257, 259]], range: -1...1) { $0[0].max() * $0[0].sum(axis: 1) },
        Example(name: "transposed", shapes: [[200, 300]], range: -1...1) { exp($0[0].T) + 1 },
        Example(name: "product", shapes: [[150, 130], [130, 110]], range: -1...1) { matmul($0[0], $0[1]) },
        Example(name: "product with bias", shapes: [[150, 60], [90, 60], [90]], range: -1...1) {
            tanh(matmul($0[0], $0[1], transposeB: true) + $0[2])
        },
        Example(
            name: "layers", shapes: [[40, 64]] + [[Int]](repeating: [64, 64], count: 6) + [[64]], range: -0.3...0.3
        ) { operands in
            operands[1...6].reduce(operands[0]) { tanh(matmul($0, $1, transposeB: true) + operands[7]) }
        },
        Example(name: "products", shapes: [[6, 40, 30], [6, 30, 50]], range: -1...1) { matmul($0[0], $0[1]) },
        Example(name: "normalized", shapes: [[90, 700]], range: -1...1) {
            ($0[0] - $0[0].mean(axis: 1, keepDims: true)) * rsqrt($0[0].variance(axes: [1], keepDims: true) + 1e-5)
        },
        Example(name: "rows", shapes: [[300, 200]], range: -1...1) {
            $0[0].take(Tensor((0..<400).map { Int32($0 * 7 % 300) }))
        },
    ] + largeConvolutionExamples()
}

// MARK: - Shapes of operands

private func one(
    _ primitive: Primitive, _ name: String, _ shape: [Int], _ function: @escaping @Sendable (Tensor) -> Tensor
) -> Example {
    Example(name: "\(primitive.name) \(name)", shapes: [shape], range: -1...1) { function($0[0]) }
}

private func two(
    _ primitive: Primitive, _ name: String, _ a: [Int], _ b: [Int],
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> Example {
    Example(name: "\(primitive.name) \(name)", shapes: [a, b], range: -1...1) { function($0[0], $0[1]) }
}

private func unary(
    _ primitive: Primitive, in range: ClosedRange<Double> = -1...1, _ function: @escaping @Sendable (Tensor) -> Tensor
) -> [Example] {
    let arranged = Arrangement.allCases.map { arrangement in
        Example(name: "\(primitive.name) \(arrangement)", shapes: [arrangement.source([3, 4])], range: range) {
            function(arrangement.view($0[0], as: [3, 4]))
        }
    }
    return arranged
        + [[], [1], [1, 3, 1], [0, 3], [37]].map { shape in
            Example(name: "\(primitive.name) \(shape)", shapes: [shape], range: range) { function($0[0]) }
        }
}

private func binary(
    _ primitive: Primitive, in range: ClosedRange<Double> = -1...1,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> [Example] {
    var result: [Example] = []
    for arrangement in Arrangement.allCases {
        for isFirst in [true, false] {
            let (a, b) = (isFirst ? arrangement : .plain, isFirst ? Arrangement.plain : arrangement)
            result.append(
                Example(
                    name: "\(primitive.name) \(a) with \(b)", shapes: [a.source([3, 4]), b.source([3, 4])], range: range
                ) { function(a.view($0[0], as: [3, 4]), b.view($0[1], as: [3, 4])) })
        }
    }
    let shapes: [[[Int]]] = [
        [[], []], [[], [2, 3]], [[2, 3], []], [[3], [2, 3]], [[2, 3], [3]], [[2, 1], [2, 3]], [[2, 1], [1, 3]],
        [[1, 3], [2, 1]], [[2, 1, 4], [3, 1]], [[1, 1], [1]], [[0, 3], [3]], [[3], [0, 3]], [[0], [1]],
    ]
    return result
        + shapes.map { shapes in
            Example(name: "\(primitive.name) \(shapes[0]) with \(shapes[1])", shapes: shapes, range: range) {
                function($0[0], $0[1])
            }
        }
}

private func reductions(
    _ primitive: Primitive, _ function: @escaping @Sendable (Tensor, [Int], Bool) -> Tensor
) -> [Example] {
    let axes: [[Int]] = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
    var result: [Example] = []
    for axes in axes {
        for keepDims in [true, false] {
            result.append(
                one(primitive, "over \(axes)\(keepDims ? " kept" : "")", [2, 3, 4]) {
                    function(sin($0), axes, keepDims)
                })
        }
        result.append(
            one(primitive, "of a transpose over \(axes)", [3, 4, 2]) {
                function($0.transposed(axes: [2, 0, 1]), axes, false)
            })
        result.append(
            one(primitive, "of a slice over \(axes)", [4, 3, 5]) {
                function($0.narrowed(axis: 0, 0..<4, step: 2).narrowed(axis: 2, 1..<5), axes, true)
            })
        result.append(
            one(primitive, "of a repetition over \(axes)", [3, 1]) {
                function($0.broadcast(to: [2, 3, 4]), axes, false)
            })
    }
    return result + [
        one(primitive, "of axes of one", [1, 3, 1]) { function($0, [0, 2], false) },
        one(primitive, "to nothing", [3, 0]) { function($0, [0], true) },
    ]
}

private func products(_ primitive: Primitive) -> [Example] {
    var result: [Example] = []
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        let name = "\(transposeA ? "transposed" : "plain") with \(transposeB ? "transposed" : "plain")"
        for batch in [[], [2]] as [[Int]] {
            let a = batch + (transposeA ? [4, 3] : [3, 4]), b = batch + (transposeB ? [5, 4] : [4, 5])
            result.append(
                two(primitive, "\(name) \(batch)", a, b) {
                    matmul($0, $1, transposeA: transposeA, transposeB: transposeB)
                })
        }
    }
    return result + [
        two(primitive, "views", [4, 3], [5, 4]) { matmul($0.T, $1.T) },
        two(primitive, "slices", [7, 4], [4, 9]) {
            matmul($0.narrowed(axis: 0, 1..<7, step: 2), $1.narrowed(axis: 1, 0..<9, step: 2))
        },
        two(primitive, "reversed", [3, 4], [4, 5]) { matmul($0.reversed(axes: [1]), $1.reversed(axes: [0, 1])) },
        two(primitive, "matrix for all", [2, 3, 4], [4, 5]) { matmul($0, $1) },
        two(primitive, "one for all", [3, 4], [2, 4, 5]) { matmul($0, $1) },
        two(primitive, "batches that broadcast", [2, 1, 3, 4], [3, 4, 2]) { matmul($0, $1) },
        two(primitive, "vector left", [4], [4, 3]) { matmul($0, $1) },
        two(primitive, "vector right", [2, 3, 4], [4]) { matmul($0, $1) },
        two(primitive, "vectors", [4], [4]) { matmul($0, $1) },
        two(primitive, "column by row", [3, 1], [1, 4]) { matmul($0, $1) },
        two(primitive, "nothing to add", [3, 0], [0, 4]) { matmul($0, $1) },
        two(primitive, "no rows", [0, 4], [4, 3]) { matmul($0, $1) },
        two(primitive, "one factor twice", [3, 3], [3, 3]) { matmul(matmul($0, $1), $0) },
    ]
}

private func scattered(_ updates: Tensor, _ rows: [Int32], axis: Int, count: Int) -> Tensor {
    Tensor(Node.scatterAdd(updates.node, Tensor(rows).node, axis: axis, count: count))
}
