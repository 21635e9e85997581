import Backprop

/// What became of a prompt.
public struct GenerationResult: Sendable {
    /// The tokens that were added.
    public let tokens: [Int]
    /// The time until the first of them was there, reading the prompt included; zero where there is none.
    public let firstToken: Duration
    /// The time of all of them.
    public let total: Duration

    /// Tokens a second behind the first one; 0 where there is none.
    public var tokensPerSecond: Double {
        let rest = (total - firstToken) / .seconds(1)
        return tokens.count > 1 && rest > 0 ? Double(tokens.count - 1) / rest : 0
    }
}

extension LanguageModel {
    /// Goes on behind a prompt, and hands out each token as soon as it is there.
    ///
    /// ```swift
    /// let result = try model.generate(after: tokens, options) { token in print(token); return true }
    /// ```
    ///
    /// - Parameter onToken: returns whether to go on.
    /// - Throws: `EvaluationError` where the model cannot be computed, and what `onToken` throws.
    @discardableResult
    public func generate(
        after prompt: [Int], _ options: GenerationOptions = GenerationOptions(),
        onToken: (Int) throws -> Bool = { _ in true }
    ) throws -> GenerationResult {
        let clock = ContinuousClock(), start = clock.now
        var generation = Generation(self, after: prompt, options), first: Duration = .zero, tokens: [Int] = []
        try evaluating {
            while let token = try generation.next() {
                tokens.append(token)
                if tokens.count == 1 { first = clock.now - start }
                if try !onToken(token) { break }
            }
        }
        return GenerationResult(tokens: tokens, firstToken: first, total: clock.now - start)
    }

    /// The tokens behind a prompt, as an asynchronous sequence. They are computed by a task of their own, which ends when
    /// nobody waits for them any more.
    ///
    /// ```swift
    /// for try await token in model.tokens(after: prompt) { print(token) }
    /// ```
    public func tokens(
        after prompt: [Int], _ options: GenerationOptions = GenerationOptions()
    ) -> AsyncThrowingStream<Int, any Error> {
        let (stream, continuation) = AsyncThrowingStream<Int, any Error>.makeStream()
        let task = Task.detached {
            do {
                try self.generate(after: prompt, options) { token in
                    continuation.yield(token)
                    return !Task.isCancelled
                }
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
