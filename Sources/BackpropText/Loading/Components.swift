import BackpropFiles

extension Finder {
    /// A pattern: {"String": ...} or {"Regex": ...}.
    init(_ value: JSONValue?, _ name: String) throws(FormatProblem) {
        if let text = value?["String"]?.text {
            guard !text.isEmpty else { throw FormatProblem("the pattern of \(name) is empty") }
            self = .text(Array(text.utf8))
        } else if let text = value?["Regex"]?.text {
            self = .pattern(try Pattern(text))
        } else {
            throw FormatProblem("the pattern of \(name) is neither a 'String' nor a 'Regex'")
        }
    }
}

extension Normalizer {
    /// Nil for null.
    static func read(_ value: JSONValue) throws(FormatProblem) -> Normalizer? {
        if value == .null { return nil }
        let kind = try Component.kind(of: value, "the normalizer"), name = "the normalizer \(kind)"
        func component(_ keys: String...) throws(FormatProblem) -> Component {
            try Component(value, name, keys: Set(keys + ["type"]))
        }
        switch kind {
        case "Sequence":
            var steps: [Normalizer] = []
            for step in try component("normalizers").list("normalizers") {
                if let step = try read(step) { steps.append(step) }
            }
            return .sequence(steps)
        case "BertNormalizer":
            let settings = try component("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
            let lowercases = try settings.bool("lowercase", true)
            return .bert(
                BertNormalizer(
                    cleans: try settings.bool("clean_text", true),
                    spacesChinese: try settings.bool("handle_chinese_chars", true),
                    stripsAccents: try settings.bool("strip_accents", lowercases), lowercases: lowercases))
        case "NFC", "NFD":
            _ = try component()
            return .canonical(composing: kind == "NFC")
        case "Lowercase":
            _ = try component()
            return .lowercase
        case "StripAccents":
            _ = try component()
            return .withoutMarks
        case "Strip":
            let settings = try component("strip_left", "strip_right")
            return .strip(left: try settings.bool("strip_left", true), right: try settings.bool("strip_right", true))
        case "Prepend": return .prepend(Array(try component("prepend").text("prepend").utf8))
        case "Replace":
            let settings = try component("pattern", "content")
            return .replace(try Finder(settings["pattern"], name), with: Array(try settings.text("content").utf8))
        case "Precompiled":
            let text = try component("precompiled_charsmap").text("precompiled_charsmap", "")
            if text.isEmpty { return .sequence([]) }
            guard let bytes = Base64.bytes(of: text) else { throw FormatProblem("the map of characters is not base64") }
            return .precompiled(try PrecompiledMap(bytes))
        default: throw Component.unknown("the kind", kind, of: "the normalizer")
        }
    }
}

extension Splitter {
    /// GPT-2's pattern.
    static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// Words, and what lies between words and white space.
    private static let words: String = {
        let word =
            #"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}-\x{200D}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}"#
            + #"\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}"#
        return "[\(word)]+|[^\(word)\\s]+"
    }()

    /// The steps of a pre-tokenizer, in their order; none for null.
    static func read(_ value: JSONValue) throws(FormatProblem) -> [Splitter] {
        if value == .null { return [] }
        let kind = try Component.kind(of: value, "the pre-tokenizer"), name = "the pre-tokenizer \(kind)"
        func component(_ keys: String...) throws(FormatProblem) -> Component {
            try Component(value, name, keys: Set(keys + ["type"]))
        }
        func split(_ pattern: String, _ behavior: Behavior) throws(FormatProblem) -> [Splitter] {
            [.split(.pattern(try Pattern(pattern)), behavior, isInverted: false)]
        }
        switch kind {
        case "Sequence":
            var steps: [Splitter] = []
            for step in try component("pretokenizers").list("pretokenizers") { steps += try read(step) }
            return steps
        case "ByteLevel":
            // Offsets are not given, so how they are trimmed does not matter.
            let settings = try component("add_prefix_space", "trim_offsets", "use_regex")
            let pattern = try settings.bool("use_regex", true) ? try Pattern(gpt2) : nil
            return [.byteLevel(addsBlank: try settings.bool("add_prefix_space", true), pattern)]
        case "Split":
            let settings = try component("pattern", "behavior", "invert")
            let word = try settings.text("behavior")
            guard let behavior = Behavior(rawValue: word) else {
                throw Component.unknown("the behavior", word, of: name)
            }
            return [
                .split(
                    try Finder(settings["pattern"], name), behavior, isInverted: try settings.bool("invert", false))
            ]
        case "Digits":
            return try split(
                try component("individual_digits").bool("individual_digits", false) ? #"\p{N}"# : #"\p{N}+"#, .isolated)
        case "Whitespace":
            _ = try component()
            return [.split(.pattern(try Pattern(words)), .removed, isInverted: true)]
        case "WhitespaceSplit":
            _ = try component()
            return try split(#"\s"#, .removed)
        case "BertPreTokenizer":
            _ = try component()
            return [.bert]
        case "Metaspace":
            let settings = try component("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep")
            let word = try settings.text(
                "prepend_scheme", try settings.bool("add_prefix_space", true) ? "always" : "never")
            guard let prefix = Prefix(rawValue: word) else { throw Component.unknown("the scheme", word, of: name) }
            let mark = Array(try settings.text("replacement", "\u{2581}").utf8)
            guard !mark.isEmpty else { throw FormatProblem("'replacement' of \(name) is empty") }
            return [.metaspace(mark, prefix, splits: try settings.bool("split", true))]
        default: throw Component.unknown("the kind", kind, of: "the pre-tokenizer")
        }
    }
}

extension Template {
    /// What a post-processor adds; nil where it adds nothing.
    static func read(_ value: JSONValue) throws(FormatProblem) -> Template? {
        if value == .null { return nil }
        let kind = try Component.kind(of: value, "the post-processor"), name = "the post-processor \(kind)"
        func component(_ keys: String...) throws(FormatProblem) -> Component {
            try Component(value, name, keys: Set(keys + ["type"]))
        }
        /// A token and its id.
        func token(_ value: JSONValue?) throws(FormatProblem) -> Int {
            guard let list = value?.list, list.count == 2, let id = list[1].integer, id >= 0 else {
                throw FormatProblem("\(name) has a token without an id")
            }
            return id
        }
        switch kind {
        case "Sequence":
            var found: Template?
            for step in try component("processors").list("processors") {
                guard let step = try read(step) else { continue }
                guard found == nil else { throw FormatProblem("\(name) adds tokens in two ways", reason: .mismatch) }
                found = step
            }
            return found
        case "ByteLevel":
            _ = try component("add_prefix_space", "trim_offsets", "use_regex")
            return nil
        case "BertProcessing", "RobertaProcessing":
            let settings = try component("sep", "cls", "trim_offsets", "add_prefix_space")
            let separator = try token(settings["sep"]), classifier = try token(settings["cls"])
            let isRoberta = kind == "RobertaProcessing", second = isRoberta ? 0 : 1
            let single: [Part] = [
                .special([classifier], type: 0), .text(isSecond: false, type: 0), .special([separator], type: 0),
            ]
            let between: [Part] = isRoberta ? [.special([separator], type: 0)] : []
            return Template(
                single: single,
                pair: single + between + [.text(isSecond: true, type: second), .special([separator], type: second)])
        case "TemplateProcessing":
            let settings = try component("single", "pair", "special_tokens")
            var ids: [String: [Int]] = [:]
            for member in settings["special_tokens"]?.members ?? [] {
                guard let list = member.value["ids"]?.list else {
                    throw FormatProblem("\(name) has a token without ids")
                }
                ids[member.key] = list.compactMap(\.integer).filter { $0 >= 0 }
                guard ids[member.key]!.count == list.count, list.count <= 64 else {
                    throw FormatProblem("\(name) has a token with wrong ids")
                }
            }
            func parts(_ key: String) throws(FormatProblem) -> [Part] {
                var result: [Part] = []
                for part in try settings.list(key) {
                    if let sequence = part["Sequence"], let which = sequence["id"]?.text, ["A", "B"].contains(which) {
                        result.append(.text(isSecond: which == "B", type: sequence["type_id"]?.integer ?? 0))
                    } else if let special = part["SpecialToken"], let key = special["id"]?.text, let found = ids[key] {
                        result.append(.special(found, type: special["type_id"]?.integer ?? 0))
                    } else {
                        throw FormatProblem("\(name) has a part that is no text and no token of it")
                    }
                    guard result.count <= 64 else {
                        throw FormatProblem("\(name) has more than 64 parts", reason: .tooLarge)
                    }
                }
                return result
            }
            let single = try parts("single")
            return Template(single: single, pair: settings["pair"] == nil ? single : try parts("pair"))
        default: throw Component.unknown("the kind", kind, of: "the post-processor")
        }
    }
}

extension Decoding {
    static func read(_ value: JSONValue) throws(FormatProblem) -> Decoding {
        var result = Decoding()
        // Tokens that nothing joins stand apart.
        if value == .null {
            result.separator = [UInt8(ascii: " ")]
            return result
        }
        var isFused = false
        try result.add(value, &isFused)
        return result
    }

    private mutating func add(_ value: JSONValue, _ isFused: inout Bool) throws(FormatProblem) {
        let kind = try Component.kind(of: value, "the decoder"), name = "the decoder \(kind)"
        func component(_ keys: String...) throws(FormatProblem) -> Component {
            try Component(value, name, keys: Set(keys + ["type"]))
        }
        if isFused, kind != "Strip", kind != "Fuse" {
            throw Component.unknown("the kind", kind + " after Fuse", of: "the decoder")
        }
        switch kind {
        case "Sequence": for step in try component("decoders").list("decoders") { try add(step, &isFused) }
        case "ByteLevel":
            _ = try component("add_prefix_space", "trim_offsets", "use_regex")
            steps.append(.byteLetters)
        case "WordPiece":
            let settings = try component("prefix", "cleanup")
            steps.append(
                .wordPiece(
                    prefix: Array(try settings.text("prefix", "##").utf8), cleans: try settings.bool("cleanup", true)))
        case "Metaspace":
            let settings = try component("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep")
            let isNever =
                try settings.text("prepend_scheme", try settings.bool("add_prefix_space", true) ? "always" : "never")
                == "never"
            steps.append(.metaspace(Array(try settings.text("replacement", "\u{2581}").utf8), dropsFirst: !isNever))
        case "Replace":
            let settings = try component("pattern", "content")
            guard case .text(let text) = try Finder(settings["pattern"], name) else {
                throw Component.unknown("the pattern", settings["pattern"]!.written, of: name)
            }
            steps.append(.replace(text, with: Array(try settings.text("content").utf8)))
        case "ByteFallback":
            _ = try component()
            readsBytes = true
        case "Fuse":
            _ = try component()
            isFused = true
        case "Strip":
            let settings = try component("content", "start", "stop")
            let mark = Array(try settings.text("content").utf8)
            let start = try settings.integer("start", 0), stop = try settings.integer("stop", 0)
            guard (0...1_000).contains(start), (0...1_000).contains(stop), !mark.isEmpty else {
                throw FormatProblem("\(name) strips \(start) and \(stop) times, the limit is 1000")
            }
            if isFused {
                guard stop == 0, leading == nil else {
                    throw Component.unknown("'stop' after Fuse", "\(stop)", of: name)
                }
                leading = (mark, start)
            } else {
                steps.append(.strip(mark, start: start, stop: stop))
            }
        default: throw Component.unknown("the kind", kind, of: "the decoder")
        }
    }
}

/// Binary data as text.
enum Base64 {
    /// The bytes that a text stands for; nil where it is no base64.
    static func bytes(of text: String) -> [UInt8]? {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var values = [Int8](repeating: -1, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = Int8(value) }
        var result: [UInt8] = [], word: UInt32 = 0, count = 0
        let digits = text.utf8.filter { $0 != UInt8(ascii: "=") }
        for digit in digits {
            guard values[Int(digit)] >= 0 else { return nil }
            word = word << 6 | UInt32(values[Int(digit)])
            count += 1
            guard count % 4 == 0 else { continue }
            result += [UInt8(word >> 16 & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
        }
        switch count % 4 {
        case 1: return nil
        case 2: result.append(UInt8(word >> 4 & 0xFF))
        case 3: result += [UInt8(word >> 10 & 0xFF), UInt8(word >> 2 & 0xFF)]
        default: break
        }
        return result
    }
}

extension Base64 {
    static func text(of bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32($1 < group.count ? bytes[start + $1] : 0) }
            for place in 0..<4 {
                result.append(
                    place <= group.count ? letters[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
