import Backprop
import Foundation
import Testing

@testable import BackpropFiles
@testable import BackpropNN

/// State dictionaries of PyTorch in models of the same layers. Shapes, names and results are those of PyTorch 2.13; the numbers
/// of each tensor follow a formula.
@Suite struct PyTorchWeightsTests: PyTorchStates {
    // MARK: A whole model

    struct Net: Module {
        let convBlock = Sequential(
            Conv2d(2, 4, kernel: 3, padding: 1), BatchNorm(4), Activation.relu,
            ConvTransposed2d(4, 6, kernel: 2, stride: 2, groups: 2), PReLU(6), MaxPool2d(2))
        let lstm = LSTM(24, 4, layers: 2, isBidirectional: true)
        let attention = MultiHeadAttention(8, heads: 2)
        let encoder = TransformerEncoderLayer(8, heads: 2, hidden: 6, dropout: 0)
        let gru = GRU(8, 5)
        let norm = LayerNorm(5)
        let fc = Linear(5, 3)

        func callAsFunction(_ x: Tensor) -> Tensor {
            let lines = convBlock(x).flattened(start: 2, end: 3)
            return fc(norm(gru(encoder(attention(lstm(lines))))))
        }
    }

    static let netShapes: [String: [Int]] = [
        "attention.in_proj_bias": [24], "attention.in_proj_weight": [24, 8], "attention.out_proj.bias": [8],
        "attention.out_proj.weight": [8, 8], "conv_block.0.bias": [4], "conv_block.0.weight": [4, 2, 3, 3],
        "conv_block.1.bias": [4], "conv_block.1.num_batches_tracked": [], "conv_block.1.running_mean": [4],
        "conv_block.1.running_var": [4], "conv_block.1.weight": [4], "conv_block.3.bias": [6],
        "conv_block.3.weight": [4, 3, 2, 2], "conv_block.4.weight": [6], "encoder.linear1.bias": [6],
        "encoder.linear1.weight": [6, 8], "encoder.linear2.bias": [8], "encoder.linear2.weight": [8, 6],
        "encoder.norm1.bias": [8], "encoder.norm1.weight": [8], "encoder.norm2.bias": [8], "encoder.norm2.weight": [8],
        "encoder.self_attn.in_proj_bias": [24], "encoder.self_attn.in_proj_weight": [24, 8],
        "encoder.self_attn.out_proj.bias": [8], "encoder.self_attn.out_proj.weight": [8, 8], "fc.bias": [3],
        "fc.weight": [3, 5], "gru.bias_hh_l0": [15], "gru.bias_ih_l0": [15], "gru.weight_hh_l0": [15, 5],
        "gru.weight_ih_l0": [15, 8], "lstm.bias_hh_l0": [16], "lstm.bias_hh_l0_reverse": [16], "lstm.bias_hh_l1": [16],
        "lstm.bias_hh_l1_reverse": [16], "lstm.bias_ih_l0": [16], "lstm.bias_ih_l0_reverse": [16],
        "lstm.bias_ih_l1": [16], "lstm.bias_ih_l1_reverse": [16], "lstm.weight_hh_l0": [16, 4],
        "lstm.weight_hh_l0_reverse": [16, 4], "lstm.weight_hh_l1": [16, 4], "lstm.weight_hh_l1_reverse": [16, 4],
        "lstm.weight_ih_l0": [16, 24], "lstm.weight_ih_l0_reverse": [16, 24], "lstm.weight_ih_l1": [16, 8],
        "lstm.weight_ih_l1_reverse": [16, 8], "norm.bias": [5], "norm.weight": [5],
    ]

    static let netResult: [Double] = [
        -0.070935071, 0.081013493, 0.017007202, -0.13285318, 0.17434585, -0.09587808, -0.12852013, 0.19059598,
        -0.13064618, -0.1257185, 0.19422802, -0.14025033, -0.070899367, 0.08097858, 0.017036974, -0.13279536, 0.1742928,
        -0.09583658, -0.12846291, 0.19054106, -0.1306006, -0.12566161, 0.19417137, -0.14020114,
    ]

    static func check(_ model: Net) {
        model.eval()
        let y = model(images([2, 2, 4, 4]))
        #expect(y.shape == [2, 4, 3])
        #expect(difference(y, netResult) < 1e-5)
    }

    @Test func aWholeModelGivesTheSameNumbers() throws {
        let model = Net()
        let report = try Self.load(Self.state(Self.netShapes), into: model)
        Self.check(model)
        #expect(report.missing.isEmpty && report.unexpected.isEmpty)
        #expect(report.ignored == ["conv_block.1.num_batches_tracked"])
        let lines = report.description.split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        for line in [
            "convBlock.layers.0.weight from conv_block.0.weight, [out, in, kernel...] turned to [out, kernel..., in]",
            "convBlock.layers.3.weight from conv_block.3.weight, [in, out, kernel...] turned to [out, kernel..., in]",
            "convBlock.layers.1.statistics.mean from conv_block.1.running_mean",
            "attention.keys.weight from attention.in_proj_weight, part 2 of 3",
            "lstm.stack.cells.1.1.weights.hiddenBias from lstm.bias_hh_l1_reverse", "fc.weight from fc.weight",
        ] { #expect(lines.contains(line), "\(line) is not in\n\(report)") }
    }

    @Test func containersInFrontDoNotMatter() throws {
        let state = Self.state(Self.netShapes)
        let wrapped = Dictionary(uniqueKeysWithValues: state.map { ("module.model." + $0.key, $0.value) })
        let model = Net()
        _ = try Self.load(wrapped, into: model)
        Self.check(model)
        struct Outer: Module {
            let body = Net()
            func callAsFunction(_ x: Tensor) -> Tensor { body(x) }
        }
        for state in [state, wrapped] {
            let outer = Outer()
            _ = try Self.load(state, into: outer)
            Self.check(outer.body)
        }
        let renamed = Net()
        _ = try Self.load(wrapped, into: renamed, renaming: ["module.model": ""])
        Self.check(renamed)
    }

    // MARK: Flattened images

    static func sequence() -> Sequential {
        Sequential(
            Conv2d(2, 3, kernel: 3), BatchNorm(3), Activation.relu, MaxPool2d(2), Flatten(), BatchNorm(12),
            Linear(12, 5),
            Activation.tanh, Linear(5, 2))
    }

    static let sequenceShapes: [String: [Int]] = [
        "0.bias": [3], "0.weight": [3, 2, 3, 3], "1.bias": [3], "1.num_batches_tracked": [], "1.running_mean": [3],
        "1.running_var": [3], "1.weight": [3], "5.bias": [12], "5.num_batches_tracked": [], "5.running_mean": [12],
        "5.running_var": [12], "5.weight": [12], "6.bias": [5], "6.weight": [5, 12], "8.bias": [2], "8.weight": [2, 5],
    ]

    @Test func sequencesKnowWhatTheyFlatten() throws {
        let model = Self.sequence()
        let report = try Self.load(Self.state(Self.sequenceShapes), into: model)
        model.eval()
        let y = model(Self.images([2, 2, 6, 6]))
        #expect(Self.difference(y, [-0.52713883, 0.13123785, -0.52404094, 0.12722959]) < 1e-5)
        let changes = Dictionary(uniqueKeysWithValues: report.loaded.map { ($0.name, $0.change) })
        let turned = "[..., 3 channels, places] turned to [..., places, 3 channels]"
        #expect(changes["layers.6.weight"] == turned)
        #expect(changes["layers.5.statistics.mean"] == turned)
        #expect(changes["layers.6.bias"] == .some(nil) && changes["layers.8.weight"] == .some(nil))
        // Told that nothing is flattened there, it turns nothing.
        let other = Self.sequence()
        let told = try Self.load(
            Self.state(Self.sequenceShapes), into: other, flattened: ["layers.5": 1, "layers.6": 1])
        #expect(told.loaded.first { $0.name == "layers.6.weight" }?.change == nil)
    }

    struct Small: Module {
        let conv = Conv1d(2, 3, kernel: 3)
        let fc1 = Linear(12, 2)
        func callAsFunction(_ x: Tensor) -> Tensor { fc1(relu(conv(x)).flattened(start: 1)) }
    }

    static let smallShapes = ["conv.bias": [3], "conv.weight": [3, 2, 3], "fc1.bias": [2], "fc1.weight": [2, 12]]

    @Test func otherModelsHaveToSayWhatTheyFlatten() throws {
        let state = Self.state(Self.smallShapes), model = Small()
        let before = model.parameters().map { $0.value.array(of: Float.self) }
        let error = try #require(throws: DataError.self) { try Self.load(state, into: model) }
        #expect(error.description.contains("say flattened: [\"fc1\": 3], or 1 where it does not"))
        #expect(isOneLine(error.description))
        #expect(model.parameters().map { $0.value.array(of: Float.self) } == before)
        _ = try Self.load(state, into: model, flattened: ["fc1": 3])
        let y = model(Self.images([2, 2, 6]))
        #expect(Self.difference(y, [0.18526608, -0.41940975, -0.070158184, 0.37077695]) < 1e-5)
        _ = try Self.load(state, into: model, flattened: ["fc1": 1])
        #expect(model.fc1.weight.value.array(of: Float.self) == state["fc1.weight"]!.array(of: Float.self))
        for wrong in [["fc1": 5], ["fc2": 3], ["fc1": 0], ["fc1": -3]] {
            let error = try #require(throws: DataError.self) { try Self.load(state, into: model, flattened: wrong) }
            #expect(error.description.contains("is no layer whose inputs are"))
        }
    }

    // MARK: What does not fit

    struct Pair: Module {
        let first = Linear(2, 3), second = Linear(3, 2)
        func callAsFunction(_ x: Tensor) -> Tensor { second(first(x)) }
    }

    static let pairShapes = ["first.bias": [3], "first.weight": [3, 2], "second.bias": [2], "second.weight": [2, 3]]

    struct Misfit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let says: [String]
        let change: @Sendable (inout [String: Tensor]) -> Void

        init(_ name: String, _ says: String..., change: @escaping @Sendable (inout [String: Tensor]) -> Void) {
            (testDescription, self.says, self.change) = (name, says, change)
        }
    }

    static let misfits: [Misfit] = [
        Misfit("swapped", "'first.weight' is [2, 3], the model has [3, 2]", "'second.weight' is [3, 2]") {
            let first = $0["first.weight"]
            ($0["first.weight"], $0["second.weight"]) = ($0["second.weight"], first)
        },
        Misfit("missing", "missing 'second.bias'") { $0["second.bias"] = nil },
        Misfit("extra", "unexpected 'third.bias'") { $0["third.bias"] = Tensor([1.0]) },
        Misfit("misspelled", "missing 'first.bias'; unexpected 'fist.bias'") {
            $0["fist.bias"] = $0.removeValue(forKey: "first.bias")
        },
        Misfit("integers", "'first.bias' is I64, the model has float32") { $0["first.bias"] = Tensor([1, 2, 3]) },
        Misfit("no axes", "'second.bias' is [], the model has [2]") { $0["second.bias"] = Tensor(1.0) },
        Misfit("two that are alike", "'second.bias' could be each of 'Second.bias', 'sec_ond.bias'") {
            $0["Second.bias"] = $0.removeValue(forKey: "second.bias")
            $0["sec_ond.bias"] = $0["Second.bias"]
        },
    ]

    @Test(arguments: misfits) func refuses(_ misfit: Misfit) throws {
        var state = Self.state(Self.pairShapes)
        misfit.change(&state)
        let model = Pair(), before = model.parameters().map { $0.value.array(of: Float.self) }
        let error = try #require(throws: DataError.self) { try Self.load(state, into: model) }
        for text in misfit.says { #expect(error.description.contains(text), "\(error)") }
        #expect(isOneLine(error.description) && error.reason == .mismatch)
        #expect(model.parameters().map { $0.value.array(of: Float.self) } == before)
    }

    @Test func namesThatAreExactComeBeforeThoseThatAreAlike() throws {
        var state = Self.state(Self.pairShapes)
        state["First.bias"] = Tensor([9.0, 9, 9])
        let model = Pair()
        let error = try #require(throws: DataError.self) { try Self.load(state, into: model) }
        #expect(error.description.contains("unexpected 'First.bias'"))
        let report = try Self.load(state, into: model, isStrict: false)
        #expect(report.unexpected == ["First.bias"] && report.loaded.count == 4)
    }

    @Test func namesAreTakenFromAMap() throws {
        let state = Self.state(["a.bias": [3], "a.weight": [3, 2], "b.c.bias": [2], "b.c.weight": [2, 3], "opt": [1]])
        let model = Pair()
        let error = try #require(throws: DataError.self) { try Self.load(state, into: model) }
        #expect(error.description.contains("missing 'first.bias', 'first.weight', 'second.bias', 'second.weight'"))
        let report = try Self.load(state, into: model, renaming: ["a": "first", "b.c": "second", "opt": nil])
        #expect(report.loaded.map(\.source) == ["a.weight", "a.bias", "b.c.weight", "b.c.bias"])
        let half = try Self.load(state, into: Pair(), renaming: ["a": "first"], isStrict: false)
        #expect(
            half.missing == ["second.bias", "second.weight"] && half.unexpected == ["b.c.bias", "b.c.weight", "opt"])
    }

    @Test func sequencesAreCountedAlike() throws {
        let shapes = ["0.bias": [3], "0.weight": [3, 2], "2.bias": [2], "2.weight": [2, 3]]
        let model = Sequential(Linear(2, 3), Activation.tanh, Linear(3, 2))
        _ = try Self.load(Self.state(shapes), into: model)
        let other = Sequential(Linear(2, 3), Linear(3, 2))
        let error = try #require(throws: DataError.self) { try Self.load(Self.state(shapes), into: other) }
        #expect(error.description.contains("missing 'layers.1.bias (1.bias)', 'layers.1.weight (1.weight)'"))
    }

    struct Tied: Module {
        let embedding = Embedding(4, 3)
        let head: Linear

        init() { head = Linear(weight: embedding.weight) }
        func callAsFunction(_ x: Tensor) -> Tensor { head(embedding(x)) }
    }

    @Test func sharedParametersMayBeThereOnceOrTwice() throws {
        let once = Self.state(["embedding.weight": [4, 3]])
        var state = once
        for name in ["embedding.weight", "head.weight"] {
            let model = Tied()
            _ = try Self.load([name: once["embedding.weight"]!], into: model)
            #expect(model.head.weight.value.array(of: Float.self) == once["embedding.weight"]!.array(of: Float.self))
        }
        state["head.weight"] = state["embedding.weight"]
        let report = try Self.load(state, into: Tied())
        #expect(report.loaded.count == 1 && report.ignored == ["head.weight"])
        state["head.weight"] = Self.numbers([4, 3], 9)
        let error = try #require(throws: DataError.self) { try Self.load(state, into: Tied()) }
        #expect(error.description.contains("are one parameter of the model, and differ"))
    }

    // MARK: Files of torch.save

    /// What `torch.save` of PyTorch 2.13 writes for the state of nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.BatchNorm1d(3)),
    /// packed by gzip; the tensor with place k in the order of names has k, k + 1/4, k + 1/2, and so on.
    private static let file = """
        H4sIAAAAAAACA6WWT2zbVBzHX/40SUOa/oHRrmzd+J9ClyZO4qQta0o2DMhIlAwkCw6Wk5jEWmL3Z7+0AilSJdRpiAN/DpwQ2nEHDtxAXNgRDg
        i47LQDEkIIIcGZnXjPL03tV9oyz9KL5cSf7/f7nPf7PW/KkShCiQQ6dEyhGaTZzY6xrS+3NKxlt652pVoavek7dsPNptXt6k1sWKaTfNVu6bbe
        umw0cRLQYh1CGYVq57I7utHuYAg3sUVEs2ofG10nqdp6o290WyrWTcey1W0hCZFMRokTxiF3am0dogxJSl1Lw1fYl0kYU0JUF2JKhJybW32Iyz
        EMiddkJEfk8DUYl8Ny6Bok3+/QHA9gSNVhQom5YRqG5kC6Q5w60Q5TysNkJy5HMEy5CnswLYf2YIbRD2J4qA6n3KkI+1N52McLMMv4uSF/mvLz
        jH8Ew5k6nHXdBea+4KMLcI7R54f0o5R+jNGPY3iiDk8qaZe2+6ZpmG21p2smPOVTKcLTTCUzVFmkKs8wlWcxLNXhgjLhU9nWbMj6REqwzERyQ5
        E8FRGYSAFDsQ4l5ZQrYvZ7akPDzY7uqNjWmlf1FohMbPifvWKZ7dFfVnb1RagQ/RCGFaK/uMh0VzGs1eG5/gAuKuPkJjI7rNFVB+vu79WMQtck
        bAzgeXdxbOu2Q1Yc1OSQM1wJlwZwuTO6zsMLA5AOrgV4cQAvkeuw03ca2U05nli++/KVr8MI0bF5ZB3MokujOsi+bdk9DatDd6lW5crhno88Df
        LV33feoxnpODrIPCofBBkWh6p1jbbZ000s1QpBsohFGqC6A3+Qh4DCxwaYRtVRgMY7WLdosUu1tft5Bl0D465OM+xd/PU0rY/YsRnSaN3XlZZz
        Um31PgIgtFtF6AYZt8j4hQy0QXrfBk30251Ubo58MXdCoiV/orxUy6D/70+P3XXyUaWevX9mfkiRi9QJnhW/pyDViijY/G+R+X5Hxk/unG9/8P
        qHAfwLwf3Z80bovOt//e7q2QD+xeD+u8T7Ohkfuf7nvv/xrwD+peD+N4j3TTK+dP3f+vObQgB/Mah/fKhIvbdu/25Rs8Sx3pNobeQ96oPloCVY
        SFLnnz9vv3Fy/1lAwkEDdKft6LZBOuC7Gn37UI2WVMveY5CcWFkpCSslsViulIScWCqVKzkhly/ny6JYrhSFgiBWcqUVmvKLndS3GZIj46YM0b
        CjnN69ZOpQcv49iqe9G8Csj0xE0FG7Dy/ibeLzPpGPvSKHdg5ex9uIp306M1F0eAPgcW/XTPvwT6OI69086+1+fjYzxrF5nvV2Lj/7Gc8KPOvt
        On72TIxjCzzr7RicL88WedZb7ZxvnGNLPOutVs6XZ0We9dbbpI+dSyC+unnYWwYLPvgTD/zfBbopx2JL++UcuTAiJ7hzOcLOlfH99hRzO5WVYt
        fsTWksxpgJ935277+SGHnI0QwAAA==
        """

    @Test func filesOfTorchSaveAreRead() throws {
        let folder = try TemporaryFolder()
        let packed = try #require(Data(base64Encoded: Self.file, options: .ignoreUnknownCharacters))
        let path = try folder.file("state.pt", try Gzip.unpacked(Array(packed)))
        let model = Sequential(Linear(2, 3), Activation.tanh, BatchNorm(3))
        let report = try model.loadPyTorch(from: path)
        #expect(report.ignored == ["2.num_batches_tracked"])
        let order = [
            "0.bias", "0.weight", "2.bias", "2.num_batches_tracked", "2.running_mean", "2.running_var", "2.weight",
        ]
        let values = Dictionary(uniqueKeysWithValues: model.namedCells().map { ($0.name, $0.cell.value) })
        for entry in report.loaded {
            let place = Double(try #require(order.firstIndex(of: entry.source)))
            let value = try #require(values[entry.name])
            #expect(value.array(of: Double.self) == (0..<value.size).map { place + Double($0) / 4 }, "\(entry.name)")
        }
        #expect(report.loaded.count == 6)
    }
}
