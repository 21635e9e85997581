import Backprop
import BackpropNN
import Testing

/// Layers that are put together, exchanged, and called in ways of their own.
@Suite struct CompositionTests {
    @Test func layersAreExchanged() {
        var model = Sequential(Linear(2, 3), Activation.relu, Linear(3, 4))
        model[2] = Linear(3, 1, bias: false)
        model.append(Activation.sigmoid)
        model.layers[1] = LeakyReLU(slope: 0.1)
        #expect(model.count == 4 && model(Tensor.ones([5, 2])).shape == [5, 1])
        #expect(
            model.namedParameters().map(\.name) == ["layers.0.weight", "layers.0.bias", "layers.2.weight"])
        let start = model[..<2], linear = model[0] as? Linear
        #expect(start.count == 2 && start(Tensor.ones([5, 2])).shape == [5, 3])
        #expect(start.parameters().first === linear?.weight)
    }

    @Test func branches() {
        let x = Tensor([1, -2] as [Float])
        func numbers(_ joining: BranchJoin) -> [Float] {
            Parallel(Activation.relu, Identity(), Lambda("double") { $0 * 2 }, joining: joining)(x).array()
        }
        #expect(numbers(.concatenated) == [1, 0, 1, -2, 2, -4])
        #expect(numbers(.concatenated(axis: 0)) == [1, 0, 1, -2, 2, -4])
        #expect(numbers(.sum) == [4, -6] && numbers(.product) == [2, 0])
        #expect(numbers(.mean) == [Float(4.0 / 3), -2])
        let skip = SkipConnection(Activation.relu, Lambda { $0 + 1 })
        #expect(skip(x).array(of: Float.self) == [1, -2, 2, 1])
    }

    /// A layer of two operands, one with a mask and one of several results in one model: their parameters are found.
    @Test func layersOfOtherOperands() {
        let isSeen = Tensor([true, true, false], shape: [1, 3])
        let model = withRandomSeed(1) {
            Sequential(
                MultiHeadAttention(4, heads: 2).asModule {
                    $0(queries: $1, keys: $1, values: $1, mask: .tensor(isSeen))
                },
                GRU(4, 3).asModule { $0($1, state: nil).state[-1] },
                Bilinear(3, 3, 2).asModule { $0($1, $1) })
        }
        let x = withRandomSeed(2) { Tensor.normal([2, 3, 4]) }
        #expect(model(x).shape == [2, 2])
        model(x).sum().backward()
        #expect(model.parameters().count == 8 + 4 + 2 && model.parameters().allSatisfy { $0.gradient != nil })
        #expect(model.namedParameters()[0].name == "layers.0.layer.queries.weight")
    }

    /// An encoder and a decoder of several layers, as anybody would write it.
    private struct Translator: ParameterContainer {
        let source = Sequential(Embedding(11, 8), SinusoidalEncoding(8))
        let target = Sequential(Embedding(11, 8), SinusoidalEncoding(8))
        let encoder = Sequential((0..<2).map { _ in TransformerEncoderLayer(8, heads: 2, hidden: 8, dropout: 0) })
        let decoder = (0..<2).map { _ in TransformerDecoderLayer(8, heads: 2, hidden: 8, dropout: 0) }
        let head = Linear(8, 11)

        func callAsFunction(_ source: Tensor, _ target: Tensor) -> Tensor {
            let memory = encoder(self.source(source))
            return head(decoder.reduce(self.target(target)) { $1($0, memory: memory, mask: .causal) })
        }
    }

    @Test func anEncoderAndADecoder() {
        let model = withRandomSeed(1) { Translator() }
        let tokens = Tensor([1, 4, 9, 2, 0, 3] as [Int32], shape: [2, 3])
        let scores = model(tokens, tokens)
        #expect(scores.shape == [2, 3, 11])
        crossEntropy(scores, tokens).backward()
        #expect(model.parameters().allSatisfy { $0.gradient != nil })
        #expect(model.namedParameters().contains { $0.name == "decoder.1.crossAttention.keys.weight" })
    }

    /// Strides, windows and paddings from variables, lists and words.
    @Test func optionsOfSpatialAxes() {
        let k = 3, x = Tensor.ones([1, 6, 8, 2]), w = Tensor.ones([4, k, k, 2])
        let stride = 2, padding = k / 2, pair = [1, 2]
        #expect(conv2d(x, w, stride: stride, padding: padding).shape == [1, 3, 4, 4])
        #expect(conv2d(x, w, stride: [2, 1], padding: 1).shape == [1, 3, 8, 4])
        #expect(conv2d(x, w, stride: pair, padding: [k, 0], dilation: 1).shape == [1, 10, 3, 4])
        #expect(conv2d(x, w, padding: .same).shape == [1, 6, 8, 4])
        #expect(conv2d(x, w, padding: .sides(low: padding, high: [0, 1])).shape == [1, 5, 8, 4])
        #expect(maxPool(x, window: k, stride: stride).shape == [1, 2, 3, 2])
        #expect(adaptiveAveragePool(x, size: pair).shape == [1, 1, 2, 2])
        #expect(resize(x, to: k, method: .nearest).shape == [1, 3, 3, 2])
        #expect(unfold(x, window: [k, 1], stride: stride).shape == [1, 2, 4, 3, 1, 2])
        let layer = Conv2d(2, 4, kernel: k, stride: stride, padding: .same)
        #expect("\(layer.kernel), \(layer.stride), \(layer.padding)" == "3, 2, .same")
        #expect("\(Conv2d(2, 4, kernel: [k, 1], padding: pair).padding)" == "[1, 2]")
        #expect(MaxPool2d(k, stride: pair)(x).shape == [1, 4, 3, 2])
        #expect(ConvTransposed2d(2, 4, kernel: 4, stride: stride, padding: .same)(x).shape == [1, 12, 16, 4])
        // Without overlap of the kernels, `.same` adds zeros.
        #expect(ConvTransposed2d(2, 4, kernel: 1, stride: 3, padding: .same)(x).shape == [1, 18, 24, 4])
    }

    /// Weights and biases start within PyTorch's bounds, and fill them.
    @Test func convolutionsStartAsPyTorchs() {
        let layers: [(any Module, Double)] = withRandomSeed(1) {
            [
                (Conv2d(8, 64, kernel: 3), 72), (Conv1d(64, 64, kernel: 3, groups: 8), 24),
                (ConvTransposed2d(64, 16, kernel: 2), 64), (ConvTransposed1d(64, 64, kernel: 4, groups: 16), 16),
            ]
        }
        for (layer, fan) in layers {
            for (parameter, share) in zip(layer.parameters(), [0.98, 0.7]) {
                let greatest = abs(parameter.value).max().item() * fan.squareRoot()
                #expect(greatest <= 1 && greatest > share, "\(layer): \(greatest)")
            }
        }
        let chosen = Conv2d(4, 8, kernel: 3, initializer: .ones).weight.value
        #expect(chosen.sum().item() == 288)
    }

    @Test func lossesOfWholeChannels() {
        let layer = ChannelDropout(0.5)
        let found = withRandomSeed(2) { layer(Tensor.ones([4, 5, 8])) }.sum(axis: 1).array(of: Float.self)
        #expect(Set(found) == [0, 10])
        let random = RReLU(lower: 0.1, upper: 0.3)
        let slopes = withRandomSeed(3) { -random(-Tensor.ones([50])) }
        #expect(slopes.min().item() >= 0.1 && slopes.max().item() < 0.3)
        #expect(slopes.max().item() - slopes.min().item() > 0.1)
    }

    @Test func paddingOfAnEmbedding() {
        for index in [1, -3] {
            let layer = withRandomSeed(1) { Embedding(4, 2, paddingIndex: index) }
            let rows = layer.weight.value.array(of: Float.self)
            #expect(rows[2...3].allSatisfy { $0 == 0 } && rows[0] != 0 && rows[4] != 0)
            let optimizer = SGD(layer.parameters(), learningRate: 0.1)
            layer(Tensor([1, 0, 1, 3] as [Int32])).sum().backward()
            optimizer.step()
            let moved = zip(layer.weight.value.array(of: Float.self), rows).map { $0 != $1 }
            #expect(moved == [true, true, false, false, false, false, true, true])
        }
    }

    /// A first and a last layer with the same weights.
    @Test func sharedWeights() {
        let embedding = withRandomSeed(1) { Embedding(5, 3) }
        let model = Sequential(embedding, Activation.tanh, Linear(weight: embedding.weight))
        let tokens = Tensor([4, 0] as [Int32])
        #expect(model.parameters().count == 1 && model(tokens).shape == [2, 5])
        let expected = embedding.asLinear(tanh(embedding(tokens)))
        #expect(abs(model(tokens) - expected).max().item() == 0)
        #expect(Linear(weight: Parameter(.ones([2, 3])), bias: Parameter(.ones([2]))).inputs == 3)
    }

    /// A layer of another dtype computes, and learns, in it.
    @Test(arguments: [DType.float32, .bfloat16]) func dtypes(_ dtype: DType) {
        let rotary = RotaryEmbedding(2, pairing: .interleaved)
        let layers: [(any Module, [Int])] = withRandomSeed(1) {
            [
                (Conv2d(4, 2, kernel: 3, padding: .same, dtype: dtype), [2, 3, 3, 4]),
                (ConvTransposed1d(4, 2, kernel: 3, stride: 2, dtype: dtype), [2, 3, 4]),
                (MultiHeadAttention(4, heads: 2, isCausal: true, rotary: rotary, dtype: dtype), [2, 3, 4]),
                (LSTM(4, 3, isBidirectional: true, dtype: dtype).asModule { $0($1, lengths: [3, 1]) }, [2, 3, 4]),
                (PReLU(4, dtype: dtype), [2, 4]), (PositionalEmbedding(5, 4, dtype: dtype), [2, 3, 4]),
                (Sequential(SinusoidalEncoding(4), LayerNorm(4, dtype: dtype), LocalResponseNorm(2)), [2, 3, 4]),
                (Sequential(BatchNorm(4, dtype: dtype), Upsample(by: 2, method: .linear), MaxPool1d(2)), [2, 3, 4]),
            ]
        }
        for (layer, shape) in layers {
            let x = Parameter(withRandomSeed(2) { Tensor.normal(shape) }.asType(dtype))
            let y = layer(x.value)
            square(y).sum().backward()
            #expect(y.dtype == dtype && x.gradient?.dtype == dtype, "\(layer)")
            #expect(abs(x.gradient!).sum().item().isFinite, "\(layer)")
            #expect(layer.parameters().allSatisfy { $0.gradient?.dtype == dtype }, "\(layer)")
        }
        var cache = KeyValueCache(capacity: 4)
        let attention = MultiHeadAttention(4, heads: 2, rotary: rotary, dtype: dtype)
        #expect(attention(Tensor.ones([2, 3, 4], dtype: dtype), cache: &cache).dtype == dtype)
    }
}
