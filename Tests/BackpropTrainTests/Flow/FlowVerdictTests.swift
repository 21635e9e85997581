import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

/// Networks with one thing wrong, and what is said about each.
@Suite struct FlowVerdictTests {
    private static func flow(
        _ model: some Module, inputs: Tensor = withRandomSeed(2) { .normal([64, 8]) }, steps: Int = 2,
        rate: Double = 1e-3, freeze: (any ParameterContainer)? = nil
    ) -> GradientFlow {
        freeze?.freeze()
        let optimizer = SGD(model.parameters(), learningRate: rate)
        let watch = GradientWatch(model, every: 1)
        optimizer.observer = watch
        for _ in 0..<steps {
            square(model(inputs) - 0.5).mean().backward()
            optimizer.step()
        }
        return watch.flow
    }

    private static func deep(_ activation: Activation, _ initializer: Initializer, depth: Int = 10) -> Sequential {
        withRandomSeed(1) {
            var layers: [any Module] = []
            for _ in 0..<depth { layers += [Linear(8, 8, initializer: initializer), activation] as [any Module] }
            return Sequential(layers + [Linear(8, 1)])
        }
    }

    @Test func aHealthyNetworkIsCalledOne() {
        let flow = Self.flow(Self.deep(.tanh, .xavierUniform, depth: 3))
        #expect(flow.layers.map(\.verdict) == [.healthy, .healthy, .healthy, .healthy])
        #expect(flow.findings.map(\.verdict) == [.healthy])
        #expect(flow.findings[0].text.hasPrefix("gradients of the 4 layers are within a factor of "))
    }

    @Test func vanishingIsSaidFromTheLastLayerThatItReaches() {
        let flow = Self.flow(Self.deep(.sigmoid, .xavierUniform))
        let verdicts = flow.layers.map(\.verdict)
        let border = verdicts.firstIndex(of: .healthy)!
        #expect(border > 0)
        #expect(verdicts == verdicts.indices.map { $0 < border ? .vanishing : .healthy })
        #expect(flow.findings[0].text.hasPrefix("gradients vanish from \(flow.layers[border - 1].name) down: "))
        let sizes = flow.layers.map(\.figures.gradientRMS)
        #expect(sizes[0] * 1_000 < sizes.last!)
    }

    @Test func explodingIsSaidOfLayersAndOfNumbersThatAreNone() {
        let large = Self.flow(Self.deep(.relu, .normal(standardDeviation: 4)), rate: 1e-30)
        #expect(large.layers.allSatisfy { $0.verdict == .exploding })
        #expect(large.findings[0].verdict == .exploding)
        let broken = Self.flow(
            Sequential(Linear(8, 1)), inputs: Tensor.full([4, 8], .infinity), steps: 1)
        #expect(broken.layers[0].verdict == .exploding)
        #expect(broken.findings[0].text == "the gradient of 'layers.0' is no finite number")
    }

    @Test func deadUnitsAreThoseThatWereZeroInTheWholeWindow() {
        let model = withRandomSeed(1) {
            Sequential(Linear(8, 10, initializer: .heNormal), Activation.relu, Linear(10, 1))
        }
        var bias = [Float](repeating: 0, count: 10)
        for unit in 0..<6 { bias[unit] = -100 }
        (model[0] as! Linear).bias!.value = Tensor(bias)
        let flow = Self.flow(model)
        #expect(flow.layers[0].units.dead == 0.6)
        #expect(flow.layers[0].verdict == .dead)
        #expect(flow.layers[1].units.dead == nil)
        #expect(flow.findings[0].text.contains("60 % of a layer"))
        // What is 0 in one step and not in the other is alive.
        let alive = withRandomSeed(1) {
            Sequential(Linear(1, 2, initializer: .heNormal), Activation.relu, Linear(2, 1))
        }
        (alive[0] as! Linear).weight.value = Tensor([[1.0], [-1]])
        let optimizer = SGD(alive.parameters(), learningRate: 1e-3)
        let watch = GradientWatch(alive, every: 1)
        optimizer.observer = watch
        for sign in [1.0, -1] {
            alive(Tensor([[sign], [2 * sign]])).sum().backward()
            optimizer.step()
            #expect(watch.flow.layers[0].units.dead == (sign > 0 ? 0.5 : 0))
        }
    }

    @Test func saturatedFrozenUnreachedAndUnsteadyLayersAreNamed() {
        let model = Self.deep(.sigmoid, .xavierUniform, depth: 1)
        (model[0] as! Linear).bias!.value = Tensor.full([8], 9)
        #expect(Self.flow(model).layers[0].units.saturated == 1)
        #expect(Self.flow(model).layers[0].verdict == .saturated)

        let frozen = Self.deep(.tanh, .xavierUniform, depth: 2)
        let flow = Self.flow(frozen, freeze: frozen[0])
        #expect(flow.layers.map(\.verdict) == [.frozen, .healthy, .healthy])
        #expect(flow.findings.map(\.verdict) == [.healthy, .frozen])
        #expect(flow.findings[1].text == "'layers.0': frozen, as asked")

        #expect(Self.flow(Self.deep(.tanh, .xavierUniform, depth: 1), rate: 5).layers[0].verdict == .unsteady)
    }

    /// Activations that were written as functions, of which there are those that do not count.
    private struct Written: Module {
        let first = Linear(8, 6), second = Linear(6, 6), third = Linear(6, 6), last = Linear(6, 3)

        func callAsFunction(_ x: Tensor) -> Tensor {
            let a = relu(first(x))
            let b = silu(second(a)) + mish(second(a))
            return last(softmax(third(b)) * sigmoid(third(b)))
        }
    }

    @Test func activationsAreFoundWhereverTheyAreWritten() {
        let model = withRandomSeed(1) { Written() }
        let optimizer = SGD(model.parameters(), learningRate: 1e-3)
        let watch = GradientWatch(model, every: 1)
        optimizer.observer = watch
        let inputs = withRandomSeed(2) { Tensor.normal([16, 8]) }
        crossEntropy(model(inputs), Tensor((0..<16).map { Int32($0 % 3) })).backward()
        optimizer.step()
        let units = Dictionary(uniqueKeysWithValues: watch.flow.layers.map { ($0.name, $0.units) })
        #expect(units["first"]?.dead != nil && units["first"]?.saturated == nil)
        // A gate is no unit, and the softmax of the loss is no part of the model.
        #expect(units["second"]?.dead == nil && units["second"]?.saturated == nil)
        #expect(units["third"]?.saturated != nil)
        #expect(units["last"]?.dead == nil && units["last"]?.saturated == nil)
    }

    @Test func unitsOfLayersSideBySideAreCountedByThemselves() {
        struct SideBySide: ParameterContainer {
            let weight = Parameter(Tensor.ones([2, 3, 4])), bias = Parameter(Tensor.zeros([2, 1, 4]))
        }
        let model = SideBySide()
        model.bias.value = concatenated([Tensor.full([1, 1, 4], -9), Tensor.full([1, 1, 4], 9)], axis: 0)
        let optimizer = SGD(model.parameters(), learningRate: 1e-3)
        let watch = GradientWatch(model, every: 1)
        optimizer.observer = watch
        relu(matmul(Tensor.ones([1, 5, 3]), model.weight.value) + model.bias.value).sum().backward()
        optimizer.step()
        #expect(watch.flow.layers.compactMap(\.units.dead) == [0.5])
    }
}
