import Backprop
import Synchronization
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

    // MARK: Axes

    @Test func axesSayWhereTheExamplesLie() {
        let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
        let sums = vmap({ [$0[0].sum(axis: 0), $0[0]] }, inAxes: [1], outAxes: [-1, 2])([x])
        #expect(sums[0].shape == [4, 3])
        #expect(sums[0].numbers == x.sum(axis: 0).T.numbers)
        #expect(sums[1].shape == [2, 4, 3])
        #expect(sums[1].numbers == x.swappedAxes(1, 2).numbers)
        #expect(vmap({ $0 * 2 }, inAxis: -1, outAxis: -1)(x).numbers == (x * 2).numbers)
    }

    @Test func whatDependsOnNoArgumentIsRepeatedOrShared() {
        let x = Tensor([1, 2, 3] as [Float]), shared = Tensor([5, 6] as [Float])
        let results = vmap({ [$0[0], shared, $0[1] + 1] }, inAxes: [0, nil], outAxes: [0, 1, nil])([x, shared])
        #expect(results[1].shape == [2, 3])
        #expect(results[1].numbers == [5, 5, 5, 6, 6, 6])
        #expect(results[2].numbers == [6, 7])
    }

    @Test func noExamplesGiveNone() {
        let x = Tensor.zeros([0, 3]), weights = Tensor.ones([3, 2])
        #expect(vmap({ matmul($0, weights) })(x).shape == [0, 2])
        let gradient = vmap(grad { (x: Tensor) in sin(matmul(x, weights)).sum() })(x)
        #expect(gradient.shape == [0, 3])
        #expect(gradient.numbers == [])
    }

    // MARK: Nesting

    private func row(_ numbers: Float...) -> Tensor { Tensor(numbers) }

    @Test func vmapNestsInItself() {
        let a = Tensor((0..<6).map { Float($0) }, shape: [2, 3]), b = Tensor((0..<4).map { Float($0 + 1) })
        // All products of an element of each row and one of b.
        let products = vmap({ row in vmap({ x in vmap({ x * $0 })(b) })(row) })(a)
        #expect(products.shape == [2, 3, 4])
        #expect(products.numbers == (a.reshaped([2, 3, 1]) * b).numbers)
        // Each example of the inner batch with each of the outer one.
        let sums = vmap({ x in vmap({ y in sin(x) * y + x })(x.reshaped([3])) })(a)
        #expect(
            difference(
                sums.numbers,
                stacked(
                    (0..<2).map { i in
                        stacked((0..<3).map { sin(a[i]) * a[i][$0] + a[i] })
                    }
                ).numbers) < 1e-7)
    }

    @Test func transformsNestInAnyOrder() {
        let x = Tensor([0.5, -1, 2, 0.25, 1.5, -0.75], shape: [3, 2], dtype: .float64)
        let f: (Tensor) -> Tensor = { (sin($0) * $0[0] + $0 * $0 * $0).sum() }
        let rows = (0..<3).map { x[$0] }
        let ones = Tensor.ones([2], dtype: .float64)
        func expect(_ mapped: Tensor, _ one: (Tensor) -> Tensor, _ name: String) {
            #expect(difference(mapped.numbers, stacked(rows.map(one)).numbers) < 1e-13, "\(name)")
        }
        expect(vmap(grad(f))(x), grad(f), "vmap of grad")
        let second = grad { (x: Tensor) in square(grad(f)(x)).sum() }
        expect(vmap(second)(x), second, "vmap of grad of grad")
        let slope: (Tensor) -> Tensor = { x in jvp({ [f($0[0])] }, primals: [x], tangents: [ones]).tangents[0] }
        expect(vmap(slope)(x), slope, "vmap of jvp")
        expect(vmap(grad(slope))(x), grad(slope), "vmap of grad of jvp")
        expect(
            jvp({ [vmap(grad(f))($0[0])] }, primals: [x], tangents: [Tensor.ones([3, 2], dtype: .float64)]).tangents[0],
            { jvp({ [grad(f)($0[0])] }, primals: [$0], tangents: [ones]).tangents[0] }, "jvp of vmap of grad")
        expect(
            grad({ (x: Tensor) in square(vmap(grad(f))(x)).sum() })(x), second, "grad of vmap of grad")
        expect(
            grad({ (x: Tensor) in sin(vmap(f)(x)).sum() })(x), grad { sin(f($0)) }, "grad of vmap")
    }

    @Test func gradientsInsideReachWhatLiesOutside() {
        // For each example the gradient for the whole of w, from which all examples were computed.
        let w = Tensor([1, 2, 3], shape: [3], dtype: .float64)
        let found = grad({ (w: Tensor) in
            vmap({ x in gradients(of: x * x * x, withRespectTo: [w])[0] })(w * 2).sum()
        })(w)
        // d/dw of 24 w².
        #expect(found.numbers == [48, 96, 144])
    }

    @Test func stoppedGradientsStayStopped() {
        let x = Tensor([1, 2, 3] as [Float])
        let gradient = grad { (x: Tensor) in
            vmap({ x in x * stopGradient(x) + withoutGradients { x * x } })(x).sum()
        }
        #expect(gradient(x).numbers == [1, 2, 3])
        #expect(vmap(grad { (x: Tensor) in x * stopGradient(x * x) })(x).numbers == [1, 4, 9])
    }

    @Test func whatAutocastRoundsStaysAsItIs() {
        let x = Tensor([1, 0.001, 2, 0.003], shape: [2, 2], dtype: .float32), w = Tensor([1, 1] as [Float])
        func mixed(_ x: Tensor) -> [Tensor] {
            [matmul(x, w), autocast { matmul(x, w) }, autocast { autocast(.float32) { matmul(x, w) } }]
        }
        for mapped in [vmap({ mixed($0[0]) })([x]), autocast { vmap({ mixed($0[0]) })([x]) }] {
            #expect(mapped[2].dtype == .float32)
            #expect(mapped[1].dtype == .bfloat16)
            #expect(mapped[1].numbers == [1, 2])
            #expect(difference(mapped[2].numbers, [1.001, 2.003]) < 1e-6)
        }
    }

    // MARK: Custom functions

    @Test func customFunctionsKeepTheirRule() {
        let clipped = CustomFunction { x in
            [x[0] * x[1]]
        } vjp: { x, _, c in
            [clip(c[0], min: -1, max: 1) * x[1], c[0] * 100]
        }
        let x = row(1, 2, 3), y = row(5, 5, 5), scale = row(0.5, 1, 4)
        let inside = vmap({ arguments in
            grad({ (clipped([$0[0], $0[1]])[0] * arguments[2]).sum() }, argumentNumbers: [0, 1])(Array(arguments))
        })([x, y, scale])
        #expect(inside[0].numbers == [2.5, 5, 5])
        #expect(inside[1].numbers == [50, 100, 400])
        // From outside, with an operand that all examples share: the rule sees each cotangent by itself.
        let outside = grad({ (arguments: [Tensor]) in
            let results = vmap({ clipped([$0[0], $0[1]]) }, inAxes: [0, nil])(arguments)
            return (results[0] * scale).sum()
        })([x, Tensor([5] as [Float])[0]])
        #expect(outside[0].numbers == [2.5, 5, 5])
        #expect(outside[1].numbers == [550])
    }

    @Test func aRuleMayHoldAnExample() {
        let x = row(1, 2, 3), y = row(10, 20, 30)
        let gradient = grad { (x: Tensor) in
            vmap({ arguments in
                let y = arguments[1]
                return CustomFunction {
                    [$0[0] * 2]
                } vjp: { _, _, c in
                    [c[0] * y]
                }([arguments[0]])
            })([x, y])[0].sum()
        }
        #expect(gradient(x).numbers == [10, 20, 30])
        let second = grad { (x: Tensor) in square(gradient(x) * x).sum() }
        #expect(second(x).numbers == [200, 1600, 5400])
    }

    @Test func rulesOfTheLibraryAreMapped() {
        let x = Tensor([-1.5, 0.5, 2], shape: [3], dtype: .float64)
        for f in [sinh, { square($0.standardDeviationOfPair) }] as [@Sendable (Tensor) -> Tensor] {
            let second = grad { (x: Tensor) in grad { f($0).sum() }(x).sum() }
            let mapped = grad { (x: Tensor) in vmap(second)(x).sum() }(x)
            let expected = stacked((0..<3).map { grad(second)(x[$0]) })
            #expect(difference(mapped.numbers, expected.numbers) < 1e-12)
        }
    }

    @Test func customFunctionsInNestedBatches() {
        let scaled = CustomFunction {
            [$0[0] * $0[1]]
        } vjp: { x, _, c in
            [c[0] * x[1] * 10, (c[0] * x[0]).sum() * 100]
        }
        let x = Tensor((1...6).map { Float($0) }, shape: [2, 3]), scales = row(2, 3)
        let function: ([Tensor]) -> Tensor = { arguments in
            vmap({ outer in
                let scale = outer[1]
                return vmap({ inner in scaled([inner[0], scale]) })([outer[0]])
            })(arguments)[0]
        }
        let gradient = grad { (arguments: [Tensor]) in function(arguments).sum() }([x, scales])
        #expect(gradient[0].numbers == [20, 20, 20, 30, 30, 30])
        #expect(gradient[1].numbers == [600, 1500])
        let tangent = jvp({ [function($0)] }, primals: [x, scales], tangents: [x, scales * 0]).tangents[0]
        #expect(tangent.numbers == [20, 40, 60, 120, 150, 180])
    }

    @Test func forwardModeAsksMappedRules() {
        let x = Tensor([-1.5, 0.5, 2], shape: [3], dtype: .float64)
        let slope = jvp({ [vmap(sinh)($0[0])] }, primals: [x], tangents: [x]).tangents[0]
        #expect(difference(slope.numbers, (cosh(x) * x).numbers) < 1e-15)
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

    @Test func tasksMapAtOnce() async {
        let x = Tensor((0..<12).map { Float($0) }, shape: [4, 3])
        let expected = (0..<4).map { square(x[$0]).sum().item() }
        await withTaskGroup(of: [Double].self) { group in
            for task in 0..<8 {
                group.addTask {
                    let sums = vmap(
                        { x in square(x).sum() + (task % 2 == 0 ? Tensor.uniform([]) * 0 : Tensor.zeros([])) },
                        randomness: task % 2 == 0 ? .different : .error)(x)
                    return sums.numbers
                }
            }
            for await found in group { #expect(found == expected) }
        }
    }

    // MARK: Random numbers

    @Test func randomNumbersAreSharedOrNot() {
        let x = Tensor.zeros([4])
        func draw(_ randomness: VmapRandomness) -> Tensor {
            withRandomSeed(3) { vmap({ $0 + Tensor.uniform([5]) }, randomness: randomness)(x) }
        }
        let same = draw(.same), different = draw(.different)
        #expect(same.shape == [4, 5])
        #expect(same.numbers == withRandomSeed(3) { Tensor.uniform([5]) }.broadcast(to: [4, 5]).numbers)
        #expect(Set(different.numbers).count == 20)
        #expect(different.numbers == withRandomSeed(3) { Tensor.uniform([4, 5]) }.numbers)
    }

    @Test func randomNumbersInNestedBatches() {
        let x = Tensor.zeros([2, 3])
        func draw(_ outer: VmapRandomness, _ inner: VmapRandomness) -> [Double] {
            withRandomSeed(3) {
                vmap({ row in vmap({ $0 + Tensor.uniform([]) }, randomness: inner)(row) }, randomness: outer)(x)
            }.numbers
        }
        #expect(Set(draw(.different, .different)).count == 6)
        #expect(Set(draw(.same, .same)).count == 1)
        let byRow = draw(.different, .same), byColumn = draw(.same, .different)
        #expect(byRow[0] == byRow[2] && byRow[3] == byRow[5] && byRow[0] != byRow[3])
        #expect(byColumn[0] == byColumn[3] && byColumn[2] == byColumn[5] && byColumn[0] != byColumn[1])
    }

    // MARK: What is recorded

    @Test func theExamplesOfALayerAreOneProduct() {
        let x = Tensor.normal([16, 8]), w1 = Tensor.normal([6, 8]), w2 = Tensor.normal([4, 6])
        func layers(_ x: Tensor) -> Tensor { matmul(tanh(matmul(x, w1, transposeB: true)), w2, transposeB: true) }
        _ = [x, w1, w2].map(\.bytes)
        let before = EngineCounters.productsRun
        let mapped = vmap(layers)(x)
        _ = mapped.bytes
        #expect(EngineCounters.productsRun - before == 2)
        #expect(mapped.bytes == layers(x).bytes)
        // Weights on the left of a column.
        let columns = vmap({ matmul(w1, $0) })(x)
        _ = columns.bytes
        #expect(EngineCounters.productsRun - before == 5)
        #expect(difference(columns.numbers, matmul(x, w1.T).numbers) < 1e-6)
    }

    @Test func longChainsAreNotComputedInBetween() {
        let x = Tensor([1, 2] as [Float])
        let result = vmap({ x in (0..<6000).reduce(x) { sum, _ in sum + 1 } })(x)
        #expect(result.numbers == [6001, 6002])
    }

    @Test func bitsDoNotDependOnAnotherThread() {
        let x = Tensor([1, 2, 3] as [Float])
        var elsewhere: Tensor?
        _ = vmap({ x in
            // A value without examples may be computed, also by another thread.
            onAnotherThread { elsewhere = vmap({ $0 * 3 })(Tensor([1, 2] as [Float])) }
            return x
        })(x)
        #expect(elsewhere!.numbers == [3, 6])
    }
}

extension Tensor {
    /// Of x and -x.
    fileprivate var standardDeviationOfPair: Tensor { stacked([self, -self * 2]).std(axes: [0]) }
}
