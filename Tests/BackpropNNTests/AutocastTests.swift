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

    /// Operators of a bfloat16 and a float32 matrix, which give float32.
    private static let meetings: [(name: String, make: @Sendable (_ narrow: Tensor, _ wide: Tensor) -> Tensor)] = [
        ("concatenated", { concatenated([$0, $1], axis: 1) }), ("stacked", { stacked([$1, $0]) }),
        ("diff", { $0.diff(axis: 0, prepending: $1) }), ("lerp", { lerp($0, $1, $1) }),
        ("einsum", { einsum("ij,ij->ij", $0, $1) }),
        (
            "assignment",
            { narrow, wide in
                var x = wide
                x[0] = narrow[1]
                return x
            }
        ),
        (
            "assignment of wide values",
            { narrow, wide in
                var x = narrow
                x[.ellipsis, Tensor([1, 0])] = wide
                return x
            }
        ),
        ("indexAdd", { $1.indexAdd(Tensor([1, 1]), $0, axis: 0) }),
        ("indexCopy", { $0.indexCopy(Tensor([1, 0]), $1, axis: 0) }),
        ("scatterAdd", { $0.scatterAdd(Tensor([[0, 1], [1, 1]]), $1, axis: 0) }),
        ("scatterReduce", { $1.scatterReduce(Tensor([[0, 1], [1, 1]]), $0, axis: 0, .max) }),
        ("which", { which($0 .> $1, $0, $1) }), ("maximum", { maximum($0, $1) }),
        ("class weights", { crossEntropy($0, Tensor([1, 0]), weights: $1[0]) }),
        ("probabilities", { crossEntropy($0, probabilities: softmax($1)) }),
        ("huber", { huberLoss($0, $1) }),
        (
            "attention mask",
            { scaledDotProductAttention(queries: $0, keys: $0, values: $1, mask: .tensor($1)).asType(.float32) }
        ),
    ]

    @Test(arguments: meetings.indices) func operandsMeet(_ number: Int) {
        let (name, make) = Self.meetings[number]
        let a = Tensor([[1.0, -0.5], [0.25, 2]]), b = Tensor([[0.5, 3], [-1, 1.5]])
        func run(_ isOn: Bool) -> [Tensor] {
            autocast(isOn ? .bfloat16 : .float32) {
                let (outputs, gradients) = valueAndGrad(
                    { x in
                        let y = make(isOn ? x[0].asType(.bfloat16) : x[0], x[1])
                        return square(y).sum() + y.sum()
                    }, argumentNumbers: [0, 1])([a, b])
                return [outputs, make(isOn ? a.asType(.bfloat16) : a, b)] + gradients
            }
        }
        for (mixed, exact) in zip(run(true), run(false)) {
            #expect(mixed.dtype == .float32 && mixed.shape == exact.shape, "\(name)")
            let scale = abs(exact).max().item() + 0.1
            #expect(abs(mixed - exact).max().item() <= 0.02 * scale, "\(name): \(mixed) for \(exact)")
        }
    }

    @Test func aCacheGoesOn() {
        let attention = withRandomSeed(1) { MultiHeadAttention(8, heads: 2) }
        let x = withRandomSeed(2) { Tensor.normal([1, 4, 8]) }
        var cache = KeyValueCache(capacity: 4)
        let exact = attention(queries: x, keys: x, values: x, mask: .causal)[0..., 2..<4]
        _ = attention(x[0..., 0..<2], cache: &cache)
        let mixed = autocast { attention(x[0..., 2..<4], cache: &cache) }
        #expect(abs(exact - mixed.asType(.float32)).max().item() < 0.03)
        #expect(cache.keys?.dtype == .float32)
    }

    @Test func otherDtypesStayApart() async {
        await #expect(processExitsWith: .failure) {
            autocast { _ = Tensor([1.0]) + Tensor([1.0], dtype: .float64) }
        }
        await #expect(processExitsWith: .failure) { autocast(.float64) {} }
    }
}
