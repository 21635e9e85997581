import BackpropData

/// Options turned into data and a configuration without gaps.
struct PreparedSource {
    let configuration: RunConfiguration
    let encoding: TableEncoding?
    let examples: Examples
    let test: Examples

    init(_ options: TrainingOptions) throws {
        if let path = options.data {
            try self.init(table: path, options)
        } else {
            self.init(digits: options)
        }
    }

    private init(digits options: TrainingOptions) {
        func examples(_ digits: Digits.Examples) -> Examples {
            Examples(
                inputs: digits.features, width: Digits.pixelsPerImage,
                targets: .classes(digits.labels.map(Int32.init)))
        }
        encoding = nil
        self.examples = examples(Digits.training)
        test = examples(Digits.test)
        configuration = RunConfiguration(
            source: .digits,
            widths: [Digits.pixelsPerImage] + (options.hidden ?? [256, 128]) + [Digits.classCount],
            activation: (options.activation ?? .relu).rawValue, epochs: options.epochs ?? 30,
            batchSize: options.batchSize ?? 64, learningRate: options.learningRate ?? 2e-3,
            weightDecay: options.weightDecay ?? 1e-2,
            variation: Variation(noise: 0.1, shift: 0.7, labelSmoothing: 0.1),
            patience: options.patience ?? 12,
            validationShare: options.patience == 0 ? 0 : 0.1, seed: options.seed)
    }

    private init(table path: String, _ options: TrainingOptions) throws {
        let table = try Table(path, options: options.tableOptions)
        let schema = try TableSchema(
            of: table,
            options: TableSchema.Options(
                label: options.label, task: options.task, categories: options.categorical, dropped: options.dropped))
        let holdOut = options.holdOut ?? 0.2
        let split = try TableSplit(of: table, schema: schema, holdingOut: holdOut, seed: options.seed)
        let encoding = try TableEncoding(learningFrom: table, rows: split.training, schema: schema)
        let width = encoding.oneHotWidth
        try MemoryLimit.check(rows: table.rowCount, width: width, at: table.source)
        func examples(_ rows: [Int]) throws -> Examples {
            let targets: Targets =
                switch schema.task {
                case .classification: .classes(try encoding.classes(of: table, rows: rows))
                case .regression: .numbers(try encoding.targets(of: table, rows: rows))
                }
            return Examples(
                inputs: try encoding.rows(of: table, rows: rows).oneHot(), width: width, targets: targets)
        }
        self.encoding = encoding
        self.examples = try examples(split.training)
        test = try examples(split.heldOut)
        let outputs = schema.task == .classification ? encoding.classNames.count : 1
        configuration = RunConfiguration(
            source: .table(
                file: table.source, schema: schema, encoding: encoding, holdOut: holdOut),
            widths: [width] + (options.hidden ?? [64, 32]) + [outputs],
            activation: (options.activation ?? .tanh).rawValue, epochs: options.epochs ?? 100,
            batchSize: options.batchSize ?? (split.training.count < 4_000 ? 32 : 128),
            learningRate: options.learningRate ?? 2e-3, weightDecay: options.weightDecay ?? 1e-2,
            variation: .none,
            patience: options.patience ?? 20, validationShare: options.patience == 0 ? 0 : 0.15,
            seed: options.seed)
    }
}
