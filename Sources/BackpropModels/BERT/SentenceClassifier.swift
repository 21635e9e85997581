import Backprop
import BackpropFiles
import BackpropNN
import BackpropText

/// Says of which class a sentence is: a linear layer on the one vector that an encoder makes of it.
///
/// ```swift
/// let classifier = SentenceClassifier(try SentenceEncoder("all-MiniLM-L6-v2"), classes: ["bad", "good"], limit: 64)
/// let (ids, isSeen) = classifier.encoder.tokens(texts)
/// let loss = crossEntropy(classifier(ids, isSeen: isSeen), labels)
/// ```
public struct SentenceClassifier: ParameterContainer {
    public let encoder: SentenceEncoder
    public let head: Linear
    /// What the classes are called.
    public let classes: [String]

    /// A head with random weights on an encoder, whose vectors are no longer of length 1.
    ///
    /// - Parameter limit: how many tokens of a text are read; as many as the encoder reads where left out.
    public init(_ encoder: SentenceEncoder, classes: [String], limit: Int? = nil) {
        self.encoder = encoder.with(normalizes: false, limit: limit ?? encoder.limit)
        let features = encoder.model.configuration.features, bound = 1 / Double(features).squareRoot()
        head = Linear(
            features, classes.count, initializer: .uniform(low: -bound, high: bound),
            dtype: encoder.model.tokens.weight.value.dtype)
        self.classes = classes
    }

    /// The logits of the classes, [texts, classes]; arguments are those of `SentenceEncoder`.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil) -> Tensor { head(encoder(ids, isSeen: isSeen)) }

    /// The probability of each class for each text.
    ///
    /// - Throws: `EvaluationError` where the model cannot be computed.
    public func probabilities(_ texts: [String]) throws(EvaluationError) -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let (ids, isSeen) = encoder.padded(texts.map(encoder.encode), multipleOf: 8)
        let result = evaluating { withoutGradients { softmax(self(ids, isSeen: isSeen)).asType(.float32) } }
        try evaluate(result)
        let numbers = result.array(of: Float.self)
        return texts.indices.map { Array(numbers[($0 * classes.count)..<(($0 + 1) * classes.count)]) }
    }

    // MARK: Files

    private static let settingsName = "classifier.json", weightsName = "classifier.safetensors"
    /// The files that `save` writes.
    package static let files = [
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", settingsName, weightsName,
    ]

    /// Writes the encoder as transformers reads it, and the head in files of its own.
    ///
    /// - Throws: `DataError` where the system refuses.
    public func save(to folder: String) throws(DataError) {
        try encoder.model.save(to: folder)
        try encoder.saveTokenizer(to: folder)
        try head.save(to: FileSystem.join(folder, Self.weightsName))
        let settings: JSONValue = [
            "classes": .list(classes.map { .text($0) }), "limit": .integer(encoder.limit),
            "pooling": .text(encoder.pooling.rawValue),
        ]
        do {
            try FileSystem.writeAtomically(FileSystem.join(folder, Self.settingsName)) {
                try $0.write(Array(settings.lines.utf8))
            }
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: folder, "cannot write it: \(error)", remedy: "choose another place")
        }
    }

    /// Reads what `save` has written.
    ///
    /// - Throws: `DataError` for files that cannot be read or do not fit.
    public static func load(_ folder: String) throws(DataError) -> SentenceClassifier {
        var reader = try ConfigurationReader(path: FileSystem.join(folder, settingsName))
        let limit = try reader.integer("limit", in: Limit.positions)
        let pooling = try reader.word("pooling", of: SentenceEncoder.Pooling.allCases.map(\.rawValue))
        let names = reader.value("classes")?.list?.compactMap(\.text) ?? []
        guard (2...10_000).contains(names.count), Set(names).count == names.count else {
            throw reader.problem("'classes' are not the names of two classes or more")
        }
        _ = try reader.finish()
        let encoder = SentenceEncoder(
            try BERT.load(folder), try Tokenizer(path: folder), pooling: .init(rawValue: pooling) ?? .mean,
            normalizes: false, limit: limit)
        let classifier = withRandomSeed(0) { SentenceClassifier(encoder, classes: names) }
        try classifier.head.load(from: FileSystem.join(folder, weightsName))
        return classifier
    }
}
