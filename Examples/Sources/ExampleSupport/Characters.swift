import Backprop
import Foundation

/// A text as numbers: each character that occurs has one.
public struct Characters: Sendable {
    /// Characters by their numbers.
    public let vocabulary: [Character]
    /// The text, int64 [count].
    public let numbers: Tensor

    /// Reads a text file; without one the documentation of this project, which is there anyway.
    public init(file: String?) throws {
        var text = ""
        for path in file.map({ [$0] }) ?? ["../README.md", "../DESIGN.md", "../OPERATORS.md"] {
            text += try String(contentsOfFile: path, encoding: .utf8)
        }
        let vocabulary = Set(text).sorted()
        let places = Dictionary(uniqueKeysWithValues: vocabulary.enumerated().map { ($0.element, $0.offset) })
        self.vocabulary = vocabulary
        numbers = Tensor(text.map { places[$0]! })
    }

    /// The text that numbers stand for.
    public func text(_ numbers: some Sequence<Int>) -> String { String(numbers.map { vocabulary[$0] }) }
}
