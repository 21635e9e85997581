import Backprop
import Foundation

/// The values of a recorded graph, computed by plain loops over `Double` that share no code with the kernels. What is in
/// memory already is taken from there.
struct ReferenceInterpreter {
    private var known: [ObjectIdentifier: [Double]] = [:]

    static func values(of tensor: Tensor) -> [Double] {
        var interpreter = ReferenceInterpreter()
        return interpreter.values(of: tensor)
    }

    mutating func values(of tensor: Tensor) -> [Double] {
        for node in operations(below: [tensor.node]) where known[ObjectIdentifier(node)] == nil {
            known[ObjectIdentifier(node)] = compute(node)
        }
        return known[ObjectIdentifier(tensor.node)]!
    }

    private func input(_ node: Node) -> [Double] { known[ObjectIdentifier(node)]! }

    private func compute(_ node: Node) -> [Double] {
        if node.storage != nil { return stored(node) }
        let values = exact(node)
        return values.map { rounded($0, to: node.dtype) }
    }

    private func stored(_ node: Node) -> [Double] {
        let storage = node.storage!
        storage.waitUntilReady()
        func read<Scalar>(_ type: Scalar.Type, _ convert: (Scalar) -> Double) -> [Double] {
            let pointer = storage.pointer.assumingMemoryBound(to: type)
            return (0..<node.shape.count).map { convert(pointer[$0]) }
        }
        switch node.dtype {
        case .bool, .uint8: return read(UInt8.self) { Double($0) }
        case .int32: return read(Int32.self) { Double($0) }
        case .int64: return read(Int64.self) { Double($0) }
        case .float32: return read(Float.self) { Double($0) }
        case .float64: return read(Double.self) { $0 }
        case .bfloat16: return read(BFloat16.self) { Double(Float($0)) }
        }
    }

    private func rounded(_ value: Double, to dtype: DType) -> Double {
        switch dtype {
        case .bool, .int64, .float64: value
        case .uint8: Double(UInt8(truncatingIfNeeded: Int64(value)))
        case .int32: Double(Int32(truncatingIfNeeded: Int64(value)))
        case .float32: Double(Float(value))
        case .bfloat16: Double(Float(BFloat16(Float(value))))
        }
    }

    private func exact(_ node: Node) -> [Double] {
        switch node.primitive {
        case .constant: return stored(node)
        case .scalar: return [node.scalarValue]
        case .iota: return indices(of: node.shape.array).map { Double($0[node.axis]) }
        case .random:
            let alone = Node.random(key: Node.scalar(integer: node.input0!.key, .int64), node.shape, node.dtype)
            return Tensor(alone).numbers

        case .negate: return map(node) { -$0 }
        case .abs: return map(node) { Swift.abs($0) }
        case .sign: return map(node) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
        case .floor: return map(node) { $0.rounded(.down) }
        case .ceil: return map(node) { $0.rounded(.up) }
        case .round: return map(node) { $0.rounded(.toNearestOrEven) }
        case .exp: return map(node) { Foundation.exp($0) }
        case .expm1: return map(node) { Foundation.expm1($0) }
        case .log: return map(node) { Foundation.log($0) }
        case .log1p: return map(node) { Foundation.log1p($0) }
        case .sqrt: return map(node) { $0.squareRoot() }
        case .rsqrt: return map(node) { 1 / $0.squareRoot() }
        case .sin: return map(node) { Foundation.sin($0) }
        case .cos: return map(node) { Foundation.cos($0) }
        case .tanh: return map(node) { Foundation.tanh($0) }
        case .sigmoid: return map(node) { 1 / (1 + Foundation.exp(-$0)) }
        case .erf: return map(node) { Foundation.erf($0) }
        case .erfc: return map(node) { Foundation.erfc($0) }
        case .erfInverse: return map(node, erfInverse)
        case .logGamma: return map(node) { Foundation.lgamma($0) }
        case .polygamma: return combine(node) { polygamma(Int($0), $1) }
        case .atan2: return combine(node) { Foundation.atan2($0, $1) }
        case .remainder: return combine(node) { $0 - $1 * ($0 / $1).rounded(.down) }
        case .gelu: return map(node) { x in 0.5 * x * Foundation.erfc(-x * 0.7071067811865476) }
        case .geluGradient:
            return combine(node) { g, x in
                g
                    * (0.5 * Foundation.erfc(-x * 0.7071067811865476) + x * 0.3989422804014327
                        * Foundation.exp(-0.5 * x * x))
            }
        case .geluTanh:
            return map(node) { x in 0.5 * x * (1 + Foundation.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))) }
        case .geluTanhGradient:
            return combine(node) { g, x in
                let t = Foundation.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))
                let slope = 0.7978845608028654 * (1 + 3 * 0.044715 * x * x)
                return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)
            }
        case .not: return map(node) { $0 == 0 ? 1 : 0 }
        case .convert:
            let isWhole = !node.dtype.isFloatingPoint
            return map(node) { node.dtype == .bool ? ($0 == 0 ? 0 : 1) : isWhole ? $0.rounded(.towardZero) : $0 }
        case .alias: return input(node.input0!)

        case .add: return combine(node) { $0 + $1 }
        case .subtract: return combine(node) { $0 - $1 }
        case .multiply: return combine(node) { $0 * $1 }
        case .divide: return combine(node) { $0 / $1 }
        case .power: return combine(node) { Foundation.pow($0, $1) }
        case .maximum: return combine(node) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
        case .minimum: return combine(node) { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
        case .equal: return combine(node) { $0 == $1 ? 1 : 0 }
        case .notEqual: return combine(node) { $0 != $1 ? 1 : 0 }
        case .less: return combine(node) { $0 < $1 ? 1 : 0 }
        case .lessEqual: return combine(node) { $0 <= $1 ? 1 : 0 }
        case .greater: return combine(node) { $0 > $1 ? 1 : 0 }
        case .greaterEqual: return combine(node) { $0 >= $1 ? 1 : 0 }
        case .and: return combine(node) { $0 != 0 && $1 != 0 ? 1 : 0 }
        case .or: return combine(node) { $0 != 0 || $1 != 0 ? 1 : 0 }
        case .select:
            let operands = [node.input0!, node.input1!, node.input2!].map { spread($0, to: node.shape.array) }
            return operands[0].indices.map { operands[0][$0] != 0 ? operands[1][$0] : operands[2][$0] }

        case .descend:
            let operands = [node.input0!, node.input1!, node.input2!].map { spread($0, to: node.shape.array) }
            return operands[0].indices.map { operands[0][$0] - operands[1][$0] * operands[2][$0] }

        case .sum: return reduce(node, from: 0) { $0 + $1 }
        case .max: return reduce(node, from: -.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
        case .min: return reduce(node, from: .infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
        case .argMax: return argExtremum(node, sign: 1)
        case .argMin: return argExtremum(node, sign: -1)

        case .reshape: return input(node.input0!)
        case .transpose:
            let order = Node.permutation(node.bits, rank: node.shape.rank)
            return pick(node) { index in
                var source = index
                for (position, axis) in order.enumerated() { source[axis] = index[position] }
                return source
            }
        case .broadcast: return spread(node.input0!, to: node.shape.array)
        case .slice:
            let rank = node.shape.rank, list = node.list!
            return pick(node) { index in (0..<rank).map { list[$0] + list[rank + $0] * index[$0] } }
        case .reverse:
            let extents = node.shape.array
            return pick(node) { index in
                index.indices.map { node.axes.contains($0) ? extents[$0] - 1 - index[$0] : index[$0] }
            }
        case .pad: return pad(node)
        case .concatenate: return concatenate(node)
        case .matmul: return matmul(node)
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient: return convolution(node)
        case .windowSum: return windows(node, node.shape).map { $0.reduce(0) { $0 + $1.value } }
        case .windowArgMax: return windows(node, node.shape).map { Double(greatest($0).place) }
        case .windowPick:
            let values = input(node.input1!)
            return windows(node, node.shape).map { values[greatest($0).position] }
        case .windowSpread:
            var result = [Double](repeating: 0, count: node.shape.count)
            for (seen, value) in zip(windows(node, node.input1!.shape), input(node.input1!)) {
                result[greatest(seen).position] += value
            }
            return result
        case .gather: return gather(node)
        case .scatterAdd: return scatterAdd(node)
        case .scatterMax: return scatterMax(node)
        case .checkIndices, .customCall, .customResult, .gradient: return input(node.input0!)

        case .argSort:
            return alongAxis(node, node.orderedAxis) {
                ReferenceInterpreter.argSort($0, descending: node.isDescending)
            }
        case .cumulativeArgMax:
            return alongAxis(node, node.axis) { ReferenceInterpreter.cumulativeArg($0, greatest: true) }
        case .cumulativeArgMin:
            return alongAxis(node, node.axis) { ReferenceInterpreter.cumulativeArg($0, greatest: false) }
        case .linearRecurrence:
            let factors = spread(node.input0!, to: node.shape.array), reversed = node.isDescending
            return ReferenceInterpreter.alongAxis(input(node.input1!), node.shape.array, node.orderedAxis) {
                ReferenceInterpreter.linearRecurrence($1.map { factors[$0] }, $0, reversed: reversed)
            }
        case .cholesky, .triangularSolve, .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors,
            .stationaryValues, .pseudoInverse:
            return linearAlgebra(node)
        case .adamMean, .adamSquare, .adamValue:
            preconditionFailure("\(node.primitive) is recorded by optimizers only")
        }
    }

    // MARK: Functions without a counterpart in the standard library

    /// By halving the interval.
    private func erfInverse(_ y: Double) -> Double {
        var (low, high) = (-7.0, 7.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if Foundation.erf(middle) < y { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The series, whose rest after many terms is an integral with two corrections.
    private func polygamma(_ order: Int, _ x: Double) -> Double {
        let count = 2000, end = x + Double(count), n = Double(order)
        func term(_ x: Double) -> Double { Foundation.pow(x, -n - 1) }
        let sum = (0..<count).reduce(0) { $0 + term(x + Double($1)) }
        let correction = term(end) / 2 + (n + 1) * term(end) / end / 12
        if order == 0 { return Foundation.log(end) - correction - sum }
        let sign: Double = order % 2 == 0 ? -1 : 1
        return sign * Foundation.tgamma(n + 1) * (sum + Foundation.pow(end, -n) / n + correction)
    }

    // MARK: Shapes of loops

    private func map(_ node: Node, _ function: (Double) -> Double) -> [Double] { input(node.input0!).map(function) }

    private func combine(_ node: Node, _ function: (Double, Double) -> Double) -> [Double] {
        let shape = node.shape.array
        return zip(spread(node.input0!, to: shape), spread(node.input1!, to: shape)).map(function)
    }

    /// The elements of an operand at every index of a shape that it broadcasts to.
    private func spread(_ node: Node, to shape: [Int]) -> [Double] {
        let values = input(node), own = node.shape.array
        if own == shape { return values }
        let added = shape.count - own.count
        return indices(of: shape).map { index in
            values[position(own.indices.map { own[$0] == 1 ? 0 : index[$0 + added] }, in: own)]
        }
    }

    private func pick(_ node: Node, _ source: ([Int]) -> [Int]) -> [Double] {
        let values = input(node.input0!), shape = node.input0!.shape.array
        return indices(of: node.shape.array).map { values[position(source($0), in: shape)] }
    }

    private func reduce(_ node: Node, from start: Double, _ function: (Double, Double) -> Double) -> [Double] {
        let source = node.input0!, values = input(source), shape = node.shape.array
        var result = [Double](repeating: start, count: node.shape.count)
        for (index, value) in zip(indices(of: source.shape.array), values) {
            let target = position(index.indices.map { node.axes.contains($0) ? 0 : index[$0] }, in: shape)
            result[target] = function(result[target], value)
        }
        return result
    }

    private func argExtremum(_ node: Node, sign: Double) -> [Double] {
        let values = input(node.input0!).map { sign * $0 }, shape = node.input0!.shape.array, axis = node.axis
        return indices(of: node.shape.array).map { index in
            var best = 0
            for candidate in 1..<Swift.max(1, shape[axis]) {
                var at = index
                at[axis] = candidate
                let value = values[position(at, in: shape)]
                at[axis] = best
                let champion = values[position(at, in: shape)]
                if value > champion || value.isNaN && !champion.isNaN { best = candidate }
            }
            return Double(best)
        }
    }

    private func pad(_ node: Node) -> [Double] {
        let rank = node.shape.rank, list = node.list!, shape = node.shape.array
        var result = [Double](repeating: 0, count: node.shape.count)
        for (index, value) in zip(indices(of: node.input0!.shape.array), input(node.input0!)) {
            let target = (0..<rank).map { list[$0] + index[$0] * (list[2 * rank + $0] + 1) }
            result[position(target, in: shape)] = value
        }
        return result
    }

    private func concatenate(_ node: Node) -> [Double] {
        var result = [Double](repeating: 0, count: node.shape.count)
        var start = 0
        node.forEachInput { part in
            for (index, value) in zip(indices(of: part.shape.array), input(part)) {
                var target = index
                target[node.axis] += start
                result[position(target, in: node.shape.array)] = value
            }
            start += part.shape[node.axis]
        }
        return result
    }

    private func matmul(_ node: Node) -> [Double] {
        let (a, b) = (node.input0!, node.input1!), rank = node.shape.rank
        let (transposesA, transposesB) = (node.bits & 1 != 0, node.bits & 2 != 0)
        let (valuesA, valuesB) = (input(a), input(b))
        func element(_ values: [Double], _ shape: [Int], _ batch: [Int], _ row: Int, _ column: Int) -> Double {
            let own = shape.dropLast(2), added = batch.count - own.count
            let leading = own.indices.map { own[$0] == 1 ? 0 : batch[$0 + added] }
            return values[position(leading + [row, column], in: shape)]
        }
        let depth = a.shape[a.shape.rank - (transposesA ? 2 : 1)]
        return indices(of: node.shape.array).map { index in
            let batch = Array(index.dropLast(2)), row = index[rank - 2], column = index[rank - 1]
            return (0..<depth).reduce(0) { sum, k in
                let left =
                    transposesA
                    ? element(valuesA, a.shape.array, batch, k, row) : element(valuesA, a.shape.array, batch, row, k)
                let right =
                    transposesB
                    ? element(valuesB, b.shape.array, batch, column, k)
                    : element(valuesB, b.shape.array, batch, k, column)
                return sum + left * right
            }
        }
    }

    /// Every element of the weights that meets one of the input adds their product, or one of them times the gradient.
    private func convolution(_ node: Node) -> [Double] {
        let geometry = node.windowGeometry, first = node.input0!.shape, second = node.input1!.shape
        let (input, weights, output) =
            switch node.primitive {
            case .convolutionInputGradient: (node.shape, second, first)
            case .convolutionWeightGradient: (first, node.shape, second)
            default: (first, second, node.shape)
            }
        let (a, b) = (self.input(node.input0!), self.input(node.input1!))
        let rank = geometry.rank, depth = weights[rank + 1], width = weights[0] / node.groups
        let (channels, kernel) = (input[rank + 1], Array(weights.array[1...rank]))
        let taps = indices(of: kernel)
        var result = [Double](repeating: 0, count: node.shape.count)
        for (pixel, y) in indices(of: Array(output.array.dropLast())).enumerated() {
            for (number, tap) in taps.enumerated() {
                guard let place = source(y, tap, geometry, input) else { continue }
                let from = position([y[0]] + place, in: Array(input.array.dropLast())) * channels
                for channel in 0..<weights[0] {
                    let to = pixel * weights[0] + channel, group = channel / width * depth
                    let weight = (channel * taps.count + number) * depth
                    for k in 0..<depth {
                        switch node.primitive {
                        case .convolutionInputGradient: result[from + group + k] += a[to] * b[weight + k]
                        case .convolutionWeightGradient: result[weight + k] += a[from + group + k] * b[to]
                        default: result[to] += a[from + group + k] * b[weight + k]
                        }
                    }
                }
            }
        }
        return result
    }

    /// The place of the input that a tap of the kernel meets, or nil.
    private func source(_ index: [Int], _ tap: [Int], _ geometry: WindowGeometry, _ input: Shape) -> [Int]? {
        var places: [Int] = []
        for axis in 0..<geometry.rank {
            let spread =
                index[axis + 1] * geometry.stride[axis] - geometry.low[axis] + tap[axis] * geometry.dilation[axis]
            let step = geometry.inputDilation[axis]
            guard spread >= 0, spread % step == 0, spread / step < input[axis + 1] else { return nil }
            places.append(spread / step)
        }
        return places
    }

    /// An element that a window sees, with its place among the spatial axes and its position in the whole.
    private typealias Seen = (value: Double, place: Int, position: Int)

    private func greatest(_ seen: [Seen]) -> Seen {
        seen.dropFirst().reduce(seen[0]) { $1.value > $0.value || $1.value.isNaN && !$0.value.isNaN ? $1 : $0 }
    }

    /// What each window sees, in order; `places` is the shape with one element for each window.
    private func windows(_ node: Node, _ places: Shape) -> [[Seen]] {
        let operand = node.input0!, shape = operand.shape, rank = shape.rank - 2
        let geometry = node.windowGeometry, values = input(operand)
        return indices(of: places.array).map { index in
            var seen: [Seen] = []
            for tap in indices(of: Array(node.list!.prefix(rank))) {
                guard let place = source(index, tap, geometry, shape) else { continue }
                let position = position([index[0]] + place + [index[rank + 1]], in: shape.array)
                seen.append((values[position], self.position(place, in: Array(shape.array[1...rank])), position))
            }
            return seen
        }
    }

    private func gather(_ node: Node) -> [Double] {
        let table = node.input0!, rows = node.input1!, axis = node.axis, width = rows.shape.rank
        let (values, numbers) = (input(table), input(rows))
        return indices(of: node.shape.array).map { index in
            let row = Int(numbers[position(Array(index[axis..<(axis + width)]), in: rows.shape.array)])
            return values[position(index[..<axis] + [row] + index[(axis + width)...], in: table.shape.array)]
        }
    }

    private func scatterAdd(_ node: Node) -> [Double] {
        let updates = node.input0!, rows = node.input1!, axis = node.axis, width = rows.shape.rank
        let numbers = input(rows)
        var result = [Double](repeating: 0, count: node.shape.count)
        for (index, value) in zip(indices(of: updates.shape.array), input(updates)) {
            let row = Int(numbers[position(Array(index[axis..<(axis + width)]), in: rows.shape.array)])
            result[position(index[..<axis] + [row] + index[(axis + width)...], in: node.shape.array)] += value
        }
        return result
    }

    private func scatterMax(_ node: Node) -> [Double] {
        let updates = node.input0!, rows = node.input1!, axis = node.axis, width = rows.shape.rank
        let numbers = input(rows)
        let least = node.dtype.isFloatingPoint ? -Double.infinity : node.dtype == .int64 ? -0x1p63 : -0x1p31
        var result = [Double](repeating: least, count: node.shape.count)
        for (index, value) in zip(indices(of: updates.shape.array), input(updates)) {
            let row = Int(numbers[position(Array(index[axis..<(axis + width)]), in: rows.shape.array)])
            let target = position(index[..<axis] + [row] + index[(axis + width)...], in: node.shape.array)
            if value > result[target] || value.isNaN { result[target] = value }
        }
        return result
    }

    private func alongAxis(_ node: Node, _ axis: Int, _ function: ([Double]) -> [Double]) -> [Double] {
        ReferenceInterpreter.alongAxis(input(node.input0!), node.shape.array, axis) { line, _ in function(line) }
    }

    private func linearAlgebra(_ node: Node) -> [Double] {
        var operands: [Node] = []
        node.forEachInput { operands.append($0) }
        return (0..<operands[0].batchShape.count).flatMap { batch in
            let matrices = operands.map { operand in
                let (rows, columns) = (operand.matrixRows, operand.matrixColumns), size = rows * columns
                return ReferenceMatrix(rows, columns, Array(input(operand)[(batch * size)..<((batch + 1) * size)]))
            }
            return ReferenceMatrix.result(of: node, matrices)
        }
    }

    private func position(_ index: [Int], in shape: [Int]) -> Int {
        zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
}

extension Node {
    /// The number of a `scalar` node, or of one that is in memory, as an integer.
    fileprivate var key: Int64 {
        storage.map { $0.pointer.load(as: Int64.self) } ?? Int64(bitPattern: bits)
    }
}

/// All indices of a shape, in row-major order.
func indices(of shape: [Int]) -> [[Int]] {
    if shape.contains(0) { return [] }
    var result: [[Int]] = []
    result.reserveCapacity(shape.reduce(1, *))
    var index = [Int](repeating: 0, count: shape.count)
    while true {
        result.append(index)
        var axis = shape.count - 1
        while axis >= 0 {
            index[axis] += 1
            if index[axis] < shape[axis] { break }
            index[axis] = 0
            axis -= 1
        }
        if axis < 0 { return result }
    }
}

/// Everything that the nodes are computed from and the nodes themselves, operands first.
func operations(below roots: [Node]) -> [Node] {
    var order: [Node] = []
    var seen: Set<ObjectIdentifier> = []
    var stack: [(node: Node, isDone: Bool)] = roots.reversed().map { ($0, false) }
    while let (node, isDone) = stack.popLast() {
        if isDone {
            order.append(node)
        } else if seen.insert(ObjectIdentifier(node)).inserted {
            stack.append((node, true))
            if node.storage == nil { node.forEachInput { stack.append(($0, false)) } }
        }
    }
    return order
}

/// Computes every operation by a plan of its own, in the order in which they depend on one another. Gives the largest
/// difference of one operation from the reference on the same operands, and the operation.
@discardableResult
func evaluateNodeByNode(_ tensors: [Tensor]) -> (error: Double, primitive: Primitive?) {
    var worst: (error: Double, primitive: Primitive?) = (0, nil)
    for node in operations(below: tensors.map(\.node)) where node.storage == nil {
        let expected = ReferenceInterpreter.values(of: Tensor(node))
        let error = difference(Tensor(node).numbers, expected)
        if error > worst.error { worst = (error, node.primitive) }
    }
    return worst
}
