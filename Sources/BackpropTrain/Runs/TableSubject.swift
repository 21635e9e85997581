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
    private let rows: EncodedRows
    private let targets: Targets
    private let seed: UInt64
    private let overrides: TableRecipe.Overrides
    /// Seconds for trying recipes; nil for the one that suits.
    private let searchSeconds: Double?
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
        let encoding = try TableEncoding(learningFrom: table, rows: split.training, schema: schema)
        try MemoryLimit.check(
            rows: split.training.count, width: encoding.numberCount + encoding.categorySizes.count, at: table.source)
        rows = try encoding.rows(of: table, rows: split.training)
        targets =
            schema.task == .classification
            ? .classes(try encoding.classes(of: table, rows: split.training))
            : .numbers(try encoding.targets(of: table, rows: split.training))
        let shape = TableShape(rows, classCount: schema.task == .classification ? encoding.classNames.count : nil)
        overrides = try options.tableOverrides()
        searchSeconds = options.searchSeconds
        let recipe = TableRecipe.suited(to: shape, rows: split.training.count, overrides: overrides)
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
        return RunIntroduction(
            name: decisions.file,
            data: "\(decisions.file): \(counts.compactMap(\.self).joined(separator: ", "))",
            label: schema.label,
            aim:
                "\(Wording.quoted(schema.label)), \(task), from \(Wording.count(schema.features.count, "column")) (\(schema.labelReason))",
            model: decisions.networkDescription, columns: schema.columnTable, notes: schema.notes,
            settings: decisions.recipe.settings)
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
        let result = try fit(surroundings)
        decisions.recipe = result.model.recipe
        var trained = TrainedSubject(report: result.report, weights: Weights(of: result.model.network))
        trained.baseline = baseline
        guard !split.heldOut.isEmpty else { return trained }
        let judge = TableJudge(model: result.model, encoding: decisions.encoding)
        trained.judgement = try judge.judgement(of: table, rows: split.heldOut)
        trained.labelScale = decisions.encoding.original(1) - decisions.encoding.original(0)
        trained.importances = try judge.importances(of: table, rows: split.heldOut, seed: seed)
        return trained
    }

    private func fit(_ surroundings: TrainingSurroundings) throws -> TableFitResult {
        let classCount = decisions.shape.classCount
        guard let searchSeconds else {
            return try TableFit(rows, targets, classCount: classCount, recipe: decisions.recipe, seed: seed)
                .run(surroundings)
        }
        let search = TableSearch(rows, targets, classCount: classCount, overrides: overrides, seed: seed)
        let (best, candidates) = try search.run(surroundings, seconds: searchSeconds)
        if candidates.count > 1, let found = candidates.first(where: { $0.recipe == best.model.recipe }) {
            try surroundings.say("Best     try \(found.number + 1) of \(candidates.count): \(found.difference)\n")
        }
        return best
    }

    private var baseline: Baseline? {
        switch targets {
        case .classes(let classes): Baseline(labels: classes, names: decisions.encoding.classNames)
        case .numbers(let numbers): Baseline(numbers: numbers.lazy.map { decisions.encoding.original($0) })
        }
    }

    private static func grouped(_ number: Int) -> String { NumberFormat.grouped(String(number)) }
}
