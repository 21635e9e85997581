import Backprop
import BackpropNN
import Testing

/// Copies of models, and values that go from one to another.
@Suite struct ModelCopyTests {
    private enum Choice: Module {
        case linear(Linear), none
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private struct Chosen: Module {
        let choice: Choice
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private struct Pair<First: Module, Second: Sendable>: Module {
        let first: First
        private let second: Second
        let number = 7
        init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }
        func callAsFunction(_ x: Tensor) -> Tensor { first(x) }
    }

    /// Everything that a struct can hold.
    private struct Everything: Module {
        let linear = Linear(3, 3)
        var optional: Linear? = Linear(3, 3, bias: false)
        let none: Linear? = nil
        let nested = [[Linear(3, 3)], [], [Linear(3, 3), Linear(3, 3)]]
        let modules: [any Module] = [Linear(3, 3), Activation.relu, Dropout(0.5), Sequential(Linear(3, 3))]
        let anyModule: any Module = BatchNorm(3)
        let optionalModule: (any Module)? = Linear(3, 3)
        let named: [String: Linear] = ["a": Linear(3, 3), "b": Linear(3, 3)]
        let tuple = (Linear(3, 3), 5, Parameter(.ones([3])))
        let anything: any Sendable = Linear(3, 3)
        let generic = Pair(Linear(3, 3), [Pair(Dropout(), Linear(3, 3))])
        let recurrent = LSTM(3, 3, layers: 2, isBidirectional: true)
        let text = "kept", numbers = [1, 2, 3]
        let kept = Tensor([1, 2] as [Float])
        let transform: @Sendable (Tensor) -> Tensor = { $0 * 2 }
        private let secret = Parameter(.ones([2]))
        private let mode = TrainingMode()
        func callAsFunction(_ x: Tensor) -> Tensor { transform(linear(x)) }
    }

    private struct Tied: Module {
        let embedding = Embedding(6, 4)
        let output: Parameter
        let again: [Parameter]
        init() {
            output = embedding.weight
            again = [output, output]
        }
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private final class Tower: Module, CopyableModel {
        let blocks: [Linear]
        let scale: Parameter
        init(blocks: [Linear], scale: Parameter = Parameter(.ones([3]))) { (self.blocks, self.scale) = (blocks, scale) }
        func callAsFunction(_ x: Tensor) -> Tensor { blocks.reduce(x) { $1($0) } * scale.value }
        func copied(by copier: ModelCopier) -> Tower { Tower(blocks: copier(blocks), scale: copier(scale)) }
    }

    private final class Plain: Module {
        let layer = Linear(2, 2)
        func callAsFunction(_ x: Tensor) -> Tensor { layer(x) }
    }

    private struct Weak: Module {
        let layer = Linear(2, 2)
        unowned let weight: Parameter
        init() { weight = layer.weight }
        func callAsFunction(_ x: Tensor) -> Tensor { layer(x) }
    }

    private struct Loose: Module {
        let layers: ContiguousArray<Linear> = [Linear(2, 2)]
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private func bits(_ model: some ParameterContainer) -> [[UInt32]] {
        model.namedCells().map { $0.cell.value.array(of: Float.self).map(\.bitPattern) }
    }

    /// Same names, bits and flags, and not one cell in common.
    private func expectCopy<Model: ParameterContainer>(_ copy: Model, of model: Model) {
        #expect(copy.namedCells().map(\.name) == model.namedCells().map(\.name))
        #expect(bits(copy) == bits(model))
        #expect(copy.parameters().map(\.isTrainable) == model.parameters().map(\.isTrainable))
        let originals = Set(model.namedCells().map { ObjectIdentifier($0.cell) })
        #expect(copy.namedCells().allSatisfy { !originals.contains(ObjectIdentifier($0.cell)) })
        for cell in copy.namedCells() { cell.cell.value = cell.cell.value + 1 }
        #expect(zip(bits(copy), bits(model)).allSatisfy { $0 != $1 })
    }

    @Test func everythingThatAStructCanHold() {
        let model = Everything()
        let count = model.namedCells().count
        #expect(count == 49)
        model.named["b"]!.freeze()
        let copy = model.copy()
        #expect(copy.text == "kept" && copy.numbers == [1, 2, 3] && copy.tuple.1 == 5 && copy.generic.number == 7)
        #expect(copy.kept.array() == [1, 2] as [Float])
        #expect(copy.modules[1] as? Activation == .relu)
        #expect(copy.transform(Tensor([3] as [Float])).item() == 6)
        expectCopy(copy, of: model)
        // The original is as it was, down to the structs within it.
        #expect(model.namedCells().count == count)
    }

    @Test func modesAreKeptAndApart() {
        let model = Sequential(Dropout(1), Sequential(Dropout(1)))
        let x = Tensor.ones([2])
        model.eval()
        let copy = model.copy()
        #expect(copy(x).array() == [1, 1] as [Float])
        copy.train()
        #expect(copy(x).array() == [0, 0] as [Float])
        #expect(model(x).array() == [1, 1] as [Float])
    }

    @Test func whatIsSharedStaysShared() {
        let model = Tied(), copy = model.copy()
        #expect(copy.output === copy.embedding.weight)
        #expect(copy.again[0] === copy.output && copy.again[1] === copy.output)
        #expect(copy.output !== model.output)
        #expect(model.again[0] === model.embedding.weight)
        let layer = Linear(2, 2)
        let twice = Sequential(layer, Activation.relu, layer).copy()
        #expect((twice.layers[0] as! Linear).weight === (twice.layers[2] as! Linear).weight)
    }

    @Test func aCopyTrainsByItself() {
        let model = withRandomSeed(1) { Sequential(Linear(3, 8), BatchNorm(8), Activation.tanh, Linear(8, 2)) }
        let inputs = withRandomSeed(2) { Tensor.normal([16, 3]) }
        let labels = Tensor((0..<16).map { Int64($0 % 2) })
        func train(_ model: Sequential) -> [Double] {
            let optimizer = AdamW(model.parameters(), learningRate: 0.05)
            return (0..<5).map { _ in
                let loss = crossEntropy(model(inputs), labels)
                loss.backward()
                optimizer.step()
                return loss.item()
            }
        }
        let start = bits(model)
        let first = model.copy(), second = model.copy()
        let losses = train(first)
        #expect(bits(model) == start && bits(second) == start)
        #expect(train(second) == losses)
        #expect(bits(second) == bits(first))
        // A copy in the middle of training goes on from there.
        let third = first.copy()
        #expect(train(third) == train(first))
        #expect(bits(model) == start)
        #expect(losses[4] < losses[0])
    }

    @Test func manyCopies() {
        let model = Everything()
        let start = bits(model)
        var copy = model.copy()
        for _ in 0..<50 { copy = copy.copy() }
        #expect(bits(copy) == start)
        expectCopy(copy, of: model)
    }

    @Test func gradientsAreNotCopied() {
        let model = Linear(2, 1)
        model(Tensor.ones([1, 2])).sum().backward()
        #expect(model.copy().weight.gradient == nil)
        #expect(model.weight.gradient != nil)
    }

    @Test func namesGoAlong() {
        let model = Sequential(Linear(2, 2))
        _ = model.parameters()
        #expect((model.copy().layers[0] as! Linear).weight.name == "layers.0.weight")
    }

    @Test func classesThatCopyThemselves() {
        let tower = Tower(blocks: [Linear(3, 3), Linear(3, 3)])
        expectCopy(tower.copy(), of: tower)
        let model = Sequential(tower, Residual(tower))
        let copy = model.copy()
        #expect(copy.layers[0] as? Tower === (copy.layers[1] as? Residual)?.layers[0] as? Tower)
        expectCopy(copy, of: model)
    }

    @Test func enumsWithoutParametersAreKept() {
        guard case .none = Chosen(choice: .none).copy().choice else {
            Issue.record("another case")
            return
        }
    }

    private static let failures: [String: (parts: [String], body: @Sendable () -> Void)] = [
        "class": (["copy: Plain is no struct", "CopyableModel"], { _ = Plain().copy() }),
        "class within": (
            ["copy: Plain is no struct", "CopyableModel"], { _ = Sequential(Linear(2, 2), Plain()).copy() }
        ),
        "enum": (["copy: Choice is no struct", "CopyableModel"], { _ = Chosen(choice: .linear(Linear(2, 2))).copy() }),
        "weak": (["copy: Weak holds", "weight", "CopyableModel"], { _ = Weak().copy() }),
        "collection": (["layers.0.weight", "CopyableModel"], { _ = Loose().copy() }),
    ]

    @Test(arguments: failures.keys.sorted()) func whatCannotBeCopied(_ name: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
            ModelCopyTests.failures[name]!.body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        for part in ModelCopyTests.failures[name]!.parts { #expect(message.contains(part), "\(message.prefix(300))") }
    }

    @Test func updating() throws {
        let model = Sequential(Linear(2, 3), BatchNorm(3)), other = Sequential(Linear(2, 3), BatchNorm(3))
        _ = other(Tensor([1, 2, 3, 5] as [Float], shape: [2, 2]))
        try model.update(from: other)
        #expect(bits(model) == bits(other))
        let start = bits(model)
        let wrong = Sequential(Linear(2, 4), Linear(3, 3, bias: false), Linear(1, 1))
        let error = #expect(throws: ModelMismatch.self) { try model.update(from: wrong) }
        #expect(
            error?.missing == [
                "layers.1.bias", "layers.1.statistics.mean", "layers.1.statistics.variance",
            ])
        #expect(error?.unexpected == ["layers.2.weight", "layers.2.bias"])
        #expect(
            error?.misfits == [
                "layers.0.weight is float32[3, 2], not float32[4, 2]", "layers.0.bias is float32[3], not float32[4]",
                "layers.1.weight is float32[3], not float32[3, 3]",
            ])
        #expect(bits(model) == start)
        let text =
            "the models differ: missing: layers.1.bias, layers.1.statistics.mean, layers.1.statistics.variance; unexpected: "
        #expect(error?.description.hasPrefix(text) == true)
    }
}
