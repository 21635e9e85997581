import BackpropData
import Foundation

/// A text to learn from, character by character.
public struct Text: Sendable {
    public let vocabulary: CharacterVocabulary
    /// The numbers of its characters.
    public let tokens: [Int32]

    /// Reads a text file, packed by gzip or not; without one the documentation of this project, which is there anyway.
    public init(file: String?) throws {
        let project = URL(filePath: #filePath).appending(path: "../../../..").standardized.path
        let files = file.map { [$0] } ?? ["README", "DESIGN", "OPERATORS"].map { "\(project)/\($0).md" }
        let text = try files.map { try PlainText(path: $0).text }.joined()
        vocabulary = CharacterVocabulary(of: text)
        tokens = try vocabulary.tokens(of: text)
        print("\(tokens.count) characters, \(vocabulary.count) different ones")
    }
}
