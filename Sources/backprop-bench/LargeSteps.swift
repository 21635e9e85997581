import Backprop
import BackpropNN

extension StepWorkload {
    /// A language model of six blocks, 384 wide, on 8 texts of 256 characters out of 65.
    static var gpt: StepWorkload { languageModel("gpt", mask: .causal) }

    /// The same where the first 32 characters of every other text are padding that nobody looks at.
    static var paddedGPT: StepWorkload {
        let place = Tensor.arange(LanguageModel.context, dtype: .int32)
        let isPadded = Tensor([0, 1, 0, 1, 0, 1, 0, 1] as [Int32]) .== 1
        let isHidden = (place .< 32) .& isPadded.reshaped([8, 1, 1, 1])
        let isBefore = place .<= place.expandedDimensions(axis: -1)
        return languageModel("padded-gpt", mask: .tensor(isBefore .& .!isHidden))
    }

    private static func languageModel(_ name: String, mask: AttentionMask) -> StepWorkload {
        let text = characters(8, LanguageModel.context), next = characters(8, LanguageModel.context, from: 1)
        return StepWorkload(
            name: name, model: LanguageModel(mask: mask), inputs: text, loss: { crossEntropy($0, next) },
            optimizer: { AdamW($0, learningRate: 1e-3) }, greatestNorm: 1)
    }

    /// Images of 32 x 32: a convolution and three residual blocks of two, 32, 64 and 128 channels.
    static var cnn: StepWorkload {
        func unit(_ inputs: Int, _ outputs: Int, size: Int = 3, stride: Int = 1) -> [any Module] {
            [
                Conv2d(inputs, outputs, kernel: size, stride: stride, padding: size / 2, bias: false),
                BatchNorm(outputs),
            ]
        }
        func block(_ inputs: Int, _ outputs: Int, stride: Int) -> [any Module] {
            let path = unit(inputs, outputs, stride: stride) + [Activation.relu] + unit(outputs, outputs)
            let shortcut = inputs == outputs ? nil : Sequential(unit(inputs, outputs, size: 1, stride: stride))
            return [Residual(path, shortcut: shortcut), Activation.relu]
        }
        let labels = classes(64)
        return StepWorkload(
            name: "cnn",
            model: Sequential(
                unit(3, 32) + [Activation.relu] + block(32, 32, stride: 1) + block(32, 64, stride: 2)
                    + block(64, 128, stride: 2) + [GlobalAveragePool(), Linear(128, 10)]),
            inputs: .normal([64, 32, 32, 3]), loss: { crossEntropy($0, labels) },
            optimizer: { SGD($0, learningRate: 0.1, momentum: 0.9) })
    }

    /// Characters through an LSTM of 256 units, 32 texts of 128.
    static var lstm: StepWorkload {
        let text = characters(32, 128), next = characters(32, 128, from: 1)
        return StepWorkload(
            name: "lstm", model: Sequential(Embedding(65, 256), LSTM(256, 256), Linear(256, 65)), inputs: text,
            loss: { crossEntropy($0, next) }, optimizer: { Adam($0, learningRate: 1e-3) })
    }

    private static func characters(_ texts: Int, _ length: Int, from start: Int = 0) -> Tensor {
        Tensor(
            (0..<texts).flatMap { text in (0..<length).map { Int32((text * 31 + ($0 + start) * $0 % 97) % 65) } },
            shape: [texts, length])
    }
}

/// GPT-2's arrangement with learned positions and a head of its own.
private struct LanguageModel: Module {
    static let context = 256, width = 384
    let embedding = Embedding(65, width, initializer: .normal(standardDeviation: 0.02))
    let positions = Parameter(.normal([context, width]) * 0.02)
    let blocks = (0..<6).map { _ in
        TransformerEncoderLayer(
            width, heads: 6, hidden: 4 * width, activation: .geluTanh, normalizesFirst: true, dropout: 0)
    }
    let norm = LayerNorm(width), head = Linear(width, 65, bias: false)
    let mask: AttentionMask

    init(mask: AttentionMask) { self.mask = mask }

    func callAsFunction(_ x: Tensor) -> Tensor {
        var hidden = embedding(x) + positions.value
        for block in blocks { hidden = block(hidden, mask: mask) }
        return head(norm(hidden))
    }
}
