import Backprop
import BackpropFiles

extension Tokenizer {
    /// Learns a byte-level BPE with GPT-2's pattern from a text. The same text gives the same tokenizer.
    ///
    /// ```swift
    /// let tokenizer = Tokenizer(learningBytePairsFrom: text, vocabularySize: 1_000, specialTokens: ["<|endoftext|>"])
    /// try tokenizer.save(to: "tokenizer")
    /// ```
    ///
    /// Special tokens have the first ids, then come the 256 bytes, then the merges in their order. There are fewer where no pair
    /// occurs `leastCount` times any more. Equally frequent pairs are taken by the order of their first symbols, then of their
    /// second ones, as Hugging Face's trainer does.
    ///
    /// - Parameter vocabularySize: the most tokens, special ones included; at least those and 256.
    public init(
        learningBytePairsFrom text: String, vocabularySize: Int, specialTokens: [String] = [], leastCount: Int = 2,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            vocabularySize >= 256 + specialTokens.count && vocabularySize <= TokenTable.maximumCount,
            "Tokenizer: vocabularySize is \(vocabularySize), it is from 256 and the \(specialTokens.count) special tokens "
                + "to \(TokenTable.maximumCount)", file: file, line: line)
        require(
            Set(specialTokens).count == specialTokens.count && !specialTokens.contains(""),
            "Tokenizer: a special token is empty or occurs twice: \(specialTokens)", file: file, line: line)
        guard let pattern = try? Pattern(Splitter.gpt2) else { trap("GPT-2's pattern is not understood") }
        var text = text
        var training = text.withUTF8 { BytePairTraining($0, splits: .byteLevel(addsBlank: false, pattern)) }
        training.learn(vocabularySize - specialTokens.count, least: leastCount)
        var form = TokenizerForm()
        form.preTokenizer = KnownSplits.gpt2
        form.decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        for (id, token) in specialTokens.enumerated() {
            form.added.append(AddedToken(id: id, text: token))
            _ = form.model.tokens.insert(Array(token.utf8), id: id)
        }
        let first = Int32(specialTokens.count)
        for (place, symbol) in training.symbols.enumerated() {
            let isNew = form.model.tokens.insert(ByteLetters.token(of: symbol), id: Int(first) + place)
            require(isNew, "Tokenizer: a special token is the byte \(symbol)", file: file, line: line)
        }
        form.model.merges = training.merges.enumerated().map {
            ModelForm.Merge(
                left: first + $1.left, right: first + $1.right, result: first + $1.result, rank: Int32($0))
        }
        self = Self.made(form)
    }

    /// One token for each character (Unicode scalar) of a text, in their order. Other characters become the unknown token, or
    /// are passed over where there is none.
    public init(
        charactersOf text: String, specialTokens: [String] = [], unknown: String? = nil,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            Set(specialTokens).count == specialTokens.count && !specialTokens.contains(""),
            "Tokenizer: a special token is empty or occurs twice: \(specialTokens)", file: file, line: line)
        require(
            unknown.map { specialTokens.contains($0) } ?? true,
            "Tokenizer: the unknown token is none of the special tokens \(specialTokens)", file: file, line: line)
        var form = TokenizerForm()
        form.model.kind = .words
        for (id, token) in specialTokens.enumerated() {
            form.added.append(AddedToken(id: id, text: token))
            _ = form.model.tokens.insert(Array(token.utf8), id: id)
        }
        for scalar in Set(text.unicodeScalars).sorted() {
            _ = form.model.tokens.insert(Array(UTF8.encode(scalar)!), id: form.model.tokens.end)
        }
        form.model.settings = [JSONValue.Member("unk_token", unknown.map { .text($0) } ?? "")]
        form.preTokenizer = KnownSplits.split(#"[\s\S]"#)
        form.decoder = ["type": "Fuse"]
        form.specials.unknown = unknown.flatMap { form.model.tokens.id(of: $0) }
        self = Self.made(form)
    }

    private static func made(_ form: TokenizerForm) -> Tokenizer {
        do throws(FormatProblem) { return try Tokenizer(form) } catch {
            trap("a tokenizer that was made is refused: \(error)")
        }
    }

    /// The same tokenizer with other special tokens, such as the one that ends a text.
    public func with(_ specialTokens: SpecialTokens, chatTemplate: String? = nil) -> Tokenizer {
        var form = core.form
        form.specials = specialTokens
        form.chatTemplate = chatTemplate ?? form.chatTemplate
        return Self.made(form)
    }
}
