import BackpropFiles

extension Tokenizer {
    /// Reads the tokenizer of a folder, a tokenizer.json or a GGUF file.
    ///
    /// A folder holds tokenizer.json; or vocab.json and merges.txt (encoder.json and vocab.bpe, as GPT-2 was published); or
    /// vocab.txt; or one GGUF file. What tokenizer_config.json says about special tokens and chats is read as well.
    ///
    /// - Throws: `DataError` where there is no tokenizer, a file breaks a rule of its format, or has a setting that is not known.
    public init(path: String) throws(DataError) {
        let form = try TokenizerFolder.read(path)
        do throws(FormatProblem) { try self.init(form) } catch { throw error.at(path) }
    }

    /// The tokenizer in the metadata of a GGUF file.
    ///
    /// - Throws: `DataError` as for a path.
    public init(gguf file: GGUFFile) throws(DataError) {
        do throws(FormatProblem) { try self.init(try TokenizerForm(metadata: file.metadata)) } catch {
            throw error.at(file.path)
        }
    }

    /// Reads a tokenizer.json that is in memory; `path` is what messages call it.
    package init(json bytes: [UInt8], path: String) throws(DataError) {
        do throws(FormatProblem) { try self.init(try TokenizerForm(json: bytes)) } catch { throw error.at(path) }
    }
}
