import Backprop
import BackpropData

/// A table of numbers as a CSV file: a row for each call, with the columns `step`, `time` (seconds since 1970) and one for
/// each name. A name that appears later becomes a further column, and the rows before are empty there.
///
/// ```swift
/// let log = try CSVLog("metrics.csv")
/// log.write(["loss": 0.5], step: 1)
/// log.write(["loss": 0.25, "accuracy": 0.9], step: 2)
/// ```
///
/// Texts, pictures and histograms have no place in it.
public final class CSVLog: TrainingLog {
    public var path: String { file.path }
    public var failure: DataError? { file.failure }
    private var file: LogFile
    private var columns: [String]
    private let clock: () -> Double
    private static let fixed = ["step", "time"]

    /// Creates a file, and the folders above it.
    ///
    /// - Parameter step: goes on in the file of an earlier training, from this step: rows from there on, which that one had
    ///   written behind its last checkpoint, go. Nil for a new file, which must not exist.
    /// - Throws: `DataError` where the file cannot be made, is there already, or is none of a log.
    public convenience init(_ path: String, resumingAt step: Int? = nil) throws(DataError) {
        try self.init(path, resumingAt: step, clock: { WallClock.now })
    }

    init(_ path: String, resumingAt step: Int?, clock: @escaping () -> Double) throws(DataError) {
        self.clock = clock
        columns = Self.fixed
        if let step, let content = try LogFiles.content(of: path) {
            let kept: (columns: [String], rows: [Substring])
            kept = try Self.rows(of: content, before: step, path)
            columns = kept.columns
            let text = Self.line(columns) + kept.rows.map { "\($0)\n" }.joined()
            try LogFiles.replace(path, with: text)
            file = try LogFiles.open(path, isNew: false)
        } else {
            file = try LogFiles.open(path, isNew: true)
            file.append(Self.line(columns).utf8)
            file.flush()
        }
    }

    public func write(_ scalars: [String: Double], step: Int) {
        guard file.isOpen else { return }
        let known = Set(columns.dropFirst(2))
        let new = scalars.keys.filter { !known.contains($0) }.sorted()
        if !new.isEmpty { widen(by: new) }
        let cells = columns.dropFirst(2).map { scalars[$0].map(LogFiles.text) ?? "" }
        file.append(Self.line([String(step), NumberFormat.fixed(clock(), digits: 3)] + cells).utf8)
    }

    public func flush() { file.flush() }
    public func close() { file.close() }

    /// Writes the file anew with further columns: all of it, or nothing.
    private func widen(by new: [String]) {
        file.flush()
        guard file.isOpen else { return }
        do {
            let content = try FileSystem.read(path)
            let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
            let empty = String(repeating: ",", count: new.count)
            let rows = lines.dropFirst().map { "\($0)\(empty)\n" }.joined()
            try FileSystem.writeAtomically(path) { try $0.write((Self.line(columns + new) + rows).utf8) }
            let wider = try LogFile(path, isNew: false)
            file.close()
            file = wider
            columns += new
        } catch {
            file.fail(error as? SystemFailure ?? SystemFailure("write it", path, code: 0))
        }
    }

    /// A record with its line feed. Names keep to one line, so that every line is a row.
    private static func line(_ cells: [String]) -> String {
        let quoted = cells.map { cell -> String in
            let cell = String(cell.map { $0.isNewline ? " " : $0 })
            guard cell.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
            return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        return quoted.joined(separator: ",") + "\n"
    }

    /// The columns of a log, and its rows of steps before `step`. A row that a crash has cut short goes as well.
    private static func rows(
        of content: String, before step: Int, _ path: String
    ) throws(DataError) -> (columns: [String], rows: [Substring]) {
        guard let end = content.firstIndex(of: "\n") else { throw LogFiles.stranger(path, "CSV") }
        let columns = cells(content[..<end])
        guard Array(columns.prefix(2)) == fixed else { throw LogFiles.stranger(path, "CSV") }
        var rows: [Substring] = []
        let whole = content[content.index(after: end)..<content.index(after: content.lastIndex(of: "\n")!)]
        for line in whole.split(separator: "\n") {
            let parts = line.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == columns.count, let number = Int(parts[0]), number < step else { continue }
            rows.append(line)
        }
        return (columns, rows)
    }

    /// The names in a header that `line` has made.
    private static func cells(_ line: Substring) -> [String] {
        var cells = [""], isQuoted = false, closesQuote = false
        for character in line {
            if closesQuote {
                closesQuote = false
                if character == "\"" {
                    cells[cells.count - 1].append(character)
                    continue
                }
                isQuoted = false
            }
            switch character {
            case "\"" where isQuoted: closesQuote = true
            case "\"": isQuoted = true
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }
}
