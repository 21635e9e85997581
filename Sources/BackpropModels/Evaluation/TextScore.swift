import Backprop

/// How well a language model foretells a text.
public struct TextScore: Sendable, Equatable {
    /// The mean negative logarithm of the probability of a token, in nats.
    public let loss: Double
    /// How many tokens were foretold.
    public let tokens: Int

    /// exp(loss): among how many equally likely tokens the model hesitates in the mean.
    public var perplexity: Double { ScalarMath.exp(loss) }

    /// Bits for each byte of a text of so many bytes, which compares models of different tokens.
    public func bitsPerByte(_ bytes: Int) -> Double { loss * Double(tokens) / (ScalarMath.log(2) * Double(bytes)) }
}

extension LanguageModel {
    /// How well the model foretells each token behind the first, from those before it in the same window.
    ///
    /// - Parameters:
    ///   - tokens: two or more, each below `vocabularySize`.
    ///   - window: how many tokens the model reads at a time, 2 or more; at most `positionLimit`. A window begins with the last token
    ///     of the one before, so that every token but the first is foretold once.
    ///   - onWindow: hears the share of the tokens that are done.
    /// - Throws: `EvaluationError` where the model cannot be computed.
    public func score(
        _ tokens: [Int], window: Int = 512, onWindow: (Double) throws -> Void = { _ in }
    ) throws -> TextScore {
        require(
            tokens.count >= 2 && tokens.allSatisfy { 0 <= $0 && $0 < vocabularySize },
            "score: \(tokens.count) tokens, expected two or more below \(vocabularySize)")
        require(window >= 2, "score: a window of \(window) tokens, expected 2 or more")
        let step = min(window, positionLimit) - 1
        var total = 0.0
        try evaluating {
            for start in stride(from: 0, to: tokens.count - 1, by: step) {
                let part = tokens[start...min(start + step, tokens.count - 1)]
                let ids = Tensor(part.map { Int32($0) }, shape: [1, part.count])
                let loss = withoutGradients { self.loss(ids).asType(.float64) }
                try evaluate(loss)
                total += loss.item() * Double(part.count - 1)
                try onWindow(Double(start + part.count) / Double(tokens.count))
            }
        }
        return TextScore(loss: total / Double(tokens.count - 1), tokens: tokens.count - 1)
    }
}
