import BackpropData

@testable import BackpropTrain

/// Runs that were made up, the same each time.
enum ReportSamples {
    /// Names that would break a page or a terminal.
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "a'b&amp;<!--", "\u{1B}[31mred\u{1B}[2J",
        "line\nbreak\r\ttab", "\u{202E}right to left\u{2066}", "zero\u{200B}width\u{0}null",
        "]]></style><style>*{display:none}",
        "漢字のとても長い列の名前", "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}",
        String(repeating: "long", count: 500),
        "", " ", "${x} {{y}} %s \\u{41}",
    ]

    static func facts(_ title: String = "penguins.csv: species") -> RunReport.Facts {
        var facts = RunReport.Facts(
            title: title, data: "penguins.csv: 344 rows, 7 columns; 275 to train, 34 to stop in time, 35 to test",
            model: "2 hidden layers of 64 and 32, 2,563 parameters", label: "species")
        facts.seed = 0
        facts.seconds = 3.21
        facts.peakBytes = 25_000_000
        facts.settings = [.init("batch size", "32"), .init("learning rate", "0.002"), .init("epochs", "100")]
        facts.columns = .init(
            header: ["column", "kind", "became"],
            rows: [["bill_length_mm", "number", "1 input"], ["island", "3 values", "3 inputs"]])
        return facts
    }

    /// Answers of a model that is right in `share` of the cases, about.
    static func classes(_ names: [String], count: Int, share: Double = 0.85, seed: UInt64 = 1) -> Judgement {
        var generator = SplitMix64(seed: seed)
        func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
        var probabilities: [Float] = [], labels: [Int32] = []
        for _ in 0..<count {
            let label = generator.below(names.count)
            let taken = uniform() < share ? label : generator.below(names.count)
            var row = names.indices.map { ($0 == taken ? 6 : 0.2) * (0.2 + uniform()) }
            let sum = row.reduce(0, +)
            row = row.map { $0 / sum }
            probabilities += row.map(Float.init)
            labels.append(Int32(label))
        }
        return .classes(names: names, probabilities: probabilities, labels: labels)
    }

    /// Predictions whose errors are between plus and minus `error`.
    static func numbers(count: Int, error: Double = 0.4, scale: Double = 1, seed: UInt64 = 1) -> Judgement {
        var generator = SplitMix64(seed: seed)
        func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
        let truth = (0..<count).map { _ in scale * (0.5 + 4.5 * uniform() * uniform()) }
        return .numbers(predicted: truth.map { $0 + scale * error * (2 * uniform() - 1) }, truth: truth)
    }

    /// A loss that falls and, on the validation part, rises again after two thirds.
    static func epochs(_ count: Int, hasAccuracy: Bool = true) -> [EpochValues] {
        (1...count).map { epoch in
            let place = Double(epoch) / Double(count)
            let loss = 0.08 + 1.0 / (1 + 8 * place), judged = loss + 0.05 + max(0, place - 0.66) * 0.4
            var values = [("loss", loss), ("validation/loss", judged)]
            if hasAccuracy {
                values += [("accuracy", 1 - 0.45 * loss), ("validation/accuracy", 1 - 0.5 * judged)]
            }
            return EpochValues(number: epoch, values: values)
        }
    }

    static let importances = [
        ColumnImportance(name: "bill_length_mm", loss: 0.312, deviation: 0.021),
        ColumnImportance(name: "flipper_length_mm", loss: 0.154, deviation: 0.018),
        ColumnImportance(name: "island", loss: 0.031, deviation: 0.009),
        ColumnImportance(name: "year", loss: -0.004, deviation: 0.002),
    ]

    static let penguins = RunReport(
        facts(), judgement: classes(["Adelie", "Chinstrap", "Gentoo"], count: 35),
        baseline: Baseline(labels: [0, 0, 1, 2], names: ["Adelie", "Chinstrap", "Gentoo"]), epochs: epochs(40),
        bestEpoch: 26, importances: importances)

    static let houses: RunReport = {
        var facts = Self.facts("houses.csv: price")
        facts.unit = "k$"
        facts.notes = ["The column 'id' is left out: it has another value in each row."]
        return RunReport(
            facts, judgement: numbers(count: 1_200, scale: 100), baseline: Baseline(numbers: [100, 150, 400]),
            epochs: epochs(60, hasAccuracy: false), bestEpoch: 40,
            importances: importances.map {
                ColumnImportance(name: $0.name, loss: $0.loss * 100, deviation: $0.deviation * 100)
            })
    }()

    /// Every text in it is hostile.
    static let attacked: RunReport = {
        var facts = RunReport.Facts(
            title: hostile[0] + hostile[3], data: hostile[4], model: hostile[5], label: hostile[1])
        facts.unit = hostile[1]
        facts.settings = hostile.map { .init($0, $0) }
        facts.columns = .init(header: hostile, rows: hostile.map { [$0, hostile[2]] } + [[], hostile + hostile])
        facts.notes = hostile
        return RunReport(
            facts, judgement: classes(hostile, count: 200), baseline: Baseline(labels: [0], names: hostile),
            epochs: [
                EpochValues(number: 1, values: [("loss", 1)] + hostile.map { ($0, 0.5) }),
                EpochValues(number: 2, values: [("loss", 0.5)] + hostile.map { ("validation/" + $0, 0.25) }),
            ], bestEpoch: 2,
            importances: hostile.map { ColumnImportance(name: $0, loss: 0.1, deviation: 0) })
    }()
}
