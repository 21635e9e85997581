/// What the cells of one column look like: counted in one pass over the table, before anything is decided.
struct ColumnProfile {
    /// Cells that are neither numbers nor dates nor missing; only the first few different ones are counted.
    struct Odd {
        var hash: UInt64
        var row: Int
        var count: Int
    }

    private(set) var blankCount = 0
    /// For each marker of the table, how many cells are it.
    private(set) var markerCounts: [Int]
    /// Cells that are neither blank nor a marker.
    private(set) var presentCount = 0
    /// Cells that are numbers with a decimal point, and with a decimal comma.
    private(set) var pointCount = 0
    private(set) var commaCount = 0
    /// Cells that are numbers one way only, because of a comma.
    private(set) var onlyCommaCount = 0
    private(set) var units: [String: Int] = [:]
    /// Cells that are dates, read with the month or with the day first.
    private(set) var monthFirstCount = 0
    private(set) var dayFirstCount = 0
    private(set) var timeCount = 0
    private(set) var dayCount = 0
    private(set) var hasPointDates = false
    private(set) var odds: [Odd] = []
    private(set) var hasMoreOdds = false
    private(set) var values: ValueCounts
    private(set) var wordCount = 0
    /// Cells that are numbers without anything around them.
    private(set) var plainCount = 0
    private(set) var lowest = Double.infinity
    private(set) var highest = -Double.infinity
    private(set) var isWhole = true
    private(set) var isRun = true
    private var previous: Double?
    private var attempts = 0

    private static let keptOdds = 8
    /// So many cells decide whether it is worth looking for dates and units in the others.
    private static let attemptsWithoutSuccess = 3_000

    init(markerCount: Int, valueLimit: Int) {
        markerCounts = [Int](repeating: 0, count: markerCount)
        values = ValueCounts(limit: valueLimit)
    }

    mutating func add(_ text: UnsafeBufferPointer<UInt8>, row: Int, markers: MarkerSet) {
        guard !text.isEmpty else {
            blankCount += 1
            return
        }
        if case .number(let value) = NumberText(text) {
            presentCount += 1
            plainCount += 1
            pointCount += 1
            if Self.isAlsoGrouped(text) { commaCount += 1 }
            note(value)
            values.add(ValueCounts.hash(text), row: row)
            return
        }
        if let marker = markers.index(of: text) {
            markerCounts[marker] += 1
            return
        }
        presentCount += 1
        isRun = false
        let hash = ValueCounts.hash(text)
        values.add(hash, row: row)
        wordCount += 1 + text.count { $0 == 0x20 }
        let isHopeless =
            attempts >= Self.attemptsWithoutSuccess && pointCount + commaCount + monthFirstCount + dayFirstCount == 0
        if !isHopeless {
            attempts += 1
            if addStyled(text) { return }
        }
        note(odd: hash, row)
    }

    /// Whether there is a mark of dates behind the first character, which numbers have only before their digits.
    private static func looksLikeDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.dropFirst(2).contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }
    }

    /// Counts a number with something around it, or a date.
    private mutating func addStyled(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // What comes first is only a matter of time: few texts are both.
        Self.looksLikeDate(text) ? addDate(text) || addNumber(text) : addNumber(text) || addDate(text)
    }

    private mutating func addNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let styled = StyledNumber(text) else { return false }
        let point = styled.value(decimalMark: UInt8(ascii: "."))
        let comma = styled.value(decimalMark: UInt8(ascii: ","))
        guard point != nil || comma != nil else { return false }
        if point != nil { pointCount += 1 }
        if comma != nil { commaCount += 1 }
        if point == nil { onlyCommaCount += 1 }
        if let unit = styled.unit, units.count < 8 || units[unit] != nil { units[unit, default: 0] += 1 }
        return true
    }

    private mutating func addDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let month = DateText(text)
        let day = month.map { !$0.isAmbiguous } == true ? month : DateText(text, dayFirst: true)
        guard let date = month ?? day else { return false }
        if month != nil { monthFirstCount += 1 }
        if day != nil { dayFirstCount += 1 }
        if date.hasTime { timeCount += 1 }
        if date.hasDay { dayCount += 1 }
        if text.contains(UInt8(ascii: ".")), !date.hasTime { hasPointDates = true }
        return true
    }

    /// Whether a number with a decimal point is one too where points stand between groups of digits: "12" and "1.234".
    private static func isAlsoGrouped(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return true }
        let start = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") ? 1 : 0
        return text.count - point == 4 && (1...3).contains(point - start) && text[start] != UInt8(ascii: "0")
    }

    private mutating func note(_ value: Double) {
        if value < lowest { lowest = value }
        if value > highest { highest = value }
        if isWhole, value != value.rounded() { isWhole = false }
        if isRun, let previous, value != previous + 1 { isRun = false }
        previous = value
    }

    private mutating func note(odd hash: UInt64, _ row: Int) {
        if let known = odds.firstIndex(where: { $0.hash == hash }) {
            odds[known].count += 1
        } else if odds.count < Self.keptOdds {
            odds.append(Odd(hash: hash, row: row, count: 1))
        } else {
            hasMoreOdds = true
        }
    }

    /// The profiles of all columns of a table.
    static func profiles(of table: Table, markers: MarkerSet) -> [ColumnProfile] {
        let limit = min(max(4_000_000 / table.columnCount, 64), 8_192)
        var profiles = (0..<table.columnCount).map { _ in
            ColumnProfile(markerCount: markers.markers.count, valueLimit: limit)
        }
        table.forEachRow { position, row in
            for column in profiles.indices {
                profiles[column].add(row.bytes(column), row: position, markers: markers)
            }
        }
        return profiles
    }
}
