import Backprop

/// How a language model goes on: how long, and how a token is chosen from what it says.
public struct GenerationOptions: Sendable {
    /// The most tokens that are added.
    public var maximumTokens = 128
    /// What logits are divided by: below 1 likely tokens become likelier. 0 takes the likeliest always.
    public var temperature = 0.0
    /// Only so many of the likeliest tokens are chosen from; all where nil.
    public var topK: Int?
    /// Only the likeliest tokens whose probabilities together reach this are chosen from (nucleus sampling, Holtzman et al.,
    /// 2020); all where nil.
    public var topP: Double?
    /// What the logits of tokens that were there already are divided by where positive, or multiplied by where negative (Keskar
    /// et al., 2019).
    public var repetitionPenalty = 1.0
    /// Tokens behind which nothing comes. They are not part of the result.
    public var stopTokens: Set<Int> = []
    /// What random choices follow from: the same seed, the same text.
    public var seed: UInt64 = 0

    public init() {}

    /// What is wrong with the options; nil where nothing is.
    public var mistake: String? {
        if maximumTokens < 0 { return "\(maximumTokens) tokens at most" }
        if !(temperature >= 0 && temperature.isFinite) { return "a temperature of \(temperature), expected 0 or more" }
        if let topK, topK < 1 { return "the likeliest \(topK) tokens, expected 1 or more" }
        if let topP, !(topP > 0 && topP <= 1) { return "a probability of \(topP), expected one up to 1" }
        if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
            return "a repetition penalty of \(repetitionPenalty), expected more than 0"
        }
        return nil
    }
}
