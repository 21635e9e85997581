import BackpropFiles

/// Finds out what a path holds, and reads the tokenizer there.
struct TokenizerFolder {
    private let folder: String
    private let names: Set<String>
    private var config = JSONValue.null

    /// The longest file beside the tokenizer that is read.
    private static let maximumBytes = 1 << 26

    static func read(_ path: String) throws(DataError) -> TokenizerForm {
        let found: (kind: FileSystem.Kind, bytes: Int)?
        do { found = try FileSystem.look(at: path) } catch { throw DataError(error) }
        if found?.kind == .folder {
            var names: [String] = []
            do throws(SystemFailure) { names = try FileSystem.names(in: path) } catch { throw DataError(error) }
            return try TokenizerFolder(path, names).form()
        }
        if path.hasSuffix(".gguf") { return try gguf(path) }
        let bytes = try Self.bytes(path, TokenizerForm.maximumBytes)
        if bytes.starts(with: "GGUF".utf8) { return try gguf(path) }
        guard bytes.first(where: { !" \n\r\t".utf8.contains($0) }) == UInt8(ascii: "{") else {
            throw DataError(
                .badFormat, at: path, "it is neither a tokenizer.json nor a GGUF file",
                remedy: "give a folder with tokenizer.json, with vocab.json and merges.txt, or with vocab.txt")
        }
        var form: TokenizerForm
        do throws(FormatProblem) { form = try TokenizerForm(json: bytes) } catch { throw error.at(path) }
        let parent = FileSystem.parent(of: path)
        if FileSystem.name(of: path) == "tokenizer.json", let names = try? FileSystem.names(in: parent) {
            try TokenizerFolder(parent, names).addSettings(to: &form)
        }
        return form
    }

    static func gguf(_ path: String) throws(DataError) -> TokenizerForm {
        let file = try GGUFFile(path: path)
        do throws(FormatProblem) { return try TokenizerForm(metadata: file.metadata) } catch { throw error.at(path) }
    }

    private init(_ folder: String, _ names: [String]) throws(DataError) {
        (self.folder, self.names) = (folder, Set(names))
        config = try json("tokenizer_config.json") ?? .null
    }

    private static func bytes(_ path: String, _ limit: Int) throws(DataError) -> [UInt8] {
        let size = try FileSystem.size(ofFile: path, expecting: "tokenizer")
        guard size <= limit else {
            throw DataError(
                .tooLarge, at: path, "\(size) bytes, the limit is \(limit)",
                remedy: "check that this belongs to a tokenizer")
        }
        do throws(SystemFailure) { return try FileSystem.read(path) } catch { throw DataError(error) }
    }

    private func path(_ name: String) -> String { FileSystem.join(folder, name) }

    /// A small file of JSON; nil where there is none.
    private func json(_ name: String) throws(DataError) -> JSONValue? {
        guard names.contains(name) else { return nil }
        let bytes = try Self.bytes(path(name), Self.maximumBytes)
        do throws(FormatProblem) { return try JSONValue(bytes, subject: "the file") } catch {
            throw error.at(path(name))
        }
    }

    private func form() throws(DataError) -> TokenizerForm {
        var form = TokenizerForm()
        if names.contains("tokenizer.json") {
            let place = path("tokenizer.json"), bytes = try Self.bytes(place, TokenizerForm.maximumBytes)
            do throws(FormatProblem) { form = try TokenizerForm(json: bytes) } catch { throw error.at(place) }
        } else if let pair = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")].first(where: {
            names.contains($0.0) && names.contains($0.1)
        }) {
            form = try bytePairs(vocabulary: pair.0, merges: pair.1)
        } else if names.contains("vocab.txt") {
            form = try wordPieces()
        } else {
            let files = names.filter { $0.hasSuffix(".gguf") }.sorted()
            guard files.count == 1 else {
                let found = files.isEmpty ? "it holds no tokenizer" : "it holds \(files.count) GGUF files"
                throw DataError(
                    .missingFile, at: folder, found,
                    remedy: files.isEmpty
                        ? "give a folder with tokenizer.json, with vocab.json and merges.txt, or with vocab.txt, or a GGUF file"
                        : "give the path of one of them")
            }
            return try Self.gguf(path(files[0]))
        }
        try addSettings(to: &form)
        return form
    }

    // MARK: Vocabularies without tokenizer.json

    /// The class in tokenizer_config.json, without the word that says how it is written.
    private var className: String? {
        config["tokenizer_class"]?.text.map { $0.hasSuffix("Fast") ? String($0.dropLast(4)) : $0 }
    }

    private func unknownClass() -> DataError {
        DataError(
            .mismatch, at: path("tokenizer_config.json"),
            "the 'tokenizer_class' \(Wording.quoted(className ?? "")) is not known for these files",
            remedy: "save it with a tokenizer.json")
    }

    private func bytePairs(vocabulary: String, merges: String) throws(DataError) -> TokenizerForm {
        var form = TokenizerForm()
        let bytes = try Self.bytes(path(vocabulary), TokenizerForm.maximumBytes)
        do throws(FormatProblem) {
            var cursor = JSONCursor(bytes, subject: "the vocabulary"), model = ModelForm()
            try cursor.object { cursor, token throws(FormatProblem) in try model.add(token, id: try cursor.size()) }
            try cursor.end()
            form.model = model
        } catch {
            throw error.at(path(vocabulary))
        }
        let text = try lines(merges)
        do throws(FormatProblem) {
            for line in text where !line.isEmpty && !line.hasPrefix("#version") {
                let (left, right) = try ModelForm.split(line)
                try form.model.addMerge(left, right)
            }
        } catch {
            throw error.at(path(merges))
        }
        form.decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        let addsBlank = config["add_prefix_space"]?.bool ?? false
        switch className {
        case nil, "GPT2Tokenizer", "RobertaTokenizer":
            form.preTokenizer = [
                "type": "ByteLevel", "add_prefix_space": .bool(addsBlank), "trim_offsets": true, "use_regex": true,
            ]
        case "Qwen2Tokenizer":
            form.normalizer = ["type": "NFC"]
            form.preTokenizer = KnownSplits.bytes(KnownSplits.llama3(digits: #"\p{N}"#))
        default: throw unknownClass()
        }
        if className == "RobertaTokenizer" {
            form.postProcessor = try around(form, "<s>", "</s>", kind: "RobertaProcessing")
            for token in ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] {
                form.addSpecial(token, takesLeft: token == "<mask>")
            }
        } else {
            form.addSpecial("<|endoftext|>")
        }
        return form
    }

    private func lines(_ name: String) throws(DataError) -> [Substring] {
        let bytes = try Self.bytes(path(name), TokenizerForm.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DataError(.notText, at: path(name), "it is not UTF-8", remedy: "fetch the file again")
        }
        // Carriage return and line feed are one character of Swift.
        var lines: [Substring] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            lines.append(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private func wordPieces() throws(DataError) -> TokenizerForm {
        guard className.map({ ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"].contains($0) }) ?? true
        else {
            throw unknownClass()
        }
        var form = TokenizerForm()
        form.model.kind = .wordPiece
        let text = try lines("vocab.txt")
        do throws(FormatProblem) {
            for (id, line) in text.enumerated() { try form.model.add(String(line), id: id) }
        } catch {
            throw error.at(path("vocab.txt"))
        }
        let lowercases = config["do_lower_case"]?.bool ?? true
        form.model.settings = [
            JSONValue.Member("unk_token", .text(config["unk_token"]?.token ?? "[UNK]")),
            JSONValue.Member("continuing_subword_prefix", "##"), JSONValue.Member("max_input_chars_per_word", 100),
        ]
        form.normalizer = [
            "type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": .bool(config["tokenize_chinese_chars"]?.bool ?? true),
            "strip_accents": config["strip_accents"] ?? .null, "lowercase": .bool(lowercases),
        ]
        form.preTokenizer = ["type": "BertPreTokenizer"]
        form.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
        form.postProcessor = try around(
            form, config["cls_token"]?.token ?? "[CLS]", config["sep_token"]?.token ?? "[SEP]", kind: "BertProcessing")
        for token in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] { form.addSpecial(token) }
        return form
    }

    private func around(
        _ form: TokenizerForm, _ classifier: String, _ separator: String, kind: String
    ) throws(DataError) -> JSONValue {
        func pair(_ token: String) throws(DataError) -> JSONValue {
            guard let id = form.model.tokens.id(of: token) else {
                throw DataError(
                    .mismatch, at: folder, "the vocabulary lacks the token \(Wording.quoted(token))",
                    remedy: "fetch the files again, from one place")
            }
            return [.text(token), .number(String(id))]
        }
        return ["type": .text(kind), "sep": try pair(separator), "cls": try pair(classifier)]
    }

    // MARK: Files beside the tokenizer

    private func addSettings(to form: inout TokenizerForm) throws(DataError) {
        let map = try json("special_tokens_map.json") ?? .null
        for (id, token) in try declared() where !form.added.contains(where: { $0.id == id || $0.text == token.text }) {
            form.added.append(token)
        }
        func id(_ key: String) -> Int? {
            guard let text = config[key]?.token ?? map[key]?.token else { return nil }
            if !names.contains("tokenizer.json") { form.addSpecial(text) }
            return form.added.first { $0.text == text }?.id ?? form.model.tokens.id(of: text)
        }
        form.specials.begin = id("bos_token")
        form.specials.end = id("eos_token")
        form.specials.unknown = id("unk_token")
        form.specials.padding = id("pad_token")
        form.specials.separator = id("sep_token")
        form.specials.classifier = id("cls_token")
        form.specials.mask = id("mask_token")
        if className == "GPT2Tokenizer" || (className == nil && form.preTokenizer == KnownSplits.gpt2) {
            // What GPT-2 has where nothing is said.
            let only = form.added.first { $0.text == "<|endoftext|>" }?.id
            form.specials.begin = form.specials.begin ?? only
            form.specials.end = form.specials.end ?? only
        }
        if config["add_bos_token"]?.bool == true, !names.contains("tokenizer.json"), let begin = form.specials.begin,
            form.postProcessor == .null, let token = form.added.first(where: { $0.id == begin })?.text
        {
            let special: JSONValue = ["SpecialToken": ["id": .text(token), "type_id": 0]]
            let parts: [JSONValue] = [special, ["Sequence": ["id": "A", "type_id": 0]]]
            form.postProcessor = [
                "type": "TemplateProcessing", "single": .list(parts),
                "pair": .list(parts + [["Sequence": ["id": "B", "type_id": 1]]]),
                "special_tokens": .object([
                    JSONValue.Member(
                        token, ["id": .text(token), "ids": [.number(String(begin))], "tokens": [.text(token)]])
                ]),
            ]
        }
        if let length = config["model_max_length"]?.number, length >= 1, length < 1e9 {
            form.maximumLength = Int(length)
        }
        form.chatTemplate = config["chat_template"]?.text
        if let list = config["chat_template"]?.list {
            form.chatTemplate = list.first { $0["name"]?.text == "default" }?["template"]?.text
        }
        if names.contains("chat_template.jinja") {
            form.chatTemplate = String(
                decoding: try Self.bytes(path("chat_template.jinja"), Self.maximumBytes), as: UTF8.self)
        }
    }

    /// The tokens that tokenizer_config.json adds, in the order of their ids.
    private func declared() throws(DataError) -> [(Int, AddedToken)] {
        var result: [(Int, AddedToken)] = []
        for member in config["added_tokens_decoder"]?.members ?? [] {
            guard let id = Int(member.key), id >= 0, id < TokenTable.maximumCount,
                let text = member.value["content"]?.text
            else {
                throw DataError(
                    .badFormat, at: path("tokenizer_config.json"),
                    "'added_tokens_decoder' has the entry \(Wording.quoted(member.key)), which is no token with an id",
                    remedy: "fetch the file again")
            }
            result.append(
                (
                    id,
                    AddedToken(
                        id: id, text: text, isSpecial: member.value["special"]?.bool ?? false,
                        isNormalized: member.value["normalized"]?.bool ?? true,
                        takesLeft: member.value["lstrip"]?.bool ?? false,
                        takesRight: member.value["rstrip"]?.bool ?? false,
                        isWord: member.value["single_word"]?.bool ?? false)
                ))
        }
        return result.sorted { $0.0 < $1.0 }
    }
}

extension JSONValue {
    /// A token, which is written as a text or as an object with its properties.
    fileprivate var token: String? { text ?? self["content"]?.text }
}

extension TokenizerForm {
    /// Has a token of the vocabulary looked for before anything else, if it is one.
    fileprivate mutating func addSpecial(_ token: String, takesLeft: Bool = false) {
        guard let id = model.tokens.id(of: token), !added.contains(where: { $0.id == id }) else { return }
        added.append(AddedToken(id: id, text: token, takesLeft: takesLeft))
    }
}
