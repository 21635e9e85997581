import Backprop
import Testing

@testable import BackpropModels

/// Losses of pairs, as their papers' equations give them.
@Suite struct PreferenceLossTests {
    @Test func lossesAreThoseOfTheirEquations() {
        let (chosen, rejected) = (Tensor([-3.0, -8], dtype: .float64), Tensor([-5.0, -2], dtype: .float64))
        let (first, second) = (Tensor([-4.0, -7], dtype: .float64), Tensor([-4.0, -4], dtype: .float64))
        func loss(_ kind: PreferenceLoss, beta: Double) -> [Double] {
            kind(chosen: chosen, rejected: rejected, referenceChosen: first, referenceRejected: second, beta: beta)
                .array(of: Double.self)
        }
        // Margins: (-3 + 5) - (-4 + 4) = 2, and (-8 + 2) - (-7 + 4) = -3.
        for (kind, expected) in [
            (PreferenceLoss.sigmoid, [0.31326168751822286, 1.7014132779827524]), (.hinge, [0, 2.5]), (.ipo, [1, 16]),
        ] {
            for (found, wanted) in zip(loss(kind, beta: 0.5), expected) {
                #expect(abs(found - wanted) < 1e-12, "\(kind)")
            }
        }
        let scores = bradleyTerryLoss(chosen: Tensor([1.0], dtype: .float64), rejected: Tensor([0.0], dtype: .float64))
        #expect(abs(scores.item(Double.self) - 0.31326168751822286) < 1e-12)
    }

    private func gpt() -> GPT2 {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (11, 16, 8, 1, 2)
        (c.embeddingDropout, c.attentionDropout, c.dropout) = (0, 0, 0)
        return withRandomSeed(1) { GPT2(c, dtype: .float64) }
    }

    /// Padding at the end changes nothing, and only answers count.
    @Test func probabilitiesAreOfAnswersAlone() {
        let model = gpt(),
            rows = [
                LabelledTokens(prompt: [3, 1], answer: [4, 1, 5]), LabelledTokens(prompt: [9], answer: [2]),
            ]
        let together = PaddedTokens(rows)
        #expect(together.ids.shape == [2, 16] && together.ends.array(of: Int.self) == [4, 1])
        let sums = model.logProbability(together.ids, labels: together.labels).array(of: Double.self)
        for (row, sum) in zip(rows, sums) {
            let logits = logSoftmax(model(Tensor([row.tokens.map(Int64.init)])))
            var expected = 0.0
            for place in 1..<row.tokens.count where row.labels[place] != ignoredLabel {
                expected += logits[0, place - 1, row.tokens[place]].item(Double.self)
            }
            #expect(abs(sum - expected) < 1e-12)
        }
    }

    /// A model learns which of two texts people like, and tells new ones apart.
    @Test func rewardsAreLearnt() {
        let reward = withRandomSeed(2) { RewardModel(gpt32()) }
        let optimizer = AdamW(reward.parameters(), learningRate: 1e-2)
        // A text with a 7 is better than the same with a 3.
        func batch(_ start: Int) -> PaddedTokens {
            let places = (start..<(start + 8)).map { [$0 % 5 + 1, $0 * 3 % 10] }
            return PaddedTokens(
                [7, 3].flatMap { better in places.map { LabelledTokens(prompt: $0, answer: [better, 2]) } })
        }
        func scores(_ start: Int) -> (Tensor, Tensor) {
            let tokens = batch(start), all = reward(tokens.ids, ends: tokens.ends)
            return (all[0..<8], all[8..<16])
        }
        for step in 0..<30 {
            let (chosen, rejected) = scores(step)
            bradleyTerryLoss(chosen: chosen, rejected: rejected).mean().backward()
            optimizer.step()
        }
        let (chosen, rejected) = scores(100)
        #expect((chosen .> rejected).asType(.float32).mean().item(Float.self) > 0.9)
    }

    /// With a head of the model's own for tokens too, which the folder does not have.
    @Test(arguments: [true, false]) func rewardModelsComeBack(tiesEmbeddings: Bool) throws {
        var c = TinyModel.llama
        c.tiesEmbeddings = tiesEmbeddings
        let reward = withRandomSeed(3) { RewardModel(Llama(c)) }, folder = try TemporaryFolder()
        try reward.save(to: folder.path)
        let other = try RewardModel.load(folder.path), ends = Tensor([5, 3] as [Int64])
        let scores = [reward, other].map { $0(TinyModel.ids, ends: ends).array(of: Float.self) }
        #expect(scores[0] == scores[1] && scores[0][0] != scores[0][1])
        try reward.model.save(to: folder.path + "/base")
        let error = #expect(throws: DataError.self) { try RewardModel.load(folder.path + "/base") }
        #expect(error?.description.contains("'LlamaForCausalLM' does not rate texts") == true)
    }

    private func gpt32() -> GPT2 {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (11, 16, 8, 1, 2)
        (c.embeddingDropout, c.attentionDropout, c.dropout) = (0, 0, 0)
        return withRandomSeed(1) { GPT2(c) }
    }
}
