import Backprop

/// Records random compositions of operators. What is recorded depends on the seed alone, never on values, so the same
/// graph can be recorded several times and evaluated in different ways.
struct RandomGraph {
    let dtype: DType
    private var generator: SeededGenerator
    /// Tensors to draw operands from, each with a bound for the magnitude of its elements.
    private var pool: [(tensor: Tensor, bound: Double)] = []
    private(set) var leaves: [Tensor] = []
    private static let largest = 3000

    /// Graphs of floating-point operators, or of integer operators where the dtype is one.
    init(seed: Int, dtype: DType) {
        self.dtype = dtype
        generator = SeededGenerator(seed)
    }

    /// The values with which a graph of this seed starts.
    static func leaves(seed: Int, dtype: DType) -> [Tensor] {
        var generator = SeededGenerator(seed &+ 7919)
        return (0..<(1 + generator.below(4))).map { _ in
            let rank = generator.pick([0, 1, 2, 2, 2, 3, 3, 4])
            let shape = (0..<rank).map { _ in generator.pick([1, 2, 3, 4, 5, 7, 8, 17]) }
            let numbers = generator.numbers(shape.reduce(1, *), in: -2...2)
            return Tensor(
                dtype.isFloatingPoint ? numbers : numbers.map { ($0 * 3).rounded() }, shape: shape, dtype: dtype)
        }
    }

    /// Some of the values of a graph of the given number of operators, all of one dtype.
    static func results(seed: Int, dtype: DType, leaves: [Tensor], length: Int) -> [Tensor] {
        var graph = RandomGraph(seed: seed, dtype: dtype)
        graph.pool = leaves.map { ($0, 6) }
        for _ in 0..<length { graph.extend() }
        var results = [graph.pool.last!.tensor]
        for _ in 0..<graph.generator.pick([0, 1, 3, 6]) { results.append(graph.generator.pick(graph.pool).tensor) }
        return results
    }

    private mutating func extend() {
        // Mostly what was computed last, so that graphs become deep.
        let isRecent = generator.chance(0.6)
        let (x, bound) = isRecent ? pool[pool.count - 1 - generator.below(min(3, pool.count))] : generator.pick(pool)
        let isFloat = dtype.isFloatingPoint
        let kinds: [(Int, (inout RandomGraph, Tensor, Double) -> (Tensor, Double)?)] = [
            (isFloat ? 5 : 1, { $0.unary($1, $2) }),
            (6, { $0.binary($1, $2) }),
            (3, { $0.selection($1, $2) }),
            (3, { $0.reduction($1, $2) }),
            (5, { $0.view($1, $2) }),
            (1, { $0.rearrangement($1, $2) }),
            (1, { $0.rows($1, $2) }),
            (1, { $0.positions($1, $2) }),
            (isFloat ? 2 : 0, { $0.product($1, $2) }),
            (isFloat ? 1 : 0, { $0.composite($1, $2) }),
        ]
        var ticket = generator.below(kinds.reduce(0) { $0 + $1.0 })
        for (weight, make) in kinds {
            ticket -= weight
            guard ticket < 0 else { continue }
            if let (result, bound) = make(&self, x, bound), result.size <= RandomGraph.largest {
                pool.append(bound > 1e4 ? limited(result) : (result, bound))
            }
            return
        }
    }

    private func limited(_ x: Tensor) -> (Tensor, Double) {
        dtype.isFloatingPoint ? (tanh(x * 0.01), 1) : (which(x .> 50, x.like(50), which(x .< -50, x.like(-50), x)), 50)
    }

    private mutating func unary(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard dtype.isFloatingPoint else { return generator.chance(0.5) ? (-x, bound) : (abs(x), bound) }
        switch generator.below(18) {
        case 0: return (-x, bound)
        case 1: return (abs(x), bound)
        case 2: return (tanh(x), 1)
        case 3: return (sigmoid(x), 1)
        case 4: return (exp(-abs(x)), 1)
        case 5: return (expm1(tanh(x)), 2)
        case 6: return (log(square(x) + 0.5), 20)
        case 7: return (log1p(abs(x)), 20)
        case 8: return (sqrt(abs(x) + 0.1), bound + 1)
        case 9: return (rsqrt(square(x) + 0.5), 2)
        case 10: return (sin(x), 1)
        case 11: return (cos(x), 1)
        case 12: return (erf(x), 1)
        case 13: return (square(x) * 0.25, bound * bound * 0.25)
        case 14: return (x * 0.5 + 0.25, bound)
        case 15: return (pow(abs(x) + 0.3, 1.5), bound * bound + 2)
        case 16: return (stopGradient(x) * 0.5 + x, bound * 1.5)
        default: return (clip(x, min: -0.7, max: 0.9), 1)
        }
    }

    /// Another tensor that broadcasts with x to a shape that is not too large.
    private mutating func partner(_ x: Tensor) -> (Tensor, Double)? {
        let fitting = pool.filter { other in
            guard let shape = Shape.broadcast(Shape(x.shape), Shape(other.tensor.shape)) else { return false }
            return shape.count <= RandomGraph.largest
        }
        return fitting.isEmpty ? nil : generator.pick(fitting)
    }

    private mutating func binary(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard let (y, other) = partner(x) else { return nil }
        let (a, b) = generator.chance(0.5) ? (x, y) : (y, x)
        switch generator.below(dtype.isFloatingPoint ? 7 : 5) {
        case 0: return (a + b, bound + other)
        case 1: return (a - b, bound + other)
        case 2: return (a * b, bound * other)
        case 3: return (maximum(a, b), max(bound, other))
        case 4: return (minimum(a, b), max(bound, other))
        case 5: return (a / (abs(b) + 0.5), max(bound, other) * 2)
        default: return (pow(abs(a) * 0.3 + 0.4, tanh(b)), 3 * (bound + other))
        }
    }

    private mutating func selection(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard let (y, other) = partner(x) else { return nil }
        let comparisons: [(Tensor, Tensor) -> Tensor] = [
            { $0 .< $1 }, { $0 .<= $1 }, { $0 .> $1 }, { $0 .>= $1 }, { $0 .!= $1 }, { $0 .== $1 },
        ]
        let compare = generator.pick(comparisons)
        switch generator.below(4) {
        case 0: return (which(compare(x, y), x, y), max(bound, other))
        case 1: return (which(compare(x, y) .& (x .> 0), x, -y), max(bound, other))
        case 2: return (which(.!compare(y, x) .| (y .< 0), y, x), max(bound, other))
        default: return (compare(x, y).asType(dtype) * x, bound)
        }
    }

    private mutating func reduction(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        var axes = (0..<x.ndim).filter { _ in generator.chance(0.5) }
        if axes.isEmpty { axes = Array(0..<x.ndim) }
        let keepDims = generator.chance(0.6)
        let count = Double(axes.reduce(1) { $0 * x.dim($1) })
        switch generator.below(5) {
        case 0: return (x.max(axes: axes, keepDims: keepDims), bound)
        case 1: return (x.min(axes: axes, keepDims: keepDims), bound)
        case 2 where dtype.isFloatingPoint: return (x.mean(axes: axes, keepDims: keepDims), bound)
        case 3 where !x.shape.isEmpty:
            return (x.argMax(axis: axes[0], keepDims: keepDims).asType(dtype), 20)
        default: return (x.sum(axes: axes, keepDims: keepDims).asType(dtype), bound * count)
        }
    }

    private mutating func view(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        switch generator.below(7) {
        case 0: return (x.transposed(axes: Array(0..<x.ndim).shuffled(using: &generator)), bound)
        case 1:
            var rest = x.size, shape: [Int] = []
            for factor in [2, 3, 2, 5, 7] where rest % factor == 0 && rest > 0 && generator.chance(0.5) {
                shape.append(factor)
                rest /= factor
            }
            shape.insert(rest, at: generator.below(shape.count + 1))
            if generator.chance(0.3) { shape.insert(1, at: generator.below(shape.count + 1)) }
            return (x.reshaped(shape), bound)
        case 2:
            guard x.ndim > 0 else { return nil }
            let axis = generator.below(x.ndim), count = x.dim(axis)
            let low = generator.below(count), high = low + 1 + generator.below(count - low)
            return (x.narrowed(axis: axis, low..<high, step: generator.pick([1, 1, 2, 3])), bound)
        case 3: return (x.reversed(axes: (0..<x.ndim).filter { _ in generator.chance(0.5) }), bound)
        case 4:
            guard x.ndim < 5 else { return nil }
            return (x.expandedDimensions(axis: generator.below(x.ndim + 1)), bound)
        case 5:
            guard x.ndim < 5 else { return nil }
            let shape = [generator.pick([1, 2, 3])] + x.shape.map { $0 == 1 ? generator.pick([1, 3, 4]) : $0 }
            return shape.reduce(1, *) <= RandomGraph.largest ? (x.broadcast(to: shape), bound) : nil
        default: return (x.flattened(), bound)
        }
    }

    private mutating func rearrangement(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard x.ndim > 0 else { return nil }
        let axis = generator.below(x.ndim)
        if generator.chance(0.4) {
            let widths = x.shape.map { _ in (low: generator.pick([0, 0, 1, 2, -1]), high: generator.pick([0, 1])) }
            return x.shape.contains(1) || widths.contains { $0.low < 0 } && x.shape.contains { $0 < 2 }
                ? (x.padded(widths: x.shape.map { _ in (1, 0) }), bound) : (x.padded(widths: widths), bound)
        }
        let fitting = pool.filter { other in
            other.tensor.ndim == x.ndim
                && (0..<x.ndim).allSatisfy { $0 == axis || other.tensor.dim($0) == x.dim($0) }
        }
        guard !fitting.isEmpty else { return nil }
        let (y, other) = generator.pick(fitting)
        return (concatenated(generator.chance(0.5) ? [x, y] : [y, x, y, x], axis: axis), max(bound, other))
    }

    private mutating func rows(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard x.ndim > 0 else { return nil }
        let axis = generator.below(x.ndim), count = x.dim(axis)
        let rows = (0..<generator.pick([1, 3, 6])).map { _ in Int32(generator.below(count)) }
        if generator.chance(0.5) { return (x.take(Tensor(rows), axis: axis), bound) }
        guard count > 1 else { return nil }
        let targets = (0..<count).map { _ in Int64(generator.below(3)) }
        let scattered = Node.scatterAdd(x.node, Tensor(targets).node, axis: axis, count: 3)
        return (Tensor(scattered), bound * Double(count))
    }

    private mutating func positions(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard x.ndim > 0 else { return nil }
        let axis = generator.below(x.ndim)
        let place = Tensor.indices(generator.chance(0.5) ? x.shape : [x.dim(-1)], axis: generator.chance(0.5) ? 0 : -1)
        switch generator.below(3) {
        case 0: return (x + place.asType(dtype), bound + 17)
        case 1: return (which(Tensor.indices(x.shape, axis: axis) .< 2, x, -x), bound)
        default: return dtype.isFloatingPoint ? (x * random(generator.chance(0.5) ? x.shape : [x.dim(-1)]), bound) : nil
        }
    }

    private mutating func random(_ shape: [Int]) -> Tensor {
        Tensor(Node.random(key: .scalar(integer: Int64(generator.below(1 << 40)), .int64), Shape(shape), dtype))
    }

    private mutating func product(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard x.ndim > 0 else { return nil }
        let depth = x.dim(-1)
        let fitting = pool.filter { other in
            other.tensor.ndim == 2 && (other.tensor.dim(0) == depth || other.tensor.dim(1) == depth)
        }
        if generator.chance(0.3) || fitting.isEmpty {
            guard x.ndim >= 2 else { return nil }
            return (matmul(x, x.T) * (1 / Double(depth)), bound * bound)
        }
        let (y, other) = generator.pick(fitting)
        let product = matmul(x, y.dim(0) == depth ? y : y.T) * (1 / Double(depth))
        guard generator.chance(0.6) else { return (product, bound * other) }
        // A bias and an activation, which run on the tiles of the product.
        let bias = pool.filter { $0.tensor.shape == [product.dim(-1)] || $0.tensor.shape == product.shape }
        let shifted = bias.isEmpty ? product + 0.1 : product + generator.pick(bias).tensor
        return (tanh(shifted), 1)
    }

    private mutating func composite(_ x: Tensor, _ bound: Double) -> (Tensor, Double)? {
        guard x.ndim > 0 else { return nil }
        let axis = generator.below(x.ndim)
        switch generator.below(4) {
        case 0: return (softmax(x, axis: axis), 1)
        case 1: return (logSoftmax(x, axis: axis), bound * 2 + 10)
        case 2: return (x.logSumExp(axes: [axis], keepDims: true), bound + 10)
        default:
            let centered = x - x.mean(axis: axis, keepDims: true)
            return (centered * rsqrt(x.variance(axes: [axis], keepDims: true) + 0.1), 30)
        }
    }
}
