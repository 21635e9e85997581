/// Decides which column is to be predicted, and whether as classes or as a number.
struct LabelDecision {
    private(set) var name: String
    private(set) var reason: String
    private(set) var task: TableSchema.Task
    private(set) var taskReason: String
    private(set) var unlabelledCount: Int
    private(set) var notes: [String]

    /// What a column is as a label.
    private struct Candidate {
        var kind: TableSchema.Kind
        var task: TableSchema.Task
        var taskReason: String
        var unlabelledCount: Int
        var notes: [String]
    }

    init(
        _ table: Table, _ decision: inout ColumnDecision, _ options: TableSchema.Options
    ) throws(DataError) {
        let place: Int
        let candidate: Candidate
        if let wanted = options.label {
            place = try table.require(wanted, role: "label column")
            reason = "named by --label"
            do {
                candidate = try Self.candidate(place, table, decision.columns[place], options.task, .none)
            } catch {
                // The columns that can be learnt are found only where somebody needs to be told.
                let better = Self.guess(table, decision.columns, nil, excluding: place)
                candidate = try Self.candidate(
                    place, table, decision.columns[place], options.task, better.map { table.columnNames[$0.place] })
            }
        } else {
            guard let found = Self.guess(table, decision.columns, options.task, excluding: nil) else {
                throw DataError(
                    .badLabel, at: table.source, "none of its columns looks like a label that can be learnt",
                    remedy: "name the column to be predicted with --label: \(Wording.list(table.columnNames))")
            }
            (place, candidate, reason) = (found.place, found.candidate, found.reason)
        }
        name = table.columnNames[place]
        task = candidate.task
        taskReason = candidate.taskReason
        unlabelledCount = candidate.unlabelledCount
        notes = candidate.notes
        decision.columns[place].role = .label
        decision.columns[place].kind = candidate.kind
    }

    private static func guess(
        _ table: Table, _ columns: [TableSchema.Column], _ task: TableSchema.Task?, excluding: Int?
    ) -> (place: Int, candidate: Candidate, reason: String)? {
        func tried(_ place: Int) -> Candidate? {
            guard place != excluding, columns[place].role == .feature else { return nil }
            // A label that is suggested in place of another one has to have something to predict it from.
            guard excluding == nil || columns.indices.contains(where: { $0 != place && mayPredict(columns[$0]) })
            else { return nil }
            // A label that is mostly missing is rarely meant.
            guard let found = try? candidate(place, table, columns[place], task, nil),
                found.unlabelledCount * 2 <= table.rowCount
            else { return nil }
            return found
        }
        func mayPredict(_ column: TableSchema.Column) -> Bool {
            if case .setAside(let reason) = column.role { return Dispensable.ofOrder.contains(reason) }
            return true
        }
        for place in UsualLabels.places(in: table.columnNames) {
            if let found = tried(place) { return (place, found, "the usual name of a label") }
        }
        for place in columns.indices.reversed() {
            if let found = tried(place) {
                let isLast = place == columns.count - 1
                return (place, found, isLast ? "the last column" : "the last column that can be learnt")
            }
        }
        return nil
    }

    /// - Throws: `DataError` where the column cannot be learnt; `better` is a label that can.
    private static func candidate(
        _ place: Int, _ table: Table, _ column: TableSchema.Column, _ wanted: TableSchema.Task?, _ better: String?
    ) throws(DataError) -> Candidate {
        var kind = column.kind
        let where_ = "\(table.source), label column \(Wording.quoted(column.name))"
        let other = better.map { "choose another label, such as --label \(Wording.argument($0))" }
        if case .date = kind {
            throw DataError(
                .badLabel, at: where_, "it holds dates", remedy: other ?? "choose a label of classes or numbers")
        }
        if case .text = kind { kind = .category }
        if wanted == .regression, kind == .category { kind = .number(NumberStyle()) }
        let labels = LabelCounts(table, place, kind, column.missingMarkers)
        guard labels.labelledCount > 0 else {
            throw DataError(
                .badLabel, at: where_, wanted == .regression ? "it holds no numbers" : "no row has a value there",
                remedy: wanted == .regression ? "leave --task out" : other ?? "fill it in")
        }
        if wanted == .regression, labels.labelledCount * 2 < table.rowCount - labels.blankCount {
            throw DataError(
                .badLabel, at: where_,
                "\(Wording.quoted(labels.firstOdd ?? "")) and \(labels.oddCount - 1) more cells are no numbers",
                remedy: "leave --task out to learn classes")
        }
        var (task, why) = recognizedTask(column, kind, labels)
        if let wanted { (task, why) = (wanted, "chosen by --task") }
        guard labels.names.count > 1 || labels.hasMoreNames else {
            throw DataError(
                .badLabel, at: where_,
                "every row has the same \(task == .regression ? "value" : "class") "
                    + Wording.quoted(labels.names.keys.first ?? ""),
                remedy: other ?? "add rows of another class")
        }
        if task == .classification {
            let count = labels.names.count
            guard !labels.hasMoreNames, labels.labelledCount < 10 || count * 2 <= labels.labelledCount else {
                let isNumber = if case .number = kind { true } else { false }
                let number = labels.hasMoreNames ? "more than \(TableSchema.maximumClasses)" : "\(count)"
                throw DataError(
                    .badLabel, at: where_,
                    "\(number) classes in \(Wording.count(labels.labelledCount, "row")) are too many to learn",
                    remedy: isNumber
                        ? "treat the label as a number (--task regression)" : other ?? "choose another label")
            }
        }
        var notes: [String] = []
        let unlabelled = table.rowCount - labels.labelledCount
        if unlabelled > 0 {
            notes.append(
                "\(Wording.count(unlabelled, "row")) without a label \(unlabelled == 1 ? "is" : "are") left out"
                    + (labels.oddCount > 0 && task == .regression
                        ? ", \(labels.oddCount) of them since the label is no number" : ""))
        }
        let single = task == .classification ? labels.names.filter { $0.value == 1 }.keys.sorted() : []
        if !single.isEmpty {
            notes.append(
                "\(Wording.count(single.count, "class has", "classes have")) one row only, which can be trained on and not "
                    + "judged: \(Wording.list(single, limit: 5))")
        }
        return Candidate(
            kind: kind, task: task, taskReason: why, unlabelledCount: unlabelled, notes: notes)
    }

    /// Texts are classes. Numbers are where there are two of them, or few whole ones that each come often enough; more than
    /// ten only where none is much rarer than the others, since counts thin out to one side.
    private static func recognizedTask(
        _ column: TableSchema.Column, _ kind: TableSchema.Kind, _ labels: LabelCounts
    ) -> (TableSchema.Task, String) {
        guard case .number = kind else { return (.classification, "the label is text") }
        let count = labels.names.count
        guard !labels.hasMoreNames, count * 2 <= labels.labelledCount else {
            return (.regression, "the label has many different numbers")
        }
        if count == 2 { return (.classification, "the label has two values") }
        guard labels.isWhole else { return (.regression, "the label has decimals") }
        let words = Dispensable.words(of: column.name)
        if words.contains(where: countWords.contains) { return (.regression, "the label is a count, by its name") }
        if count <= 10 { return (.classification, "the label has \(count) different whole numbers") }
        let mean = Double(labels.labelledCount) / Double(count)
        guard count <= 20, Double(labels.names.values.min() ?? 0) * 5 >= mean else {
            return (.regression, "the label has many different numbers")
        }
        return (.classification, "the label has \(count) different whole numbers, all of them frequent")
    }

    private static let countWords: Set<String> = [
        "count", "cnt", "number", "age", "years", "days", "hours", "minutes", "total", "amount", "price", "cost",
        "points",
        "weight", "height", "length",
    ]
}

/// The values of a label and how often they are there.
struct LabelCounts {
    /// Up to `TableSchema.maximumClasses` of them.
    private(set) var names: [String: Int] = [:]
    private(set) var hasMoreNames = false
    private(set) var labelledCount = 0
    private(set) var blankCount = 0
    private(set) var oddCount = 0
    private(set) var firstOdd: String?
    private(set) var isWhole = true

    init(_ table: Table, _ place: Int, _ kind: TableSchema.Kind, _ markers: [String]) {
        let reader = LabelReader(kind, markers: markers)
        var (counts, texts) = ([Double: Int](), [String: Int]())
        table.forEachRow(limit: place + 1) { _, row in
            let bytes = row.bytes(place)
            switch reader.label(bytes) {
            case .number(let value):
                labelledCount += 1
                if value != value.rounded() { isWhole = false }
                if counts.count <= TableSchema.maximumClasses || counts[value] != nil { counts[value, default: 0] += 1 }
            case .text:
                labelledCount += 1
                let text = String(decoding: bytes, as: UTF8.self)
                if texts.count <= TableSchema.maximumClasses || texts[text] != nil { texts[text, default: 0] += 1 }
            case .missing: blankCount += 1
            case .odd:
                if oddCount == 0 { firstOdd = String(decoding: bytes, as: UTF8.self) }
                oddCount += 1
            }
        }
        hasMoreNames = counts.count + texts.count > TableSchema.maximumClasses
        for (value, count) in counts { names[LabelReader.name(value), default: 0] += count }
        for (text, count) in texts { names[text, default: 0] += count }
    }
}

/// Reads the cells of a label.
struct LabelReader: Sendable {
    enum Label: Equatable {
        case number(Double)
        /// The text of the cell is the class.
        case text
        case missing
        /// No number, where the label is one.
        case odd
    }

    private let cells: CellReader
    private let isNumber: Bool

    init(_ kind: TableSchema.Kind, markers: [String]) {
        cells = CellReader(kind, markers: markers)
        isNumber = if case .number = kind { true } else { false }
    }

    func label(_ text: UnsafeBufferPointer<UInt8>) -> Label {
        guard isNumber else { return cells.markers.isMissing(text) ? .missing : .text }
        switch cells.value(text) {
        case .number(let value): return .number(value)
        case .missing: return .missing
        case .odd: return .odd
        }
    }

    /// The class that a number is, so that "1" and "1.0" are one.
    static func name(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

/// Names that labels often have.
enum UsualLabels {
    /// Letters and digits in lowercase; names of earlier lists win.
    private static let names: [Set<String>] = [
        ["target", "label", "targets", "labels", "targetclass", "classlabel"],
        [
            "y", "outcome", "response", "survived", "species", "diagnosis", "churn", "churned", "exited", "attrition",
            "potability", "isfraud", "fraud", "stroke", "loanstatus", "default", "defaulted", "readmitted", "purchase",
            "purchased",
        ],
        ["class", "classes", "quality", "variety", "cultivar", "status", "heartdisease"],
        [
            "price", "saleprice", "sellingprice", "medianhousevalue", "medv", "charges", "mpg", "rings", "tip",
            "strength",
            "wage", "salary",
        ],
    ]

    /// The columns with such names, the best first; the last of those that are alike.
    static func places(in columnNames: [String]) -> [Int] {
        let plain = columnNames.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        let hasCoordinates = plain.contains("x") && plain.contains("z")
        return names.flatMap { list in
            plain.indices.reversed().filter { list.contains(plain[$0]) && !(plain[$0] == "y" && hasCoordinates) }
        }
    }
}
