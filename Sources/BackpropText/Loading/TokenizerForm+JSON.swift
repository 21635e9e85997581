import BackpropFiles

extension TokenizerForm {
    /// The longest tokenizer.json that is read, in bytes.
    static let maximumBytes = 1 << 28

    /// Reads tokenizer.json.
    init(json bytes: [UInt8]) throws(FormatProblem) {
        guard bytes.count <= Self.maximumBytes else {
            throw FormatProblem("it has \(bytes.count) bytes, the limit is \(Self.maximumBytes)", reason: .tooLarge)
        }
        var cursor = JSONCursor(bytes, subject: "the tokenizer")
        var keys: Set<String> = [], form = TokenizerForm(), hasModel = false
        try cursor.object { cursor, key throws(FormatProblem) in
            guard keys.insert(key).inserted else { throw FormatProblem("the key \(Wording.quoted(key)) occurs twice") }
            switch key {
            case "version": try cursor.skipValue()
            case "truncation": form.truncation = try JSONValue(&cursor)
            case "padding": form.padding = try JSONValue(&cursor)
            case "added_tokens": form.added = try Self.added(JSONValue(&cursor))
            case "normalizer": form.normalizer = try JSONValue(&cursor)
            case "pre_tokenizer": form.preTokenizer = try JSONValue(&cursor)
            case "post_processor": form.postProcessor = try JSONValue(&cursor)
            case "decoder": form.decoder = try JSONValue(&cursor)
            case "model":
                form.model = try ModelForm(&cursor)
                hasModel = true
            default: throw Component.unknown("the setting", key, of: "the tokenizer")
            }
        }
        try cursor.end()
        guard hasModel else {
            throw FormatProblem("it has no 'model'", remedy: "check that this is the tokenizer.json of a model")
        }
        self = form
    }

    private static func added(_ value: JSONValue) throws(FormatProblem) -> [AddedToken] {
        if value == .null { return [] }
        guard let list = value.list else { throw FormatProblem("'added_tokens' is no list") }
        var result: [AddedToken] = []
        for element in list {
            let component = try Component(
                element, "an added token",
                keys: ["id", "content", "special", "normalized", "lstrip", "rstrip", "single_word"])
            let id = try component.integer("id")
            guard id >= 0, id < TokenTable.maximumCount else {
                throw FormatProblem("an added token has the id \(id), they go from 0 to \(TokenTable.maximumCount - 1)")
            }
            let isSpecial = try component.bool("special", false)
            result.append(
                AddedToken(
                    id: id, text: try component.text("content"), isSpecial: isSpecial,
                    isNormalized: try component.bool("normalized", !isSpecial),
                    takesLeft: try component.bool("lstrip", false), takesRight: try component.bool("rstrip", false),
                    isWord: try component.bool("single_word", false)))
        }
        return result
    }

    /// The tokenizer as tokenizer.json.
    func json() -> String {
        let added: [JSONValue] = added.sorted { $0.id < $1.id }.map {
            [
                "id": .number(String($0.id)), "content": .text($0.text), "single_word": .bool($0.isWord),
                "lstrip": .bool($0.takesLeft), "rstrip": .bool($0.takesRight), "normalized": .bool($0.isNormalized),
                "special": .bool($0.isSpecial),
            ]
        }
        let parts: [(String, String)] = [
            ("version", "\"1.0\""), ("truncation", truncation.written), ("padding", padding.written),
            ("added_tokens", "[\n    " + added.map(\.written).joined(separator: ",\n    ") + "\n  ]"),
            ("normalizer", normalizer.written), ("pre_tokenizer", preTokenizer.written),
            ("post_processor", postProcessor.written), ("decoder", decoder.written), ("model", model.json()),
        ]
        return "{\n" + parts.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
    }
}

extension ModelForm {
    private static let maximumMerges = 1 << 22

    init(_ cursor: inout JSONCursor) throws(FormatProblem) {
        self.init()
        var form = ModelForm(), merges: [(String, String)] = [], keys: Set<String> = []
        try cursor.object { cursor, key throws(FormatProblem) in
            guard keys.insert(key).inserted else { throw FormatProblem("the key \(Wording.quoted(key)) occurs twice") }
            switch key {
            case "type":
                let name = try cursor.string()
                guard let kind = Kind(rawValue: name) else {
                    throw Component.unknown("the kind", name, of: "the model")
                }
                form.kind = kind
            case "vocab":
                if cursor.kind() == UInt8(ascii: "[") {
                    try form.readScored(&cursor)
                } else {
                    try form.readIds(&cursor)
                }
            case "merges":
                try cursor.array { cursor throws(FormatProblem) in
                    guard merges.count < Self.maximumMerges else {
                        throw FormatProblem("there are more than \(Self.maximumMerges) merges", reason: .tooLarge)
                    }
                    merges.append(try Self.merge(&cursor))
                }
            default: form.settings.append(JSONValue.Member(key, try JSONValue(&cursor)))
            }
        }
        // Files of old have no kind; only models of pairs have merges.
        guard keys.contains("type") || keys.contains("merges") else { throw FormatProblem("the model has no 'type'") }
        guard form.kind == .bytePair || merges.isEmpty else {
            throw Component.unknown("the setting", "merges", of: "the model")
        }
        guard (form.kind == .unigram) == !form.scores.isEmpty || form.tokens.count == 0 else {
            throw FormatProblem("the vocabulary is not that of a \(form.kind.rawValue) model")
        }
        for (left, right) in merges { try form.addMerge(left, right) }
        self = form
    }

    private mutating func readIds(_ cursor: inout JSONCursor) throws(FormatProblem) {
        var form = self
        try cursor.object { cursor, token throws(FormatProblem) in try form.add(token, id: try cursor.size()) }
        self = form
    }

    /// A list of tokens with their scores.
    private mutating func readScored(_ cursor: inout JSONCursor) throws(FormatProblem) {
        var form = self
        try cursor.array { cursor throws(FormatProblem) in
            var token: String?, score: Double?
            try cursor.array { cursor throws(FormatProblem) in
                if token == nil {
                    token = try cursor.string()
                } else {
                    guard score == nil, let value = Double(try cursor.word()), value.isFinite else {
                        throw FormatProblem("a token has no finite score")
                    }
                    score = value
                }
            }
            guard let token, let score else { throw FormatProblem("a token has no score") }
            try form.add(token, id: form.scores.count)
            form.scores.append(score)
        }
        self = form
    }

    /// A pair as two strings, or as one with a blank between.
    private static func merge(_ cursor: inout JSONCursor) throws(FormatProblem) -> (String, String) {
        if cursor.kind() == UInt8(ascii: "[") {
            var parts: [String] = []
            try cursor.array { cursor throws(FormatProblem) in
                guard parts.count < 2 else { throw FormatProblem("a merge has more than two parts") }
                parts.append(try cursor.string())
            }
            guard parts.count == 2 else { throw FormatProblem("a merge has \(Wording.count(parts.count, "part"))") }
            return (parts[0], parts[1])
        }
        return try split(try cursor.string())
    }

    static func split(_ merge: some StringProtocol) throws(FormatProblem) -> (String, String) {
        let bytes = Array(merge.utf8), blank = UInt8(ascii: " ")
        guard let place = bytes.firstIndex(of: blank), bytes.lastIndex(of: blank) == place else {
            throw FormatProblem("the merge \(Wording.quoted(merge)) has no two parts with one blank between")
        }
        return (
            String(decoding: bytes[..<place], as: UTF8.self), String(decoding: bytes[(place + 1)...], as: UTF8.self)
        )
    }

    fileprivate func json() -> String {
        func text(_ id: Int32) -> String { String(decoding: tokens[Int(id)] ?? [], as: UTF8.self) }
        var members = ["\"type\": \"\(kind.rawValue)\""]
        members += settings.filter { $0.key != "type" }.map { "\(JSONText.quoted($0.key)): \($0.value.written)" }
        let quoted = tokens.all.map { (JSONText.quoted(String(decoding: $0.bytes, as: UTF8.self)), $0.id) }
        if kind == .unigram {
            let entries = quoted.map { "[\($0.0), \(scores[$0.1])]" }
            members.append("\"vocab\": [\n      " + entries.joined(separator: ",\n      ") + "\n    ]")
        } else {
            members.append(
                "\"vocab\": {\n      " + quoted.map { "\($0.0): \($0.1)" }.joined(separator: ",\n      ") + "\n    }")
        }
        if kind == .bytePair {
            let pairs = merges.filter { tokens[Int($0.left)] != nil && tokens[Int($0.right)] != nil }.map {
                "[\(JSONText.quoted(text($0.left))), \(JSONText.quoted(text($0.right)))]"
            }
            members.append("\"merges\": [\n      " + pairs.joined(separator: ",\n      ") + "\n    ]")
        }
        return "{\n    " + members.joined(separator: ",\n    ") + "\n  }"
    }
}
