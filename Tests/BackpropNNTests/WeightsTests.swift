import Backprop
import BackpropNN
import Testing

@testable import BackpropFiles

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
        #expect(folder.names == ["m.safetensors"])
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
        #expect(throws: DataError.self) { try Self.read(.float64, Self.bytes([0, 3.4e38, 0]), as: .bfloat16) }
        let near = 1 + 0x1p-8 + 0x1p-40
        #expect(try Self.read(.float64, Self.bytes([near, 1, 1]), as: .bfloat16) == [1 + 0x1p-7, 1, 1])
        #expect(throws: DataError.self) {
            try Self.read(.int32, Self.bytes([1, 2, 3] as [Int32]), as: .float32)
        }
        #expect(throws: DataError.self) {
            try Self.read(.float32, Self.bytes([1, 2, 3] as [Float]), as: .int32)
        }
        #expect(try Self.read(.int32, Self.bytes([1, 2, 3] as [Int32]), as: .int32) == [1, 2, 3])
        #expect(try Self.read(.int64, Self.bytes([1, -2, 3] as [Int64]), as: .int32) == [1, -2, 3])
        #expect(try Self.read(.uint32, Self.bytes([1, 2, 3] as [UInt32]), as: .uint8) == [1, 2, 3])
        #expect(throws: DataError.self) { try Self.read(.int64, Self.bytes([1, 1 << 31, 3] as [Int64]), as: .int32) }
        #expect(throws: DataError.self) { try Self.read(.int16, Self.bytes([1, -1, 3] as [Int16]), as: .uint8) }
    }

    // MARK: Parts and other names

    static func twoLayers(_ seed: UInt64, outputs: Int = 3) -> Sequential {
        withRandomSeed(seed) { Sequential(Linear(2, 4), Activation.tanh, Linear(4, outputs)) }
    }

    @Test func aBodyGetsANewHead() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let (body, model) = (Self.twoLayers(1), Self.twoLayers(2, outputs: 5))
        try body.save(to: path)
        let before = Self.numbers(model)
        // A head of another shape does not fit, strictly or not.
        let misfit = try #require(throws: DataError.self) { try model.load(from: path, isStrict: false) }
        #expect(misfit.description.contains("'layers.2.weight' is [3, 4], the model has [5, 4]"))
        #expect(Self.numbers(model) == before)
        let report = try model.load(from: path, renaming: ["layers.2": nil], isStrict: false)
        #expect(report.loaded.map(\.name) == ["layers.0.weight", "layers.0.bias"])
        #expect(report.missing == ["layers.2.bias", "layers.2.weight"] && report.unexpected.isEmpty)
        #expect(report.ignored == ["layers.2.bias", "layers.2.weight"])
        #expect(Self.numbers(model) == Array(Self.numbers(body).prefix(2) + before.suffix(2)))
        #expect(
            report.description == """
                layers.0.weight  from layers.0.weight
                layers.0.bias    from layers.0.bias
                missing 'layers.2.bias', 'layers.2.weight'
                left out 'layers.2.bias', 'layers.2.weight'
                """)
    }

    @Test func namesAreRenamed() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let (source, target) = (Self.twoLayers(1), Self.twoLayers(2))
        let values = source.namedParameters().map { ($0.name, $0.parameter.value) }
        let others = ["layers.0": "body.enc", "layers.2": "head"]
        var tensors: [String: Tensor] = ["step": Tensor(3.0)]
        for (name, value) in values {
            let start = String(name.prefix(8))
            tensors[others[start]! + name.dropFirst(8)] = value
        }
        try saveTensors(tensors, to: path)
        let renaming: Renaming = ["body.enc": "layers.0", "body": "nothing", "head.": "layers.2.", "step": nil]
        #expect(renaming("body.encoder.weight") == "nothing.encoder.weight" && renaming("headless") == "headless")
        #expect(throws: DataError.self) { try target.load(from: path) }
        let unused = try #require(throws: DataError.self) { try target.load(from: path, renaming: ["boddy": "layers"]) }
        #expect(unused.description.contains("no name begins with 'boddy'"))
        try target.load(from: path, renaming: ["body.enc": "layers.0", "head.": "layers.2.", "step": nil])
        #expect(Self.numbers(source) == Self.numbers(target))
        let again = Self.twoLayers(3)
        let report = try again.load(
            from: path,
            renaming: Renaming {
                $0 == "step" ? nil : $0.hasPrefix("head") ? "layers.2" + $0.dropFirst(4) : "layers.0" + $0.dropFirst(8)
            })
        #expect(Self.numbers(source) == Self.numbers(again) && report.ignored == ["step"])
        let both = try #require(throws: DataError.self) {
            try again.load(from: path, renaming: ["body.enc": "layers.0", "head": "layers.0", "step": nil])
        }
        #expect(both.description.contains("both become 'layers.0.bias'") && isOneLine(both.description))
        let none = try #require(throws: DataError.self) { try again.load(from: path, isStrict: false) }
        #expect(none.description.contains("no name is one of the model"))
    }

    @Test func aPrefixGoesAway() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let (source, target) = (Self.twoLayers(1), Self.twoLayers(2))
        try saveTensors(
            Dictionary(
                uniqueKeysWithValues: source.namedParameters().map { ("module." + $0.name, $0.parameter.value) }),
            to: path)
        try target.load(from: path, renaming: ["module": ""])
        #expect(Self.numbers(source) == Self.numbers(target))
    }

    @Test func manyMisfitsStayOneLine() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let layers = (0..<150).map { _ in Linear(1, 1) as any Module }
        try saveTensors(Dictionary(uniqueKeysWithValues: (0..<300).map { ("x\($0)", Tensor(1.0)) }), to: path)
        let error = try #require(throws: DataError.self) { try Sequential(layers).load(from: path) }
        #expect(error.description.contains("and 200 more; unexpected"))
        #expect(isOneLine(error.description) && error.description.count < 6000)
        try Sequential((0..<150).map { _ in Linear(2, 1) as any Module }).save(to: path)
        let shapes = try #require(throws: DataError.self) { try Sequential(layers).load(from: path) }
        #expect(shapes.description.contains("and 100 more") && isOneLine(shapes.description))
    }

    // MARK: Files

    @Test func severalFilesAndFolders() throws {
        let folder = try TemporaryFolder()
        let (source, target, third) = (Self.twoLayers(1), Self.twoLayers(2), Self.twoLayers(3))
        try source.save(to: folder.path + "/model.safetensors", maximumShardBytes: 40)
        #expect(folder.names.count == 5 && folder.names.last == "model.safetensors.index.json")
        try target.load(from: folder.path)
        #expect(Self.numbers(source) == Self.numbers(target))
        let weights = try Weights(reading: folder.path + "/model.safetensors.index.json", for: third)
        try weights.restore(to: third)
        #expect(Self.numbers(source) == Self.numbers(third))
    }

    @Test func savesNarrowNumbers() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let (source, target) = (Self.twoLayers(1), Self.twoLayers(2))
        for (type, error) in [(SafeTensorsType.float16, 0x1p-11), (.bfloat16, 0x1p-8), (.float8e4m3, 0x1p-4)] {
            try source.save(to: path, as: type)
            #expect(try SafeTensorsFile(path: path).entries.allSatisfy { $0.type == type })
            try target.load(from: path)
            for (x, y) in zip(Self.numbers(source).joined(), Self.numbers(target).joined()) {
                #expect(abs(x - y) <= error * max(abs(x), 0x1p-6))
            }
            #expect(target.parameters().allSatisfy { $0.dtype == .float32 })
        }
        source.parameters()[0].value = Tensor.full([4, 2], 1e6)
        #expect(throws: DataError.self) { try source.save(to: path, as: .float16) }
    }

    @Test func floatingPointIsNotWrittenAsIntegers() async {
        await #expect(processExitsWith: .failure) { try Linear(1, 1).save(to: "/dev/null", as: .int8) }
        await #expect(processExitsWith: .failure) { try Linear(1, 1).save(to: "/dev/null", maximumShardBytes: 0) }
    }
}
