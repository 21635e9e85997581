import BackpropFiles
import BackpropText

/// What became of a prompt, as text.
public struct TextResult: Sendable {
    /// What was added, up to the word that ended it.
    public let text: String
    /// The tokens that were added.
    public let tokens: [Int]
    /// Those of the prompt.
    public let prompt: [Int]
    /// The time until the first token was there, reading the prompt included; zero where there is none.
    public let firstToken: Duration
    /// Tokens a second behind the first one; 0 where there is none.
    public let tokensPerSecond: Double
}

/// A language model with its tokenizer and the options that it comes with: text behind text.
///
/// ```swift
/// let speaker = try TextGenerator("smollm2.gguf")
/// try speaker.generate("Gravity is") { piece in print(piece, terminator: ""); return true }
/// ```
public struct TextGenerator: Sendable {
    public let model: any LanguageModel
    public let tokenizer: Tokenizer
    /// What `generation_config.json` asks for; tokens that end a text are among them.
    public var options: GenerationOptions
    /// How a conversation is written for the model; nil where it has no template, or none that is known.
    public let chatTemplate: ChatTemplate?

    /// Reads a folder with a model and its tokenizer, a GGUF file, or a folder with adapters of low rank, which are merged
    /// into the model that they name.
    ///
    /// - Throws: `DataError` as `Pretrained.languageModel` and `Tokenizer` do, and where a tokenizer has tokens that the model
    ///   does not know.
    public init(_ path: String) throws(DataError) {
        if try LowRankAdapters.isIn(path) {
            let base = try TextGenerator(base: LowRankAdapters.base(of: path))
            try LowRankAdapters.load(path, for: base.model).merge()
            self = base
        } else {
            try self.init(base: path)
        }
    }

    private init(base path: String) throws(DataError) {
        let file = try Pretrained.ggufFile(path)
        let options = try file == nil ? GenerationOptions(folder: path) : GenerationOptions()
        let tokenizer: Tokenizer, model: any LanguageModel
        if let file {
            (tokenizer, model) = (try Tokenizer(gguf: file), try Llama.load(file))
        } else {
            (tokenizer, model) = (try Tokenizer(path: path), try Pretrained.languageModel(path))
        }
        guard tokenizer.vocabularySize <= model.vocabularySize else {
            throw DataError(
                .mismatch, at: path,
                "the tokenizer has tokens up to \(tokenizer.vocabularySize - 1), the model knows \(model.vocabularySize)",
                remedy: "use the tokenizer of this model")
        }
        self.init(model, tokenizer, options)
    }

    public init(_ model: some LanguageModel, _ tokenizer: Tokenizer, _ options: GenerationOptions = GenerationOptions())
    {
        self.model = model
        self.tokenizer = tokenizer
        self.options = options
        if options.stopTokens.isEmpty, let end = tokenizer.specialTokens.end { self.options.stopTokens = [end] }
        chatTemplate = tokenizer.chatTemplate.flatMap { ChatTemplate(jinja: $0) }
    }

    /// Goes on behind a text, and hands out pieces of what is added as soon as they are certain.
    ///
    /// - Parameters:
    ///   - options: those of this generator where left out.
    ///   - stopWords: texts that end it; they are not part of the result.
    ///   - onText: returns whether to go on.
    /// - Throws: `DataError` where the text has no token or more than the model has positions, `EvaluationError` where the
    ///   model cannot be computed, and what `onText` throws.
    @discardableResult
    public func generate(
        _ prompt: String, _ options: GenerationOptions? = nil, stopWords: [String] = [],
        onText: (String) throws -> Bool = { _ in true }
    ) throws -> TextResult {
        let ids = try tokens(prompt)
        let options = options ?? self.options
        var generation = Generation(model, after: ids, options)
        return try model.evaluating {
            try generate(&generation, prompt: ids, stopWords: stopWords, onText: onText)
        }
    }

    /// The tokens of a prompt, those in front of every text included.
    ///
    /// - Throws: `DataError` where there is none, or more than the model has positions.
    public func tokens(_ prompt: String) throws(DataError) -> [Int] {
        let ids = tokenizer.encode(prompt)
        guard !ids.isEmpty else {
            throw DataError(.tooFew, at: "the prompt", "it has no token", remedy: "give it some text")
        }
        guard ids.count < model.positionLimit else {
            throw DataError(
                .tooLarge, at: "the prompt", "it has \(ids.count) tokens, the model reads \(model.positionLimit)",
                remedy: "shorten it")
        }
        return ids
    }

    func generate(
        _ generation: inout Generation, prompt: [Int], stopWords: [String], onText: (String) throws -> Bool
    ) throws -> TextResult {
        let clock = ContinuousClock(), start = clock.now
        var decoder = tokenizer.decoder(skippingSpecialTokens: true), words = StopWords(stopWords)
        var text = "", tokens: [Int] = [], first: Duration = .zero, goesOn = true
        func add(_ piece: String) throws {
            guard !piece.isEmpty else { return }
            text += piece
            goesOn = try onText(piece)
        }
        while goesOn, !words.hasStopped, let token = try generation.next() {
            tokens.append(token)
            if tokens.count == 1 { first = clock.now - start }
            try add(words.next(decoder.next(token)))
        }
        let total = clock.now - start
        if goesOn, !words.hasStopped { try add(words.next(decoder.finish())) }
        if goesOn, !words.hasStopped { try add(words.finish()) }
        let result = GenerationResult(tokens: tokens, firstToken: first, total: total)
        return TextResult(
            text: text, tokens: tokens, prompt: prompt, firstToken: first, tokensPerSecond: result.tokensPerSecond)
    }
}
