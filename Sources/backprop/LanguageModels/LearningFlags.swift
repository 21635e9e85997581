import ArgumentParser
import BackpropModels
import BackpropTrain
import BackpropTuning

/// Flags of all trainings of language models that say how a step is made.
struct LearningFlags<Options: LanguageRunOptions>: ParsableArguments {
    @Option(help: "\(Options.examples.capitalizedFirst) in each step (\(Options().learning.batchSize)).")
    var batchSize: Int?

    @Option(help: ArgumentHelp("The size of the largest steps (\(Options.usualRates)).", valueName: "rate"))
    var learningRate: Double?

    @Option(
        help: ArgumentHelp(
            "How strongly weights are pulled to zero (\(NumberFormat.decimal(Options().learning.weightDecay))).",
            valueName: "share"))
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            "The share of the \(Options.examples) that only judges (\(NumberFormat.decimal(Options().learning.holdOut))).",
            valueName: "share"))
    var holdOut: Double?

    @Option(help: "What all random choices follow from (0).")
    var seed: UInt64?

    @Flag(name: .customLong("bfloat16"), help: "Take products in bfloat16.")
    var isMixed = false

    @Option(
        help: ArgumentHelp(
            "What a step may hold in memory, such as 512MB; what does not fit is computed twice.", valueName: "size"))
    var memory: String?

    @Flag(
        name: .customLong("gradient-checkpointing"),
        help: "Keep only the results of the blocks for the backward pass, and compute what is inside them twice.")
    var checkpointsBlocks = false

    func write(to options: inout Options) throws(TrainError) {
        if let batchSize { options.learning.batchSize = batchSize }
        options.learning.learningRate = learningRate
        if let weightDecay { options.learning.weightDecay = weightDecay }
        if let holdOut { options.learning.holdOut = holdOut }
        if let seed { options.learning.seed = seed }
        options.learning.isMixed = isMixed
        if let memory { options.learning.memoryBudget = try TrainingOptions.bytes(memory) }
        options.learning.checkpointsBlocks = checkpointsBlocks
    }
}

/// Flags of trainings that go over their examples in epochs.
struct PassFlags<Options: PassingOptions>: ParsableArguments {
    @Option(
        help: ArgumentHelp("Passes over the \(Options.examples) (\(Options().passes.epochs)).", valueName: "count"))
    var epochs: Int?

    @Option(help: ArgumentHelp("The most updates.", valueName: "count"))
    var steps: Int?

    @Option(help: ArgumentHelp("Batches whose gradients make one update (1).", valueName: "count"))
    var accumulate: Int?

    func write(to options: inout Options) {
        if let epochs { options.passes.epochs = epochs }
        options.passes.steps = steps
        if let accumulate { options.passes.accumulation = accumulate }
    }
}

/// Flags of adapters.
struct AdapterFlags: ParsableArguments {
    @Option(help: "Features between the two matrices of an adapter (8).")
    var rank: Int?

    @Option(help: "Adapters are scaled by alpha / rank (16).")
    var alpha: Double?

    @Option(
        help: ArgumentHelp(
            "Which layers get adapters, such as q_proj,v_proj; all within the blocks where left out.",
            valueName: "names"))
    var targets: String?

    @Option(help: ArgumentHelp("The share of an adapter's inputs that is left out at random (0).", valueName: "share"))
    var loraDropout: Double?

    var isGiven: Bool { rank != nil || alpha != nil || targets != nil || loraDropout != nil }

    func write(to options: inout LowRankOptions) {
        if let rank { options.rank = rank }
        if let alpha { options.alpha = alpha }
        if let targets { options.targets = targets.split(separator: ",").map(String.init) }
        if let loraDropout { options.dropout = loraDropout }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
