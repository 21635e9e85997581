import ArgumentParser
import BackpropTrain
import BackpropTuning

/// Tunes a language model.
struct Tune: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tunes a language model on examples of what it shall answer.",
        discussion: """
            The examples are a JSON list, or one JSON object a line: instruction (and input) with output, prompt with completion, \
            messages, or text. Only answers are learnt, and short examples share a row. With --lora the model stays as it is, \
            and the run holds adapters alone, as PEFT writes them: lm generate takes it as a model, lm merge makes one of it.
            """)

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Examples, as JSON.", valueName: "file")) var data: String?
    @OptionGroup(title: "What learns") var method: TuningMethodFlags
    @OptionGroup(title: "How") var pace: TuningPaceFlags
    @OptionGroup(title: "The run") var flags: RunFlags

    func run() throws {
        let tuning: Tuning
        if let resume = flags.resume {
            let bare = TuningOptions(model: "", data: "")
            guard try options(bare) == bare, flags.output == nil else { throw RunFlags.furtherFlags }
            tuning = try Tuning(resuming: resume)
        } else {
            guard let model else { throw ValidationError("the model is missing; give a folder or a .gguf file") }
            guard let data else { throw ValidationError("--data is missing; give a file with examples") }
            tuning = try Tuning(options(TuningOptions(model: model, data: data)), output: flags.output)
        }
        try flags.finish(tuning.perform(flags.reporter()))
    }

    private func options(_ base: TuningOptions) throws -> TuningOptions {
        var options = base
        if let model { options.model = model }
        if let data { options.data = data }
        try method.write(to: &options)
        pace.write(to: &options)
        return options
    }
}

/// Which weights learn.
struct TuningMethodFlags: ParsableArguments {
    @Flag(help: "Adapters of low rank (LoRA) beside linear layers, which stay as they are.") var lora = false
    @Option(help: "Features between the two matrices of an adapter (8).") var rank: Int?
    @Option(help: "Adapters are scaled by alpha / rank (16).") var alpha: Double?
    @Option(
        help: ArgumentHelp(
            "Which layers get adapters, such as q_proj,v_proj; all within the blocks where left out.",
            valueName: "names"))
    var targets: String?
    @Option(help: ArgumentHelp("The share of an adapter's inputs that is left out at random (0).", valueName: "share"))
    var loraDropout: Double?
    @Option(help: ArgumentHelp("Only the last blocks and what stands behind them.", valueName: "count")) var last: Int?

    func write(to options: inout TuningOptions) throws {
        guard !(lora && last != nil) else { throw ValidationError("--lora and --last exclude each other") }
        guard lora || (rank == nil && alpha == nil && targets == nil && loraDropout == nil) else {
            throw ValidationError("--rank, --alpha, --targets and --lora-dropout need --lora")
        }
        if lora { options.method = .lowRank }
        if let rank { options.rank = rank }
        if let alpha { options.alpha = alpha }
        if let targets { options.targets = targets.split(separator: ",").map(String.init) }
        if let loraDropout { options.adapterDropout = loraDropout }
        if let last { (options.method, options.lastBlocks) = (.last, last) }
    }
}

/// How long it is trained, and how fast.
struct TuningPaceFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Tokens of a row, which several examples share (512).", valueName: "tokens"))
    var context: Int?
    @Option(help: "Rows in each step (4).") var batchSize: Int?
    @Option(help: ArgumentHelp("Batches whose gradients make one update (1).", valueName: "count")) var accumulate: Int?
    @Option(help: ArgumentHelp("Passes over the data (1).", valueName: "count")) var epochs: Int?
    @Option(help: ArgumentHelp("The most updates.", valueName: "count")) var steps: Int?
    @Option(help: ArgumentHelp("The largest steps (0.00002; 0.0002 for adapters).", valueName: "rate"))
    var learningRate: Double?
    @Option(help: ArgumentHelp("How strongly weights are pulled to zero (0).", valueName: "share"))
    var weightDecay: Double?
    @Option(help: ArgumentHelp("The share of the examples that only judges (0.05).", valueName: "share"))
    var holdOut: Double?
    @Option(help: "What all random choices follow from (0).") var seed: UInt64?
    @Flag(name: .customLong("bfloat16"), help: "Take products in bfloat16.") var isMixed = false

    func write(to options: inout TuningOptions) {
        if let context { options.context = context }
        if let batchSize { options.batchSize = batchSize }
        if let accumulate { options.accumulation = accumulate }
        if let epochs { options.epochs = epochs }
        options.steps = steps
        options.learningRate = learningRate
        if let weightDecay { options.weightDecay = weightDecay }
        if let holdOut { options.holdOut = holdOut }
        if let seed { options.seed = seed }
        options.isMixed = isMixed
    }
}
