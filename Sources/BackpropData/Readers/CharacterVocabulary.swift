import Backprop

/// The characters of a text, each with a number: the simplest way from text to tokens and back.
///
/// A character is a Unicode scalar; numbers follow the order of scalars.
///
/// ```swift
/// let vocabulary = CharacterVocabulary(of: "hello")
/// vocabulary.count  // 4
/// try vocabulary.tokens(of: "hole")  // [1, 3, 2, 0]
/// ```
public struct CharacterVocabulary: Sendable, Equatable {
    /// The characters in the order of their numbers.
    public let characters: [Unicode.Scalar]
    private let numbers: [Unicode.Scalar: Int32]

    /// All characters of a text.
    public init(of text: String) { self.init(Set(text.unicodeScalars).sorted()) }

    /// The characters of a string that was kept, in its order; each counts once.
    public init(characters: String) {
        var known: Set<Unicode.Scalar> = []
        self.init(characters.unicodeScalars.filter { known.insert($0).inserted })
    }

    private init(_ characters: [Unicode.Scalar]) {
        self.characters = characters
        numbers = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($0.element, Int32($0.offset)) })
    }

    /// How many characters there are.
    public var count: Int { characters.count }

    /// The numbers of the characters of a text, 0 to `count` - 1.
    ///
    /// - Throws: `DataError` for a character that is not in the vocabulary.
    public func tokens(of text: String) throws(DataError) -> [Int32] {
        var tokens: [Int32] = []
        tokens.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            guard let number = numbers[character] else {
                throw DataError(
                    .mismatch, at: "character \(tokens.count) of the text",
                    "\(Wording.quoted(String(character))) is not in the vocabulary of \(count) characters",
                    remedy: "make the vocabulary from all texts, or remove the character")
            }
            tokens.append(number)
        }
        return tokens
    }

    /// The text of numbers. A number that is not below `count` stops it.
    public func text(
        of tokens: some Sequence<some BinaryInteger>, file: StaticString = #fileID, line: UInt = #line
    ) -> String {
        var text = String.UnicodeScalarView()
        for token in tokens {
            let place = Int(token)
            require(
                characters.indices.contains(place), "text(of:): \(token) is no number of a vocabulary of \(count)",
                file: file, line: line)
            text.append(characters[place])
        }
        return String(text)
    }
}
