extension TableSchema {
    /// What was decided about each column, for people: its name, what it is taken as, missing cells, its range or most
    /// frequent values, and what it is for.
    public var columnTable: (titles: [String], rows: [[String]]) {
        (
            ["column", "taken as", "missing", "range or most frequent", "use"],
            columns.map { [$0.name, $0.kindText, $0.missingText(rowCount), $0.valuesText, $0.useText(task)] }
        )
    }
}

extension TableSchema.Column {
    /// "number (km)", "12 categories", "date".
    public var kindText: String {
        switch kind {
        case .number(let style):
            let unit = style.unit.map { " (\($0))" } ?? ""
            return (isWhole ? "whole number" : "number") + unit
        case .category where distinctCount == 0: return "empty"
        case .category:
            let about = isDistinctExact ? "" : "about "
            return about + Wording.count(distinctCount, "category", "categories")
        case .date(let style): return !style.hasDays ? "time" : style.hasTimes ? "date and time" : "date"
        case .text: return "text"
        }
    }

    func missingText(_ rowCount: Int) -> String {
        guard missingCount > 0, rowCount > 0 else { return "" }
        let share = Double(missingCount) / Double(rowCount) * 100
        let percent = share < 0.95 ? "<1" : share > 99 && share < 100 ? ">99" : String(Int(share.rounded()))
        return "\(missingCount) (\(percent)%)"
    }

    /// "3.5 to 120", "red (40), green (2)".
    public var valuesText: String {
        if let lowest, let highest {
            if case .date(let style) = kind, style.hasDays {
                return "\(DateText.text(days: lowest)) to \(DateText.text(days: highest))"
            }
            return lowest == highest ? Self.text(lowest) : "\(Self.text(lowest)) to \(Self.text(highest))"
        }
        return frequent.map { "\(Self.short($0.text)) (\($0.count))" }.joined(separator: ", ")
    }

    func useText(_ task: TableSchema.Task) -> String {
        switch role {
        case .feature: "predicts"
        case .label: "label (\(task == .classification ? "classes" : "number"))"
        case .setAside(let reason): "set aside: \(reason)"
        }
    }

    /// Four figures, or all digits of a whole number.
    private static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e12 { return String(Int(value)) }
        var scale = 1.0
        while abs(value) * scale < 1_000, scale < 1e8 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e12 ? String(Int(rounded)) : String(rounded)
    }

    private static func short(_ text: String) -> String {
        let quoted = Wording.quoted(text, limit: 20)
        return String(quoted.dropFirst().dropLast(quoted.hasSuffix("...") ? 0 : 1))
    }
}
