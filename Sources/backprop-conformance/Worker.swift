import Foundation

/// Runs cases one after the other in this process and reports each on standard output.
///
/// Every report is a line that begins with a mark, so that whatever else is printed, by a trap for instance, can be
/// told from it.
struct Worker {
    /// The byte before each report, which no text contains.
    static let mark = "\u{1E}"
    /// After so many seconds a case is given up. A device's compiler takes its time for every graph.
    static func secondsPerCase(onDevice: Bool) -> UInt32 { onDevice ? 900 : 120 }

    /// Announces a case, then says what became of it.
    enum Report {
        case started(Int)
        case finished(Int, Verdict)

        var line: String {
            switch self {
            case .started(let index): "start \(index)"
            case .finished(let index, .passed): "passed \(index)"
            case .finished(let index, .wrong(let reason)): "wrong \(index) \(Self.oneLine(reason))"
            case .finished(let index, .unsupported(let reason)): "unsupported \(index) \(Self.oneLine(reason))"
            }
        }

        init?(_ line: Substring) {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count >= 2, let index = Int(parts[1]) else { return nil }
            let reason = parts.count > 2 ? parts[2] : ""
            switch parts[0] {
            case "start": self = .started(index)
            case "passed": self = .finished(index, .passed)
            case "wrong": self = .finished(index, .wrong(reason))
            case "unsupported": self = .finished(index, .unsupported(reason))
            default: return nil
            }
        }

        private static func oneLine(_ text: String) -> String {
            text.split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }

    static func run(_ suite: any Suite, cases: [Int], onDevice: Bool) {
        for index in cases {
            say(.started(index))
            alarm(secondsPerCase(onDevice: onDevice))
            let verdict = suite.verdict(index)
            alarm(0)
            say(.finished(index, verdict))
        }
    }

    private static func say(_ report: Report) {
        FileHandle.standardOutput.write(Data((mark + report.line + "\n").utf8))
    }
}
