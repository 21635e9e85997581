import Backprop
import BackpropNN

/// Networks of other widths, depths, batches, kernels and lengths than those that the engine was tuned with.
extension StepWorkload {
    static let others: [@Sendable () -> StepWorkload] = [
        { lenet }, { vgg }, { gru }, { bidirectional }, { rnn }, { autoencoder }, { classifier }, { encoder }, { vit },
        { unet }, { separable }, { signal }, { sentences },
    ]

    /// LeCun et al., 1998, with relu and max pooling.
    private static var lenet: StepWorkload {
        images(
            "lenet",
            Sequential(
                Conv2d(1, 6, kernel: 5), Activation.relu, MaxPool2d(2), Conv2d(6, 16, kernel: 5), Activation.relu,
                MaxPool2d(2), Flatten(), Linear(256, 120), Activation.relu, Linear(120, 84), Activation.relu,
                Linear(84, 10)),
            [128, 28, 28, 1], { Adam($0, learningRate: 1e-3) })
    }

    private static var vgg: StepWorkload {
        var layers: [any Module] = [], inputs = 3
        for outputs in [24, 48, 96] {
            layers += [
                Conv2d(inputs, outputs, kernel: 3, padding: 1), Activation.relu,
                Conv2d(outputs, outputs, kernel: 3, padding: 1), Activation.relu, MaxPool2d(2),
            ]
            inputs = outputs
        }
        layers += [Flatten(), Linear(96 * 16, 200), Activation.relu, Linear(200, 10)]
        return images("vgg", Sequential(layers), [40, 32, 32, 3], { SGD($0, learningRate: 0.05, momentum: 0.9) })
    }

    private static var gru: StepWorkload {
        texts("gru", Sequential(Embedding(90, 192), GRU(192, 192), Linear(192, 90)), 24, 100, 90)
    }

    private static var bidirectional: StepWorkload {
        texts(
            "bidirectional",
            Sequential(Embedding(50, 96), LSTM(96, 80, layers: 2, isBidirectional: true), Linear(160, 50)), 20, 60, 50)
    }

    private static var rnn: StepWorkload {
        let targets = Tensor.normal([50, 70, 4])
        return StepWorkload(
            name: "rnn", model: Sequential(RNN(12, 128), Linear(128, 4)), inputs: .normal([50, 70, 12]),
            loss: { meanSquaredError($0, targets) }, optimizer: { RMSprop($0, learningRate: 1e-3) })
    }

    private static var autoencoder: StepWorkload {
        let inputs = Tensor.uniform([100, 784])
        return StepWorkload(
            name: "autoencoder",
            model: Sequential(
                Linear(784, 300), Activation.relu, Linear(300, 40), Activation.relu, Linear(40, 300), Activation.relu,
                Linear(300, 784), Activation.sigmoid),
            inputs: inputs, loss: { meanSquaredError($0, inputs) }, optimizer: { Adam($0, learningRate: 1e-3) })
    }

    private static var classifier: StepWorkload {
        let labels = Tensor((0..<64).map { Int32($0 * 7 % 100) })
        return StepWorkload(
            name: "classifier",
            model: Sequential(
                Linear(900, 1500), LayerNorm(1500), Activation.gelu, Linear(1500, 1500), LayerNorm(1500),
                Activation.gelu, Linear(1500, 100)),
            inputs: .normal([64, 900]), loss: { crossEntropy($0, labels) },
            optimizer: { AdamW($0, learningRate: 1e-3) })
    }

    private static var encoder: StepWorkload {
        let blocks = (0..<4).map { _ in
            TransformerEncoderLayer(
                256, heads: 4, hidden: 700, activation: .gelu, normalizesFirst: true, dropout: 0)
        }
        return StepWorkload(
            name: "encoder",
            model: Sequential(
                [Embedding(3000, 256)] + blocks + [Lambda { $0.mean(axis: 1) }, Linear(256, 10)] as [any Module]),
            inputs: numbers([16, 90], below: 3000), loss: { crossEntropy($0, classes(16)) },
            optimizer: { AdamW($0, learningRate: 1e-3) })
    }

    private static var vit: StepWorkload {
        let blocks = (0..<6).map { _ in
            TransformerEncoderLayer(192, heads: 3, hidden: 768, activation: .gelu, normalizesFirst: true, dropout: 0)
        }
        return images(
            "vit",
            Sequential(
                [Conv2d(3, 192, kernel: 4, stride: 4), Lambda { $0.flattened(start: 1, end: 2) }] + blocks
                    + [LayerNorm(192), Lambda { $0.mean(axis: 1) }, Linear(192, 10)] as [any Module]),
            [32, 32, 32, 3], { AdamW($0, learningRate: 1e-3) })
    }

    private static var unet: StepWorkload {
        let targets = Tensor.normal([6, 64, 64, 1])
        return StepWorkload(
            name: "unet", model: UNet(), inputs: .normal([6, 64, 64, 3]), loss: { meanSquaredError($0, targets) },
            optimizer: { Adam($0, learningRate: 1e-3) })
    }

    /// Depthwise and pointwise convolutions in turn (Howard et al., 2017).
    private static var separable: StepWorkload {
        var layers: [any Module] = [Conv2d(3, 32, kernel: 3, padding: 1, bias: false), BatchNorm(32), Activation.relu]
        for (inputs, outputs, stride) in [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 200, 2)] {
            layers += [
                Conv2d(inputs, inputs, kernel: 3, stride: stride, padding: 1, groups: inputs, bias: false),
                BatchNorm(inputs), Activation.relu, Conv2d(inputs, outputs, kernel: 1, bias: false),
                BatchNorm(outputs), Activation.relu,
            ]
        }
        layers += [GlobalAveragePool(), Linear(200, 10)]
        return images("separable", Sequential(layers), [24, 32, 32, 3], { SGD($0, learningRate: 0.1, momentum: 0.9) })
    }

    private static var signal: StepWorkload {
        images(
            "signal",
            Sequential(
                Conv1d(1, 24, kernel: 9, stride: 2, padding: 4), Activation.relu,
                Conv1d(24, 48, kernel: 9, stride: 2, padding: 4), Activation.relu,
                Conv1d(48, 96, kernel: 9, stride: 2, padding: 4), Activation.relu, GlobalAveragePool(),
                Linear(96, 10)),
            [30, 1000, 1], { Adam($0, learningRate: 1e-3) })
    }

    /// The mean of the embeddings of words.
    private static var sentences: StepWorkload {
        StepWorkload(
            name: "sentences",
            model: Sequential(
                Embedding(20_000, 64), Lambda { $0.mean(axis: 1) }, Linear(64, 64), Activation.relu, Linear(64, 10)),
            inputs: numbers([256, 40], below: 20_000), loss: { crossEntropy($0, classes(256)) },
            optimizer: { Adam($0, learningRate: 1e-3) })
    }

    private static func images(
        _ name: String, _ model: any Module, _ shape: [Int], _ optimizer: @escaping ([Parameter]) -> Optimizer
    ) -> StepWorkload {
        let labels = classes(shape[0])
        return StepWorkload(
            name: name, model: model, inputs: .normal(shape), loss: { crossEntropy($0, labels) }, optimizer: optimizer)
    }

    private static func texts(
        _ name: String, _ model: any Module, _ count: Int, _ length: Int, _ characters: Int
    ) -> StepWorkload {
        let next = numbers([count, length], below: characters)
        return StepWorkload(
            name: name, model: model, inputs: numbers([count, length], below: characters),
            loss: { crossEntropy($0, next) }, optimizer: { Adam($0, learningRate: 1e-3) })
    }

    private static func numbers(_ shape: [Int], below count: Int) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { Int32($0 * 7919 % 104_729 % count) }, shape: shape)
    }
}

/// Two halvings and back, with the finer picture beside the coarser one (Ronneberger et al., 2015).
private struct UNet: Module {
    let first = UNet.pair(3, 16), second = UNet.pair(16, 32), third = UNet.pair(32, 64)
    let widen = ConvTransposed2d(64, 32, kernel: 2, stride: 2), fourth = UNet.pair(64, 32)
    let widenMore = ConvTransposed2d(32, 16, kernel: 2, stride: 2), fifth = UNet.pair(32, 16)
    let last = Conv2d(16, 1, kernel: 1), pool = MaxPool2d(2)

    private static func pair(_ inputs: Int, _ outputs: Int) -> Sequential {
        Sequential(
            Conv2d(inputs, outputs, kernel: 3, padding: 1), Activation.relu,
            Conv2d(outputs, outputs, kernel: 3, padding: 1), Activation.relu)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let fine = first(x), middle = second(pool(fine))
        let up = fourth(concatenated([widen(third(pool(middle))), middle], axis: -1))
        return last(fifth(concatenated([widenMore(up), fine], axis: -1)))
    }
}
