import BackpropFiles

extension TokenizerForm {
    private static let mark = "\u{2581}"
    /// Tokens of more bytes are not merged from scores.
    private static let longestToken = 1 << 10

    /// The tokenizer in the metadata of a GGUF file.
    init(metadata: [String: GGUFValue]) throws(FormatProblem) {
        func absent(_ key: String) -> FormatProblem {
            FormatProblem(
                "the file has no '\(key)'", reason: .mismatch,
                remedy: "use a GGUF file with a tokenizer, or give its folder")
        }
        guard let kind = metadata["tokenizer.ggml.model"]?.text else { throw absent("tokenizer.ggml.model") }
        guard let texts = metadata["tokenizer.ggml.tokens"]?.texts else { throw absent("tokenizer.ggml.tokens") }
        guard texts.count <= TokenTable.maximumCount else {
            throw FormatProblem(
                "there are \(texts.count) tokens, the limit is \(TokenTable.maximumCount)", reason: .tooLarge)
        }
        self.init()
        let types = metadata["tokenizer.ggml.token_type"]?.integers
        guard types.map({ $0.count == texts.count }) ?? true else {
            throw FormatProblem("there are \(texts.count) tokens, and types of \(types!.count)", reason: .mismatch)
        }
        let isBert = kind == "bert"
        for (id, text) in texts.enumerated() {
            let type = types?[id] ?? 1, isWord = type == 1 && isBert
            // Beginnings of words are marked there, and the other pieces are not.
            let token = isWord ? (text.hasPrefix(Self.mark) ? String(text.dropFirst()) : "##" + text) : text
            try model.add(token, id: id)
            // Unknown, control, and what a user has defined.
            if (2...4).contains(type) { added.append(AddedToken(id: id, text: token, isSpecial: type != 4)) }
        }
        try readSpecials(metadata, count: texts.count)
        chatTemplate = metadata["tokenizer.chat_template"]?.text
        switch kind {
        case "gpt2": try readBytePairs(metadata)
        case "llama": try readScored(metadata, texts)
        case "bert": readWordPieces(metadata)
        case "t5": try readUnigrams(metadata, texts)
        default: throw Component.unknown("the kind", kind, of: "the tokenizer")
        }
    }

    private mutating func readSpecials(_ metadata: [String: GGUFValue], count: Int) throws(FormatProblem) {
        func id(_ keys: String...) throws(FormatProblem) -> Int? {
            for key in keys {
                guard let id = metadata["tokenizer.ggml.\(key)_token_id"]?.integer else { continue }
                guard id >= 0, id < count else {
                    throw FormatProblem("'tokenizer.ggml.\(key)_token_id' is \(id), there are \(count) tokens")
                }
                return id
            }
            return nil
        }
        specials.begin = try id("bos")
        specials.end = try id("eos")
        specials.unknown = try id("unknown")
        specials.padding = try id("padding")
        specials.separator = try id("seperator", "separator")
        specials.classifier = try id("cls")
        specials.mask = try id("mask")
    }

    /// Puts tokens around a text, as the file says, or as is usual for its kind.
    private mutating func readTemplate(
        _ metadata: [String: GGUFValue], begins: Bool, ends: Bool, begin: Int?, end: Int?, isBert: Bool = false
    ) throws(FormatProblem) {
        let begins = metadata["tokenizer.ggml.add_bos_token"]?.bool ?? begins
        let ends = metadata["tokenizer.ggml.add_eos_token"]?.bool ?? ends
        guard begins || ends else { return }
        var members: [JSONValue.Member] = []
        func special(_ id: Int?, _ type: Int) throws(FormatProblem) -> JSONValue {
            guard let id, let bytes = model.tokens[id] else {
                throw FormatProblem("it wants tokens around a text, and does not say which", reason: .mismatch)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if !members.contains(where: { $0.key == text }) {
                members.append(
                    JSONValue.Member(
                        text, ["id": .text(text), "ids": [.number(String(id))], "tokens": [.text(text)]]))
            }
            return ["SpecialToken": ["id": .text(text), "type_id": .number(String(type))]]
        }
        func text(_ name: String, _ type: Int) -> JSONValue {
            ["Sequence": ["id": .text(name), "type_id": .number(String(type))]]
        }
        let first = begins ? [try special(begin, 0)] : []
        let single = first + [text("A", 0)] + (ends ? [try special(end, 0)] : [])
        let second =
            (begins && !isBert ? [try special(begin, 1)] : []) + [text("B", 1)] + (ends ? [try special(end, 1)] : [])
        postProcessor = [
            "type": "TemplateProcessing", "single": .list(single), "pair": .list(single + second),
            "special_tokens": .object(members),
        ]
    }

    private mutating func readBytePairs(_ metadata: [String: GGUFValue]) throws(FormatProblem) {
        let name = metadata["tokenizer.ggml.pre"]?.text ?? "gpt-2"
        guard let known = KnownSplits.ggml(name) else {
            throw Component.unknown("'tokenizer.ggml.pre'", name, of: "the tokenizer")
        }
        guard let merges = metadata["tokenizer.ggml.merges"]?.texts else {
            throw FormatProblem("the file has no 'tokenizer.ggml.merges'", reason: .mismatch)
        }
        for merge in merges {
            let (left, right) = try ModelForm.split(merge)
            try model.addMerge(left, right)
        }
        preTokenizer = known.splits
        normalizer = known.normalizer
        decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        model.settings = [JSONValue.Member("ignore_merges", .bool(known.takesWhole))]
        try readTemplate(
            metadata, begins: known.addsBegin, ends: false, begin: specials.begin, end: specials.end)
    }

    /// SentencePiece's pairs: the one whose result has the best score is merged first.
    private mutating func readScored(_ metadata: [String: GGUFValue], _ texts: [String]) throws(FormatProblem) {
        guard let scores = metadata["tokenizer.ggml.scores"]?.numbers, scores.count == texts.count else {
            throw FormatProblem("the file has no score for each token", reason: .mismatch)
        }
        model.settings = [
            JSONValue.Member("unk_token", specials.unknown.map { .text(texts[$0]) } ?? .null),
            JSONValue.Member("fuse_unk", true), JSONValue.Member("byte_fallback", true),
        ]
        try model.mergeByScores(scores, longestToken: Self.longestToken)
        var steps: [JSONValue] = []
        let hasPrefix = metadata["tokenizer.ggml.add_space_prefix"]?.bool ?? true
        if hasPrefix { steps.append(["type": "Prepend", "prepend": .text(Self.mark)]) }
        steps.append(["type": "Replace", "pattern": ["String": " "], "content": .text(Self.mark)])
        normalizer = ["type": "Sequence", "normalizers": .list(steps)]
        var decoders: [JSONValue] = [
            ["type": "Replace", "pattern": ["String": .text(Self.mark)], "content": " "], ["type": "ByteFallback"],
            ["type": "Fuse"],
        ]
        if hasPrefix { decoders.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
        decoder = ["type": "Sequence", "decoders": .list(decoders)]
        try readTemplate(metadata, begins: true, ends: false, begin: specials.begin, end: specials.end)
    }

    private mutating func readWordPieces(_ metadata: [String: GGUFValue]) {
        model.kind = .wordPiece
        let unknown =
            specials.unknown.flatMap { model.tokens[$0] }.map { String(decoding: $0, as: UTF8.self) } ?? "[UNK]"
        model.settings = [
            JSONValue.Member("unk_token", .text(unknown)), JSONValue.Member("continuing_subword_prefix", "##"),
            JSONValue.Member("max_input_chars_per_word", 100),
        ]
        normalizer = [
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": true,
            "lowercase": true,
        ]
        preTokenizer = ["type": "BertPreTokenizer"]
        decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
        if let classifier = specials.classifier ?? specials.begin, let separator = specials.separator ?? specials.end {
            postProcessor = ["type": "BertProcessing", "sep": pair(separator), "cls": pair(classifier)]
        }
    }

    private func pair(_ id: Int) -> JSONValue {
        [.text(String(decoding: model.tokens[id] ?? [], as: UTF8.self)), .number(String(id))]
    }

    private mutating func readUnigrams(_ metadata: [String: GGUFValue], _ texts: [String]) throws(FormatProblem) {
        guard let scores = metadata["tokenizer.ggml.scores"]?.numbers, scores.count == texts.count,
            scores.allSatisfy({ $0.isFinite })
        else { throw FormatProblem("the file has no finite score for each token", reason: .mismatch) }
        model.kind = .unigram
        model.scores = scores
        model.settings = [JSONValue.Member("unk_id", specials.unknown.map { .number(String($0)) } ?? .null)]
        var steps: [JSONValue] = []
        if let map = metadata["tokenizer.ggml.precompiled_charsmap"]?.integers, !map.isEmpty {
            let bytes = map.map { UInt8(truncatingIfNeeded: $0) }
            steps.append(["type": "Precompiled", "precompiled_charsmap": .text(Base64.text(of: bytes))])
        }
        if metadata["tokenizer.ggml.remove_extra_whitespaces"]?.bool ?? false {
            steps.append(["type": "Strip", "strip_left": true, "strip_right": true])
            steps.append(["type": "Replace", "pattern": ["Regex": " {2,}"], "content": " "])
        }
        if !steps.isEmpty { normalizer = ["type": "Sequence", "normalizers": .list(steps)] }
        let prefix: JSONValue = metadata["tokenizer.ggml.add_space_prefix"]?.bool ?? true ? "always" : "never"
        preTokenizer = ["type": "Metaspace", "replacement": .text(Self.mark), "prepend_scheme": prefix, "split": true]
        decoder = preTokenizer
        try readTemplate(metadata, begins: false, ends: true, begin: specials.begin, end: specials.end)
    }
}

extension ModelForm {
    /// Makes the pairs of every token that consists of two others. Pairs whose results have one score have one rank.
    mutating func mergeByScores(_ scores: [Double], longestToken: Int) throws(FormatProblem) {
        guard scores.allSatisfy({ $0.isFinite }) else { throw FormatProblem("a token has no finite score") }
        var partIds: [[UInt8]: Int32] = [:]
        let end = Int32(tokens.end)
        let sorted = Set(scores).sorted(by: >)
        let ranks = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Int32($0)) })
        var found: [Merge] = []
        for (id, slice) in tokens.all {
            let token = Array(slice)
            guard token.count <= longestToken else {
                throw FormatProblem("a token has \(token.count) bytes, the limit is \(longestToken)", reason: .tooLarge)
            }
            let cuts = token.indices.filter { $0 > 0 && token[$0] & 0xC0 != 0x80 }
            func symbol(_ range: Range<Int>) -> Int32? {
                let bytes = Array(token[range])
                if let id = tokens.id(of: bytes) { return Int32(id) }
                guard range.count == scalarLength(bytes[0]) else { return nil }
                if let id = partIds[bytes] { return id }
                partIds[bytes] = end + Int32(parts.count)
                parts.append(bytes)
                return partIds[bytes]
            }
            for cut in cuts {
                guard let left = symbol(0..<cut), let right = symbol(cut..<token.count) else { continue }
                found.append(Merge(left: left, right: right, result: Int32(id), rank: ranks[scores[id]]!))
            }
        }
        merges = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(
            \.element)
    }
}
