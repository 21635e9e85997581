import Backprop
import Testing

/// `backward()` leaves gradients that are worked out when a plan is made. They must be those that a sweep records at once,
/// which `keepingGraph` asks for, whatever is read, replaced or dropped in between.
@Suite struct BackwardPassTests {
    /// Two parameters and losses of them: a small network without layers.
    private struct Network {
        let weight = Parameter(Tensor([0.5, -0.25, 1.5, 0.75, -1, 0.125] as [Float], shape: [2, 3]))
        let bias = Parameter(Tensor([0.1, 0.2] as [Float], shape: [2]))
        let x = Tensor([1, 2, -1, 0.5, -0.5, 1, 0, 2, 1, -2, 1, 1] as [Float], shape: [4, 3])
        var parameters: [Parameter] { [weight, bias] }

        func hidden() -> Tensor { tanh(matmul(x, weight.value, transposeB: true) + bias.value) }
        func loss() -> Tensor { square(hidden()).mean() }
        func secondLoss() -> Tensor { (hidden() * hidden()).sum() * 0.5 }
    }

    private static func gradients(_ parameters: [Parameter]) -> [[Double]?] {
        parameters.map { $0.gradient.map(\.numbers) }
    }

    @Test(arguments: Primitive.allCases) func agreesWithASweepAtOnce(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            for dtype in [DType.float64, .float32, .bfloat16] {
                let operands = example.operands(dtype)
                let later = operands.map { Parameter($0) }, atOnce = operands.map { Parameter($0) }
                let losses = [later, atOnce].map { example.loss($0.map(\.value)) }
                guard losses[0].node.variables != 0 else { continue }
                losses[0].backward()
                losses[1].backward(keepingGraph: true)
                let found = BackwardPassTests.gradients(later), expected = BackwardPassTests.gradients(atOnce)
                for (a, b) in zip(found, expected) {
                    #expect((a == nil) == (b == nil), "\(example.name)")
                    guard let a, let b else { continue }
                    #expect(difference(a, b) <= 1e-6, "\(example.name) in \(dtype)")
                }
            }
        }
    }

    @Test func aPlainNetworkRecordsNoDerivative() {
        let network = Network()
        network.loss().backward()
        #expect(network.parameters.allSatisfy { $0.gradient!.node.primitive == .gradient })
    }

    /// What people do between a backward pass and the use of its gradients; each gives numbers that must not depend on when
    /// gradients are worked out.
    private static let uses: [(name: String, run: @Sendable (Network, _ keepingGraph: Bool) -> [Double])] = [
        (
            "the loss is read",
            { network, keepingGraph in
                let loss = network.loss()
                loss.backward(keepingGraph: keepingGraph)
                return [loss.item()] + all(network)
            }
        ),
        (
            "an activation is read",
            { network, keepingGraph in
                let hidden = network.hidden()
                square(hidden).mean().backward(keepingGraph: keepingGraph)
                return hidden.sum().asType(.float64).numbers + all(network)
            }
        ),
        (
            "an activation is read and kept, the loss is not",
            { network, keepingGraph in
                let hidden = network.hidden()
                square(hidden).mean().backward(keepingGraph: keepingGraph)
                let sum = hidden.sum().item()
                return all(network) + [sum] + hidden.numbers
            }
        ),
        (
            "one gradient is read first",
            { network, keepingGraph in
                network.loss().backward(keepingGraph: keepingGraph)
                return network.bias.gradient!.numbers + network.weight.gradient!.numbers
            }
        ),
        (
            "a gradient is replaced before the loss is read",
            { network, keepingGraph in
                let loss = network.loss()
                loss.backward(keepingGraph: keepingGraph)
                network.weight.gradient = clip(network.weight.gradient!, min: -0.125, max: 0.125)
                return [loss.item()] + all(network)
            }
        ),
        (
            "a gradient is taken before the loss is read",
            { network, keepingGraph in
                let loss = network.loss()
                loss.backward(keepingGraph: keepingGraph)
                let taken = network.weight.takeGradient()!
                let value = loss.item()
                return [value] + network.bias.gradient!.numbers + taken.numbers
            }
        ),
        (
            "all gradients are taken before an activation is read",
            { network, keepingGraph in
                let hidden = network.hidden()
                square(hidden).mean().backward(keepingGraph: keepingGraph)
                let taken = network.parameters.map { $0.takeGradient()! * 3 }
                let values = hidden.numbers
                return values + taken.flatMap(\.numbers)
            }
        ),
        (
            "gradients are dropped",
            { network, keepingGraph in
                let loss = network.loss()
                loss.backward(keepingGraph: keepingGraph)
                for parameter in network.parameters { parameter.gradient = nil }
                return [loss.item()]
            }
        ),
        (
            "two passes add up",
            { network, keepingGraph in
                network.loss().backward(keepingGraph: keepingGraph)
                network.secondLoss().backward(keepingGraph: keepingGraph)
                return all(network)
            }
        ),
        (
            "two losses share their way",
            { network, keepingGraph in
                let hidden = network.hidden()
                let losses = [square(hidden).mean(), exp(hidden).sum()]
                for loss in losses { loss.backward(keepingGraph: keepingGraph) }
                return all(network) + losses.map { $0.item() }
            }
        ),
        (
            "the second loss starts from gradients of the first",
            { network, keepingGraph in
                network.loss().backward(keepingGraph: keepingGraph)
                let slope = network.weight.takeGradient()!
                let bias = network.bias.takeGradient()!
                (network.hidden().sum() * square(slope).sum() + bias.sum()).backward(keepingGraph: keepingGraph)
                return all(network)
            }
        ),
        (
            "a parameter gets its own gradient as value",
            { network, keepingGraph in
                network.loss().backward(keepingGraph: keepingGraph)
                network.weight.adopt(network.weight.takeGradient()!.node)
                network.bias.gradient = nil
                network.loss().backward(keepingGraph: keepingGraph)
                return all(network) + network.weight.value.numbers
            }
        ),
        (
            "only the bill is asked for",
            { network, keepingGraph in
                network.loss().backward(keepingGraph: keepingGraph)
                _ = MemoryBill.of(network.parameters.map { $0.gradient! })
                return all(network)
            }
        ),
        (
            "everything is read before",
            { network, keepingGraph in
                let loss = network.loss()
                let value = loss.item()
                loss.backward(keepingGraph: keepingGraph)
                return [value] + all(network)
            }
        ),
    ]

    private static func all(_ network: Network) -> [Double] {
        network.parameters.flatMap { $0.gradient?.numbers ?? [] }
    }

    @Test(arguments: uses.indices) func doesNotDependOnWhatIsReadBetween(_ index: Int) {
        let use = BackwardPassTests.uses[index]
        // Twice, since the second time finds its plans.
        for _ in 0..<2 {
            let found = use.run(Network(), false), expected = use.run(Network(), true)
            #expect(found.count == expected.count && difference(found, expected) <= 1e-6, "\(use.name)")
        }
    }

    /// Numbers of a graph are data. Those that rules use are not, also where both are equal at first.
    @Test func numbersOfTheLossMayChange() {
        for dtype in [DType.float32, .bfloat16] {
            let later = Parameter(Tensor([0.5, 2, 3] as [Float]).asType(dtype))
            let atOnce = Parameter(Tensor([0.5, 2, 3] as [Float]).asType(dtype))
            for scale in [0.5, 2, 3, 1, 0, 0.25, -0.5, 1.1283791670955126, 1024] {
                func loss(_ parameter: Parameter) -> Tensor {
                    let x = parameter.value
                    let sum = (sqrt(x) * scale + erf(x) * x * scale).sum()
                    return (sum.asType(.float32) * scale + maximum(x, x.like(scale)).sum().asType(.float32)) * scale
                }
                loss(later).backward()
                loss(atOnce).backward(keepingGraph: true)
                let (found, expected) = (later.takeGradient()!.numbers, atOnce.takeGradient()!.numbers)
                #expect(difference(found, expected) <= 1e-6, "scale \(scale) in \(dtype)")
            }
        }
    }

    /// The same operations, but other ways for gradients.
    @Test func thePlanDependsOnWhereGradientsFlow() {
        let x = Tensor([1.0, 2, 3] as [Float])
        func gradient(_ loss: (Tensor) -> Tensor) -> [Double] {
            let parameter = Parameter(x)
            loss(parameter.value).backward()
            return parameter.gradient!.numbers
        }
        #expect(gradient { ($0 * $0).sum() } == [2, 4, 6])
        #expect(gradient { y in (y * withoutGradients { y * 1.5 }).sum() } == [1.5, 3, 4.5])
        #expect(gradient { y in (y * (y * 1.5)).sum() } == [3, 6, 9])
        #expect(gradient { y in (withoutGradients { y * 2.5 } * y).sum() } == [2.5, 5, 7.5])
        let frozen = Parameter(x, isTrainable: false)
        #expect(gradient { ($0 * frozen.value).sum() } == [1, 2, 3])
        let other = Parameter(x)
        #expect(gradient { ($0 * other.value).sum() } == [1, 2, 3])
        #expect(other.gradient!.numbers == [1, 2, 3])
    }

    @Test func whatRulesDoNotReachHasNoGradient() {
        let reached = Parameter(Tensor([1.0, 2] as [Float])), unreached = Parameter(Tensor([0.5, 1.5] as [Float]))
        (reached.value * floor(unreached.value)).sum().backward()
        #expect(reached.gradient!.numbers == [0, 1])
        #expect(unreached.gradient == nil)
    }

    /// A step ends the graphs that its backward passes have used; what is computed from then on stands on values.
    @Test func aUsedGraphStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let network = Network()
            let hidden = network.hidden()
            square(hidden).mean().backward()
            network.weight.value = network.weight.value - network.weight.takeGradient()!
            evaluateOrStop(network.weight.value)
            hidden.sum().backward()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("detached()"), "\(message)")
    }

    /// What is legal does not depend on what is read in between, nor do the gradients.
    @Test(arguments: 0..<8) func readingChangesNothing(_ reads: Int) {
        func gradients(_ reads: Int) -> [Double] {
            let network = Network()
            let hidden = network.hidden()
            let losses = [square(hidden).mean(), exp(hidden).sum(), softmax(hidden).std()]
            for (position, loss) in losses.enumerated() {
                loss.backward()
                if reads >> position & 1 == 1 { _ = loss.item() }
            }
            return Self.all(network)
        }
        #expect(difference(gradients(reads), gradients(0)) <= 1e-6)
    }

    /// Graphs that are kept for another backward pass go with the values that stand for them.
    @Test func usedGraphsGoWithTheirValues() {
        weak var kept: Node?
        do {
            let network = Network()
            let loss = network.loss()
            loss.backward()
            _ = loss.item()
            kept = loss.node
        }
        evaluateOrStop(Tensor([1.0]) + 1)
        #expect(kept == nil)
    }

    /// Reading anything of a network after its backward pass computes the gradients too, so that nothing runs twice.
    @Test func nothingRunsTwice() async {
        await #expect(processExitsWith: .success) {
            let network = Network()
            func products(_ body: () -> Void) -> Int {
                let before = EngineCounters.productsRun
                body()
                return EngineCounters.productsRun - before
            }
            for _ in 0..<2 {
                let loss = network.loss()
                loss.backward()
                #expect(products { _ = loss.item() } == 2)
                #expect(products { evaluateOrStop(network.parameters.map { $0.takeGradient()! }) } == 0)
            }
        }
    }
}
