/// Reads the cells of one column as numbers: those of numbers, or days and hours of dates. A class, so that passes hand it on
/// without copies.
final class CellReader: Sendable {
    enum Value: Equatable {
        case number(Double)
        case missing
        /// Neither a number nor a missing cell.
        case odd
    }

    let kind: TableSchema.Kind
    let markers: MarkerSet
    private let decimalMark: UInt8

    init(_ kind: TableSchema.Kind, markers: [String]) {
        self.kind = kind
        if case .number(let style) = kind { decimalMark = style.decimalMark } else { decimalMark = UInt8(ascii: ".") }
        self.markers = MarkerSet(markers)
    }

    convenience init(_ column: TableSchema.Column) { self.init(column.kind, markers: column.missingMarkers) }

    /// A number, the days of a date, or the hours of a time of day.
    func value(_ text: UnsafeBufferPointer<UInt8>) -> Value {
        switch kind {
        case .number:
            if let number = NumberStyle.number(text, decimalMark: decimalMark) { return .number(number) }
        case .date(let style):
            if let date = DateText(text, dayFirst: style.isDayFirst), date.hasDay == style.hasDays {
                return .number(style.hasDays ? date.days : date.hour)
            }
        case .category, .text: break
        }
        return markers.isMissing(text) ? .missing : .odd
    }
}
