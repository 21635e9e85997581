import Backprop
import BackpropFiles
import BackpropNN
import BackpropText

/// Makes one vector of each sentence, so that those of sentences that mean the same point the same way (Reimers and Gurevych,
/// 2019).
///
/// ```swift
/// let encoder = try SentenceEncoder("all-MiniLM-L6-v2")
/// let vectors = try encoder.vectors(["A cat sits.", "A kitten is sitting."])
/// ```
public struct SentenceEncoder: ParameterContainer {
    /// How the vectors of positions become one.
    public enum Pooling: String, Sendable, CaseIterable {
        case mean, first, greatest
    }

    public let model: BERT
    public let pooling: Pooling
    /// Whether vectors have the length 1.
    public let normalizes: Bool
    /// How many tokens of a text are read.
    public let limit: Int
    private let tokenizer: HeldTokenizer

    /// The same with other settings.
    package func with(normalizes: Bool, limit: Int) -> SentenceEncoder {
        SentenceEncoder(model, tokenizer.tokenizer, pooling: pooling, normalizes: normalizes, limit: limit)
    }

    package func saveTokenizer(to folder: String) throws(DataError) { try tokenizer.tokenizer.save(to: folder) }

    /// - Parameter limit: how many tokens of a text are read; as many as the model has positions where left out.
    public init(
        _ model: BERT, _ tokenizer: Tokenizer, pooling: Pooling = .mean, normalizes: Bool = true, limit: Int? = nil
    ) {
        self.model = model
        self.tokenizer = HeldTokenizer(tokenizer)
        (self.pooling, self.normalizes) = (pooling, normalizes)
        self.limit = min(limit ?? model.configuration.positions, model.configuration.positions)
    }

    /// Reads a folder with a BERT, a tokenizer, and what `modules.json` says of sentence-transformers; without that, means of
    /// positions of length 1.
    ///
    /// - Throws: `DataError` for files that cannot be read or do not fit, and for parts that are not implemented.
    public init(_ folder: String, dtype: DType = .float32) throws(DataError) {
        let recipe = try SentenceRecipe(folder: folder)
        self.init(
            try BERT.load(folder, dtype: dtype), try Tokenizer(path: folder), pooling: recipe.pooling,
            normalizes: recipe.normalizes, limit: recipe.limit)
    }

    /// One vector for each sequence of tokens, [batch, features].
    ///
    /// - Parameters:
    ///   - ids: int32 or int64, [batch, positions].
    ///   - isSeen: bool, [batch, positions], false where nobody looks: padding.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil) -> Tensor {
        let features = model(ids, isSeen: isSeen)
        let vectors: Tensor
        switch pooling {
        case .first: vectors = features.narrowed(axis: 1, 0..<1).squeezed(axis: 1)
        case .greatest:
            let seen = isSeen.map { which($0.expandedDimensions(axis: -1), features, features.like(-.infinity)) }
            vectors = (seen ?? features).max(axis: 1)
        case .mean:
            guard let isSeen else {
                vectors = features.mean(axis: 1)
                break
            }
            let weights = isSeen.expandedDimensions(axis: -1).asType(features.dtype)
            vectors = (features * weights).sum(axis: 1) / weights.sum(axis: 1)
        }
        guard normalizes else { return vectors }
        return vectors / maximum(sqrt(square(vectors).sum(axis: -1, keepDims: true)), vectors.like(1e-12))
    }

    /// The tokens of texts, filled up to the longest with padding, and which of them are seen; both [texts, positions].
    public func tokens(_ texts: [String]) -> (ids: Tensor, isSeen: Tensor) { padded(texts.map(encode)) }

    /// The tokens of a text, with those that stand around every text, at most `limit`.
    package func encode(_ text: String) -> [Int] { tokenizer.tokenizer.encode(text, limit: limit) }

    /// Tokens of texts, filled up with padding, and which of them are seen.
    ///
    /// - Parameter multiple: what the number of positions is a multiple of, unless that is more than the limit: fewer lengths
    ///   are fewer plans.
    package func padded(_ rows: [[Int]], multipleOf multiple: Int = 1) -> (ids: Tensor, isSeen: Tensor) {
        let longest = max(1, rows.map(\.count).max() ?? 1)
        let length = max(longest, min(limit, (longest + multiple - 1) / multiple * multiple))
        let padding = model.configuration.paddingToken ?? 0
        let ids = rows.flatMap { $0 + [Int](repeating: padding, count: length - $0.count) }.map(Int64.init)
        let seen = rows.flatMap { row in (0..<length).map { $0 < row.count } }
        return (Tensor(ids, shape: [rows.count, length]), Tensor(seen, shape: [rows.count, length]))
    }

    /// One vector for each text.
    ///
    /// Texts of about the same length are read together: as few plans, and as little padding, as that.
    ///
    /// - Parameter batchSize: how many are read together at most.
    /// - Throws: `EvaluationError` where the model cannot be computed.
    public func vectors(_ texts: [String], batchSize: Int = 32) throws(EvaluationError) -> [[Float]] {
        require(batchSize > 0, "SentenceEncoder: \(batchSize) texts at a time")
        let rows = texts.map(encode)
        let order = rows.indices.sorted { (rows[$0].count, $0) < (rows[$1].count, $1) }
        var result = [[Float]](repeating: [], count: texts.count)
        for start in stride(from: 0, to: order.count, by: batchSize) {
            let part = order[start..<min(start + batchSize, order.count)]
            let (ids, isSeen) = padded(part.map { rows[$0] })
            let vectors = model.evaluating { withoutGradients { self(ids, isSeen: isSeen).asType(.float32) } }
            try evaluate(vectors)
            let numbers = vectors.array(of: Float.self), width = vectors.dim(1)
            for (row, index) in part.enumerated() {
                result[index] = Array(numbers[(row * width)..<((row + 1) * width)])
            }
        }
        return result
    }
}

/// A tokenizer within a model: no part of it that a search for parameters should go through.
private final class HeldTokenizer: Sendable {
    let tokenizer: Tokenizer
    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }
}

/// What the files of sentence-transformers in a folder say.
private struct SentenceRecipe {
    var pooling = SentenceEncoder.Pooling.mean
    var normalizes = true
    var limit: Int?

    init(folder: String) throws(DataError) {
        let place = FileSystem.join(folder, "modules.json")
        guard try Self.exists(place) else { return }
        guard let modules = try JSONValue.read(place).list else {
            throw DataError(.badFormat, at: place, "it is no list of modules", remedy: "fetch or write the file again")
        }
        normalizes = false
        for module in modules {
            let type = module["type"]?.text ?? ""
            switch type.split(separator: ".").last {
            case "Transformer": break
            case "Normalize": normalizes = true
            case "Pooling": try readPooling(folder, module["path"]?.text ?? "")
            default:
                throw DataError(
                    .mismatch, at: place, "the module \(Wording.quoted(type)) is not implemented",
                    remedy: "use an encoder of Transformer, Pooling and Normalize")
            }
        }
        let settings = FileSystem.join(folder, "sentence_bert_config.json")
        if try Self.exists(settings) {
            var reader = try ConfigurationReader(path: settings)
            if reader.has("max_seq_length") { limit = try reader.integer("max_seq_length", in: Limit.positions) }
        }
    }

    private mutating func readPooling(_ folder: String, _ path: String) throws(DataError) {
        guard !path.contains(".."), !path.hasPrefix("/") else {
            throw DataError(
                .badFormat, at: folder, "the pooling is in \(Wording.quoted(path)), which is no folder within",
                remedy: "fetch or write the files again")
        }
        var reader = try ConfigurationReader(path: FileSystem.join(FileSystem.join(folder, path), "config.json"))
        let first = try reader.flag("pooling_mode_cls_token", false)
        let greatest = try reader.flag("pooling_mode_max_tokens", false)
        let mean = try reader.flag("pooling_mode_mean_tokens", !first && !greatest)
        for key in ["pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"] {
            try reader.expect(key, .bool(false))
        }
        reader.carry("word_embedding_dimension", "include_prompt", "embedding_dimension")
        _ = try reader.finish()
        guard [first, greatest, mean].count(where: { $0 }) == 1 else {
            throw reader.problem("several ways of pooling at once are not implemented")
        }
        pooling = first ? .first : greatest ? .greatest : .mean
    }

    private static func exists(_ path: String) throws(DataError) -> Bool {
        do { return try FileSystem.look(at: path) != nil } catch { throw DataError(error) }
    }
}
