/// Why a column has nothing to say about rows that are not in the table.
struct Dispensable {
    let column: TableSchema.Column
    let profile: ColumnProfile
    let rowCount: Int
    let isNameless: Bool

    /// Reasons that are only likely: numbers of the rows may be a time, or a rank.
    static let ofOrder = ["it counts the rows", "it numbers the rows in another order"]
    /// Fewer rows than that say little about what is unique.
    private static let fewRows = 10

    private var present: Int { rowCount - column.missingCount }
    private var distinct: Int { column.distinctCount }
    /// Whether the values are all different, as far as can be told where they are only about counted.
    private var areAllDifferent: Bool {
        column.isDistinctExact ? distinct >= present : Double(distinct) > 0.93 * Double(present)
    }

    /// A phrase, and whether the column is text rather than categories; nil for a column to keep.
    var reason: (String, isText: Bool)? {
        if present == 0 { return ("no cell has a value", false) }
        if rowCount >= 200, present * 200 < rowCount || present < 3 {
            return ("nearly empty: \(Wording.count(present, "value")) in \(rowCount) rows", false)
        }
        if column.missingCount == 0, isConstant { return ("the same value in every row", false) }
        switch column.kind {
        case .number: return numberReason.map { ($0, false) }
        case .date: return nil
        case .category, .text: return textReason
        }
    }

    private var isConstant: Bool {
        if let lowest = column.lowest, let highest = column.highest { return lowest == highest }
        return distinct <= 1
    }

    private var numberReason: String? {
        guard column.isWhole, column.missingCount * 100 <= rowCount, present >= Self.fewRows else { return nil }
        let words = Self.words(of: column.name)
        let low = column.lowest ?? 0, high = column.highest ?? 0
        if profile.isRun, profile.plainCount == rowCount, low == 0 || low == 1, !Self.isOfTime(words) {
            return Self.ofOrder[0]
        }
        if isNameless, areAllDifferent { return "an index without a name" }
        if Self.isIdentifier(words), areAllDifferent || distinct * 2 > present {
            return "an identifier: its name says so, and \(areAllDifferent ? "no value" : "hardly a value") comes twice"
        }
        if areAllDifferent, low == 0 || low == 1, present >= 20, high - low + 1 <= 1.02 * Double(present),
            !Self.isOfTime(words)
        {
            return Self.ofOrder[1]
        }
        return nil
    }

    private var textReason: (String, isText: Bool)? {
        guard present >= Self.fewRows, distinct > 2 else { return nil }
        let words = Double(profile.wordCount) / Double(max(profile.presentCount - profile.plainCount, 1))
        let isRare = distinct * 2 > present
        let about = column.isDistinctExact ? "" : "about "
        if words >= 4, isRare || (words >= 8 && distinct > 50) {
            return ("free text: \(about)\(distinct) different texts of \(Int(words.rounded())) words on average", true)
        }
        // Whether there is anything at all may say something, and so may the values that come twice.
        guard isRare, column.missingCount * 20 < rowCount || present < rowCount / 20 else { return nil }
        if areAllDifferent { return ("an identifier: a different text in every row", true) }
        return ("\(about)\(distinct) different texts in \(present) rows: hardly one comes twice", true)
    }

    /// Whether whole numbers are codes by their name, such as "store_id", and come often enough to be learnt as categories.
    static func isCode(_ column: TableSchema.Column, _ profile: ColumnProfile) -> Bool {
        guard case .number = column.kind, column.isWhole, words(of: column.name).last.map(endings.contains) == true
        else { return false }
        return column.distinctCount > 2 && column.isDistinctExact && column.distinctCount * 5 <= profile.presentCount
    }

    /// Whole names of columns that number rows or name things.
    private static let identifiers: Set<String> = [
        "id", "ids", "idx", "index", "uuid", "guid", "rownames", "rowname", "rowid", "rownumber", "serial", "serialno",
        "sno",
        "srno", "#", "row", "key", "identifier",
    ]
    /// Words that such names end with.
    private static let endings: Set<String> = ["id", "ids", "uuid", "guid"]
    private static let times: Set<String> = [
        "time", "t", "year", "years", "month", "months", "week", "weeks", "day", "days", "date", "hour", "hours",
        "minute",
        "minutes", "second", "seconds", "age", "period", "quarter", "step", "round", "yr",
    ]

    static func isIdentifier(_ words: [String]) -> Bool {
        guard let first = words.first, let last = words.last else { return false }
        return endings.contains(last) || first == "id" || first == "unnamed" || identifiers.contains(words.joined())
    }

    private static func isOfTime(_ words: [String]) -> Bool { words.contains(where: times.contains) }

    /// "PassengerId", "customer_id" and "ID number" as lowercase words.
    static func words(of name: String) -> [String] {
        if name == "#" { return ["#"] }
        var words: [String] = []
        var word = ""
        var previous: Character?
        func end() {
            if !word.isEmpty { words.append(word.lowercased()) }
            word = ""
        }
        for character in name {
            if !character.isLetter, !character.isNumber {
                end()
            } else {
                if character.isUppercase, let previous, previous.isLowercase { end() }
                word.append(character)
            }
            previous = character
        }
        end()
        return words
    }
}
