import ArgumentParser
import BackpropTrain

/// Flags that say which model is trained, and how.
struct TrainingFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "mlp, cnn, resnet, lstm or linear, or a YAML file that describes a model; chosen by the data where left out.",
            valueName: "model"))
    var model: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Units, or channels, of the hidden layers, such as 128,64.", valueName: "sizes"))
    var hidden: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh or sigmoid.", valueName: "name"))
    var activation: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The share of units that are left out at random in a step.", valueName: "share"))
    var dropout: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("The most passes over the data.", valueName: "count"))
    var epochs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Examples in each step.", valueName: "count"))
    var batchSize: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("The size of the largest steps.", valueName: "rate"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How strongly weights are pulled to zero.", valueName: "share"))
    var weightDecay: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The share of the wanted probability that all classes share.", valueName: "share"))
    var labelSmoothing: Double?

    @Flag(inversion: .prefixedNo, help: "Whether all classes count alike, however many examples they have.")
    var balance: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Networks for a table that are trained at once and answer together.", valueName: "count"))
    var members: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Epochs without a better measure before training stops; 0 to do them all.", valueName: "count"))
    var patience: Int?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Whether a table's model, once it is judged, is trained again on all rows; so where they are at most 20,000."
    )
    var refit: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time for trying better configurations, such as 30s or 5m.", valueName: "time"))
    var time: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What a step may hold in memory, such as 512MB; what does not fit is computed twice.", valueName: "size"))
    var memory: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What all random choices follow from (0).", valueName: "number"))
    var seed: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "gradients: say how they flow through the layers, what is wrong, and what to try.", valueName: "what"))
    var watch: String?

    func write(to options: inout TrainingOptions) throws(TrainError) {
        if let model { options.model = model }
        if let hidden { options.hidden = try TrainingOptions.sizes(hidden) }
        if let activation { options.activation = try TrainingOptions.activation(activation) }
        if let dropout { options.dropout = dropout }
        if let epochs { options.epochs = epochs }
        if let batchSize { options.batchSize = batchSize }
        if let learningRate { options.learningRate = learningRate }
        if let weightDecay { options.weightDecay = weightDecay }
        if let labelSmoothing { options.labelSmoothing = labelSmoothing }
        if let balance { options.balancesClasses = balance }
        if let members { options.members = members }
        if let patience { options.patience = patience }
        if let refit { options.refits = refit }
        if let time { options.searchSeconds = try TrainingOptions.seconds(time) }
        if let memory { options.memoryBudget = try TrainingOptions.bytes(memory) }
        if let seed { options.seed = seed }
        if let watch { options.watch = try TrainingOptions.watched(watch) }
    }
}
