import Backprop
import Foundation
import Testing

/// An example of a documentation comment: its text, the numbers that it promises, and what it computes.
struct DocumentedExample: Sendable, CustomStringConvertible {
    let description: String
    let promised: [Double]
    let computed: @Sendable () throws -> [Double]

    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> Tensor) {
        (description, self.promised, computed) = (text, promised, { try body().array() })
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> [Double]) {
        (description, self.promised, computed) = (text, promised, body)
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> [Int]) {
        (description, self.promised, computed) = (text, promised, { try body().map(Double.init) })
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> [Int32]) {
        (description, self.promised, computed) = (text, promised, { try body().map(Double.init) })
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> Int) {
        (description, self.promised, computed) = (text, promised, { [Double(try body())] })
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> Double) {
        (description, self.promised, computed) = (text, promised, { [try body()] })
    }
    init(_ text: String, _ promised: [Double], _ body: @escaping @Sendable () throws -> Bool) {
        (description, self.promised, computed) = (text, promised, { [try body() ? 1 : 0] })
    }

    static let all: [DocumentedExample] = [
        ofElementwise, ofArrangement, ofContraction, ofImages, ofTransforms, ofNetworks, ofNumbers, ofDistributions,
    ].flatMap { $0 }

    /// Whether the numbers are those that are printed, to within a thousandth of them.
    func keeps(_ numbers: [Double]) -> Bool {
        numbers.count == promised.count
            && zip(numbers, promised).allSatisfy { number, promise in
                number == promise || (number.isNaN && promise.isNaN)
                    || Swift.abs(number - promise) <= Swift.max(1e-3 * Swift.abs(promise), promise == 0 ? 1e-6 : 0)
            }
    }
}

/// What the documentation of the operators says: that it is there, and that its examples are true.
@Suite struct DocumentedExamples {
    /// The folders of operators, below Sources.
    private static let folders = [
        "Backprop/Tensor", "Backprop/Graph", "Backprop/Gradient", "BackpropNN/Activations", "BackpropNN/Losses",
        "BackpropNN/Normalization", "BackpropNN/Attention", "BackpropNN/Distributions", "BackpropNN/Functional",
    ]

    private static func sources() throws -> [(name: String, lines: [Substring])] {
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try folders.flatMap { folder in
            let directory = project.appending(path: "Sources").appending(path: folder)
            let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
                $0.hasSuffix(".swift")
            }
            return try files.sorted().map { name in
                let text = try String(contentsOf: directory.appending(path: name), encoding: .utf8)
                return (folder + "/" + name, text.split(separator: "\n", omittingEmptySubsequences: false))
            }
        }
    }

    @Test func computeWhatTheySay() throws {
        for example in DocumentedExample.all {
            let numbers = try example.computed()
            #expect(example.keeps(numbers), "\(example) gives \(numbers)")
        }
    }

    @Test func areAllInTheTable() throws {
        var table: [String: [Double]] = [:]
        for example in DocumentedExample.all { table[example.description] = example.promised }
        var count = 0
        for (name, lines) in try Self.sources() {
            for block in Self.blocks(lines.map { $0.drop { $0 == " " } }) {
                let (text, promised) = try #require(Self.parts(block), "\(name): an example without result: \(block)")
                #expect(table[text] == promised, "\(name): not in the table: \(text)")
                count += 1
            }
        }
        #expect(count == DocumentedExample.all.count, "examples in the sources and in the table")
    }

    @Test func everyOperatorHasOne() throws {
        // A function and the method of its name have one between them.
        var isShown: [String: Bool] = [:]
        for (name, lines) in try Self.sources() {
            var comment: [Substring] = []
            for line in lines.map({ $0.drop { $0 == " " } }) {
                if line.hasPrefix("///") || line.hasPrefix("@available(*, unavailable") {
                    comment.append(line)
                } else if comment.contains(where: { $0.hasPrefix("@available") }) {
                    comment = []
                } else if !line.hasPrefix("@") || line.hasPrefix("@inlinable public") {
                    if let function = Self.publicFunction(line) {
                        #expect(!comment.isEmpty, "\(name): \(function) is not documented")
                        isShown[function, default: false] =
                            isShown[function] == true || comment.contains("/// ```swift")
                    }
                    comment = []
                }
            }
        }
        for (function, isShown) in isShown { #expect(isShown, "\(function) has no example") }
    }

    /// The lines of each example, without what makes them a comment.
    private static func blocks(_ lines: [Substring]) -> [[Substring]] {
        var result: [[Substring]] = [], isInside = false
        for line in lines {
            if line == "/// ```swift" {
                isInside = true
                result.append([])
            } else if line == "/// ```" {
                isInside = false
            } else if isInside {
                result[result.count - 1].append(line.dropFirst(4))
            }
        }
        return result
    }

    /// The text of an example, and the numbers behind `//` in its last line.
    private static func parts(_ block: [Substring]) -> (text: String, promised: [Double])? {
        guard let last = block.last, let mark = last.range(of: "  // ") else { return nil }
        let text = (block.dropLast() + [last[..<mark.lowerBound]]).joined(separator: "\n")
        let numbers = last[mark.upperBound...].split(whereSeparator: { "[], ".contains($0) }).compactMap { word in
            word == "true" ? 1 : word == "false" ? 0 : Double(word)
        }
        return (text, numbers)
    }

    /// The name of the public function that a line declares, or nil.
    private static func publicFunction(_ line: Substring) -> String? {
        guard
            let match = line.firstMatch(
                of: /^(?:@inlinable )?public (?:static )?(?:prefix )?(?:mutating )?func (\w+|\S+)/)
        else {
            return nil
        }
        return String(match.1)
    }
}
