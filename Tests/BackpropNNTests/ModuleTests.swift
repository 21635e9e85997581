import Backprop
import BackpropNN
import Testing

/// How parameters are found, named and frozen.
@Suite struct ModuleTests {
    private struct Block: Module {
        let first = Linear(3, 3), second: Linear? = Linear(3, 3, bias: false), none: Linear? = nil
        let cached = Tensor([1.0, 2], dtype: .float64)
        let cache: [Tensor] = [Tensor([1.0], dtype: .float64)]
        func callAsFunction(_ x: Tensor) -> Tensor { first(x) }
    }

    private final class Tower: Module {
        let blocks = [[Block()], [Block(), Block()]]
        let heads: [String: Linear] = ["b": Linear(3, 2), "a": Linear(3, 1)]
        let scale = Parameter(.ones([3]))
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private class Base: Module, @unchecked Sendable {
        let inner = Linear(2, 2, bias: false)
        func callAsFunction(_ x: Tensor) -> Tensor { inner(x) }
    }

    private final class Derived: Base, @unchecked Sendable { let outer = Linear(2, 2, bias: false) }

    private struct Tied: Module {
        let embedding: Parameter
        let output: Linear
        let again: Parameter
        init() {
            output = Linear(4, 6)
            embedding = output.weight
            again = output.weight
        }
        func callAsFunction(_ x: Tensor) -> Tensor { output(x) }
    }

    @Test func nestedProperties() {
        #expect(Block().namedParameters().map { $0.name } == ["first.weight", "first.bias", "second.weight"])
        let names = Tower().namedParameters().map { $0.name }
        #expect(names.prefix(3) == ["blocks.0.0.first.weight", "blocks.0.0.first.bias", "blocks.0.0.second.weight"])
        #expect(names.contains("blocks.1.1.second.weight"))
        #expect(names.suffix(5) == ["heads.a.weight", "heads.a.bias", "heads.b.weight", "heads.b.bias", "scale"])
        #expect(names.count == 14)
    }

    @Test func layersOfASequence() {
        let model = Sequential(Linear(2, 3), Activation.relu, Linear(3, 1))
        #expect(
            model.namedParameters().map { $0.name } == [
                "layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias",
            ])
        #expect(model.parameterCount == 2 * 3 + 3 + 3 + 1)
    }

    @Test func inheritedProperties() {
        #expect(Derived().namedParameters().map { $0.name } == ["inner.weight", "outer.weight"])
    }

    @Test func sharedParametersAppearOnce() {
        #expect(Tied().namedParameters().map { $0.name } == ["embedding", "output.bias"])
    }

    @Test func tensorsAreNotParameters() {
        #expect(!Block().namedParameters().contains { $0.name.contains("cache") })
    }

    @Test func freezing() {
        let model = Sequential(Linear(2, 3), Linear(3, 1))
        (model.layers[0] as? Linear)?.freeze()
        model(Tensor.ones([1, 2])).sum().backward()
        #expect(model.parameters().map { $0.gradient != nil } == [false, false, true, true])
        model.unfreeze()
        model(Tensor.ones([1, 2])).sum().backward()
        #expect(model.parameters().allSatisfy { $0.gradient != nil })
    }

    @Test func aModelServesSeveralTasks() async {
        let model = withRandomSeed(5) { Sequential(Linear(20, 50), Activation.gelu, Linear(50, 7), Activation.softmax) }
        let weights = model.parameters().map(\.value)
        let inputs = withRandomSeed(6) { Tensor.normal([30, 20]) }
        let expected = withoutGradients { model(inputs).array(of: Float.self) }
        let results = await withTaskGroup(of: [Float].self) { group in
            for _ in 0..<24 {
                group.addTask {
                    withoutGradients {
                        let hidden = gelu(matmul(inputs, weights[0].T) + weights[1])
                        return softmax(matmul(hidden, weights[2].T) + weights[3]).array(of: Float.self)
                    }
                }
            }
            return await group.reduce(into: Set<[Float]>()) { $0.insert($1) }
        }
        #expect(results == [expected])
    }
}
