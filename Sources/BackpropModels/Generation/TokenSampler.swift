import Backprop

/// Chooses tokens from logits, in the order of transformers: the penalty, the temperature, the likeliest, the nucleus.
public struct TokenSampler: Sendable {
    private var options: GenerationOptions
    /// How many random numbers were taken.
    private var draws: UInt64 = 0

    /// Options with a mistake stop it.
    public init(_ options: GenerationOptions) {
        let mistake = options.mistake
        require(mistake == nil, "TokenSampler: \(mistake ?? "")")
        self.options = options
    }

    /// This one with other options; random choices go on, unless the seed is another.
    func with(_ options: GenerationOptions) -> TokenSampler {
        var next = TokenSampler(options)
        if options.seed == self.options.seed { next.draws = draws }
        return next
    }

    /// A token for logits of the whole vocabulary.
    ///
    /// - Parameter context: the tokens that were there already.
    public mutating func choose(_ logits: [Float], context: [Int]) -> Int {
        var logits = logits
        if options.repetitionPenalty != 1 {
            let penalty = Float(options.repetitionPenalty)
            for token in Set(context) where logits.indices.contains(token) {
                logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty
            }
        }
        if options.temperature == 0 { return greatest(logits) }
        return draw(candidates(logits))
    }

    /// Tokens with weights that are their probabilities up to a factor, the likeliest first where order matters.
    private func candidates(_ logits: [Float]) -> [(token: Int, weight: Double)] {
        let top = Double(logits.max() ?? 0)
        var all = logits.enumerated().map { index, logit in
            (token: index, weight: ScalarMath.exp((Double(logit) - top) / options.temperature))
        }
        guard options.topK != nil || options.topP != nil else { return all }
        // Equal weights stay in the order of their tokens.
        all.sort { ($0.weight, $1.token) > ($1.weight, $0.token) }
        if let topK = options.topK { all.removeLast(max(0, all.count - topK)) }
        if let topP = options.topP {
            let goal = topP * all.reduce(0) { $0 + $1.weight }
            var sum = 0.0
            let count = all.firstIndex {
                sum += $0.weight
                return sum >= goal
            }
            if let count { all.removeLast(all.count - count - 1) }
        }
        return all
    }

    private mutating func draw(_ candidates: [(token: Int, weight: Double)]) -> Int {
        let total = candidates.reduce(0) { $0 + $1.weight }
        let bits = RandomState(seed: options.seed, position: draws).nextKey()
        draws += 1
        var rest = Double(bits >> 11) * 0x1p-53 * total
        for candidate in candidates {
            rest -= candidate.weight
            if rest < 0 { return candidate.token }
        }
        return candidates.last { $0.weight > 0 }?.token ?? 0
    }

    private func greatest(_ logits: [Float]) -> Int {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        return best
    }
}
