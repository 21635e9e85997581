import Backprop
import Testing

/// The plan cache knows graphs by their words: different graphs have different ones, and a graph that is recorded again
/// the same.
@Suite struct PlanCacheTests {
    private static let a = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Float], shape: [3, 3])
    private static let b = Tensor([2, 3, 4, 5, 6, 7, 8, 9, 1] as [Float], shape: [3, 3])

    private static func planned(_ roots: [Tensor]) -> (words: [UInt64], graph: CanonicalGraph) {
        let found = Graph.planned(roots.map(\.node))
        return (found.words, found.graph)
    }

    /// Graphs that differ in one thing each, beside what comes nearest to them.
    private static let neighbours: [(name: String, graphs: [@Sendable () -> [Tensor]])] = [
        ("operator", [{ [a + b] }, { [a - b] }, { [a * b] }]),
        ("order of operands", [{ [exp(a) + b, a - b] }, { [exp(a) + b, b - a] }]),
        ("axis", [{ [a.sum(axis: 0)] }, { [a.sum(axis: 1)] }, { [a.sum()] }]),
        (
            "permutation",
            [{ [a.reshaped([3, 3, 1]).transposed(axes: [1, 0, 2]) + 1] }, { [a.reshaped([3, 3, 1]) + 1] }]
        ),
        ("shape", [{ [a.reshaped([9]) + 1] }, { [a.reshaped([1, 9]) + 1] }, { [a.reshaped([9, 1]) + 1] }]),
        (
            "shape of many axes",
            [
                { [a.reshaped([9, 1, 1, 1, 1, 1, 1]) + 1] }, { [a.reshaped([1, 1, 9, 1, 1, 1, 1]) + 1] },
                { [a.reshaped([1, 1, 1, 1, 1, 1, 9]) + 1] },
            ]
        ),
        ("slice", [{ [rows(0..<2)] }, { [rows(1..<3)] }, { [rows(0..<3, step: 2)] }]),
        ("dtype", [{ [a.asType(.float64) + 1] }, { [a.asType(.int32) + 1] }]),
        ("dtype of a leaf", [{ [a + a] }, { [int + int] }]),
        ("equal numbers", [{ [a * 3 + b * 3] }, { [a * 3 + b * 4] }]),
        ("the numbers 0, 1 and 2", [{ [a * 0] }, { [a * 1] }, { [a * 2] }, { [a * 3] }]),
        ("third operand", [{ [which(a .> b, a, b)] }, { [which(a .> b, b, a)] }]),
        (
            "fifth operand",
            [{ [joined([a, a, a, a, b])] }, { [joined([a, a, a, b, a])] }, { [joined([a, a, a, a, b, a])] }]
        ),
        ("equal leaves", [{ [a + b] }, { [a + a] }]),
        (
            "root",
            [
                { [exp(a), exp(a) + 1] },
                {
                    let x = exp(a); return [x, x + 1]
                }, { [exp(a) + 1] },
            ]
        ),
        ("flags of a product", [{ [matmul(a, b)] }, { [matmul(a, b, transposeB: true)] }]),
    ]
    private static let int = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Int32], shape: [3, 3])

    private static func rows(_ range: Range<Int>, step: Int = 1) -> Tensor {
        a.narrowed(axis: 0, range, step: step) + 1
    }
    private static func joined(_ parts: [Tensor]) -> Tensor { concatenated(parts, axis: 0) }

    @Test(arguments: neighbours.indices) func differentGraphsHaveDifferentWords(_ index: Int) {
        let (name, graphs) = PlanCacheTests.neighbours[index]
        let found = graphs.map { PlanCacheTests.planned($0()) }
        for i in found.indices {
            let again = PlanCacheTests.planned(graphs[i]())
            #expect(again.words == found[i].words && again.graph == found[i].graph, "\(name): \(i) recorded again")
            for j in 0..<i { #expect(found[i].words != found[j].words, "\(name): \(i) and \(j)") }
        }
    }

    @Test func numbersAreNoPartOfAGraph() {
        let one = PlanCacheTests.planned([PlanCacheTests.a * 3 + 5]),
            other = PlanCacheTests.planned([PlanCacheTests.b * 4 + 7])
        #expect(one.words == other.words && one.graph == other.graph)
    }

    @Test func examplesOfAllPrimitivesHaveWordsOfTheirOwn() {
        var graphs: [[UInt64]: CanonicalGraph] = [:]
        for primitive in Primitive.allCases {
            for example in examples(of: primitive) {
                let operands = example.operands(.float32).map { Parameter($0) }
                let loss = example.loss(operands.map(\.value))
                var found = [PlanCacheTests.planned([loss])]
                if loss.node.variables != 0 {
                    loss.backward()
                    found.append(PlanCacheTests.planned(operands.compactMap(\.gradient)))
                }
                for (words, graph) in found {
                    if let known = graphs.updateValue(graph, forKey: words) {
                        #expect(known == graph, "\(example.name)")
                    }
                }
            }
        }
        #expect(graphs.count > 100)
    }

    /// A plan that was found for another graph, which only a mistake in the words can bring about.
    @Test func anotherGraphStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = Tensor([1, 2] as [Float], shape: [2])
            let (sum, product) = (Graph.planned([(a + a).node]).graph, Graph.planned([(a * a).node]).graph)
            requireEqual(sum, sum)
            requireEqual(sum, product)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("plan cache: a plan was found that was made for another graph"), "\(text)")
        #expect(text.contains("multiply") && text.contains("add"), "\(text)")
    }

    @Test func oldPlansGo() async {
        await #expect(processExitsWith: .success) {
            func evaluate(_ size: Int) { Graph.evaluate([(Tensor.ones([size]) * 3 + 1).node]) }
            for size in 1...130 { evaluate(size) }
            let made = EngineCounters.plansCompiled
            for size in 3...130 { evaluate(size) }
            expectEqual(EngineCounters.plansCompiled, made)
            evaluate(1)
            expectEqual(EngineCounters.plansCompiled, made + 1)
            evaluate(130)
            evaluate(3)
            expectEqual(EngineCounters.plansCompiled, made + 2)
        }
    }
}

private func expectEqual(_ a: Int, _ b: Int) {
    if a != b { fatalError("\(a) is not \(b)") }
}
