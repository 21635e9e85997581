import Backprop
import Testing

@testable import BackpropModels

/// A reward that is a function raises itself in a GPT of a few weights.
@Suite struct PolicyGradientTests {
    @Test(arguments: PolicyOptions.Method.allCases) func aRewardRises(method: PolicyOptions.Method) throws {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (4, 16, 8, 1, 2)
        (c.embeddingDropout, c.attentionDropout, c.dropout) = (0, 0, 0)
        let model = withRandomSeed(1) { GPT2(c) }, reference = model.copy()
        var options = PolicyOptions()
        (options.method, options.samples, options.maximumTokens) = (method, 16, 1)
        let gradient = PolicyGradient(
            model, reference: reference, AdamW(model.parameters(), learningRate: 0.05, weightDecay: 0), options)
        // The token behind that of the prompt is right.
        let steps = try (0..<8).map { _ in
            try gradient.step([[0], [2]]) { prompt, answer in answer == [prompt[0] + 1] ? 1 : 0 }
        }
        #expect(steps[0].divergence == 0 && steps[0].length == 1)
        #expect(steps[7].reward > steps[0].reward + 0.3, "\(steps.map(\.reward))")
        #expect(steps[7].divergence > 0.1)
        // The reference is what it was.
        let ids = Tensor([[0, 1, 2]] as [[Int64]])
        #expect(abs(model(ids) - reference(ids)).max().item(Float.self) > 0.1)
    }
}
