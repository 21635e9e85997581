import Backprop
import BackpropNN

/// A language model that goes on behind a prompt, one token at a time.
///
/// ```swift
/// var generation = Generation(model, after: tokens, options)
/// while let token = try generation.next() { print(token) }
/// ```
///
/// The prompt is read in few plans, in parts whose lengths come again; every further token replays one plan, whatever the
/// length of the text. A conversation goes on with `append`.
public struct Generation: Sendable {
    /// The tokens of the prompt and those that were added.
    public private(set) var tokens: [Int]
    public private(set) var options: GenerationOptions
    /// How many tokens fit, the prompt included.
    public let capacity: Int
    /// How many tokens were added behind the last prompt.
    public private(set) var addedCount = 0

    private let model: any LanguageModel
    private var cache: DecodingCache?
    private var sampler: TokenSampler
    private var hasStopped = false

    /// The lengths that parts of a prompt have: as few plans as that.
    private static let partLengths = [256, 64, 16]

    /// - Parameters:
    ///   - prompt: at least one token; ones that the model does not know stop it.
    ///   - capacity: how many tokens fit, the prompt included: those that the options ask for where left out, and at most as
    ///     many as the model has positions.
    public init(
        _ model: some LanguageModel, after prompt: [Int], _ options: GenerationOptions = GenerationOptions(),
        capacity: Int? = nil
    ) {
        let limit = model.positionLimit
        require(!prompt.isEmpty, "Generation: the prompt has no token")
        require(
            prompt.count <= limit, "Generation: \(prompt.count) tokens are more than the \(limit) positions there are")
        requireKnown(prompt, model)
        self.model = model
        self.options = options
        tokens = prompt
        let wanted = capacity ?? prompt.count + options.maximumTokens
        // Room in steps: texts of about the same length share their plans.
        self.capacity = min(limit, (max(wanted, prompt.count) + 63) / 64 * 64)
        cache = DecodingCache(layers: model.layerCount, capacity: self.capacity)
        sampler = TokenSampler(options)
    }

    /// The next token; nil behind a token of `stopTokens`, after as many as the options allow, and where no more fit.
    ///
    /// - Throws: `EvaluationError` where the model cannot be computed.
    public mutating func next() throws(EvaluationError) -> Int? {
        guard !hasStopped, addedCount < options.maximumTokens, tokens.count < capacity else { return nil }
        let logits = try logits()
        let token = sampler.choose(logits, context: tokens)
        if options.stopTokens.contains(token) {
            hasStopped = true
            return nil
        }
        tokens.append(token)
        addedCount += 1
        return token
    }

    /// Puts more of a prompt behind what is there, and lets the model go on. More tokens than fit stop it.
    public mutating func append(_ prompt: [Int]) {
        requireKnown(prompt, model)
        require(
            tokens.count + prompt.count <= capacity,
            "Generation: \(prompt.count) tokens behind \(tokens.count) are more than the \(capacity) that fit")
        tokens += prompt
        (addedCount, hasStopped) = (0, false)
    }

    /// This one behind another prompt, of which the beginning that they share is not read again; nil where it does not fit with
    /// what the options ask for.
    func continued(by prompt: [Int], _ options: GenerationOptions) -> Generation? {
        guard prompt.count + options.maximumTokens <= capacity else { return nil }
        var next = self
        let shared = zip(prompt, tokens).prefix { $0 == $1 }.count
        next.cache?.truncate(to: min(shared, cache?.count ?? 0))
        next.tokens = prompt
        next.options = options
        next.sampler = sampler.with(options)
        (next.addedCount, next.hasStopped) = (0, false)
        return next
    }

    /// The logits of the token behind those that are there, [vocabulary].
    public mutating func logits() throws(EvaluationError) -> [Float] {
        let known = cache?.count ?? 0
        // The last token is read again where nothing is new.
        if known == tokens.count { cache?.truncate(to: known - 1) }
        var logits: [Float] = []
        while let count = cache?.count, count < tokens.count {
            let part = Array(tokens[count..<min(tokens.count, count + partLength(tokens.count - count))])
            logits = try read(part, isLast: count + part.count == tokens.count)
        }
        return logits
    }

    /// How many tokens are read at once of so many that are left.
    private func partLength(_ left: Int) -> Int { left == 1 ? 1 : Self.partLengths.first { $0 <= left } ?? left }

    /// Reads some tokens, and gives the logits behind the last.
    private mutating func read(_ part: [Int], isLast: Bool) throws(EvaluationError) -> [Float] {
        // A part that is shorter than the shortest is filled up; what it was filled with is forgotten again.
        let start = cache?.count ?? 0, shortest = Self.partLengths[Self.partLengths.count - 1]
        let length = part.count == 1 ? 1 : max(part.count, min(shortest, capacity - start))
        let filled = part + [Int](repeating: 0, count: length - part.count)
        let place = Tensor([Int64(part.count - 1)])
        let result = withoutGradients {
            let ids = Tensor(filled.map(Int64.init), shape: [1, filled.count])
            let features = model.features(ids, isSeen: nil, packing: nil, cache: &cache)
            let last = features.dim(1) == 1 ? features : features.take(place, axis: 1)
            return model.head(last).asType(.float32)
        }
        var wanted = cache?.tensors ?? []
        if isLast { wanted.append(result) }
        try evaluate(wanted)
        cache?.truncate(to: start + part.count)
        return isLast ? result.array(of: Float.self) : []
    }
}

/// Stops where a token is none of a model.
private func requireKnown(_ tokens: [Int], _ model: any LanguageModel) {
    let unknown = tokens.first { $0 < 0 || $0 >= model.vocabularySize }
    require(unknown == nil, "Generation: the model has no token \(unknown ?? 0); it knows \(model.vocabularySize)")
}
