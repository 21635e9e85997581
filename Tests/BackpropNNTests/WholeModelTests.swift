import Backprop
import BackpropNN
import Testing

/// Models that are made of layers alone, each in less than forty lines, and learn.
@Suite struct WholeModelTests {
    /// The loss at the first step and at the last one.
    private func learn(
        _ parameters: [Parameter], steps: Int, learningRate: Double, _ loss: () -> Tensor
    ) -> (first: Double, last: Double) {
        let optimizer = AdamW(parameters, learningRate: learningRate)
        var losses: [Double] = []
        for _ in 0..<steps {
            let value = loss()
            value.backward()
            optimizer.step()
            losses.append(value.item())
        }
        return (losses[0], losses[losses.count - 1])
    }

    /// Images of which the class is the half that is bright.
    @Test func aConvolutionalNetwork() {
        let (x, labels) = brightHalves(8)
        let model = withRandomSeed(1) {
            Sequential(
                Conv2d(1, 8, kernel: 3, padding: .same), BatchNorm(8), Activation.relu, MaxPool2d(2),
                Residual(
                    Conv2d(8, 16, kernel: 3, stride: 2, padding: 1, bias: false), BatchNorm(16), Activation.relu,
                    Conv2d(16, 16, kernel: 3, padding: 1, groups: 16), Conv2d(16, 16, kernel: 1),
                    shortcut: Conv2d(8, 16, kernel: 1, stride: 2)),
                LeakyReLU(slope: 0.1), ChannelDropout(0.1), GlobalAveragePool(), Linear(16, 2))
        }
        let loss = withRandomSeed(2) {
            learn(model.parameters(), steps: 12, learningRate: 1e-2) { crossEntropy(model(x), labels) }
        }
        #expect(loss.last < 0.6 * loss.first, "\(loss)")
        model.eval()
        #expect(model(x).shape == [8, 2])
    }

    /// Where an image is bright, pixel by pixel.
    @Test func aUNet() {
        func twice(_ inputs: Int, _ outputs: Int) -> Sequential {
            Sequential(
                Conv2d(inputs, outputs, kernel: 3, padding: .same), GroupNorm(groups: 2, outputs), Activation.silu,
                Conv2d(outputs, outputs, kernel: 3, padding: .same), GroupNorm(groups: 2, outputs), Activation.silu)
        }
        func unet(_ inputs: Int, _ width: Int, depth: Int) -> Sequential {
            if depth == 0 { return twice(inputs, width) }
            return Sequential(
                twice(inputs, width),
                SkipConnection(
                    MaxPool2d(2), unet(width, 2 * width, depth: depth - 1),
                    ConvTransposed2d(2 * width, width, kernel: 2, stride: 2)),
                twice(2 * width, width))
        }
        let (x, _) = brightHalves(2)
        let model = withRandomSeed(1) { Sequential(unet(1, 4, depth: 2), Conv2d(4, 1, kernel: 1)) }
        #expect(model(x).shape == x.shape)
        let loss = learn(model.parameters(), steps: 8, learningRate: 1e-2) {
            binaryCrossEntropyWithLogits(model(x), (x .> 0.5).asType(.float32))
        }
        #expect(loss.last < 0.7 * loss.first, "\(loss)")
    }

    /// A decoder that predicts the next of a sequence that repeats itself.
    @Test func aLanguageModel() {
        let width = 16, rotary = RotaryEmbedding(8)
        let model = withRandomSeed(1) {
            Sequential(
                Embedding(7, width),
                Sequential(
                    (0..<2).map { _ in
                        TransformerEncoderLayer(
                            width, heads: 2, keyHeads: 1, hidden: 32, activation: .gelu, isCausal: true,
                            rotary: rotary, normalizesFirst: true, dropout: 0)
                    }),
                LayerNorm(width), Linear(width, 7))
        }
        let tokens = Tensor((0..<26).map { Int32($0 * $0 % 7) }, shape: [2, 13])
        let loss = learn(model.parameters(), steps: 15, learningRate: 1e-2) {
            crossEntropy(model(tokens.narrowed(axis: 1, 0..<12)), tokens.narrowed(axis: 1, 1..<13))
        }
        #expect(loss.last < 0.5 * loss.first, "\(loss)")
    }

    /// Sequences of different lengths that are told apart by their first element.
    private struct Classifier: ParameterContainer {
        let embedding = Embedding(5, 6, paddingIndex: 0)
        let lstm = LSTM(6, 8, isBidirectional: true)
        let head = Sequential(Dropout(0.1), Linear(16, 2))

        func callAsFunction(_ tokens: Tensor, lengths: [Int]) -> Tensor {
            let hidden = lstm(embedding(tokens), state: nil, lengths: lengths).state.hidden
            return head(concatenated([hidden[0], hidden[1]], axis: -1))
        }
    }

    @Test func aBidirectionalClassifier() {
        let sequences = [[1, 3, 3, 4], [2, 4], [1, 4, 3], [2, 3, 3, 3, 4]].map { Tensor($0.map { Int32($0) }) }
        let (tokens, lengths) = padded(sequences)
        let model = withRandomSeed(1) { Classifier() }
        let labels = Tensor([0, 1, 0, 1] as [Int32])
        let loss = withRandomSeed(2) {
            learn(model.parameters(), steps: 15, learningRate: 2e-2) {
                crossEntropy(model(tokens, lengths: lengths), labels)
            }
        }
        #expect(loss.last < 0.5 * loss.first, "\(loss)")
    }

    private func brightHalves(_ count: Int) -> (images: Tensor, labels: Tensor) {
        let labels = Tensor((0..<count).map { Int32($0 % 2) })
        let column = Tensor.indices([count, 8, 8, 1], axis: 2) .>= 4
        let isBright = which(labels.reshaped([count, 1, 1, 1]) .== 1, column, .!column)
        let noise = withRandomSeed(3) { Tensor.uniform([count, 8, 8, 1], low: 0, high: 0.4) }
        return (noise + isBright.asType(.float32) * 0.6, labels)
    }
}
