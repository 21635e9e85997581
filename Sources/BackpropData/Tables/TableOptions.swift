/// How a file is to be read as a table. What is nil is recognized.
public struct TableOptions: Sendable, Equatable, Codable {
    /// How characters are bytes.
    public var encoding: TableDialect.Encoding?
    /// What separates the cells of a row.
    public var separator: TableDialect.Separator?
    /// Whether the first row names the columns. Without a header they are called "column1", "column2" and so on.
    public var hasHeader: Bool?
    /// Cells that are missing besides blank ones, in place of `MissingMarkers.usual`. Letter case matters.
    public var missingMarkers: [String]?
    /// Lines above the table, such as a title.
    public var skippedLines: Int?
    /// Whether rows with more or fewer cells than columns are counted and left out; they are an error otherwise.
    public var skipsBadRows = false

    /// Recognizes everything.
    public init() {}

    /// The most columns that are read.
    public static let maximumColumns = 16_384
}

/// What a file with a table turned out to be.
public struct TableDialect: Sendable, Equatable, Codable {
    /// What the file holds.
    public enum Form: String, Sendable, Codable, CaseIterable {
        /// Rows of cells.
        case cells
        /// JSON objects, one a line or in one array.
        case records
    }

    /// How characters are bytes.
    public enum Encoding: String, Sendable, Codable, CaseIterable {
        case utf8
        case utf16LittleEndian
        case utf16BigEndian
        case windows1252
    }

    /// What separates the cells of a row.
    public enum Separator: String, Sendable, Codable, CaseIterable {
        case comma
        case semicolon
        case tab
        case bar
        /// One or more blanks or tabs.
        case blanks

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .semicolon: UInt8(ascii: ";")
            case .tab: UInt8(ascii: "\t")
            case .bar: UInt8(ascii: "|")
            case .blanks: UInt8(ascii: " ")
            }
        }
    }

    /// What the file holds.
    public var form = Form.cells
    /// Whether the file is packed by gzip.
    public var isPacked = false
    /// How characters are bytes.
    public var encoding = Encoding.utf8
    /// What separates the cells of a row.
    public var separator = Separator.comma
    /// Whether the first row names the columns.
    public var hasHeader = true
    /// Lines above the table, such as a title.
    public var skippedLines = 0
}
