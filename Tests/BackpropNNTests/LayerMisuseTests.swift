import Backprop
import BackpropNN
import Testing

/// Mistakes in the options and the operands of layers: each stops at once, with a message that names the layer and what it
/// was given.
@Suite struct LayerMisuseTests {
    private static let image = Tensor.zeros([2, 4, 4, 6])
    private static let line = Tensor.zeros([2, 4, 6])

    static let mistakes: [String: MisuseTests.Mistake] = [
        "Conv2d groups": .init(parts: ["Conv2d", "4 groups", "6 inputs"]) { _ = Conv2d(6, 8, kernel: 3, groups: 4) },
        "Conv2d kernel": .init(parts: ["Conv2d", "kernel", "[3, 3, 3]"]) { _ = Conv2d(6, 8, kernel: [3, 3, 3]) },
        "Conv1d kernel": .init(parts: ["Conv1d", "kernel", "[0]"]) { _ = Conv1d(6, 8, kernel: 0) },
        "Conv2d of lines": .init(parts: ["Conv2d(", "[2, 4, 6]", "6 channels"]) { _ = Conv2d(6, 8, kernel: 3)(line) },
        "Conv2d .same": .init(parts: ["conv2d", ".same", "[2, 2]"]) {
            _ = Conv2d(6, 8, kernel: 3, stride: 2, padding: .same)(image)
        },
        "ConvTransposed3d": .init(parts: ["ConvTransposed3d", "0 outputs"]) { _ = ConvTransposed3d(6, 0, kernel: 3) },
        "MaxPool2d": .init(parts: ["MaxPool2d", "[2, 4, 6]", "2 spatial axes"]) { _ = MaxPool2d(2)(line) },
        "AveragePool1d": .init(parts: ["AveragePool1d", "[2, 4, 4, 6]"]) { _ = AveragePool1d(2)(image) },
        "AdaptiveMaxPool3d": .init(parts: ["AdaptiveMaxPool3d", "[2, 4, 4, 6]"]) { _ = AdaptiveMaxPool3d(2)(image) },
        "GlobalAveragePool": .init(parts: ["GlobalAveragePool", "[2, 3]"]) {
            _ = GlobalAveragePool()(Tensor.zeros([2, 3]))
        },
        "Pad": .init(parts: ["Pad", "[1, 2, 3]"]) { _ = Pad([1, 2, 3])(image) },
        "Embedding padding": .init(parts: ["Embedding", "padding 4", "4"]) { _ = Embedding(4, 2, paddingIndex: 4) },
        "Linear of parameters": .init(parts: ["Linear", "[2, 3]", "[3]"]) {
            _ = Linear(weight: Parameter(.zeros([2, 3])), bias: Parameter(.zeros([3])))
        },
        "PReLU": .init(parts: ["prelu", "[5]", "[2, 4, 6]"]) { _ = PReLU(5)(line) },
        "PositionalEmbedding": .init(parts: ["PositionalEmbedding", "[2, 4, 6]", "position 3", "6 positions"]) {
            _ = PositionalEmbedding(6, 6)(line, offset: 3)
        },
        "RotaryEmbedding": .init(parts: ["RotaryEmbedding", "5 features"]) { _ = RotaryEmbedding(5) },
        "rotary features": .init(parts: ["MultiHeadAttention", "8 features", "4 of a head"]) {
            _ = MultiHeadAttention(8, heads: 2, rotary: RotaryEmbedding(8))
        },
        "a full cache": .init(parts: ["KeyValueCache", "4 positions", "behind 0", "3"]) {
            var cache = KeyValueCache(capacity: 3)
            _ = MultiHeadAttention(6, heads: 2)(line, cache: &cache)
        },
        "a cache of another batch": .init(parts: ["KeyValueCache", "[1, 2, 4, 3]", "[2, 2, 9, 3]"]) {
            let layer = MultiHeadAttention(6, heads: 2)
            var cache = KeyValueCache(capacity: 9)
            _ = layer(line, cache: &cache)
            _ = layer(line.narrowed(axis: 0, 0..<1), cache: &cache)
        },
        "lengths": .init(parts: ["recurrent", "[4, 5]", "4 steps"]) { _ = GRU(6, 3)(line, lengths: [4, 5]) },
        "lengths of other sequences": .init(parts: ["recurrent", "int64[3]", "[2, 4, 6]"]) {
            _ = GRU(6, 3)(line, lengths: [4, 2, 1])
        },
        "Linear of integers": .init(parts: ["Linear(6, 2)", "int64", "asType(.float32)"]) {
            _ = Linear(6, 2)(Tensor.arange(6))
        },
        "Conv2d without channels": .init(
            parts: ["Conv2d(", "[2, 5, 5]", "1 channels", "expandedDimensions(axis: -1)"]
        ) {
            _ = Conv2d(1, 3, kernel: 3)(Tensor.zeros([2, 5, 5]))
        },
        "Conv2d channels first": .init(parts: ["Conv2d(", "[2, 6, 5, 5]", "6 channels", "movedAxis(1, to: -1)"]) {
            _ = Conv2d(6, 8, kernel: 3)(Tensor.zeros([2, 6, 5, 5]))
        },
        "Conv2d of bytes": .init(parts: ["Conv2d(", "uint8", "asType(.float32)"]) {
            _ = Conv2d(6, 8, kernel: 3)(Tensor.zeros([2, 5, 5, 6], dtype: .uint8))
        },
        "Conv1d channels": .init(parts: ["Conv1d(", "[2, 4, 6]", "length", "5 channels"]) {
            _ = Conv1d(5, 8, kernel: 3)(line)
        },
        "ConvTransposed1d channels": .init(parts: ["ConvTransposed1d(", "[2, 4, 6]", "5 channels"]) {
            _ = ConvTransposed1d(5, 8, kernel: 3)(line)
        },
        "asLinear": .init(parts: ["Embedding(4, 2)", "[2, 4, 6]", "2 features"]) { _ = Embedding(4, 2).asLinear(line) },
        "GRUCell": .init(parts: ["GRUCell", "[2, 4, 6]", "3 features"]) { _ = GRUCell(3, 2)(line) },
        "GRUCell state": .init(parts: ["GRUCell", "a state", "[2, 4, 5]", "2 features"]) {
            _ = GRUCell(6, 2)(line, state: Tensor.zeros([2, 4, 5]))
        },
        "LSTMCell state": .init(parts: ["LSTMCell", "a state of the cell", "[2, 4, 5]", "2 features"]) {
            let state = LSTMState(hidden: .zeros([2, 4, 2]), cell: .zeros([2, 4, 5]))
            _ = LSTMCell(6, 2)(line, state: state)
        },
        "attention of other keys": .init(parts: ["MultiHeadAttention", "[2, 3, 6]", "[2, 4, 6]", "positions"]) {
            _ = MultiHeadAttention(6, heads: 2)(queries: line, keys: Tensor.zeros([2, 3, 6]), values: line)
        },
        "attention padding": .init(parts: ["MultiHeadAttention", "bool[2, 5]", "4 keys"]) {
            let hidden = Tensor.zeros([2, 5], dtype: .bool)
            _ = MultiHeadAttention(6, heads: 2)(queries: line, keys: line, values: line, isPadding: hidden)
        },
        "encoder": .init(parts: ["TransformerEncoderLayer", "[2, 4, 6]", "8 features"]) {
            _ = TransformerEncoderLayer(8, heads: 2, hidden: 4)(line)
        },
        "decoder": .init(parts: ["TransformerDecoderLayer", "a memory", "[2, 4, 5]", "6 features"]) {
            _ = TransformerDecoderLayer(6, heads: 2, hidden: 4)(line, memory: Tensor.zeros([2, 4, 5]))
        },
        "positions of other features": .init(parts: ["PositionalEmbedding", "[2, 4, 6]", "5 features"]) {
            _ = PositionalEmbedding(9, 5)(line)
        },
        "Residual": .init(parts: ["Residual", "[2, 4, 3]", "[2, 4, 6]", "shortcut"]) {
            _ = Residual(Linear(6, 3))(line)
        },
        "Parallel": .init(parts: ["Parallel", "[2, 4, 3]", "[2, 4, 2]"]) {
            _ = Parallel(Linear(6, 3), Linear(6, 2), joining: .sum)(line)
        },
        "SkipConnection": .init(parts: ["SkipConnection", "[2, 4, 4, 6]", "[2, 2, 2, 8]"]) {
            _ = SkipConnection(Conv2d(6, 8, kernel: 3))(image)
        },
        "Sequential": .init(parts: ["Sequential", "module 3", "among 1"]) { _ = Sequential(Linear(3, 4))[3] },
        "padded": .init(parts: ["padded", "[2, 3]", "[2, 4]"]) {
            _ = padded([Tensor.zeros([2, 3]), Tensor.zeros([2, 4])])
        },
    ]

    @Test(arguments: mistakes.keys.sorted()) func stopsWithAMessage(_ name: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
            LayerMisuseTests.mistakes[name]!.make()
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = output.split(separator: "\n").first { $0.contains("Fatal error: ") } ?? ""
        for part in LayerMisuseTests.mistakes[name]!.parts {
            #expect(message.contains(part), "\(name): \"\(part)\" is not in: \(message.prefix(300))")
        }
    }
}
