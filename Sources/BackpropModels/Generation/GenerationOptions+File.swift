import BackpropFiles

extension GenerationOptions {
    /// The options that `generation_config.json` of a folder asks for; tokens that end a text are from `config.json` where it
    /// does not say them.
    ///
    /// - Throws: `DataError` for a file that cannot be read, for values out of range, for ways to choose tokens that are not
    ///   implemented, and for settings that nobody knows.
    public init(folder: String) throws(DataError) {
        self.init()
        let path = FileSystem.join(folder, "generation_config.json")
        let isThere: Bool
        do { isThere = try FileSystem.look(at: path) != nil } catch { throw DataError(error) }
        if isThere {
            var reader = try ConfigurationReader(path: path)
            try read(&reader)
        }
        guard stopTokens.isEmpty else { return }
        var reader = try ConfigurationReader(path: FileSystem.join(folder, "config.json"))
        stopTokens = try Self.stopTokens(&reader)
    }

    private mutating func read(_ reader: inout ConfigurationReader) throws(DataError) {
        let chooses = try reader.flag("do_sample", false)
        let temperature = try reader.number("temperature", 1, in: 0...1e6)
        let topK = try reader.integer("top_k", chooses ? 50 : 0, in: 0...(1 << 30))
        let topP = try reader.number("top_p", 1, in: 0...1)
        // What asks for the likeliest token has settings for others all the same.
        if chooses {
            self.temperature = temperature
            self.topK = topK > 0 ? topK : nil
            self.topP = topP > 0 && topP < 1 ? topP : nil
        }
        repetitionPenalty = try reader.number("repetition_penalty", 1, in: 1e-3...1e3)
        maximumTokens = try reader.integer("max_new_tokens", maximumTokens, in: 0...(1 << 30))
        stopTokens = try Self.stopTokens(&reader)
        // Ways to choose that are not here, unless they are off.
        try reader.expect("num_beams", .integer(1))
        try reader.expect("num_beam_groups", .integer(1))
        try reader.expect("penalty_alpha", .integer(0), .real(0))
        try reader.expect("no_repeat_ngram_size", .integer(0))
        try reader.expect("encoder_no_repeat_ngram_size", .integer(0))
        try reader.expect("encoder_repetition_penalty", .integer(1), .real(1))
        try reader.expect("diversity_penalty", .integer(0), .real(0))
        try reader.expect("typical_p", .integer(1), .real(1))
        try reader.expect("epsilon_cutoff", .integer(0), .real(0))
        try reader.expect("eta_cutoff", .integer(0), .real(0))
        try reader.expect("min_p", .integer(0), .real(0))
        try reader.expect("guidance_scale", .integer(1), .real(1))
        for key in ["bad_words_ids", "forced_bos_token_id", "suppress_tokens", "begin_suppress_tokens"] {
            try reader.expect(key)
        }
        reader.carry(
            "_from_model_config", "max_length", "min_length", "min_new_tokens", "decoder_start_token_id",
            "num_return_sequences", "output_scores", "output_logits", "cache_implementation", "chat_format",
            "forced_eos_token_id", "length_penalty", "remove_invalid_values", "renormalize_logits", "trust_remote_code",
            "is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold",
            "assistant_early_exit", "max_time", "disable_compile", "low_memory", "use_model_defaults",
            "prefill_chunk_size",
            "assistant_lookbehind", "target_lookbehind", "max_window_size", "stop_strings", "token_healing")
        _ = try reader.finish()
    }

    /// One token that ends a text, or several.
    private static func stopTokens(_ reader: inout ConfigurationReader) throws(DataError) -> Set<Int> {
        guard let value = reader.value("eos_token_id") else { return [] }
        let tokens = value.list ?? [value]
        let numbers = tokens.compactMap(\.integer).filter { $0 >= 0 }
        guard numbers.count == tokens.count else {
            throw reader.problem("'eos_token_id' is \(value.shown), not one token or a list of some")
        }
        return Set(numbers)
    }
}
