import Backprop
import BackpropNN
import Foundation
import Synchronization
import Testing

/// What a newcomer writes in the first hour, with what it prints. The first page of the README is made of some of these.
struct FirstHour: Sendable, CustomStringConvertible {
    let description: String
    let printed: String
    let body: @Sendable (_ print: Printer) throws -> Void

    init(_ title: String, prints printed: String, _ body: @escaping @Sendable (_ print: Printer) throws -> Void) {
        (description, self.printed, self.body) = (title, printed, body)
    }

    /// Stands in for `print`, and keeps what would appear.
    final class Printer: Sendable {
        private let printed = Mutex("")

        var text: String { printed.withLock { $0 } }

        func callAsFunction(_ items: Any..., separator: String = " ") {
            let line = items.map { "\($0)" }.joined(separator: separator) + "\n"
            printed.withLock { $0 += line }
        }
    }

    static let all: [FirstHour] = [
        creationSnippets, arithmeticSnippets, choosingSnippets, shapingSnippets, swiftSnippets, gradientsSnippets,
        modelsSnippets, trainingSnippets,
    ].flatMap { $0 }
}

@Suite struct FirstHourTests {
    @Test(arguments: FirstHour.all) func printsWhatItSays(_ snippet: FirstHour) throws {
        let printer = FirstHour.Printer()
        try withRandomSeed(0) { try snippet.body(printer) }
        #expect(printer.text == snippet.printed + "\n", "\(snippet.description) prints:\n\(printer.text)")
    }

    @Test func thereAreManyAndEachHasAName() {
        #expect(FirstHour.all.count >= 60)
        #expect(Set(FirstHour.all.map(\.description)).count == FirstHour.all.count)
    }

    /// The Swift code of the README's first page is taken from the snippets, line by line.
    @Test func theReadmeIsMadeOfThem() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let sources = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
        let known = Set(sources.split(separator: "\n").map(Self.bare))
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let page = try #require(readme.split(separator: "## Two commands").first)
        var isCode = false, lines = 0
        for line in page.split(separator: "\n") {
            if line.hasPrefix("```") {
                isCode = line == "```swift"
            } else if isCode, !line.hasPrefix("import "), !Self.bare(line).isEmpty {
                #expect(known.contains(Self.bare(line)), "README: \(line)")
                lines += 1
            }
        }
        #expect(lines >= 20)
    }

    /// A line of code without its indentation and what is said behind it.
    private static func bare(_ line: Substring) -> String {
        let code = line.firstRange(of: "  //").map { line[..<$0.lowerBound] } ?? line
        return code.trimmingCharacters(in: .whitespaces)
    }
}
