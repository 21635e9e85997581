import Testing

@testable import BackpropModels

/// A T5 writes what it would if the whole sequence were read anew for each token.
@Suite struct T5GenerationTests {
    /// A model that is sure of what it says.
    private func model(isGated: Bool) -> T5 {
        var c = T5Configuration()
        (c.vocabularySize, c.features, c.heads, c.headFeatures, c.hidden) = (11, 8, 2, 6, 12)
        (c.layers, c.decoderLayers, c.buckets, c.farthest) = (2, 2, 8, 16)
        if isGated { (c.isGated, c.activation, c.tiesEmbeddings, c.scalesHead) = (true, .geluTanh, false, false) }
        return withRandomSeed(4) { T5(c, dtype: .float64) }
    }

    private func uncached(_ model: T5, _ ids: [Int], _ count: Int) -> [Int] {
        var tokens = [model.configuration.startToken]
        for _ in 0..<count {
            let logits = model.evaluating {
                model(
                    Tensor(ids.map(Int64.init), shape: [1, ids.count]),
                    decoderIDs: Tensor(tokens.map(Int64.init), shape: [1, tokens.count]))
            }
            tokens.append(Int(logits[0, tokens.count - 1].argMax().item()))
        }
        return Array(tokens.dropFirst())
    }

    @Test(arguments: [true, false], [1, 7]) func cacheGivesWhatTheWholeSequenceGives(isGated: Bool, length: Int) throws
    {
        let model = model(isGated: isGated), ids = (0..<length).map { ($0 * $0 + 3) % 11 }
        var options = GenerationOptions()
        options.maximumTokens = 24
        let tokens = try model.generate(for: ids, options).tokens
        #expect(tokens.count == 24 && tokens == uncached(model, ids, 24))
        // What ends it is not part of it, and whoever has enough says so.
        options.stopTokens = [tokens[0]]
        #expect(try model.generate(for: ids, options).tokens.isEmpty)
        options.stopTokens = []
        var heard = 0
        let some = try model.generate(for: ids, options) { _ in
            heard += 1
            return heard < 3
        }
        #expect(some.tokens == Array(tokens[..<3]))
    }
}
