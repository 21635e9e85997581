import BackpropFiles

/// Turns text into the ids that a model was trained on, and ids into text.
///
/// ```swift
/// let tokenizer = try Tokenizer(path: "model")        // a folder, a tokenizer.json, or a .gguf file
/// let ids = tokenizer.encode("Hello world")           // with special tokens where the files add some
/// print(tokenizer.decode(ids))
/// ```
///
/// Byte-level BPE, BPE of characters, WordPiece, unigrams and whole words are known, in the forms that tokenizer.json of Hugging
/// Face and the metadata of GGUF describe. A setting that is not known is refused when a file is read, since ids could depend on
/// it. Ids are those of Hugging Face's tokenizers 0.23, character tables included.
///
/// It is a value that threads can share.
public struct Tokenizer: Sendable {
    let core: TokenizerCore

    init(_ form: TokenizerForm) throws(FormatProblem) { core = try TokenizerCore(form) }

    /// The ids of a text.
    ///
    /// - Parameters:
    ///   - addingSpecialTokens: whether the tokens are added that the files put around a text.
    ///   - limit: the most ids; a longer text loses its end, and keeps the special tokens.
    public func encode(_ text: String, addingSpecialTokens: Bool = true, limit: Int? = nil) -> [Int] {
        let template = addingSpecialTokens ? core.template : .plain
        let room = limit.map { max(0, $0 - Template.specialCount(template.single)) }
        let ids = plain(text).prefix(room ?? .max).map { Int($0) }
        if template == .plain { return ids }
        return Template.fill(template.single, ids, []).ids
    }

    /// The ids of a pair of texts, and for each which of the two it belongs to as the files say (0 and 1 for BERT).
    ///
    /// - Parameter limit: the most ids; the longer text loses its end first.
    public func encode(
        _ first: String, _ second: String, addingSpecialTokens: Bool = true, limit: Int? = nil
    ) -> (ids: [Int], types: [Int]) {
        let template = addingSpecialTokens ? core.template : .plain
        var one = plain(first).map { Int($0) }, other = plain(second).map { Int($0) }
        if let limit {
            let room = max(0, limit - Template.specialCount(template.pair))
            let excess = max(0, one.count + other.count - room)
            // Down to the length of the shorter one, then in turn.
            let shorter = min(one.count, other.count), isFirstLonger = one.count > other.count
            let fromLonger = min(excess, max(one.count, other.count) - shorter), rest = excess - fromLonger
            one.removeLast(min(one.count, (isFirstLonger ? fromLonger : 0) + rest / 2))
            other.removeLast(min(other.count, (isFirstLonger ? 0 : fromLonger) + rest - rest / 2))
        }
        return Template.fill(template.pair, one, other)
    }

    private func plain(_ text: String) -> [Int32] {
        var text = text
        return text.withUTF8 { core.encode($0) }
    }

    /// The text of ids. Ids that are no tokens, and bytes that are no text, are passed over or become U+FFFD, as Hugging Face's
    /// tokenizers do.
    public func decode(_ ids: some Sequence<Int>, skippingSpecialTokens: Bool = true) -> String {
        var decoder = decoder(skippingSpecialTokens: skippingSpecialTokens)
        for id in ids { decoder.add(id) }
        return decoder.finish()
    }

    /// Decodes ids that come one by one.
    public func decoder(skippingSpecialTokens: Bool = true) -> StreamingDecoder {
        StreamingDecoder(core, skippingSpecialTokens: skippingSpecialTokens)
    }

    /// One more than the greatest id.
    public var vocabularySize: Int { max(core.form.model.tokens.end, (core.added.all.map(\.id).max() ?? -1) + 1) }

    /// The id of a token as the vocabulary writes it, special ones included; nil where it is none.
    public func id(of token: String) -> Int? { core.added.id(of: token) ?? core.form.model.tokens.id(of: token) }

    /// A token as the vocabulary writes it; nil where the id is none.
    public func token(of id: Int) -> String? { core.bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }

    /// Whether an id says something about the text rather than being a part of it.
    public func isSpecial(_ id: Int) -> Bool { core.added[id]?.isSpecial ?? false }

    /// The ids with a meaning of their own, as far as the files name them.
    public var specialTokens: SpecialTokens { core.form.specials }

    /// The template of a chat, in the language Jinja, as it stands in the files; nil where there is none.
    public var chatTemplate: String? { core.form.chatTemplate }

    /// The most tokens that the model takes, as far as the files say so.
    public var maximumLength: Int? { core.form.maximumLength }
}

/// Makes text of ids that come one by one. What is not certain yet, such as the first bytes of a character, is held back; all
/// pieces together are what `Tokenizer.decode` gives.
///
/// ```swift
/// var stream = tokenizer.decoder()
/// for id in ids { print(stream.next(id), terminator: "") }
/// print(stream.finish())
/// ```
public struct StreamingDecoder: Sendable {
    private let core: TokenizerCore
    private let skipsSpecialTokens: Bool
    private var state: DecodingState

    init(_ core: TokenizerCore, skippingSpecialTokens: Bool) {
        (self.core, skipsSpecialTokens) = (core, skippingSpecialTokens)
        state = DecodingState(core.decoding)
    }

    mutating func add(_ id: Int) {
        if skipsSpecialTokens, core.added[id]?.isSpecial ?? false { return }
        guard let token = core.bytes(of: id) else { return }
        state.add(token)
    }

    /// The text that one more id makes certain; often empty.
    public mutating func next(_ id: Int) -> String {
        add(id)
        return state.take(isEnd: false)
    }

    /// What was held back.
    public mutating func finish() -> String {
        state.endRun()
        return state.take(isEnd: true)
    }
}
