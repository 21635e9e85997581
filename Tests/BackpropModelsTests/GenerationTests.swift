import Testing

@testable import BackpropModels

@Suite struct GenerationTests {
    static let prompt = [3, 1, 4, 1, 5]

    /// A model that is sure of what it says, so that the likeliest token is clear.
    static func model(_ configuration: LlamaConfiguration = TinyModel.llama) -> Llama {
        withRandomSeed(4) {
            let model = Llama(configuration, dtype: .float64)
            model.tokens.weight.value = Tensor.normal([11, 16], dtype: .float64)
            return model
        }
    }

    static func options(_ count: Int, _ change: (inout GenerationOptions) -> Void = { _ in }) -> GenerationOptions {
        var options = GenerationOptions()
        options.maximumTokens = count
        change(&options)
        return options
    }

    /// What was said when the whole text is read anew for each token.
    static func uncached(_ model: some LanguageModel, _ prompt: [Int], _ count: Int) -> [Int] {
        var tokens = prompt
        for _ in 0..<count {
            let ids = Tensor(tokens.map(Int64.init), shape: [1, tokens.count])
            let logits = model(ids).narrowed(axis: 1, (tokens.count - 1)..<tokens.count)
            tokens.append(Int(logits.flattened().argMax().item()))
        }
        return Array(tokens.dropFirst(prompt.count))
    }

    /// Prompts of one token, of less than a part, and of several parts.
    @Test(arguments: [1, 5, 16, 17, 90]) func cacheGivesWhatTheWholeTextGives(length: Int) throws {
        var windowed = TinyModel.llama
        (windowed.kind, windowed.window) = (.mistral, 4)
        let prompt = (0..<length).map { ($0 * $0 + 3) % 11 }
        for model in [Self.model(), Self.model(windowed)] {
            let tokens = try model.generate(after: prompt, Self.options(9)).tokens
            #expect(tokens == Self.uncached(model, prompt, 9))
        }
        guard length < 30 else { return }
        let gpt = withRandomSeed(5) { GPT2(TinyModel.gpt2, dtype: .float64) }
        #expect(try gpt.generate(after: prompt, Self.options(9)).tokens == Self.uncached(gpt, prompt, 9))
    }

    @Test func cachedLogitsAreThoseOfTheWholeText() throws {
        let model = Self.model()
        var generation = Generation(model, after: Self.prompt, Self.options(20))
        for _ in 0..<6 { _ = try generation.next() }
        let ids = Tensor(generation.tokens.map(Int64.init), shape: [1, generation.tokens.count])
        let whole = model(ids)[0, generation.tokens.count - 1].array(of: Float.self)
        let cached = try generation.logits()
        #expect(zip(whole, cached).allSatisfy { abs($0 - $1) < 1e-5 })
        // Asking again changes nothing.
        #expect(try generation.logits() == cached)
    }

    @Test func endsWhereItIsTold() throws {
        let model = Self.model()
        let all = try model.generate(after: Self.prompt, Self.options(12)).tokens
        #expect(all.count == 12)
        let stop = all[5], place = try #require(all.firstIndex(of: stop))
        let stopped = try model.generate(after: Self.prompt, Self.options(12) { $0.stopTokens = [stop] }).tokens
        #expect(stopped == Array(all[..<place]))
        #expect(try model.generate(after: Self.prompt, Self.options(0)).tokens.isEmpty)
        var seen: [Int] = []
        let broken = try model.generate(after: Self.prompt, Self.options(12)) { token in
            seen.append(token)
            return seen.count < 3
        }
        #expect(seen == Array(all[..<3]) && broken.tokens == seen)
        // A model says nothing beyond its positions.
        var short = TinyModel.llama
        short.positions = 8
        #expect(try Self.model(short).generate(after: Self.prompt, Self.options(12)).tokens.count == 3)
    }

    @Test func seedsRepeat() throws {
        let model = Self.model()
        func tokens(_ seed: UInt64, _ temperature: Double) throws -> [Int] {
            let options = Self.options(20) { ($0.temperature, $0.seed) = (temperature, seed) }
            return try model.generate(after: Self.prompt, options).tokens
        }
        #expect(try tokens(1, 1) == tokens(1, 1))
        #expect(try Set((1...5).map { try tokens($0, 3) }).count == 5)
        // The likeliest one of one is what is taken without a temperature.
        let greedy = try model.generate(after: Self.prompt, Self.options(20)).tokens
        let single = Self.options(20) { ($0.temperature, $0.topK) = (5, 1) }
        #expect(try model.generate(after: Self.prompt, single).tokens == greedy)
        let narrow = Self.options(20) { ($0.temperature, $0.topP) = (5, 1e-9) }
        #expect(try model.generate(after: Self.prompt, narrow).tokens == greedy)
    }

    @Test func streams() async throws {
        let model = Self.model()
        var tokens: [Int] = []
        for try await token in model.tokens(after: Self.prompt, Self.options(7)) { tokens.append(token) }
        #expect(tokens == (try model.generate(after: Self.prompt, Self.options(7)).tokens))
    }

    @Test func goesOnBehindMoreOfAPrompt() throws {
        let model = Self.model()
        var generation = Generation(model, after: Self.prompt, Self.options(4), capacity: 64)
        while try generation.next() != nil {}
        let copy = generation
        generation.append([7, 8])
        let before = generation.tokens
        while try generation.next() != nil {}
        #expect(generation.tokens == before + Self.uncached(model, before, 4))
        // A copy is where it was, and a conversation that shares a beginning goes on from there.
        #expect(copy.tokens == Array(before.dropLast(2)))
        let other = Array(before.prefix(6)) + [9, 2, 2]
        var next = try #require(generation.continued(by: other, Self.options(4)))
        while try next.next() != nil {}
        #expect(next.tokens == other + Self.uncached(model, other, 4))
        #expect(generation.continued(by: other, Self.options(60)) == nil)
    }

    /// Whatever the length of the text, a token replays the plan of the one before.
    @Test func tokensPlanNothing() async {
        await #expect(processExitsWith: .success) {
            let model = withRandomSeed(4) { Llama(TinyModel.llama) }
            var options = GenerationOptions()
            options.maximumTokens = 60
            var generation = Generation(model, after: [3, 1, 4, 1, 5], options)
            for _ in 0..<3 { _ = try generation.next() }
            let made = EngineCounters.plansCompiled, run = EngineCounters.plansRun
            for _ in 0..<50 { _ = try generation.next() }
            if EngineCounters.plansCompiled != made { fatalError("\(EngineCounters.plansCompiled - made) plans") }
            if EngineCounters.plansRun - run != 50 { fatalError("\(EngineCounters.plansRun - run) runs") }
            // Nor does another prompt of another length, where the room is the same.
            var other = Generation(model, after: [2, 7, 1, 8, 2, 8, 1, 8, 2], options)
            for _ in 0..<20 { _ = try other.next() }
            if EngineCounters.plansCompiled > made + 1 { fatalError("\(EngineCounters.plansCompiled - made) plans") }
        }
    }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) { _ = Generation(GPT2(TinyModel.gpt2), after: []) }
        await #expect(processExitsWith: .failure) { _ = Generation(GPT2(TinyModel.gpt2), after: [11]) }
        await #expect(processExitsWith: .failure) {
            _ = Generation(GPT2(TinyModel.gpt2), after: [Int](repeating: 1, count: 41))
        }
    }
}
