import BackpropFiles

/// The settings of a family of models: what `config.json` of a Hugging Face folder says.
public protocol ModelConfiguration: Sendable {
    /// Takes the settings out of a file.
    ///
    /// - Throws: `DataError` for one that is missing, of the wrong kind or out of range, that asks for what is not
    ///   implemented, or that nobody knows.
    init(_ reader: inout ConfigurationReader) throws(DataError)

    /// The settings as `config.json` has them, without the architecture and what all files have.
    var settings: [String: JSONValue] { get }

    /// What no model can be made of; nil where nothing is.
    var mistake: String? { get }

    /// Settings that the numbers of a model do not depend on, as they were read: names of classes, special tokens, and the
    /// like. They are written again.
    var carried: [String: JSONValue] { get set }

    /// Settles what only the tensors of a file say: which parts a model has.
    mutating func adapt(to tensors: Set<String>)
}

extension ModelConfiguration {
    public mutating func adapt(to tensors: Set<String>) {}

    /// The whole content of `config.json`.
    func file(architecture: String, type: String) -> [String: JSONValue] {
        var members = carried.merging(settings) { $1 }
        members["architectures"] = .list([.text(architecture)])
        members["model_type"] = .text(type)
        return members
    }

    /// What is wrong with numbers of features and heads that have to divide.
    static func mistake(features: Int, heads: Int) -> String? {
        features % heads == 0 ? nil : "\(heads) heads do not divide \(features) features"
    }
}

extension ModelConfiguration {
    /// What is wrong with a token of padding.
    static func mistake(padding: Int?, of vocabularySize: Int) -> String? {
        guard let padding, !(0..<vocabularySize).contains(padding) else { return nil }
        return "the padding \(padding) is no token of \(vocabularySize)"
    }
}

/// The ranges that settings have to be in, far beyond any model: what is made of them is bounded before a file is read.
enum Limit {
    static let layers = 1...1024
    static let features = 1...(1 << 20)
    static let heads = 1...(1 << 14)
    static let vocabulary = 1...(1 << 24)
    static let positions = 1...(1 << 27)
    static let probability = 0.0...1.0
    static let epsilon = 0.0...1.0
}
