import BackpropFiles

/// A conversation with a language model, which keeps what was read: each turn reads what is new only.
///
/// ```swift
/// var chat = try Chat(speaker)
/// let answer = try chat.say("Name three colours.") { piece in print(piece, terminator: ""); return true }
/// ```
public struct Chat: Sendable {
    /// What was said, the system included.
    public private(set) var turns: [ChatTemplate.Turn] = []
    public var options: GenerationOptions
    private let speaker: TextGenerator
    private let template: ChatTemplate
    private var generation: Generation?

    /// - Parameter system: what the model is told before anybody speaks; what its template says where left out.
    /// - Throws: `DataError` where the model has no template, or none of the usual ones.
    public init(_ speaker: TextGenerator, system: String? = nil) throws(DataError) {
        guard let template = speaker.chatTemplate else {
            let known = ChatTemplate.allCases.map(\.rawValue)
            let found =
                speaker.tokenizer.chatTemplate == nil ? "it has no template" : "its template is none of the usual ones"
            throw DataError(
                .mismatch, at: "the model", found,
                remedy: "use a model with a template like \(Wording.list(known)), or generate behind a prompt")
        }
        self.speaker = speaker
        self.template = template
        options = speaker.options
        if let end = speaker.tokenizer.id(of: template.end) { options.stopTokens.insert(end) }
        let words = system ?? speaker.tokenizer.chatTemplate.flatMap { ChatTemplate.defaultSystem(jinja: $0) }
        if let words, !words.isEmpty { turns.append(.init(.system, words)) }
    }

    /// Says something, and hands out pieces of the answer as soon as they are certain.
    ///
    /// - Parameter onText: returns whether to go on.
    /// - Throws: `DataError` where the conversation has more tokens than the model has positions, `EvaluationError` where the
    ///   model cannot be computed, and what `onText` throws. What was said is forgotten then.
    @discardableResult
    public mutating func say(
        _ text: String, stopWords: [String] = [], onText: (String) throws -> Bool = { _ in true }
    ) throws -> TextResult {
        let said = turns + [ChatTemplate.Turn(.user, text)]
        let ids = try speaker.tokens(template.text(said))
        var next =
            generation.flatMap { $0.continued(by: ids, options) }
            ?? Generation(
                speaker.model, after: ids, options,
                capacity: min(speaker.model.positionLimit, 2 * (ids.count + options.maximumTokens)))
        let result = try speaker.model.evaluating {
            try speaker.generate(&next, prompt: ids, stopWords: stopWords, onText: onText)
        }
        turns = said + [ChatTemplate.Turn(.assistant, result.text)]
        generation = next
        return result
    }
}
