import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

@Suite struct WeightsTests {
    struct Model: Module {
        let first: Linear
        let second: Linear

        init(seed: UInt64, hidden: Int = 3, dtype: DType = .float32) {
            (first, second) = withRandomSeed(seed) {
                (Linear(2, hidden, dtype: dtype), Linear(hidden, 1, bias: false, dtype: dtype))
            }
        }

        func callAsFunction(_ x: Tensor) -> Tensor { second(tanh(first(x))) }
    }

    /// The same parameters under other names and in another order.
    struct Other: Module {
        let second = Linear(3, 1, bias: false)
        let third = Linear(2, 2)

        func callAsFunction(_ x: Tensor) -> Tensor { third(second(x)) }
    }

    static func numbers(_ model: some Module) -> [[Double]] {
        model.parameters().map { $0.value.array(of: Double.self) }
    }

    @Test func modelsSaveAndLoad() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        let (model, other) = (Model(seed: 1), Model(seed: 2))
        try model.save(to: path)
        try other.load(from: path)
        #expect(Self.numbers(model) == Self.numbers(other))
        let misfit = Model(seed: 3, hidden: 4), before = Self.numbers(misfit)
        #expect(throws: DataError.self) { try misfit.load(from: path) }
        #expect(Self.numbers(misfit) == before)
    }

    @Test func readsWhatItWrote() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        let (model, copy) = (Model(seed: 1), Model(seed: 2))
        try Weights(of: model).write(to: path)
        #expect(Self.numbers(model) != Self.numbers(copy))
        try Weights(reading: path, for: copy).restore(to: copy)
        #expect(Self.numbers(model) == Self.numbers(copy))
        #expect(Weights(of: model).digest == Weights(of: copy).digest)
        #expect(!copy.parameters().map(\.isTrainable).contains(false))
        #expect(folder.names() == ["m.safetensors"])
    }

    @Test func runningStatisticsAreSavedToo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        func makeModel() -> Sequential { Sequential(Linear(3, 4), BatchNorm(4)) }
        let (model, copy) = (withRandomSeed(1) { makeModel() }, withRandomSeed(2) { makeModel() })
        let x = withRandomSeed(3) { Tensor.normal([8, 3]) }
        _ = model(x)
        let names = [
            "layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.statistics.mean",
            "layers.1.statistics.variance", "layers.1.weight",
        ]
        #expect(Weights(of: model).names == names)
        try Weights(of: model).write(to: path)
        try Weights(reading: path, for: copy).restore(to: copy)
        model.eval()
        copy.eval()
        #expect(model(x).array(of: Float.self) == copy(x).array(of: Float.self))
    }

    @Test func laterTrainingLeavesThemAsTheyWere() {
        let model = Model(seed: 1)
        let weights = Weights(of: model)
        let digest = weights.digest
        let optimizer = SGD(model.parameters(), learningRate: 0.1)
        for _ in 0..<3 {
            model(Tensor.ones([4, 2])).sum().backward()
            optimizer.step()
        }
        #expect(weights.digest == digest)
        #expect(Weights(of: model).digest != digest)
    }

    @Test func digestFollowsFromNamesShapesAndBytes() {
        struct Pair: Module {
            let b = Parameter(Tensor([1, -2] as [Float]))
            let a = Parameter(Tensor([0.5] as [Double], shape: [1, 1], dtype: .float64))
            func callAsFunction(_ x: Tensor) -> Tensor { x }
        }
        var expected = SHA256()
        expected.add(Array("a float64 [1, 1]\n".utf8) + [0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
        expected.add(Array("b float32 [2]\n".utf8) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(Weights(of: Pair()).digest == expected.hexadecimal())
        #expect(Weights(of: Model(seed: 1)).digest != Weights(of: Model(seed: 2)).digest)
    }

    @Test func namesEverythingThatDoesNotFitInOneLine() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        try Weights(of: Model(seed: 1, hidden: 4)).write(to: path)
        do {
            _ = try Weights(reading: path, for: Other())
            Issue.record("weights of another model were accepted")
        } catch {
            let text = error.description
            #expect(error.reason == .mismatch && isOneLine(text))
            for part in [
                path, "missing 'third.bias', 'third.weight'", "unexpected 'first.bias', 'first.weight'",
                "'second.weight' is [1, 4], the model has [1, 3]",
            ] { #expect(text.contains(part), "\(text) lacks \(part)") }
        }
        let model = Model(seed: 3)
        let before = Self.numbers(model)
        #expect(throws: DataError.self) { try Weights(of: Other()).restore(to: model) }
        #expect(Self.numbers(model) == before)
    }

    struct One: Module {
        let w: Parameter
        init(_ dtype: DType) { w = Parameter(.zeros([3], dtype: dtype)) }
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    static func read(_ type: SafeTensorsType, _ bytes: [UInt8], as dtype: DType) throws -> [Double] {
        let folder = try TemporaryFolder()
        var writer = SafeTensorsWriter()
        try writer.declare("w", type: type, shape: [3])
        let path = folder.path + "/w.safetensors"
        try writer.write(to: path) { _, emit in try bytes.withUnsafeBytes { try emit($0) } }
        return try Weights(reading: path, for: One(dtype))["w"]!.array(of: Double.self)
    }

    static func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    @Test(arguments: [DType.float32, .float64])
    func widensExactly(_ dtype: DType) throws {
        let halves: [UInt16] = [0x3C01, 0x8001, 0x7BFF]
        #expect(
            try Self.read(.float16, Self.bytes(halves), as: dtype) == [
                1.0009765625, -5.960464477539063e-08, 65504,
            ])
        let brains: [UInt16] = [0x3F81, 0xC2F7, 0x0080]
        #expect(
            try Self.read(.bfloat16, Self.bytes(brains), as: dtype) == [
                1.0078125, -123.5, 1.1754943508222875e-38,
            ])
        let singles: [Float] = [0.1, -3, .infinity]
        #expect(
            try Self.read(.float32, Self.bytes(singles), as: dtype) == [Double(Float(0.1)), -3, .infinity])
    }

    @Test func roundsToNearestAndRefusesWhatDoesNotFit() throws {
        let numbers = Self.bytes([0.1, -1e-50, 1.0000000596])
        #expect(
            try Self.read(.float64, numbers, as: .float32) == [
                Double(Float(0.1)), 0, Double(Float(1.0000000596)),
            ])
        #expect(throws: DataError.self) { try Self.read(.float64, Self.bytes([0, 1e39, 0]), as: .float32) }
        #expect(throws: DataError.self) {
            try Self.read(.int32, Self.bytes([1, 2, 3] as [Int32]), as: .float32)
        }
        #expect(throws: DataError.self) {
            try Self.read(.float32, Self.bytes([1, 2, 3] as [Float]), as: .int32)
        }
        #expect(try Self.read(.int32, Self.bytes([1, 2, 3] as [Int32]), as: .int32) == [1, 2, 3])
    }
}
