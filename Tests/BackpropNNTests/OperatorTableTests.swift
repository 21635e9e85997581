import Foundation
import Testing

/// OPERATORS.md names every public operator, and nothing that does not exist.
@Suite struct OperatorTableTests {
    /// A function or initializer as it is declared.
    private struct Declaration: Hashable {
        let name: String
        let labels: [String]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let table = text(root.appending(path: "OPERATORS.md"))

    private static func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    private static func sources(_ folder: String) -> [String] {
        let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }.map(text)
    }

    /// The functions of the sources that are for everybody, without those that only say what to write instead.
    private static func functions(_ sources: [String]) -> Set<Declaration> {
        let pattern = /(?:public (?:static )?func (\w+)(?:<[^>]*>)?|public (init)(?:<[^>]*>)?)\(/
        var found: Set<Declaration> = []
        for source in sources {
            let source = source.replacing(/@available\(\*, unavailable.*\n.*/, with: "")
            for match in source.matches(of: pattern) {
                let name = match.output.1 ?? match.output.2!
                found.insert(Declaration(name: String(name), labels: labels(of: source[match.range.upperBound...])))
            }
        }
        return found
    }

    /// The labels of the parameters at the beginning of a text, up to the parenthesis that closes their list.
    private static func labels(of text: Substring) -> [String] {
        var depth = 1, labels: [String] = [], parameter = ""
        func finish() {
            if let label = parameter.split(whereSeparator: { $0.isWhitespace || $0 == ":" }).first {
                labels.append(String(label))
            }
            parameter = ""
        }
        for character in text {
            if "([".contains(character) { depth += 1 }
            if ")]".contains(character) { depth -= 1 }
            if depth == 0 { break }
            if depth == 1 && character == "," { finish() } else { parameter.append(character) }
        }
        finish()
        return labels
    }

    /// What stands between backquotes in the second column.
    private static let names: [String] = table.split(separator: "\n").filter { $0.hasPrefix("| ") }.flatMap { line in
        let columns = line.replacing("\\|", with: "¦").split(separator: "|")
        guard columns.count > 2 else { return [String]() }
        return columns[1].matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    @Test func everyOperatorStandsInTheTable() {
        let folders = ["Activations", "Attention", "Losses", "Normalization", "Functions"].map {
            "Sources/BackpropNN/\($0)"
        }
        let all = (["Sources/Backprop/Tensor", "Sources/Backprop/Gradient"] + folders).flatMap(Self.sources)
        let mentioned = Set(Self.names.flatMap { name in name.matches(of: /\w+/).map { String($0.output) } })
        let operators = Set(Self.functions(all).map(\.name)).subtracting(["callAsFunction", "init"])
        #expect(operators.count > 250)
        let missing = operators.subtracting(mentioned).sorted()
        #expect(missing.isEmpty, "OPERATORS.md does not name \(missing)")
    }

    @Test func everyNameInTheTableExists() {
        let sources = ["Sources/Backprop", "Sources/BackpropFiles", "Sources/BackpropNN", "Sources/BackpropTrain"]
            .flatMap(Self.sources)
        let functions = Self.functions(sources)
        var declared = Set(functions.map(\.name))
        for source in sources {
            let others = /public (?:static |final |let |var )*(?:struct|class|enum|var|let) (\w+)|case (\w+)/
            for match in source.matches(of: others) { declared.insert(String(match.output.1 ?? match.output.2!)) }
        }
        for name in Self.names {
            // Either one name, with or without labels, or an expression of which the functions are looked at.
            if let match = name.wholeMatch(of: /(?:\w+\.)?(\w+)\(((?:\w+:)*)\)/) {
                let labels = match.output.2.split(separator: ":").map(String.init)
                let isType = match.output.1.first!.isUppercase
                let candidates = functions.filter { $0.name == (isType ? "init" : String(match.output.1)) }
                let exists = candidates.contains { candidate in
                    var rest = candidate.labels[...]
                    return labels.allSatisfy { label in
                        guard let place = rest.firstIndex(of: label) else { return false }
                        rest = rest[(place + 1)...]
                        return true
                    }
                }
                #expect(exists, "\(name) is not declared")
                if isType { #expect(declared.contains(String(match.output.1)), "\(name) is not declared") }
            } else if let match = name.wholeMatch(of: /(?:\w+\.)?(\w+)/) {
                #expect(declared.contains(String(match.output.1)), "\(name) is not declared")
            } else {
                for match in name.matches(of: /(\w+)\(/) {
                    #expect(declared.contains(String(match.output.1)), "\(name): \(match.output.1) is not declared")
                }
            }
        }
    }

    @Test func theTableHasNoGaps() {
        let rows = Self.table.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.count > 150)
        for row in rows {
            let cells = row.replacing("\\|", with: "¦").split(separator: "|", omittingEmptySubsequences: false)
            #expect(cells.count == 4 || cells.count == 5, "\(row)")
            #expect(cells.count < 3 || !cells[2].allSatisfy(\.isWhitespace), "\(row)")
        }
    }
}
