import ArgumentParser
import BackpropData
import BackpropTrain

/// Flags that say what the data is.
struct DataFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to learn from: a table (CSV, TSV, JSON lines, also gzipped), an NPZ file, a folder of IDX or CIFAR files or of images by class, digits, or mnist.",
            valueName: "file"))
    var data: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The column to predict; a usual name, or the last column, where left out.", valueName: "column"))
    var label: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("classification or regression; recognized where left out.", valueName: "task"))
    var task: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A column of numbers. May be repeated, as the next four.", valueName: "column"))
    var numeric: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A column of names, also where they look like numbers.", valueName: "column"))
    var categorical: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("A column of dates or times.", valueName: "column"))
    var date: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("A column to leave out.", valueName: "column"))
    var drop: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A column to use that would be set aside.", valueName: "column"))
    var keep: [String] = []

    @OptionGroup(title: "How a table is read")
    var reading: ReadingFlags

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of the examples that only judges the result (0.2, or the test part that comes with the data).",
            valueName: "share"))
    var holdOut: Double?

    func write(to options: inout TrainingOptions) throws(TrainError) {
        if let data { options.data = data }
        if let label { options.label = label }
        if let task { options.task = try TrainingOptions.task(task) }
        if !numeric.isEmpty { options.numeric = numeric }
        if !categorical.isEmpty { options.categorical = categorical }
        if !date.isEmpty { options.dates = date }
        if !drop.isEmpty { options.dropped = drop }
        if !keep.isEmpty { options.kept = keep }
        if let holdOut { options.holdOut = holdOut }
        if let reading = try reading.options(over: options.reading) { options.reading = reading }
    }
}

/// Flags that say how a file of a table is read.
struct ReadingFlags: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Whether the first row names the columns. Without a header they are column1, column2 and so on.")
    var header: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("comma, semicolon, tab, bar or blanks; recognized where left out.", valueName: "name"))
    var separator: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("utf8, utf16LittleEndian, utf16BigEndian or windows1252.", valueName: "name"))
    var encoding: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Text that stands for a missing cell, in the place of the usual ones (NA, null, ? and so on). May be repeated.",
            valueName: "text"))
    var missing: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Lines above the table.", valueName: "count"))
    var skipLines: Int?

    @Flag(help: "Leave out rows with too many or too few cells.")
    var skipBadRows = false

    /// What was asked for; nil where nothing was, and nothing was before.
    func options(over before: TableOptions?) throws(TrainError) -> TableOptions? {
        var options = before ?? TableOptions()
        if let header { options.hasHeader = header }
        if let separator { options.separator = try Self.choice("--separator", separator) }
        if let encoding { options.encoding = try Self.choice("--encoding", encoding) }
        if !missing.isEmpty { options.missingMarkers = missing }
        if let skipLines {
            guard skipLines >= 0 else {
                throw TrainError(
                    .badOption, at: "--skip-lines", "\(skipLines) makes no sense", remedy: "give 0 or a number above it"
                )
            }
            options.skippedLines = skipLines
        }
        if skipBadRows { options.skipsBadRows = true }
        return options == TableOptions() ? nil : options
    }

    private static func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ flag: String, _ text: String
    ) throws(TrainError) -> Value {
        if let found = Value.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return found }
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw TrainError(
            .badOption, at: flag, "\(Wording.quoted(text)) is none of its values", remedy: "give one of \(names)")
    }
}
