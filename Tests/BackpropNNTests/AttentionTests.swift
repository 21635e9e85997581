import Backprop
import BackpropNN
import Testing

/// Attention: masks, shared heads, dropout, and the layers made of it.
@Suite struct AttentionTests {
    private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
        withRandomSeed(seed) { Tensor.normal(shape, dtype: .float64) }
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Double { abs(a - b).max().item() }

    @Test func weightsOfAWorkedExample() {
        let queries = Tensor([1.0, 0], shape: [1, 2], dtype: .float64),
            keys = Tensor([1.0, 0, 0, 1], shape: [2, 2], dtype: .float64)
        let values = Tensor([1.0, 3], shape: [2, 1], dtype: .float64)
        let found = scaledDotProductAttention(queries: queries, keys: keys, values: values, scale: 2).item()
        let share = 1 / (1 + 0.1353352832366127)  // e^2 beside e^0
        #expect(abs(found - (share + 3 * (1 - share))) < 1e-12)
    }

    @Test func masksOfEachKind() {
        let (queries, keys, values) = (random([2, 3, 4], 1), random([2, 5, 4], 2), random([2, 5, 6], 3))
        let isSeen = Tensor((0..<15).map { $0 % 5 <= $0 / 5 }, shape: [3, 5])
        let causal = scaledDotProductAttention(queries: queries, keys: keys, values: values, mask: .causal)
        let bools = scaledDotProductAttention(queries: queries, keys: keys, values: values, mask: .tensor(isSeen))
        let added = which(isSeen, Tensor(0, dtype: .float64), Tensor(-.infinity, dtype: .float64))
        let numbers = scaledDotProductAttention(queries: queries, keys: keys, values: values, mask: .tensor(added))
        #expect(difference(causal, bools) < 1e-14 && difference(causal, numbers) < 1e-14)
        // The first query sees the first key alone.
        #expect(difference(causal.narrowed(axis: 1, 0..<1), values.narrowed(axis: 1, 0..<1)) < 1e-14)
    }

    @Test func aQueryThatSeesNothingGivesZero() {
        let (queries, keys, values) = (random([2, 4], 1), random([3, 4], 2), random([3, 4], 3))
        let isSeen = Tensor([false, false, false, true, true, false], shape: [2, 3])
        func attended(_ x: [Tensor]) -> Tensor {
            scaledDotProductAttention(queries: x[0], keys: x[1], values: x[2], mask: .tensor(isSeen))
        }
        let found = attended([queries, keys, values]).array(of: Double.self)
        #expect(found.prefix(4).allSatisfy { $0 == 0 } && found.suffix(4).allSatisfy { $0 != 0 })
        let slopes = grad { attended($0).sum() }([queries, keys, values])
        #expect(slopes.allSatisfy { $0.array(of: Double.self).allSatisfy(\.isFinite) })
        #expect(slopes[0].array(of: Double.self).prefix(4).allSatisfy { $0 == 0 })
    }

    @Test func sharedHeadsAreRepeatedHeads() {
        let queries = random([2, 6, 3, 4], 1), keys = random([2, 2, 5, 4], 2), values = random([2, 2, 5, 4], 3)
        func repeated(_ x: Tensor) -> Tensor { x.repeated(count: 3, axis: 1) }
        let mask = random([6, 3, 5], 4)
        for mask in [AttentionMask.none, .causal, .tensor(mask)] {
            let shared = scaledDotProductAttention(queries: queries, keys: keys, values: values, mask: mask)
            let plain = scaledDotProductAttention(
                queries: queries, keys: repeated(keys), values: repeated(values), mask: mask)
            #expect(shared.shape == [2, 6, 3, 4] && difference(shared, plain) < 1e-14)
        }
    }

    @Test func paddingIsNotSeen() {
        let layer = withRandomSeed(1) { MultiHeadAttention(8, heads: 2, dtype: .float64) }
        let x = random([2, 4, 8], 2)
        let isPadding = Tensor([false, false, false, true, false, false, true, true], shape: [2, 4])
        let hidden = layer(queries: x, keys: x, values: x, isPadding: isPadding)
        let short = x.narrowed(axis: 1, 0..<2)
        let alone = layer(queries: x, keys: short, values: short)
        #expect(difference(hidden.narrowed(axis: 0, 1..<2), alone.narrowed(axis: 0, 1..<2)) < 1e-14)
        let (output, weights) = layer.withWeights(queries: x, keys: x, values: x, isPadding: isPadding)
        #expect(weights.shape == [2, 2, 4, 4] && difference(output, hidden) < 1e-14)
        #expect(abs(weights.sum(axis: -1) - 1).max().item() < 1e-14)
    }

    @Test func layersWithSharedHeadsAgreeWithTheirWeights() {
        let layer = withRandomSeed(1) { MultiHeadAttention(8, heads: 4, keyHeads: 2, dtype: .float64) }
        let x = random([3, 5, 8], 2)
        #expect(layer.keys.weight.shape == [4, 8])
        #expect(difference(layer(x), layer.withWeights(queries: x, keys: x, values: x).output) < 1e-14)
    }

    @Test func transformerLayers() {
        for first in [false, true] {
            let encoder = withRandomSeed(1) {
                TransformerEncoderLayer(8, heads: 2, hidden: 16, activation: .gelu, normalizesFirst: first)
            }
            let decoder = withRandomSeed(2) {
                TransformerDecoderLayer(8, heads: 2, hidden: 16, normalizesFirst: first)
            }
            let x = withRandomSeed(4) { Tensor.normal([2, 3, 8]) }
            // In training things are lost at random, in use not.
            let lossy = withRandomSeed(3) { encoder(x) }
            encoder.eval()
            decoder.eval()
            #expect(difference(encoder(x), encoder(x)) == 0 && difference(encoder(x), lossy) > 0)
            let decoded = decoder(x, memory: encoder(x), mask: .causal)
            #expect(decoded.shape == [2, 3, 8])
            decoded.sum().backward()
            #expect((encoder.parameters() + decoder.parameters()).allSatisfy { $0.gradient != nil })
            #expect(decoder.namedParameters().count == 26 && encoder.namedParameters().count == 16)
        }
    }
}

/// Dropout: what is lost, what stays, and when.
@Suite struct DropoutTests {
    @Test func theMeanStays() {
        let x = Tensor.ones([100, 100])
        let kept = withRandomSeed(1) { dropout(x, probability: 0.25) }.array(of: Float.self)
        #expect(Set(kept) == [0, 1 / 0.75])
        let share = Double(kept.filter { $0 == 0 }.count) / 10_000
        #expect(abs(share - 0.25) < 0.02)
    }

    @Test func theEndsOfTheRange() {
        let x = Tensor([1.0, 2], dtype: .float64)
        #expect(dropout(x, probability: 0).array(of: Double.self) == [1, 2])
        #expect(dropout(x, probability: 1).array(of: Double.self) == [0, 0])
    }

    @Test func theGradientHasTheMaskOfTheValue() {
        let x = Tensor.ones([50])
        let slope = withRandomSeed(7) { grad { dropout($0 * 1).sum() }(x) }.array(of: Float.self)
        let value = withRandomSeed(7) { dropout(x) }.array(of: Float.self)
        #expect(slope == value)
    }

    @Test func channelsGoTogether() {
        let found = withRandomSeed(2) { channelDropout(Tensor.ones([4, 5, 8])) }
        let sums = found.sum(axis: 1).array(of: Float.self)
        #expect(Set(sums) == [0, 10])
    }

    @Test func onlyInTraining() {
        let model = Sequential(Dropout(0.5), Residual(Sequential(Dropout(0.9))))
        let x = Tensor.ones([64])
        #expect(withRandomSeed(1) { model(x) }.array(of: Float.self).contains(0))
        model.eval()
        #expect(model(x).array(of: Float.self) == [Float](repeating: 2, count: 64))
        model.train()
        #expect(withRandomSeed(1) { model(x) }.array(of: Float.self).contains(0))
    }
}
