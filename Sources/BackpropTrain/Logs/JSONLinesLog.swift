import Backprop
import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file of JSON objects, one on each line, for programs:
///
/// ```
/// {"kind":"scalars","step":2,"time":1700000000.25,"values":{"accuracy":0.9,"loss":0.25}}
/// ```
///
/// Other kinds are `text`, `histogram` and `configuration`; pictures have no place in it. Infinities and NaN, which JSON has
/// no numbers for, are the texts "Infinity", "-Infinity" and "NaN".
public final class JSONLinesLog: TrainingLog {
    public var path: String { file.path }
    public var failure: DataError? { file.failure }
    private let file: LogFile
    private let clock: () -> Double

    /// Creates a file, and the folders above it.
    ///
    /// - Parameter step: goes on in the file of an earlier training, from this step: lines from there on, which that one had
    ///   written behind its last checkpoint, go. Nil for a new file, which must not exist.
    /// - Throws: `DataError` where the file cannot be made, is there already, or is none of a log.
    public convenience init(_ path: String, resumingAt step: Int? = nil) throws(DataError) {
        try self.init(path, resumingAt: step, clock: { WallClock.now })
    }

    init(_ path: String, resumingAt step: Int?, clock: @escaping () -> Double) throws(DataError) {
        self.clock = clock
        if let step, let content = try LogFiles.content(of: path) {
            let kept = try Self.lines(of: content, before: step, path)
            try LogFiles.replace(path, with: kept.map { "\($0)\n" }.joined())
            file = try LogFiles.open(path, isNew: false)
        } else {
            file = try LogFiles.open(path, isNew: true)
        }
    }

    public func write(_ scalars: [String: Double], step: Int) {
        append("scalars", step, [("values", .object(scalars.mapValues { .number($0) }))])
    }

    public func write(text: String, name: String, step: Int) {
        append("text", step, [("name", .text(name)), ("text", .text(text))])
    }

    public func write(histogramOf tensor: Tensor, name: String, step: Int) {
        guard file.isOpen, let found = ElementHistogram(of: tensor) else { return }
        append(
            "histogram", step,
            [
                ("name", .text(name)), ("count", .integer(found.count)), ("minimum", .number(found.minimum)),
                ("maximum", .number(found.maximum)), ("sum", .number(found.sum)),
                ("sum_of_squares", .number(found.sumOfSquares)), ("edges", .list(found.edges.map { .number($0) })),
                ("counts", .list(found.counts.map { .integer($0) })),
            ])
    }

    public func write(configuration: [String: SavedValue]) {
        append("configuration", nil, [("values", .object(configuration))])
    }

    public func flush() { file.flush() }
    public func close() { file.close() }

    private func append(_ kind: String, _ step: Int?, _ members: [(String, SavedValue)]) {
        guard file.isOpen else { return }
        var all: [(String, SavedValue)] = [("kind", .text(kind))]
        if let step { all.append(("step", .integer(step))) }
        all.append(("time", .number((clock() * 1000).rounded() / 1000)))
        file.append((JSONText.object(all + members) + "\n").utf8)
    }

    private struct Head: Decodable {
        let kind: String
        let step: Int?
    }

    /// The lines of steps before `step`, and those of none. What a crash has cut short goes as well.
    private static func lines(of content: String, before step: Int, _ path: String) throws(DataError) -> [Substring] {
        let lines = content.split(separator: "\n")
        var kept: [Substring] = []
        for (position, line) in lines.enumerated() {
            guard let head = try? JSONDecoder().decode(Head.self, from: Data(line.utf8)) else {
                if position == lines.count - 1, line.hasPrefix("{") { break }
                throw LogFiles.stranger(path, "JSON lines")
            }
            if head.step.map({ $0 < step }) ?? true { kept.append(line) }
        }
        return kept
    }
}

// Saved values as plain JSON: numbers are numbers there.
extension JSONText {
    static func object(_ members: [(String, SavedValue)]) -> String {
        "{" + members.map { quoted($0.0) + ":" + value($0.1) }.joined(separator: ",") + "}"
    }

    static func value(_ value: SavedValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number):
            number.isNaN
                ? "\"NaN\"" : number.isInfinite ? (number < 0 ? "\"-Infinity\"" : "\"Infinity\"") : number.description
        case .text(let text): quoted(text)
        case .list(let values): "[" + values.map(Self.value).joined(separator: ",") + "]"
        case .object(let members): object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }
}
