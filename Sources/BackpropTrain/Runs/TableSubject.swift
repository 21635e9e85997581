import BackpropData
import BackpropNN

/// What was decided about a run on a table.
package struct TableRecord: Codable, Sendable, Equatable {
    /// The name of the file.
    package var file: String
    package var schema: TableSchema
    package var encoding: TableEncoding
    package var recipe: TableRecipe
    package var holdOut: Double

    var shape: TableShape {
        let classCount = encoding.classNames.count
        return TableShape(
            numberCount: encoding.numberCount, categorySizes: encoding.categorySizes,
            classCount: classCount == 0 ? nil : classCount)
    }
}

/// A table that is learnt from.
struct TableSubject: RunSubject {
    private let table: Table
    private let split: TableSplit
    /// The training part.
    private let part: TablePart
    private let seed: UInt64
    private let overrides: TableRecipe.Overrides
    /// Seconds for trying recipes; nil for the one that suits.
    private let searchSeconds: Double?
    /// Whether the model that is kept learns from the held-out rows too, once they have judged.
    private let refits: Bool
    /// Where rows are many, a fifth more makes no better model, and training takes its time.
    private static let mostRefittedRows = 20_000
    private(set) var decisions: TableRecord

    var record: RunConfiguration.Subject { .table(decisions) }

    init(_ path: String, _ options: TrainingOptions) throws {
        table = try Table(path, options: options.reading ?? TableOptions())
        let schema = try TableSchema(
            of: table,
            options: TableSchema.Options(
                label: options.label, task: options.task, numbers: options.numeric ?? [],
                categories: options.categorical ?? [], dates: options.dates ?? [], dropped: options.dropped ?? [],
                kept: options.kept ?? []))
        seed = options.seed ?? 0
        let holdOut = options.holdOut ?? 0.2
        split = try TableSplit(of: table, schema: schema, holdingOut: holdOut, seed: seed)
        part = try TablePart(table, split.training, schema)
        let encoding = part.encoding
        overrides = try options.tableOverrides()
        refits = options.refits ?? (table.rowCount <= Self.mostRefittedRows)
        searchSeconds = options.searchSeconds
        let recipe = TableRecipe.suited(to: part.shape, rows: split.training.count, overrides: overrides)
        decisions = TableRecord(
            file: table.source, schema: schema, encoding: encoding, recipe: recipe, holdOut: holdOut)
        try MemoryLimit.check(
            recipe, inputs: encoding.numberCount + encoding.categorySizes.reduce(0, +),
            outputs: max(encoding.classNames.count, 1),
            at: "network \(recipe.hidden.map(String.init).joined(separator: "-"))")
    }

    var introduction: RunIntroduction {
        let (schema, encoding) = (decisions.schema, decisions.encoding)
        let task = schema.task == .regression ? "a number" : "\(encoding.classNames.count) classes"
        let counts = [
            "\(Self.grouped(split.training.count)) to train",
            split.heldOut.isEmpty ? nil : "\(Self.grouped(split.heldOut.count)) to test",
        ]
        var introduction = RunIntroduction(
            name: decisions.file,
            data: "\(decisions.file): \(counts.compactMap(\.self).joined(separator: ", "))",
            label: schema.label,
            aim:
                "\(Wording.quoted(schema.label)), \(task), from \(Wording.count(schema.features.count, "column")) (\(schema.labelReason))",
            model: decisions.networkDescription, columns: schema.columnTable, notes: schema.notes,
            settings: decisions.recipe.settings)
        if schema.task == .regression,
            case .number(let style)? = schema.columns.first(where: { $0.name == schema.label })?.kind
        {
            introduction.unit = style.unit
        }
        return introduction
    }

    mutating func adopt(_ record: RunConfiguration.Subject) throws {
        guard case .table(let before) = record, before.schema == decisions.schema, before.encoding == decisions.encoding
        else {
            throw TrainError(
                .badOption, at: table.source, "it is not what the run was started with",
                remedy: "bring back the file as it was, or start another run")
        }
        decisions.recipe = before.recipe
    }

    mutating func train(_ surroundings: TrainingSurroundings) throws -> TrainedSubject {
        let result = try fit(surroundings.inner(shallRefit ? "judged" : nil))
        decisions.recipe = result.model.recipe
        var trained = TrainedSubject(report: result.report, weights: Weights(of: result.model.network))
        trained.baseline = baseline
        guard !split.heldOut.isEmpty else { return trained }
        let judge = TableJudge(model: result.model, encoding: part.encoding)
        trained.judgement = try judge.judgement(of: table, rows: split.heldOut)
        trained.labelScale = part.encoding.original(1) - part.encoding.original(0)
        trained.importances = try judge.importances(of: table, rows: split.heldOut, seed: seed)
        if shallRefit, result.report.end != .interrupted { try refit(&trained, surroundings) }
        return trained
    }

    private var shallRefit: Bool { refits && !split.heldOut.isEmpty }

    private func fit(_ surroundings: TrainingSurroundings) throws -> TableFitResult {
        guard let searchSeconds else { return try part.fit(decisions.recipe, seed: seed).run(surroundings) }
        let search = TableSearch(
            part.rows, part.targets, classCount: part.shape.classCount, overrides: overrides, seed: seed)
        let (best, candidates) = try search.run(surroundings, seconds: searchSeconds)
        guard !best.report.epochs.isEmpty || best.report.end == .interrupted else {
            throw TrainError(
                .badOption, at: "--time", "it was over before one pass over the rows was done",
                remedy: "give more time, or leave it out to train as long as it takes")
        }
        if candidates.count > 1, let found = candidates.first(where: { $0.recipe == best.model.recipe }) {
            try surroundings.say("Best     try \(found.number + 1) of \(candidates.count): \(found.difference)\n")
        }
        return best
    }

    /// Trains the model that is kept on all rows, by the recipe of the one that was judged. Where a person interrupts it, the
    /// judged one stays.
    private mutating func refit(_ trained: inout TrainedSubject, _ surroundings: TrainingSurroundings) throws {
        let all = try TablePart(table, (split.training + split.heldOut).sorted(), decisions.schema)
        var own = surroundings.inner("kept")
        own.progress = .quiet
        own.openLogs = { _ in [] }
        own.announceMemory = nil
        own.watchesGradients = false
        try surroundings.say("Refit    once more on all \(Self.grouped(all.rows.rowCount)) rows\n")
        let result = try all.fit(decisions.recipe, seed: seed).run(own)
        guard result.report.end != .interrupted else {
            trained.report.end = .interrupted
            return
        }
        trained.weights = Weights(of: result.model.network)
        trained.note =
            "The model that is kept has learnt from all \(Self.grouped(all.rows.rowCount)) rows; the one that was judged had "
            + "not seen the \(Self.grouped(split.heldOut.count)) that judge."
        decisions.encoding = all.encoding
    }

    private var baseline: Baseline? {
        switch part.targets {
        case .classes(let classes): Baseline(labels: classes, names: part.encoding.classNames)
        case .numbers(let numbers): Baseline(numbers: numbers.lazy.map { part.encoding.original($0) })
        }
    }

    private static func grouped(_ number: Int) -> String { NumberFormat.grouped(String(number)) }
}
