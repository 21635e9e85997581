import Backprop
import BackpropNN
import Testing

/// Products in bfloat16, everything else in float32.
@Suite struct AutocastTests {
    private static func images() -> Tensor { withRandomSeed(3) { Tensor.normal([4, 8, 8, 3]) } }
    private static func sequence() -> Tensor { withRandomSeed(3) { Tensor.normal([2, 5, 8]) } }

    /// Models, an input, and what the model gives under `autocast`.
    private static let models:
        [(name: String, dtype: DType, make: @Sendable () -> any Module, input: @Sendable () -> Tensor)] = [
            ("linear", .bfloat16, { Linear(8, 4) }, { sequence() }),
            ("mlp", .bfloat16, { Sequential(Linear(8, 16), Activation.gelu, Linear(16, 4)) }, { sequence() }),
            ("normalized", .float32, { Sequential(Linear(8, 16), LayerNorm(16)) }, { sequence() }),
            ("root mean square", .float32, { Sequential(Linear(8, 16), RMSNorm(16)) }, { sequence() }),
            ("residual", .float32, { Residual(Linear(8, 8), Activation.relu) }, { sequence() }),
            (
                "convolution", .float32,
                { Sequential(Conv2d(3, 6, kernel: 3), BatchNorm(6), Activation.relu, GlobalAveragePool()) },
                { images() }
            ),
            ("transformer", .float32, { TransformerEncoderLayer(8, heads: 2, hidden: 16, dropout: 0) }, { sequence() }),
            ("gru", .float32, { GRU(8, 4) }, { sequence() }),
            ("lstm", .float32, { LSTM(8, 4, isBidirectional: true) }, { sequence() }),
        ]

    @Test(arguments: models.indices) func staysNearFullPrecision(_ number: Int) {
        let (name, dtype, make, input) = AutocastTests.models[number]
        let model = withRandomSeed(1) { make() }
        let x = input()
        func run(_ isOn: Bool) -> (y: Tensor, gradients: [Tensor]) {
            let (y, loss) = autocast(isOn ? .bfloat16 : .float32) {
                let y = model(x)
                return (y, meanSquaredError(y.asType(.float32), Tensor.ones(y.shape) * 0.5))
            }
            #expect(loss.dtype == .float32, "\(name)")
            loss.backward()
            return (y, model.parameters().compactMap { $0.takeGradient() })
        }
        let (exact, gradients) = run(false)
        let (mixed, rounded) = run(true)
        #expect(exact.dtype == .float32 && mixed.dtype == dtype, "\(name): \(mixed.dtype)")
        #expect(rounded.allSatisfy { $0.dtype == .float32 })
        for (a, b) in zip([exact] + gradients, [mixed.asType(.float32)] + rounded) {
            let scale = abs(a).max().item() + 2e-2
            #expect(abs(a - b).max().item() <= 0.05 * scale, "\(name)")
        }
        #expect(abs(exact - mixed.asType(.float32)).max().item() > 0, "\(name): nothing was rounded")
    }

    @Test func theBackwardPassMayBeInsideOrOutside() {
        let model = withRandomSeed(1) { Sequential(Linear(8, 16), Activation.tanh, Linear(16, 4)) }
        let x = Self.sequence(), labels = Tensor.zeros([2, 5], dtype: .int64)
        func loss() -> Tensor { crossEntropy(model(x), labels) }
        autocast { loss() }.backward()
        let outside = model.parameters().map { $0.takeGradient()!.array(of: Float.self) }
        autocast { loss().backward() }
        let inside = model.parameters().map { $0.takeGradient()!.array(of: Float.self) }
        let kept = autocast {
            loss().backward(keepingGraph: true)
            return model.parameters().map { $0.takeGradient()!.array(of: Float.self) }
        }
        #expect(outside == inside)
        #expect(zip(inside.joined(), kept.joined()).allSatisfy { Swift.abs($0 - $1) <= 1e-2 })
    }

    @Test func trainsWithFloat32Weights() {
        let model = withRandomSeed(1) { Sequential(Linear(2, 16), Activation.tanh, Linear(16, 1)) }
        let optimizer = Adam(model.parameters(), learningRate: 0.02)
        let x = Tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), y = Tensor([[0.0], [1], [1], [0]])
        var last = 1.0
        for _ in 0..<300 {
            let loss = autocast { binaryCrossEntropyWithLogits(model(x), y) }
            loss.backward()
            optimizer.step()
            last = loss.item()
        }
        #expect(model.parameters().allSatisfy { $0.dtype == .float32 })
        #expect(last < 0.05, "\(last)")
    }

    @Test func float32InsideIsFullPrecision() {
        let a = Tensor([[1.0, 1]]), b = Tensor([[1.0], [0.001]])
        let (inner, outer) = autocast { (autocast(.float32) { matmul(a, b) }, matmul(a, b)) }
        #expect(inner.dtype == .float32 && inner.item() == Double(Float(1) + Float(0.001)))
        #expect(outer.dtype == .bfloat16 && matmul(a, b).dtype == .float32)
    }

    @Test func otherDtypesStayApart() async {
        await #expect(processExitsWith: .failure) {
            autocast { _ = Tensor([1.0]) + Tensor([1.0], dtype: .float64) }
        }
        await #expect(processExitsWith: .failure) { autocast(.float64) {} }
    }
}
