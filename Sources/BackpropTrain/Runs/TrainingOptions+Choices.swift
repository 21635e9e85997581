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
        guard searchSeconds == nil else {
            throw TrainError(
                .badOption, at: "--time", "configurations are searched for tables, and no table is given",
                remedy: "leave it out, and choose by hand: --model, --hidden, --learning-rate, --epochs")
        }
        let tableOnly: [(String, Bool)] = [
            ("--label", label != nil), ("--numeric", numeric != nil),
            ("--categorical", categorical != nil), ("--date", dates != nil), ("--drop", dropped != nil),
            ("--keep", kept != nil), ("--refit", refits != nil), ("--members", members != nil),
            ("--balance", balancesClasses != nil),
            ("the flags on reading", reading != nil),
        ]
        if let (name, _) = tableOnly.first(where: \.1) {
            throw TrainError(
                .badOption, at: name, "it describes a table, and no table is given",
                remedy: "give a table with --data, or leave it out")
        }
    }

    /// What the training on a table is not free to choose.
    func tableOverrides() throws(TrainError) -> TableRecipe.Overrides {
        var overrides = TableRecipe.Overrides()
        switch model {
        case nil, "mlp"?: overrides.hidden = hidden
        case "linear"?: overrides.hidden = []
        case let other?:
            throw TrainError(
                .badOption, at: "--model", "\(Wording.quoted(other)) is no model for a table",
                remedy: "give mlp or linear, and sizes with --hidden")
        }
        overrides.activation = activation
        overrides.dropout = dropout
        overrides.epochs = epochs
        overrides.batchSize = batchSize
        overrides.learningRate = learningRate
        overrides.weightDecay = weightDecay
        overrides.labelSmoothing = labelSmoothing
        overrides.balancesClasses = balancesClasses
        overrides.members = members
        overrides.patience = patience
        return overrides
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
