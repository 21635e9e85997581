import BackpropFiles

/// A tokenizer as tokenizer.json describes it, wherever it was read from. What it does is decided by `TokenizerCore`; what is
/// saved is this.
struct TokenizerForm: Sendable {
    var truncation = JSONValue.null
    var padding = JSONValue.null
    var added: [AddedToken] = []
    var normalizer = JSONValue.null
    var preTokenizer = JSONValue.null
    var postProcessor = JSONValue.null
    var decoder = JSONValue.null
    var model = ModelForm()
    var specials = SpecialTokens()
    var chatTemplate: String?
    var maximumLength: Int?
}

/// The vocabulary and what goes with it.
struct ModelForm: Sendable {
    enum Kind: String, Sendable {
        case bytePair = "BPE"
        case wordPiece = "WordPiece"
        case unigram = "Unigram"
        case words = "WordLevel"
    }

    var kind = Kind.bytePair
    /// What is said about it but for vocabulary and merges.
    var settings: [JSONValue.Member] = []
    var tokens = TokenTable()
    /// Of unigrams, by id.
    var scores: [Double] = []
    /// The pairs that are merged, the earliest first.
    var merges: [Merge] = []
    /// Characters that are no tokens, but of which some consist; merges know them by the ids behind the vocabulary.
    var parts: [[UInt8]] = []

    struct Merge: Sendable {
        var left: Int32
        var right: Int32
        var result: Int32
        /// Merges of one rank take turns by place.
        var rank: Int32
    }

    subscript(key: String) -> JSONValue? { settings.first { $0.key == key }?.value }

    /// Adds the pair of two tokens at the end.
    mutating func addMerge(_ left: some StringProtocol, _ right: some StringProtocol) throws(FormatProblem) {
        guard let first = tokens.id(of: String(left)), let second = tokens.id(of: String(right)),
            let result = tokens.id(of: String(left) + String(right))
        else {
            throw FormatProblem(
                "the merge of \(Wording.quoted(left)) and \(Wording.quoted(right)) has a part, or a result, that is no token",
                remedy: "fetch vocabulary and merges again, from one place")
        }
        merges.append(Merge(left: Int32(first), right: Int32(second), result: Int32(result), rank: Int32(merges.count)))
    }

    /// Adds a token.
    mutating func add(_ token: String, id: Int) throws(FormatProblem) {
        guard id >= 0, id < TokenTable.maximumCount else {
            throw FormatProblem(
                "the token \(Wording.quoted(token)) has the id \(id), they go from 0 to \(TokenTable.maximumCount - 1)")
        }
        guard tokens.insert(Array(token.utf8), id: id) else {
            throw FormatProblem("the token \(Wording.quoted(token)), or its id \(id), occurs twice")
        }
    }
}

/// The ids that have a meaning of their own; nil where there is none.
public struct SpecialTokens: Sendable, Equatable {
    /// In front of a text ("bos").
    public var begin: Int?
    /// Behind a text ("eos").
    public var end: Int?
    public var unknown: Int?
    public var padding: Int?
    public var separator: Int?
    /// Stands for the whole text ("cls").
    public var classifier: Int?
    public var mask: Int?

    public init() {}
}
