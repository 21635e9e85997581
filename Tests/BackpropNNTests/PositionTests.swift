import Backprop
import BackpropNN
import Testing

/// Encodings of positions that come in parts, and decoding step by step.
@Suite struct PositionTests {
    private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
        withRandomSeed(seed) { Tensor.normal(shape, dtype: .float64) }
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Double { abs(a - b).max().item() }

    @Test func partsContinueOneAnother() {
        let x = random([2, 7, 6], 1)
        let learned = withRandomSeed(2) { PositionalEmbedding(9, 6, dtype: .float64) }
        let encodings: [(String, (Tensor, Int) -> Tensor)] = [
            ("learned", { learned($0, offset: $1) }),
            ("sinusoidal", { SinusoidalEncoding(6)($0, offset: $1) }),
            ("halves", { RotaryEmbedding(4)($0, offset: $1) }),
            ("interleaved", { RotaryEmbedding(6, pairing: .interleaved)($0, offset: $1) }),
        ]
        for (name, encoding) in encodings {
            let whole = encoding(x, 0)
            let parts = concatenated(
                [encoding(x.narrowed(axis: 1, 0..<3), 0), encoding(x.narrowed(axis: 1, 3..<7), 3)], axis: 1)
            #expect(difference(whole, parts) < 1e-14, "\(name)")
        }
    }

    /// Only the distance counts in products of turned vectors, and their lengths stay.
    @Test(arguments: [RotaryEmbedding.Pairing.halves, .interleaved])
    func turningKeepsDistances(_ pairing: RotaryEmbedding.Pairing) {
        let rotary = RotaryEmbedding(6, base: 100, pairing: pairing)
        let a = random([1, 6], 1), b = random([1, 6], 2)
        func product(_ i: Int, _ j: Int) -> Double { (rotary(a, offset: i) * rotary(b, offset: j)).sum().item() }
        #expect(abs(product(3, 8) - product(100, 105)) < 1e-12 && abs(product(3, 8) - product(3, 9)) > 1e-3)
        #expect(abs(square(rotary(a, offset: 9)).sum().item() - square(a).sum().item()) < 1e-12)
        let positions = Tensor([3, 9] as [Int32], shape: [2, 1])
        let several = rotary(a.expandedDimensions(axis: 0), positions: positions)
        #expect(difference(several[1], rotary(a, offset: 9)) < 1e-14)
    }

    @Test func linearBiases() {
        #expect(LinearBiases(heads: 4).slopes == [0.25, 0.0625, 0.015625, 0.00390625])
        // Those of the authors' code.
        let six = [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125]
        #expect(LinearBiases(heads: 6).slopes == six)
        guard case .tensor(let mask) = LinearBiases(heads: 2).mask(queries: 2, keys: 3, offset: 1) else {
            Issue.record("no tensor")
            return
        }
        let slope = 1.0 / 16, low = 1.0 / 256, hidden = -Double.infinity
        #expect(
            mask.array(of: Double.self) == [
                -slope, 0, hidden, -2 * slope, -slope, 0, -low, 0, hidden, -2 * low, -low, 0,
            ])
    }

    /// A prompt and then one position after the other give what the whole sequence gives.
    @Test(arguments: [(2, nil), (2, 4), (4, nil)] as [(Int, Int?)])
    func decodingStepByStep(_ keyHeads: Int, _ turned: Int?) {
        let layer = withRandomSeed(1) {
            TransformerEncoderLayer(
                16, heads: 4, keyHeads: keyHeads, hidden: 8, isCausal: true,
                rotary: turned.map { RotaryEmbedding($0, pairing: .interleaved) }, normalizesFirst: keyHeads == 2,
                dropout: 0, dtype: .float64)
        }
        let x = random([2, 9, 16], 2)
        let whole = layer(x)
        var cache = KeyValueCache(capacity: 10)
        var parts = [layer(x.narrowed(axis: 1, 0..<4), cache: &cache)]
        for position in 4..<9 { parts.append(layer(x.narrowed(axis: 1, position..<(position + 1)), cache: &cache)) }
        #expect(cache.count == 9 && difference(whole, concatenated(parts, axis: 1)) < 1e-12)
    }

    /// The weights of a causal layer that turns its queries are those that it uses.
    @Test func weightsOfACausalLayer() {
        let layer = withRandomSeed(1) {
            MultiHeadAttention(
                16, heads: 4, keyHeads: 2, isCausal: true, rotary: RotaryEmbedding(4), dtype: .float64)
        }
        let x = random([2, 5, 16], 2), found = layer.withWeights(queries: x, keys: x, values: x)
        #expect(difference(found.output, layer(x)) < 1e-14 && found.weights.shape == [2, 4, 5, 5])
        let future = Tensor.arange(5) .> Tensor.arange(5).expandedDimensions(axis: -1)
        #expect(which(future, found.weights, found.weights.like(0)).max().item() == 0)
        // A mask that is given takes the place of the layer's own.
        let all = layer(queries: x, keys: x, values: x, mask: .tensor(Tensor.ones([5, 5], dtype: .bool)))
        #expect(difference(all, layer(x)) > 1e-3)
    }

    /// Where the next position goes is data: no step makes a plan but the first ones.
    @Test func stepsShareAPlan() async {
        await #expect(processExitsWith: .success) {
            let model = withRandomSeed(1) {
                (
                    PositionalEmbedding(20, 16),
                    TransformerEncoderLayer(
                        16, heads: 4, keyHeads: 2, hidden: 8, isCausal: true, rotary: RotaryEmbedding(4), dropout: 0)
                )
            }
            var cache = KeyValueCache(capacity: 20), plans: [Int] = []
            withoutGradients {
                for position in 0..<20 {
                    let before = EngineCounters.plansCompiled
                    let x = Tensor((0..<16).map { Float($0 + position) }, shape: [1, 1, 16])
                    let next = model.1(model.0(x, offset: cache.count), cache: &cache)
                    #expect(next.array(of: Float.self).count == 16)
                    plans.append(EngineCounters.plansCompiled - before)
                }
            }
            #expect(plans[0] == 1 && plans.dropFirst(2).allSatisfy { $0 == 0 }, "plans made by each step: \(plans)")
        }
    }

    @Test func aCacheIsAValue() {
        let layer = withRandomSeed(1) { MultiHeadAttention(8, heads: 2, isCausal: true, dtype: .float64) }
        let x = random([4, 8], 2)
        var cache = KeyValueCache(capacity: 4)
        _ = layer(x.narrowed(axis: 0, 0..<2), cache: &cache)
        var other = cache
        _ = layer(random([2, 8], 3), cache: &other)
        #expect(cache.count == 2 && other.count == 4)
        other.truncate(to: 2)
        let rest = x.narrowed(axis: 0, 2..<4)
        #expect(difference(layer(rest, cache: &cache), layer(x).narrowed(axis: 0, 2..<4)) < 1e-13)
        // What was written over is not seen.
        #expect(difference(layer(rest, cache: &other), layer(x).narrowed(axis: 0, 2..<4)) < 1e-13)
    }

    @Test func aDecoderWithAMemory() {
        let layer = withRandomSeed(1) { TransformerDecoderLayer(8, heads: 2, hidden: 8, dropout: 0, dtype: .float64) }
        let x = random([2, 3, 8], 2), memory = random([2, 5, 8], 3)
        var cache = KeyValueCache(capacity: 3)
        let steps = (0..<3).map { layer(x.narrowed(axis: 1, $0..<($0 + 1)), memory: memory, cache: &cache) }
        let whole = layer(x, memory: memory, mask: .causal)
        #expect(difference(whole, concatenated(steps, axis: 1)) < 1e-13)
    }
}
