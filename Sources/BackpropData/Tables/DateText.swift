/// How the dates of a column are written, and what is in them.
public struct DateStyle: Codable, Sendable, Equatable {
    /// Whether 3/4/2020 is a day in April.
    public var isDayFirst = false
    /// Whether there are days, and not times of day alone.
    public var hasDays = true
    /// Whether there are times of day.
    public var hasTimes = false
}

/// A date, a time of day or both, as people and programs write them.
///
/// Days with a year in four digits first (2020-01-05, 2020/1/5, 2020-01), day and month first with a year of two or four
/// digits (5/1/2020, 5.1.2020, 5-1-20), months by their English names (Jan 5, 2020; 5 January 2020; 5-Jan-20; Jan 2020) and
/// quarters (2020-Q1); behind them, or alone, a time (13:05, 13:05:10.5, 1:05 PM) and a zone, which is left aside: times are
/// those of the place. Source: ISO 8601.
struct DateText: Equatable {
    /// Days since 2000-01-01, with the time of day as a fraction.
    var days = 0.0
    /// 1 to 12.
    var month = 1
    /// 1 to 31.
    var day = 1
    /// 0 for Monday to 6.
    var weekday = 0
    /// Hours since midnight.
    var hour = 0.0
    var hasDay = false
    var hasTime = false
    /// Whether day and month could be exchanged.
    var isAmbiguous = false

    static let longest = 40

    /// - Parameter dayFirst: what to do with 3/4/2020.
    init?(_ text: UnsafeBufferPointer<UInt8>, dayFirst: Bool = false) {
        guard text.count >= 4, text.count <= Self.longest else { return nil }
        if let (year, month, day) = Self.plain(text) {
            guard let number = Self.days(year, month, day) else { return nil }
            setDay(number, month, day)
            return
        }
        var scanner = DateScanner(text)
        guard scanner.hasDateShape else { return nil }
        scanner.skipWeekday()
        var calendar: (year: Int, month: Int, day: Int)?
        if !scanner.isTime {
            guard let found = scanner.date(dayFirst: dayFirst) else { return nil }
            calendar = found
            isAmbiguous = scanner.isAmbiguous
            scanner.skipBetween()
        }
        if !scanner.isAtEnd {
            guard let time = scanner.time() else { return nil }
            hour = time
            hasTime = true
        }
        guard scanner.isAtEnd else { return nil }
        if let calendar {
            guard hour < 24.001, let number = Self.days(calendar.year, calendar.month, calendar.day) else { return nil }
            setDay(number, calendar.month, calendar.day)
            days += hour / 24
        }
    }

    private mutating func setDay(_ number: Int, _ month: Int, _ day: Int) {
        days = Double(number)
        (self.month, self.day) = (month, day)
        weekday = ((number + 5) % 7 + 7) % 7
        hasDay = true
    }

    /// The parts of 2020-01-05, which is so frequent that it is read first; nil for all else.
    private static func plain(_ text: UnsafeBufferPointer<UInt8>) -> (Int, Int, Int)? {
        guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for place in range {
                let digit = text[place] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        return (year, month, day)
    }

    /// Days of a year before each month.
    private static let starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

    /// Days from 2000-01-01 to a day of the Gregorian calendar; nil where there is no such day.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let next = month == 12 ? 365 : starts[month]
        guard day <= next - starts[month - 1] + (isLeap && month == 2 ? 1 : 0) else { return nil }
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let months = starts[month - 1] + (isLeap && month > 2 ? 1 : 0)
        return before * 365 + leapDays + months + day - 1 - 730_119
    }

    /// The day that lies so many days after 2000-01-01, as 2020-01-05.
    static func text(days: Double) -> String {
        let number = Int(days.rounded(.down))
        var year = 2000 + Int((Double(number) / 365.2425).rounded(.down))
        while let start = Self.days(year, 1, 1), start > number { year -= 1 }
        while let next = Self.days(year + 1, 1, 1), next <= number { year += 1 }
        var (month, day) = (1, 1)
        for candidate in 1...12 {
            guard let start = Self.days(year, candidate, 1), start <= number else { break }
            (month, day) = (candidate, number - start + 1)
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}

/// Reads the parts of a date from front to back.
private struct DateScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    private(set) var isAmbiguous = false

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    /// Digits, and something between them: a quick look before the thorough one.
    var hasDateShape: Bool {
        var digits = 0, marks = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: " "):
                marks += 1
            case UInt8(ascii: "Q"): marks += 1
            default: break
            }
        }
        return digits >= 3 && marks >= 1
    }

    /// Whether hours and minutes follow.
    var isTime: Bool {
        let digits = text[position...].prefix { Self.isDigit($0) }.count
        return (1...4).contains(digits) && position + digits < text.count
            && text[position + digits] == UInt8(ascii: ":")
    }

    mutating func skipWeekday() {
        var copy = self
        guard let word = copy.word(), word.count >= 3, Self.days.contains(where: { $0.hasPrefix(word) }) else { return }
        copy.skip(UInt8(ascii: "."))
        copy.skip(UInt8(ascii: ","))
        copy.skipBlanks()
        self = copy
    }

    mutating func skipBetween() {
        skip(UInt8(ascii: ","))
        skipBlanks()
        if position + 1 < text.count, text[position] | 0x20 == UInt8(ascii: "t"), Self.isDigit(text[position + 1]) {
            position += 1
        }
    }

    mutating func date(dayFirst: Bool) -> (year: Int, month: Int, day: Int)? {
        if let word = word() { return namedMonthFirst(word) }
        guard let (first, digits) = number() else { return nil }
        if digits == 4 {
            let mark = mark()
            if isLetterQ {
                position += 1
                guard case let (quarter, 1)? = number(), (1...4).contains(quarter) else { return nil }
                return (first, quarter * 3 - 2, 1)
            }
            guard mark != 0 else { return nil }
            if let word = word() {
                guard let month = Self.month(word), self.mark() != 0, let (day, _) = number() else { return nil }
                return (first, month, day)
            }
            guard let (month, length) = number(), length <= 2 else { return nil }
            guard position < text.count, text[position] == mark else {
                return mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") ? (first, month, 1) : nil
            }
            position += 1
            guard let (day, second) = number(), second <= 2 else { return nil }
            return (first, month, day)
        }
        guard digits <= 2 else { return nil }
        let mark = mark()
        if let word = word() {
            guard let month = Self.month(word) else { return nil }
            _ = self.mark()
            skip(UInt8(ascii: ","))
            skipBlanks()
            guard let (year, length) = number(), let full = Self.year(year, length) else { return nil }
            return (full, month, first)
        }
        guard mark != 0, mark != UInt8(ascii: " "), let (second, length) = number(), length <= 2,
            position < text.count, text[position] == mark
        else { return nil }
        position += 1
        guard let (year, width) = number(), let full = Self.year(year, width) else { return nil }
        // 1.2.20 is rather a version than a day.
        if mark == UInt8(ascii: "."), width != 4 { return nil }
        isAmbiguous = first <= 12 && second <= 12 && first != second
        return dayFirst ? (full, second, first) : (full, first, second)
    }

    private mutating func namedMonthFirst(_ word: String) -> (year: Int, month: Int, day: Int)? {
        guard let month = Self.month(word) else { return nil }
        skip(UInt8(ascii: "."))
        guard mark() != 0 || !isAtEnd, let (first, digits) = number() else { return nil }
        if digits == 4 { return (first, month, 1) }
        guard digits <= 2 else { return nil }
        skip(UInt8(ascii: ","))
        guard mark() != 0, let (year, length) = number(), let full = Self.year(year, length) else { return nil }
        return (full, month, first)
    }

    /// Hours since midnight.
    mutating func time() -> Double? {
        guard isTime, let (first, _) = number() else { return nil }
        position += 1
        guard case let (minutes, 2)? = number(), minutes < 60 else { return nil }
        var hours = Double(first) + Double(minutes) / 60
        if position < text.count, text[position] == UInt8(ascii: ":") {
            position += 1
            guard case let (seconds, 2)? = number(), seconds < 61 else { return nil }
            hours += Double(seconds) / 3600
            if position < text.count, text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",") {
                position += 1
                guard number() != nil else { return nil }
            }
        }
        skipBlanks()
        let before = position
        switch word() {
        case "am", "a":
            guard first <= 12 else { return nil }
            if first == 12 { hours -= 12 }
        case "pm", "p":
            guard first <= 12 else { return nil }
            if first < 12 { hours += 12 }
        case "z", "utc", "gmt": break
        case nil: position = before
        default: return nil
        }
        skipBlanks()
        if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
            position += 1
            guard number() != nil else { return nil }
            if position < text.count, text[position] == UInt8(ascii: ":") {
                position += 1
                guard number() != nil else { return nil }
            }
        }
        return hours
    }

    private static func year(_ number: Int, _ digits: Int) -> Int? {
        switch digits {
        case 4: number
        // As in POSIX: 69 and later belong to the last century.
        case 2: number < 69 ? 2000 + number : 1900 + number
        default: nil
        }
    }

    private var isLetterQ: Bool { position < text.count && text[position] | 0x20 == UInt8(ascii: "q") }

    private mutating func number() -> (Int, digits: Int)? {
        let start = position
        var value = 0
        while position < text.count, Self.isDigit(text[position]), position - start < 9 {
            value = value * 10 + Int(text[position] - UInt8(ascii: "0"))
            position += 1
        }
        return position > start ? (value, position - start) : nil
    }

    /// What separates parts; 0 for nothing.
    private mutating func mark() -> UInt8 {
        guard position < text.count else { return 0 }
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."): position += 1
        case UInt8(ascii: " "):
            skipBlanks()
        default: return 0
        }
        return byte
    }

    private mutating func word() -> String? {
        var result = ""
        var next = position
        while next < text.count, next - position < 12, Self.isLetter(text[next]) {
            result.unicodeScalars.append(Unicode.Scalar(text[next] | 0x20))
            next += 1
        }
        guard !result.isEmpty else { return nil }
        position = next
        return result
    }

    private mutating func skip(_ byte: UInt8) {
        if position < text.count, text[position] == byte { position += 1 }
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position] == 0x20 { position += 1 }
    }

    private static func month(_ word: String) -> Int? {
        guard word.count >= 3 else { return nil }
        let word = word == "sept" ? "sep" : word
        return months.firstIndex { $0.hasPrefix(word) }.map { $0 + 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}
