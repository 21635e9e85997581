import BackpropFiles

/// Everything a tokenizer does, made ready. It never changes, so tokenizers share it.
final class TokenizerCore: Sendable {
    let form: TokenizerForm
    let model: TokenModel
    let normalizer: Normalizer?
    let splitters: [Splitter]
    let added: AddedTokens
    let template: Template
    let decoding: Decoding
    let caches = WordCachePool()
    /// Whether pieces of few bytes are looked up among those that came before.
    let usesCache: Bool

    private static let maximumSteps = 64

    /// - Throws: `FormatProblem` where the parts do not go together, or have a setting that is not known.
    init(_ form: TokenizerForm) throws(FormatProblem) {
        self.form = form
        normalizer = try Normalizer.read(form.normalizer)
        let steps = try Splitter.read(form.preTokenizer)
        guard steps.count <= Self.maximumSteps else {
            throw FormatProblem("the pre-tokenizer has more than \(Self.maximumSteps) steps", reason: .tooLarge)
        }
        splitters = steps
        let bytePlaces = steps.indices.filter { if case .byteLevel = steps[$0] { true } else { false } }
        guard bytePlaces.isEmpty || (bytePlaces == [steps.count - 1] && form.model.kind == .bytePair) else {
            throw FormatProblem(
                "the pre-tokenizer ByteLevel is not the last one, or stands before a model of another kind than BPE",
                reason: .mismatch, remedy: "use a tokenizer without it")
        }
        template = try Template.read(form.postProcessor) ?? .plain
        decoding = try Decoding.read(form.decoder)
        model = try Self.model(form.model, isByteLevel: !bytePlaces.isEmpty)
        try Self.check(form)
        guard let added = AddedTokens(form.added, normalizer: normalizer) else {
            throw FormatProblem("there are too many added tokens", reason: .tooLarge)
        }
        self.added = added
        usesCache = !steps.isEmpty
    }

    /// Added tokens and the vocabulary agree about ids, and no id is beyond.
    private static func check(_ form: TokenizerForm) throws(FormatProblem) {
        var texts: [String: Int] = [:]
        for token in form.added {
            guard texts.updateValue(token.id, forKey: token.text) == nil else {
                throw FormatProblem("the added token \(Wording.quoted(token.text)) occurs twice")
            }
            let known = form.model.tokens.id(of: token.text)
            guard known == nil || known == token.id else {
                throw FormatProblem(
                    "the added token \(Wording.quoted(token.text)) has the id \(token.id), the vocabulary says \(known!)",
                    reason: .mismatch)
            }
        }
    }

    private static func model(_ form: ModelForm, isByteLevel: Bool) throws(FormatProblem) -> TokenModel {
        func tooMany() -> FormatProblem { FormatProblem("the vocabulary is too large", reason: .tooLarge) }
        let settings = try Component(.object(form.settings), "the \(form.kind.rawValue) model", keys: known(form.kind))
        func unknown() throws(FormatProblem) -> Int32? {
            guard settings["unk_token"] != nil else { return nil }
            let token = try settings.text("unk_token")
            // A token that stands for what is unknown and is none itself would stop where it is needed.
            return form.tokens.id(of: token).map { Int32($0) }
        }
        /// The tokens of single bytes; nil where unknown characters are not written so.
        func fallback() throws(FormatProblem) -> [Int32]? {
            guard try settings.bool("byte_fallback", false) else { return nil }
            return (0..<256).map { byte in
                let digits = String(byte, radix: 16, uppercase: true)
                return Int32(form.tokens.id(of: "<0x" + (digits.count < 2 ? "0" : "") + digits + ">") ?? -1)
            }
        }
        switch form.kind {
        case .words: return .words(WordModel(tokens: form.tokens, unknown: try unknown()))
        case .wordPiece:
            let prefix = Array(try settings.text("continuing_subword_prefix", "##").utf8)
            guard let unknown = try unknown() else {
                throw FormatProblem("the WordPiece model has no token for what is unknown")
            }
            guard
                let model = WordPieceModel(
                    form.tokens, unknown: unknown, prefix: prefix,
                    longestWord: try settings.integer("max_input_chars_per_word", 100))
            else { throw tooMany() }
            return .wordPiece(model)
        case .unigram:
            let unknown = settings["unk_id"] == nil ? nil : try settings.integer("unk_id")
            guard unknown.map({ $0 >= 0 && $0 < form.scores.count }) ?? true else {
                throw FormatProblem("the Unigram model has the 'unk_id' \(unknown!), which is no token")
            }
            guard
                let model = UnigramModel(
                    form.tokens, scores: form.scores, unknown: unknown.map { Int32($0) }, bytes: try fallback())
            else { throw tooMany() }
            return .unigram(model)
        case .bytePair:
            // A dropout of nothing is none.
            if settings["dropout"]?.number != 0 { try settings.expect("dropout", .null) }
            try settings.expect("continuing_subword_prefix", "")
            try settings.expect("end_of_word_suffix", "")
            var pairs = PairTable(capacity: form.merges.count)
            for merge in form.merges { pairs.insert(merge.left, merge.right, rank: merge.rank, result: merge.result) }
            let isWhole = try settings.bool("ignore_merges", false)
            guard isByteLevel else {
                let (symbols, firstPart) = parts(of: form)
                var model = BytePairModel(
                    symbols: .characters(symbols, bytes: try fallback()), pairs: pairs,
                    whole: isWhole ? form.tokens : nil,
                    unknown: try unknown())
                model.fusesUnknown = try settings.bool("fuse_unk", false)
                if let firstPart { model.firstPart = firstPart }
                model.neighbours = neighbours(of: form, symbols)
                return .bytePair(model)
            }
            let bytes = ByteLetters.letters.map { Int32(form.tokens.id(of: String($0)) ?? -1) }
            var whole: TokenTable?
            if isWhole {
                var table = TokenTable(capacity: form.tokens.count)
                for (id, token) in form.tokens.all {
                    if let raw = ByteLetters.bytes(of: token) { _ = table.insert(raw, id: id) }
                }
                whole = table
            }
            var model = BytePairModel(symbols: .bytes(bytes), pairs: pairs, whole: whole, unknown: try unknown())
            model.fusesUnknown = try settings.bool("fuse_unk", false)
            return .bytePair(model)
        }
    }

    /// The symbols of a model of characters, with those behind the vocabulary that merges by scores are made of; and where these
    /// begin.
    private static func parts(of form: ModelForm) -> (TokenTable, Int32?) {
        guard !form.parts.isEmpty else { return (form.tokens, nil) }
        var symbols = form.tokens
        let first = Int32(symbols.end)
        for (place, part) in form.parts.enumerated() { _ = symbols.insert(part, id: Int(first) + place) }
        return (symbols, first)
    }

    /// The pairs of symbols that a merge joins: the last one of its left part and the first one of its right part, each of which
    /// may also be a symbol as a whole.
    private static func neighbours(of form: ModelForm, _ symbols: TokenTable) -> PairTable {
        func ends(_ id: Int32) -> (first: [Int32], last: [Int32]) {
            let token = Array(symbols[Int(id)] ?? [])
            guard let lead = token.first, let start = token.lastIndex(where: { $0 & 0xC0 != 0x80 }) else {
                return ([id], [id])
            }
            let first = symbols.id(of: Array(token[..<scalarLength(lead)])),
                last = symbols.id(of: Array(token[start...]))
            return ([id] + (first.map { [Int32($0)] } ?? []), [id] + (last.map { [Int32($0)] } ?? []))
        }
        var pairs = PairTable(capacity: 4 * form.merges.count)
        for merge in form.merges {
            for left in ends(merge.left).last {
                for right in ends(merge.right).first { pairs.insert(left, right, rank: 0, result: 0) }
            }
        }
        return pairs
    }

    private static func known(_ kind: ModelForm.Kind) -> Set<String> {
        switch kind {
        case .words: ["unk_token"]
        case .wordPiece: ["unk_token", "continuing_subword_prefix", "max_input_chars_per_word"]
        case .unigram: ["unk_id", "byte_fallback"]
        case .bytePair:
            [
                "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
                "ignore_merges",
            ]
        }
    }

    /// The bytes of a token as the vocabulary writes it.
    func bytes(of id: Int) -> [UInt8]? {
        if let token = added[id] { return Array(token.text.utf8) }
        return form.model.tokens[id].map { Array($0) }
    }

    /// The ids of a text without special tokens around it.
    func encode(_ text: UnsafeBufferPointer<UInt8>) -> [Int32] {
        let buffer = TextBuffer(capacity: text.count)
        if let base = text.baseAddress { buffer.append(base, text.count) }
        var cache = usesCache ? caches.take() : nil
        defer { if let cache { caches.giveBack(cache) } }
        guard cache != nil else { return encode(buffer, nil) }
        return cache!.words.withUnsafeMutableBufferPointer { encode(buffer, $0.baseAddress!) }
    }

    private func encode(_ text: TextBuffer, _ cache: UnsafeMutablePointer<UInt64>?) -> [Int32] {
        let pass = EncodingPass(self, cache)
        added.forEach(in: text, normalized: false) { start, end, id in
            if let id { return pass.ids.append(Int32(id)) }
            var part = text
            if start > 0 || end < text.count {
                part = TextBuffer(capacity: end - start)
                part.append(text.base + start, end - start)
            }
            if let normalizer { part = normalizer.apply(to: part) }
            added.forEach(in: part, normalized: true) { from, to, id in
                if let id { return pass.ids.append(Int32(id)) }
                pass.encode(part, from, to, step: 0, isFirst: start == 0 && from == 0)
            }
        }
        return pass.ids
    }
}

/// One way through a text.
final class EncodingPass {
    private let core: TokenizerCore
    private let cache: UnsafeMutablePointer<UInt64>?
    private let room = BytePairModel.Room()
    private let splitters: [Splitter]
    private let model: TokenModel
    var ids: [Int32] = []

    init(_ core: TokenizerCore, _ cache: UnsafeMutablePointer<UInt64>?) {
        (self.core, self.cache) = (core, cache)
        (splitters, model) = (core.splitters, core.model)
    }

    /// Cuts a part of a text by the splitters from `step` on, and appends the ids of its pieces.
    func encode(_ text: TextBuffer, _ start: Int, _ end: Int, step: Int, isFirst: Bool) {
        guard step < splitters.count else { return piece(text.base + start, end - start) }
        let isLast = step == splitters.count - 1
        splitters[step].forEach(in: text, start, end, isFirst: isFirst) { text, from, to in
            if isLast {
                piece(text.base + from, to - from)
            } else {
                encode(text, from, to, step: step + 1, isFirst: isFirst && from == start)
            }
        }
    }

    @inline(__always)
    private func piece(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        guard let cache, count <= WordCache.longestWord else { return model.encode(bytes, count, into: &ids, room) }
        let (low, high) = WordCache.key(bytes, count)
        let slot = cache + WordCache.place(low, high)
        let stored = UnsafeMutableRawPointer(slot + 2).assumingMemoryBound(to: Int32.self)
        if slot[0] == low, slot[1] == high {
            for place in 1...Int(stored[0]) { ids.append(stored[place]) }
            return
        }
        let before = ids.count
        model.encode(bytes, count, into: &ids, room)
        let made = ids.count - before
        guard made > 0, made <= WordCache.mostIds else { return }
        (slot[0], slot[1]) = (low, high)
        stored[0] = Int32(made)
        for place in 0..<made { stored[place + 1] = ids[before + place] }
    }
}
