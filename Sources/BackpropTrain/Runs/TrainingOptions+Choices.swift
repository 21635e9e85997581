import BackpropData

extension DataSource {
    /// The data, read, with the model and the training that the options leave open.
    func subject(_ options: TrainingOptions) throws -> any RunSubject {
        switch self {
        case .table(let path): try TableSubject(path, options)
        default: try ArraySubject(self, options)
        }
    }
}

extension TrainingOptions {
    /// - Throws: `TrainError` where an option is about tables, for data that is none.
    func refuseTableFlags() throws(TrainError) {
        let tableOnly: [(String, Bool)] = [
            ("--label", label != nil), ("--numeric", numeric != nil),
            ("--categorical", categorical != nil), ("--date", dates != nil), ("--drop", dropped != nil),
            ("--keep", kept != nil), ("--members", members != nil), ("--balance", balancesClasses != nil),
            ("the flags on reading", reading != nil),
        ]
        if let (name, _) = tableOnly.first(where: \.1) {
            throw TrainError(
                .badOption, at: name, "it describes a table, and no table is given",
                remedy: "give a table with --data, or leave it out")
        }
    }

    /// What suits the table, but for what was asked for.
    func tableRecipe(for shape: TableShape, rows: Int) throws(TrainError) -> TableRecipe {
        var recipe = TableRecipe.suited(to: shape, rows: rows)
        switch model {
        case nil, "mlp"?: break
        case "linear"?: recipe.hidden = []
        case let other?:
            throw TrainError(
                .badOption, at: "--model", "\(Wording.quoted(other)) is no model for a table",
                remedy: "give mlp or linear, and sizes with --hidden")
        }
        if let hidden { recipe.hidden = hidden }
        if let activation { recipe.activation = activation }
        if let dropout { recipe.dropout = dropout }
        if let epochs { recipe.epochs = epochs }
        if let batchSize { recipe.batchSize = batchSize }
        if let learningRate { recipe.learningRate = learningRate }
        if let weightDecay { recipe.weightDecay = weightDecay }
        if let labelSmoothing { recipe.labelSmoothing = labelSmoothing }
        if let balancesClasses { recipe.balancesClasses = balancesClasses }
        if let members { recipe.members = members }
        if let patience { recipe.patience = patience }
        return recipe
    }

    /// The network that was asked for; nil where nothing was said about it. Sizes without a family are those of `mlp`.
    func modelDescription() throws -> ModelDescription? {
        guard model != nil || hidden != nil || activation != nil || dropout != nil else { return nil }
        var description = try model.map { try ModelDescription(option: $0) } ?? ModelDescription(.mlp)
        if let hidden {
            if [.cnn, .resnet].contains(description.family) {
                description.channels = hidden
            } else {
                description.hidden = hidden
            }
        }
        if let activation { description.activation = activation }
        if let dropout { description.dropout = dropout }
        return description
    }

    var arrayOverrides: ArrayOverrides {
        var overrides = ArrayOverrides()
        overrides.epochs = epochs
        overrides.batchSize = batchSize
        overrides.learningRate = learningRate
        overrides.weightDecay = weightDecay
        overrides.labelSmoothing = labelSmoothing
        overrides.patience = patience
        return overrides
    }
}
