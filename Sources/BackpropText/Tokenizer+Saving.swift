import BackpropFiles

extension Tokenizer {
    /// Writes tokenizer.json and tokenizer_config.json into a folder, which is made where it is missing. Hugging Face's tokenizers
    /// read the first one and give the same ids; only for pairs that were scored (GGUF's kind "llama") ties between merges may
    /// end otherwise there.
    ///
    /// - Throws: `DataError` where the system refuses.
    public func save(to folder: String) throws(DataError) {
        do throws(SystemFailure) { try FileSystem.createFolders(folder) } catch { throw DataError(error) }
        try Self.write(core.form.json(), to: FileSystem.join(folder, "tokenizer.json"))
        try Self.write(configuration.written + "\n", to: FileSystem.join(folder, "tokenizer_config.json"))
    }

    private static func write(_ text: String, to path: String) throws(DataError) {
        do {
            try FileSystem.writeAtomically(path) { file in try file.write(Array(text.utf8)) }
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another folder")
        }
    }

    /// What tokenizer_config.json says.
    private var configuration: JSONValue {
        var members = [JSONValue.Member("tokenizer_class", "PreTrainedTokenizerFast")]
        let specials: [(String, Int?)] = [
            ("bos_token", specialTokens.begin), ("eos_token", specialTokens.end), ("unk_token", specialTokens.unknown),
            ("pad_token", specialTokens.padding), ("sep_token", specialTokens.separator),
            ("cls_token", specialTokens.classifier), ("mask_token", specialTokens.mask),
        ]
        for (key, id) in specials {
            if let token = id.flatMap({ token(of: $0) }) { members.append(JSONValue.Member(key, .text(token))) }
        }
        if let maximumLength { members.append(JSONValue.Member("model_max_length", .number(String(maximumLength)))) }
        if let chatTemplate { members.append(JSONValue.Member("chat_template", .text(chatTemplate))) }
        members.append(JSONValue.Member("clean_up_tokenization_spaces", false))
        return .object(members)
    }
}
