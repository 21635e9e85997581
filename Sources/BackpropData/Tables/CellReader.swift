/// Reads the cells of one column as numbers: those of numbers, or days and hours of dates.
struct CellReader: Sendable {
    enum Value: Equatable {
        case number(Double)
        case missing
        /// Neither a number nor a missing cell.
        case odd
    }

    let kind: TableSchema.Kind
    let markers: MarkerSet

    init(_ kind: TableSchema.Kind, markers: [String]) {
        self.kind = kind
        self.markers = MarkerSet(markers)
    }

    init(_ column: TableSchema.Column) { self.init(column.kind, markers: column.missingMarkers) }

    /// A number, the days of a date, or the hours of a time of day.
    func value(_ text: UnsafeBufferPointer<UInt8>) -> Value {
        switch kind {
        case .number(let style):
            if let number = style.number(text) { return .number(number) }
        case .date(let style):
            if let date = DateText(text, dayFirst: style.isDayFirst), date.hasDay == style.hasDays {
                return .number(style.hasDays ? date.days : date.hour)
            }
        case .category, .text: break
        }
        return markers.isMissing(text) ? .missing : .odd
    }
}
