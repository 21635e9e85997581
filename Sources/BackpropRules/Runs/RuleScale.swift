import Backprop
import BackpropTrain

/// How a rule fares as networks become deeper and wider, beside backpropagation.
public struct RuleScale: Sendable {
    /// One network.
    public struct Row: Sendable {
        public let hidden: [Int]
        public let own: RuleRun.Result
        public let backprop: RuleRun.Result
    }

    public let kind: RuleKind
    public private(set) var rows: [Row] = []

    /// The networks that are tried: the first hidden width that suits the rule, in 1 to 8 layers, and a quarter to twice of it
    /// in as many layers as suit it.
    public static func networks(_ settings: RuleSettings) -> [[Int]] {
        guard let width = settings.hidden.first else { return [] }
        let depths = [1, 2, 3, 5, 8].map { [Int](repeating: width, count: $0) }
        let widths = [width / 4, width / 2, width * 2].map {
            [Int](repeating: max($0, 1), count: settings.hidden.count)
        }
        return depths + widths
    }

    /// - Parameter ended: called after each network.
    public init(
        _ kind: RuleKind, _ data: RuleData, settings: RuleSettings, seed: UInt64, _ ended: (Row) throws -> Void
    ) rethrows {
        self.kind = kind
        for hidden in Self.networks(settings) {
            var (own, yardstick) = (settings, RuleKind.backprop.settings)
            (own.hidden, yardstick.hidden) = (hidden, hidden)
            let row = Row(
                hidden: hidden, own: RuleRun(kind, data, settings: own, seed: seed)(),
                backprop: RuleRun(.backprop, data, settings: yardstick, seed: seed)(measuresAngles: false))
            rows.append(row)
            try ended(row)
        }
    }

    /// A network a line.
    package var json: String {
        get throws(TrainError) {
            var lines = ""
            for row in rows {
                lines += try JSONFile.line(of: Line(kind, row))
            }
            return lines
        }
    }

    private struct Line: Encodable {
        let rule: String
        let hidden: [Int]
        let test_error: Double
        let backprop_test_error: Double
        let seconds: Double
        let backprop_seconds: Double
        let peak_bytes: Int
        let angles: [Double?]

        init(_ kind: RuleKind, _ row: Row) {
            (rule, hidden, test_error) = (kind.rawValue, row.hidden, row.own.testError)
            (backprop_test_error, seconds) = (row.backprop.testError, row.own.seconds)
            (backprop_seconds, peak_bytes) = (row.backprop.seconds, row.own.peakBytes)
            angles = row.own.angles.last ?? []
        }
    }

    package var text: String {
        func number(_ value: Double) -> String { NumberFormat.fixed(value, digits: 2) }
        return TextTable(columns: [
            .left("hidden"), .right("test error"), .right("backprop"), .right("seconds"), .right("backprop"),
            .right("memory of a step"), .right("angle in layer 1"),
        ]).text(
            rows.map { row in
                let angle = row.own.angles.last?.first.flatMap(\.self)
                return [
                    "\(row.hidden.count) x \(row.hidden[0])", RuleText.percent(row.own.testError),
                    RuleText.percent(row.backprop.testError), number(row.own.seconds), number(row.backprop.seconds),
                    MemoryBill.formatted(row.own.peakBytes),
                    angle.map { NumberFormat.fixed($0, digits: 0) + "°" } ?? "-",
                ]
            })
    }
}
