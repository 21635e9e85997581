/// What became of the cases of one suite.
struct SuiteReport {
    let suite: SuiteName
    /// Where the cases were computed, where that was asked for.
    var device: String?
    let results: [(label: CaseLabel, verdict: Verdict)]

    struct Counts {
        var passed = 0, wrong = 0, unsupported = 0

        mutating func add(_ verdict: Verdict) {
            switch verdict {
            case .passed: passed += 1
            case .wrong: wrong += 1
            case .unsupported: unsupported += 1
            }
        }

        var total: Int { passed + wrong + unsupported }
    }

    var counts: Counts { Self.counts(results.map(\.verdict)) }

    private static func counts(_ verdicts: [Verdict]) -> Counts {
        var counts = Counts()
        for verdict in verdicts { counts.add(verdict) }
        return counts
    }

    /// The line for programs.
    var json: String {
        let counts = counts
        let place = device.map { "\"device\":\"\($0)\"," } ?? ""
        return "{\"suite\":\"\(suite.rawValue)\",\(place)\"passed\":\(counts.passed),\"wrong\":\(counts.wrong),"
            + "\"unsupported\":\(counts.unsupported)}"
    }

    /// The counts by tier and group, as a table.
    var summary: String {
        let groups = Dictionary(grouping: results) { Group(tier: $0.label.tier ?? 0, name: $0.label.group) }
        let width = groups.keys.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for group in groups.keys.sorted() {
            let counts = Self.counts(groups[group]!.map(\.verdict))
            let tier = group.tier == 0 ? "" : "tier \(group.tier)  "
            let name = group.name + String(repeating: " ", count: width - group.name.count)
            lines.append("  \(tier)\(name)  " + Self.text(counts))
        }
        return lines.joined(separator: "\n")
    }

    private struct Group: Hashable, Comparable {
        let tier: Int
        let name: String

        static func < (a: Group, b: Group) -> Bool { (a.tier, a.name) < (b.tier, b.name) }
    }

    private static func text(_ counts: Counts) -> String {
        func column(_ number: Int, _ name: String) -> String {
            let digits = String(number)
            return String(repeating: " ", count: max(0, 5 - digits.count)) + digits + " " + name
        }
        return [
            column(counts.passed, "passed"), column(counts.wrong, "wrong"), column(counts.unsupported, "unsupported"),
        ].joined(separator: " ")
    }

    /// A line for every case that another report of the same cases judges otherwise.
    func differences(from other: SuiteReport) -> String {
        zip(results, other.results).compactMap { mine, theirs in
            let words = (Self.word(mine.verdict), Self.word(theirs.verdict))
            if words.0 == words.1 { return nil }
            return "  \(words.0) here, \(words.1) on \(other.device ?? "cpu")  \(mine.label.id)"
        }.joined(separator: "\n")
    }

    private static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .passed: "passed"
        case .wrong: "wrong"
        case .unsupported: "unsupported"
        }
    }

    /// A line for every case that did not pass.
    var failures: String {
        results.compactMap { label, verdict in
            switch verdict {
            case .passed: nil
            case .wrong(let reason): "  wrong        \(label.id): \(reason)"
            case .unsupported(let reason): "  unsupported  \(label.id): \(reason)"
            }
        }.joined(separator: "\n")
    }
}
