import Backprop
import BackpropNN

extension T5 {
    /// Writes a sequence for another one, and hands out each token as soon as it is there.
    ///
    /// ```swift
    /// let result = try model.generate(for: tokens, options) { token in print(token); return true }
    /// ```
    ///
    /// The encoder reads once; every token replays one plan, whatever the length.
    ///
    /// - Parameters:
    ///   - ids: what the encoder reads, at least one token; ones that the model does not know stop it.
    ///   - options: tokens that end it, such as T5's 1, are among them.
    ///   - onToken: returns whether to go on.
    /// - Throws: `EvaluationError` where the model cannot be computed, and what `onToken` throws.
    @discardableResult
    public func generate(
        for ids: [Int], _ options: GenerationOptions = GenerationOptions(),
        onToken: (Int) throws -> Bool = { _ in true }
    ) throws -> GenerationResult {
        let unknown = ids.first { $0 < 0 || $0 >= configuration.vocabularySize }
        require(
            !ids.isEmpty && unknown == nil, "T5.generate: of \(ids.count) tokens, \(unknown ?? 0) is none of the model")
        let clock = ContinuousClock(), start = clock.now
        var sampler = TokenSampler(options), tokens: [Int] = [], first: Duration = .zero
        try evaluating {
            let memory = withoutGradients {
                let encoded = encoded(Tensor(ids.map(Int64.init), shape: [1, ids.count]))
                return decoder.blocks.map { $0.memoryAttention.read(encoded) }
            }
            try evaluate(memory.flatMap { [$0.keys, $0.values] })
            // Room in steps, as language models have it.
            let capacity = (options.maximumTokens + 64) / 64 * 64
            var cache: DecodingCache? = DecodingCache(layers: decoder.blocks.count, capacity: capacity)
            var last = configuration.startToken
            while tokens.count < options.maximumTokens {
                let logits = withoutGradients {
                    let x = self.tokens(Tensor([[Int64(last)]]))
                    return head(decoder.step(x, memory: memory, cache: &cache)).asType(.float32)
                }
                try evaluate((cache?.tensors ?? []) + [logits])
                last = sampler.choose(logits.array(of: Float.self), context: [configuration.startToken] + tokens)
                if options.stopTokens.contains(last) { break }
                tokens.append(last)
                if tokens.count == 1 { first = clock.now - start }
                if try !onToken(last) { break }
            }
        }
        return GenerationResult(tokens: tokens, firstToken: first, total: clock.now - start)
    }
}
