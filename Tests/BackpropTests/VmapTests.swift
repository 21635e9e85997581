import Backprop
import Testing

/// `vmap` against loops over the examples.
@Suite struct VmapTests {
    private static let size = 3

    /// For each operand of an example a batch of different ones.
    private func batches(of example: Example, _ dtype: DType) -> [Tensor] {
        let examples = (0..<Self.size).map { example.operands(dtype, seed: 11 + $0) }
        return example.shapes.indices.map { operand in stacked(examples.map { $0[operand] }) }
    }

    /// Which of the operands are mapped: all ways but none.
    private func combinations(_ count: Int) -> [[Bool]] {
        (1..<(1 << count)).map { bits in (0..<count).map { bits >> $0 & 1 != 0 } }
    }

    /// One of these ways, another for each number: what takes long tries all of them on different operands.
    private func combination(_ number: Int, _ count: Int) -> [Bool] {
        let all = combinations(count)
        return all[number % all.count]
    }

    /// Calls `body` with the operands of each example, where what is not mapped is the first of the batch.
    private func loop(_ batches: [Tensor], _ isMapped: [Bool], _ body: ([Tensor]) -> [Tensor]) -> [Tensor] {
        let results = (0..<Self.size).map { number in
            body(zip(batches, isMapped).map { $0[$1 ? number : 0] })
        }
        return results[0].indices.map { result in stacked(results.map { $0[result] }) }
    }

    private func mapped(
        _ batches: [Tensor], _ isMapped: [Bool], _ function: @escaping ([Tensor]) -> [Tensor]
    ) -> [Tensor] {
        vmap(function, inAxes: isMapped.map { $0 ? 0 : nil })(zip(batches, isMapped).map { $1 ? $0 : $0[0] })
    }

    /// Bits agree, but where sums over all elements become sums over rows, or a convolution has more groups: the additions
    /// then have another order.
    private func bound(_ primitive: Primitive) -> Double {
        let sums: Set<Primitive> = [
            .sum, .argMax, .argMin, .convolution, .convolutionInputGradient, .convolutionWeightGradient,
        ]
        return sums.contains(primitive) ? 1e-14 : 0
    }

    private func expectAlike(_ a: [Tensor], _ b: [Tensor], within bound: Double, _ name: String) {
        #expect(a.count == b.count, "\(name)")
        for (a, b) in zip(a, b) {
            #expect(a.shape == b.shape, "\(name)")
            let error = difference(a.numbers, b.numbers)
            #expect(error <= bound, "\(name): \(error)")
        }
    }

    @Test(arguments: Primitive.allCases) func valuesAreThoseOfALoop(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            let batches = batches(of: example, .float64)
            for isMapped in combinations(batches.count) {
                let function: ([Tensor]) -> [Tensor] = { [example.function($0)] }
                expectAlike(
                    mapped(batches, isMapped, function), loop(batches, isMapped, function), within: bound(primitive),
                    "\(example.name), mapped \(isMapped)")
            }
        }
    }

    @Test(arguments: Primitive.allCases) func gradientsOfExamplesAreThoseOfALoop(_ primitive: Primitive) {
        for (number, example) in examples(of: primitive).enumerated() {
            let batches = batches(of: example, .float64), gradient = grad(example.loss)
            let isMapped = combination(number, batches.count)
            expectAlike(
                mapped(batches, isMapped, gradient), loop(batches, isMapped, gradient), within: bound(primitive),
                "\(example.name), mapped \(isMapped)")
        }
    }

    /// The gradient of what `vmap` records, for shared operands too.
    @Test(arguments: Primitive.allCases) func theGradientOfABatchIsThatOfALoop(_ primitive: Primitive) {
        for (number, example) in examples(of: primitive).enumerated() {
            let batches = batches(of: example, .float64)
            let isMapped = combination(number, batches.count)
            let ofBatch = grad { (operands: [Tensor]) in
                vmap({ [example.loss($0)] }, inAxes: isMapped.map { $0 ? 0 : nil })(operands)[0].sum()
            }
            let ofLoop = grad { (operands: [Tensor]) in
                (0..<Self.size).reduce(Tensor.zeros([], dtype: .float64)) { sum, number in
                    sum + example.loss(zip(operands, isMapped).map { $1 ? $0[number] : $0 })
                }
            }
            let operands = zip(batches, isMapped).map { $1 ? $0 : $0[0] }
            expectAlike(
                ofBatch(operands), ofLoop(operands), within: 1e-13, "\(example.name), mapped \(isMapped)")
        }
    }

    @Test(arguments: Primitive.allCases) func forwardModeInsideIsThatOfALoop(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            let batches = batches(of: example, .float64)
            let tangents = batches.map { Example.weights(like: $0, seed: 7) }
            let count = batches.count
            let derivative: ([Tensor]) -> [Tensor] = { operands in
                jvp({ [example.loss($0)] }, primals: Array(operands[..<count]), tangents: Array(operands[count...]))
                    .tangents
            }
            let isMapped = [Bool](repeating: true, count: 2 * count)
            expectAlike(
                mapped(batches + tangents, isMapped, derivative), loop(batches + tangents, isMapped, derivative),
                within: bound(primitive), example.name)
        }
    }

    /// Primitives that no operand of a function leads through: values and names. The index of the example is an `iota`.
    private static let sources: Set<Primitive> = [.constant, .scalar, .gradient]

    /// The tables of this suite lead through the rule of every primitive, so that one that is forgotten here is noticed.
    @Test(arguments: Primitive.allCases) func theTablesMeet(_ primitive: Primitive) {
        var isMet = false
        func look(_ result: Tensor) -> Tensor {
            var seen: Set<ObjectIdentifier> = [], stack = [result.node]
            while let node = stack.popLast() {
                if !node.isExample || !seen.insert(ObjectIdentifier(node)).inserted { continue }
                if node.primitive == primitive { isMet = true }
                node.forEachInput { stack.append($0) }
            }
            return result
        }
        for example in examples(of: primitive) {
            _ = mapped(
                batches(of: example, .float64), example.shapes.map { _ in true },
                grad { look(example.loss($0)) })
        }
        for example in Self.directExamples where example.primitive == primitive {
            _ = mapped(example.operands, example.operands.map { _ in true }) {
                [look(Tensor(example.record($0.map(\.node))))]
            }
        }
        #expect(isMet != Self.sources.contains(primitive))
    }

    // MARK: Operands that the examples of primitives leave fixed

    /// A node, and for each operand a batch of three.
    private struct DirectExample: Sendable {
        let primitive: Primitive
        let operands: [Tensor]
        let record: @Sendable ([Node]) -> Node
    }

    private static func numbers(_ shape: [Int], _ seed: Int, in range: ClosedRange<Double> = -1...1) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(size * shape.reduce(1, *), in: range), shape: [size] + shape, dtype: .float64)
    }

    private static func indices(_ shape: [Int], below count: Int, _ dtype: DType) -> Tensor {
        let total = size * shape.reduce(1, *)
        return Tensor((0..<total).map { Double($0 * 7 % 5 % count) }, shape: [size] + shape, dtype: dtype)
    }

    private static let directExamples: [DirectExample] = {
        var result: [DirectExample] = []
        for dtype in [DType.int32, .int64] {
            for axis in 0..<3 {
                for places in [[], [4], [2, 3]] as [[Int]] {
                    let table = [4, 3, 2], count = table[axis]
                    result.append(
                        DirectExample(
                            primitive: .gather,
                            operands: [numbers(table, 1), indices(places, below: count, dtype)]
                        ) { Node.gather($0[0], $0[1], axis: axis) })
                    let updates = Array(table[..<axis]) + places + table[(axis + 1)...]
                    for primitive in [Primitive.scatterAdd, .scatterMax] {
                        result.append(
                            DirectExample(
                                primitive: primitive,
                                operands: [numbers(updates, 2), indices(places, below: count, dtype)]
                            ) {
                                primitive == .scatterAdd
                                    ? Node.scatterAdd($0[0], $0[1], axis: axis, count: count)
                                    : Node.scatterMax($0[0], $0[1], axis: axis, count: count)
                            })
                    }
                }
            }
            result.append(
                DirectExample(primitive: .checkIndices, operands: [indices([5], below: 4, dtype)]) {
                    Node.checkIndices($0[0], below: 4, for: .indexed)
                })
        }
        let mask = numbers([2, 3], 3).node
        result += [
            DirectExample(
                primitive: .select,
                operands: [Tensor(mask) .> 0, numbers([3], 4), numbers([], 5)]
            ) { Node.select($0[0], $0[1], $0[2]) },
            DirectExample(primitive: .and, operands: [numbers([3], 4) .> 0, numbers([2, 3], 5) .> 0]) {
                Node.logic(.and, $0[0], $0[1])
            },
            DirectExample(primitive: .descend, operands: [numbers([2, 3], 1), numbers([3], 2), numbers([], 3)]) {
                Node.descend($0[0], $0[1], $0[2])
            },
            DirectExample(primitive: .polygamma, operands: [numbers([2, 3], 1, in: 1...2)]) {
                Node.binary(.polygamma, Node.scalar(1, .float64), $0[0])
            },
            DirectExample(primitive: .random, operands: [Tensor([5, 6, 7] as [Int64])]) {
                Node.random(key: $0[0], Shape([2, 3]), .float64)
            },
            DirectExample(primitive: .linearRecurrence, operands: [numbers([], 1), numbers([2, 4], 2)]) {
                Node.linearRecurrence($0[0], $0[1], axis: 1, reversed: true)
            },
            DirectExample(primitive: .linearRecurrence, operands: [numbers([4, 1], 1), numbers([2, 4, 3], 2)]) {
                Node.linearRecurrence($0[0], $0[1], axis: 1, reversed: false)
            },
            DirectExample(
                primitive: .concatenate, operands: (0..<5).map { numbers([2, 1 + $0], 20 + $0) }
            ) { Node.concatenate($0, axis: 1) },
        ]
        let adam = AdamExample.all
        result += adam.map { DirectExample(primitive: $0.primitive, operands: $0.operands, record: $0.record) }
        return result
    }()

    /// The updates of Adam have a list of numbers as an operand beside tensors of one shape.
    private struct AdamExample {
        let primitive: Primitive
        let operands: [Tensor]
        let record: @Sendable ([Node]) -> Node

        static var all: [AdamExample] {
            let numbers = Tensor(
                (0..<size * 6).map { 0.9 - Double($0) * 0.01 }, shape: [size, 6], dtype: .float64)
            let (a, b) = (VmapTests.numbers([2, 3], 1), VmapTests.numbers([2, 3], 2))
            let positive = VmapTests.numbers([2, 3], 3, in: 0.5...1)
            return [
                AdamExample(primitive: .adamMean, operands: [a, b, numbers]) {
                    Node.adamMean($0[0], gradient: $0[1], $0[2])
                },
                AdamExample(primitive: .adamSquare, operands: [positive, b, numbers]) {
                    Node.adamSquare($0[0], gradient: $0[1], $0[2])
                },
                AdamExample(primitive: .adamValue, operands: [a, b, positive, numbers]) {
                    Node.adamValue($0[0], mean: $0[1], square: $0[2], $0[3])
                },
            ]
        }
    }

    @Test func mappedOperandsOfAllKindsGiveWhatALoopGives() {
        for (number, example) in Self.directExamples.enumerated() {
            for isMapped in combinations(example.operands.count) {
                let function: ([Tensor]) -> [Tensor] = { [Tensor(example.record($0.map(\.node)))] }
                expectAlike(
                    mapped(example.operands, isMapped, function), loop(example.operands, isMapped, function),
                    within: 1e-13, "\(number) \(example.primitive), mapped \(isMapped)")
            }
        }
    }

    @Test func gradientsFlowThroughMappedIndices() {
        for (number, example) in Self.directExamples.enumerated() where example.operands.count == 2 {
            guard example.operands[0].dtype == .float64, !example.operands[1].dtype.isFloatingPoint else { continue }
            for isMapped in combinations(2) {
                let gradient: ([Tensor]) -> [Tensor] = { operands in
                    grad(
                        { x in
                            square(Tensor(example.record([x[0].node, operands[1].node]))).sum()
                        }, argumentNumbers: [0])([operands[0]])
                }
                expectAlike(
                    mapped(example.operands, isMapped, gradient), loop(example.operands, isMapped, gradient),
                    within: 1e-12, "\(number) \(example.primitive), mapped \(isMapped)")
            }
        }
    }

    // MARK: Random graphs

    @Test(arguments: [DType.float64, .int32]) func randomGraphsAgreeWithLoops(_ dtype: DType) {
        for seed in 0..<40 {
            let examples = (0..<Self.size).map { number in
                RandomGraph.leaves(seed: seed, dtype: dtype).map {
                    $0 * $0.like(1) + (number == 0 ? 0 : Double(number))
                }
            }
            let batches = examples[0].indices.map { leaf in stacked(examples.map { $0[leaf] }) }
            var generator = SeededGenerator(seed)
            var isMapped = batches.map { _ in generator.chance(0.7) }
            isMapped[0] = true
            let function: ([Tensor]) -> [Tensor] = {
                RandomGraph.results(seed: seed, dtype: dtype, leaves: $0, length: 25)
            }
            expectAlike(
                mapped(batches, isMapped, function), loop(batches, isMapped, function), within: 1e-9,
                "seed \(seed), mapped \(isMapped)")
            guard dtype.isFloatingPoint else { continue }
            let gradient = grad { (leaves: [Tensor]) in
                function(leaves).reduce(Tensor.zeros([], dtype: dtype)) { $0 + tanh($1).mean() }
            }
            expectAlike(
                mapped(batches, isMapped, gradient), loop(batches, isMapped, gradient), within: 1e-8,
                "gradient of seed \(seed), mapped \(isMapped)")
        }
    }
}
