import BackpropFiles

/// Takes the settings out of a `config.json` one by one, and knows in the end which ones nobody has asked for.
public struct ConfigurationReader {
    /// What messages call the file.
    public let place: String
    private let values: [String: JSONValue]
    private var unread: Set<String>
    private var carried: [String: JSONValue] = [:]

    init(_ json: JSONValue, place: String) throws(DataError) {
        guard let members = json.members else {
            throw DataError(
                .badFormat, at: place, "it is \(json.shown), not an object with settings",
                remedy: "fetch or write the file again")
        }
        values = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
        self.place = place
        unread = Set(values.keys)
    }

    init(path: String) throws(DataError) { try self.init(JSONValue.read(path), place: path) }

    /// Whether there is such a setting, other than null.
    public func has(_ key: String) -> Bool { values[key].map { $0 != .null } ?? false }

    /// The value of a setting, which counts as read; nil where it is left out or null.
    public mutating func value(_ key: String) -> JSONValue? {
        unread.remove(key)
        let value = values[key]
        return value == .null ? nil : value
    }

    /// A whole number in a range.
    public mutating func integer(
        _ key: String, _ fallback: Int? = nil, in range: ClosedRange<Int>
    ) throws(DataError) -> Int {
        guard let value = value(key) else { return try left(key, fallback) }
        guard let number = value.integer, range.contains(number) else {
            throw problem(
                "'\(key)' is \(value.shown), not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number in a range.
    public mutating func number(
        _ key: String, _ fallback: Double? = nil, in range: ClosedRange<Double>
    ) throws(DataError) -> Double {
        guard let value = value(key) else { return try left(key, fallback) }
        guard let number = value.number, range.contains(number) else {
            throw problem("'\(key)' is \(value.shown), not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `true` or `false`.
    public mutating func flag(_ key: String, _ fallback: Bool? = nil) throws(DataError) -> Bool {
        switch value(key) {
        case .bool(let flag): return flag
        case nil: return try left(key, fallback)
        case let other?: throw problem("'\(key)' is \(other.shown), not true or false")
        }
    }

    /// One of several words.
    public mutating func word(
        _ key: String, _ fallback: String? = nil, of known: [String]
    ) throws(DataError) -> String {
        switch value(key) {
        case .text(let word) where known.contains(word): return word
        case nil: return try left(key, fallback)
        case let other?: throw problem("'\(key)' is \(other.shown); known are \(Wording.list(known))")
        }
    }

    /// Whole numbers in a range, at most as many as a model has layers.
    public mutating func integers(
        _ key: String, _ fallback: [Int]? = nil, in range: ClosedRange<Int>
    ) throws(DataError) -> [Int] {
        guard let value = value(key) else { return try left(key, fallback) }
        if case .list(let elements) = value, Limit.layers.contains(elements.count) {
            let numbers = elements.compactMap { element -> Int? in
                element.integer.flatMap { range.contains($0) ? $0 : nil }
            }
            if numbers.count == elements.count { return numbers }
        }
        throw problem(
            "'\(key)' is \(value.shown), not a list of whole numbers from \(range.lowerBound) to \(range.upperBound)")
    }

    /// The token of padding, from 0; nil where there is none. Negative ones count from the end.
    mutating func paddingToken(of vocabularySize: Int, fallback: Int?) throws(DataError) -> Int? {
        guard values["pad_token_id"] != nil else { return fallback }
        guard has("pad_token_id") else { return nil }
        let token = try integer("pad_token_id", in: -vocabularySize...(vocabularySize - 1))
        return token < 0 ? token + vocabularySize : token
    }

    /// A number for height and width, or a list of both.
    public mutating func pair(_ key: String, _ fallback: Int, in range: ClosedRange<Int>) throws(DataError) -> [Int] {
        guard case .list = values[key] else {
            let side = try integer(key, fallback, in: range)
            return [side, side]
        }
        let sides = try integers(key, in: range)
        guard sides.count == 2 else { throw problem("'\(key)' is a list of \(sides.count), not of height and width") }
        return sides
    }

    /// Another object within this one, as a reader of its own; nil where it is left out.
    public mutating func object(_ key: String) throws(DataError) -> ConfigurationReader? {
        guard let value = value(key) else { return nil }
        return try ConfigurationReader(value, place: "\(place), '\(key)'")
    }

    /// Stops reading unless the setting is left out or has one of the values that are implemented.
    public mutating func expect(_ key: String, _ implemented: JSONValue...) throws(DataError) {
        guard let value = value(key), !implemented.contains(value) else { return }
        let known = implemented.map(\.shown).joined(separator: " or ")
        throw DataError(
            .mismatch, at: place, "'\(key)' is \(value.shown), which is not implemented",
            remedy: "use a model where it is \(known)")
    }

    /// Lets settings be whatever they are: the numbers of a model do not depend on them. They are kept to be written again.
    public mutating func carry(_ keys: String...) {
        for key in keys {
            unread.remove(key)
            if let value = values[key] { carried[key] = value }
        }
    }

    /// Checks that every setting was read.
    ///
    /// - Returns: those that the numbers of a model do not depend on.
    /// - Throws: `DataError` that names the others, unless they are null.
    public mutating func finish() throws(DataError) -> [String: JSONValue] {
        for key in Self.general { carry(key) }
        let unknown = unread.filter(has).sorted()
        guard unknown.isEmpty else {
            throw DataError(
                .mismatch, at: place,
                "nobody here knows the \(unknown.count == 1 ? "setting" : "settings") \(Wording.list(unknown))",
                remedy: "remove what the model does not depend on, or use another model")
        }
        return carried
    }

    /// An error at this file about something that a family finds.
    public func problem(_ found: String) -> DataError {
        DataError(.mismatch, at: place, found, remedy: "correct the file, or fetch it again")
    }

    private func left<Value>(_ key: String, _ fallback: Value?) throws(DataError) -> Value {
        if let fallback { return fallback }
        throw problem("there is no '\(key)'")
    }

    /// What files of all families may hold and no number depends on.
    private static let general = [
        "_name_or_path", "_commit_hash", "architectures", "auto_map", "model_type", "transformers_version", "dtype",
        "torch_dtype", "initializer_range", "initializer_factor", "use_cache", "id2label", "label2id", "num_labels",
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id", "unk_token_id",
        "mask_token_id", "decoder_start_token_id", "task_specific_params", "finetuning_task", "tokenizer_class",
        "prefix", "output_attentions", "output_hidden_states", "output_past", "return_dict", "return_dict_in_generate",
        "gradient_checkpointing", "torchscript", "max_length", "min_length", "do_sample", "num_beams", "temperature",
        "top_k", "top_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "early_stopping",
        "_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "is_llama_config",
        "transformers.js_config",
    ]
}
