import Backprop
import Testing

@testable import BackpropModels

/// Several sequences in a row say what each says by itself.
@Suite struct PackingTests {
    private func check(_ model: some LanguageModel) {
        let parts = [[3, 1, 4], [1, 5, 9, 2], [6, 5]]
        let sequences = parts.map { LabelledTokens(prompt: [$0[0]], answer: Array($0.dropFirst())) }
        let packed = PackedTokens([[sequences[0], sequences[2]], [sequences[1]]], length: 6)
        #expect(packed.tokenCount == 9 && packed.ids.shape == [2, 6])
        let logits = model(packed.ids, packing: packed.packing)
        for (part, row, start) in [(parts[0], 0, 0), (parts[2], 0, 3), (parts[1], 1, 0)] {
            let alone = model(Tensor(part.map(Int64.init), shape: [1, part.count]))
            let here = logits[row, start..<(start + part.count)]
            #expect(abs(alone[0] - here).max().asType(.float64).item() < 1e-12)
        }
        // All answers count alike, each foretold from its own sequence.
        let loss = model.loss(packed.ids, labels: packed.labels, packing: packed.packing).item(Double.self)
        let sums = parts.map { part in
            model.loss(Tensor(part.map(Int64.init), shape: [1, part.count])).item(Double.self) * Double(part.count - 1)
        }
        #expect(abs(loss - sums.reduce(0, +) / 6) < 1e-12)
    }

    @Test func packedSequencesDoNotSeeEachOther() {
        var gpt = GPT2Configuration()
        (gpt.vocabularySize, gpt.positions, gpt.features, gpt.layers, gpt.heads) = (11, 4, 8, 2, 2)
        (gpt.embeddingDropout, gpt.attentionDropout, gpt.dropout) = (0, 0, 0)
        check(withRandomSeed(1) { GPT2(gpt, dtype: .float64) })
        var llama = LlamaConfiguration()
        (llama.vocabularySize, llama.positions, llama.features) = (11, 16, 8)
        (llama.layers, llama.heads, llama.keyHeads, llama.hidden) = (2, 4, 2, 12)
        // Angles of rotations are float32, so those of a pair differ in nothing.
        check(withRandomSeed(1) { Llama(llama, dtype: .float64) })
        (llama.kind, llama.window) = (.mistral, 2)
        check(withRandomSeed(1) { Llama(llama, dtype: .float64) })
    }

    @Test(arguments: [
        (lengths: [5, 3, 4, 1, 2], capacity: 6, rows: [[0, 3], [2, 4], [1]]), (lengths: [], capacity: 4, rows: []),
        (lengths: [4, 4], capacity: 4, rows: [[0], [1]]),
        (lengths: [1, 1, 1, 1], capacity: 2, rows: [[0, 1], [2, 3]]),
    ]) func sequencesFindARow(lengths: [Int], capacity: Int, rows: [[Int]]) {
        #expect(PackedTokens.rows(lengths: lengths, capacity: capacity) == rows)
    }

    @Test func promptsAreNotLearnt() {
        #expect(LabelledTokens(prompt: [1, 2], answer: [3, 4]).labels == [-100, -100, 3, 4])
        #expect(LabelledTokens(prompt: [], answer: [3, 4]).labels == [-100, 4])
        #expect(!LabelledTokens(prompt: [1, 2], answer: [3]).prefix(2).hasLabels)
    }
}
