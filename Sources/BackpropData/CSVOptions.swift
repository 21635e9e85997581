/// How a CSV file is to be read.
public struct CSVOptions: Sendable, Equatable {
    /// What separates cells.
    public enum Delimiter: Sendable, Equatable, CaseIterable {
        /// The one of comma, semicolon and tab that occurs most often in the first row; comma where none does.
        case automatic
        case comma
        case semicolon
        case tab
    }

    /// Whether the first row names the columns.
    public enum Header: Sendable, Equatable, CaseIterable {
        /// It does; a first row that holds a number is an error, since then it is probably data.
        case expected
        /// It does, even where a name is a number.
        case present
        /// It is data; the columns are called "column1", "column2" and so on.
        case absent
    }

    /// What separates the cells of a row.
    public var delimiter: Delimiter
    /// Whether the first row names the columns.
    public var header: Header
    /// Cells that count as missing besides blank ones, such as "NA" or "?". Letter case matters.
    public var missingMarkers: [String]

    /// Options that suit most files as they are.
    public init(
        delimiter: Delimiter = .automatic, header: Header = .expected, missingMarkers: [String] = []
    ) {
        self.delimiter = delimiter
        self.header = header
        self.missingMarkers = missingMarkers
    }

    /// The largest file that is read, in bytes (2 GiB - 1).
    public static let maximumBytes = Int(Int32.max)
    /// The most columns that are read.
    public static let maximumColumns = 16_384
}
