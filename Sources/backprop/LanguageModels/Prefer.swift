import ArgumentParser
import BackpropModels
import BackpropTrain
import BackpropTuning

extension PreferenceLoss: ExpressibleByArgument {}

/// Aligns a language model.
struct Prefer: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Aligns a language model by pairs of answers, one better than the other.",
        discussion: """
            The pairs are a JSON list, or one JSON object a line: a prompt (prompt, or instruction and input) with chosen and \
            rejected. The model learns to prefer what was chosen and is held to what it was (DPO). Adapters learn (LoRA) unless \
            --whole is given. Shown are the rewards of both answers, their margin, and how often the better one has more.
            """)

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Pairs of answers, as JSON.", valueName: "file")) var data: String?
    @Option(help: "sigmoid, hinge or ipo (sigmoid).") var loss: PreferenceLoss?
    @Option(help: ArgumentHelp("How strongly the model is held to what it was (0.1).", valueName: "factor"))
    var beta: Double?
    @Flag(help: "All weights learn, in the place of adapters.") var whole = false
    @Option(help: "Features between the two matrices of an adapter (8).") var rank: Int?
    @Option(help: "Adapters are scaled by alpha / rank (16).") var alpha: Double?
    @Option(
        help: ArgumentHelp(
            "Which layers get adapters, such as q_proj,v_proj; all within the blocks where left out.",
            valueName: "names"))
    var targets: String?
    @Option(help: "Pairs in each step (4).") var batchSize: Int?
    @Option(help: ArgumentHelp("Passes over the pairs (1).", valueName: "count")) var epochs: Int?
    @Option(help: ArgumentHelp("The most updates.", valueName: "count")) var steps: Int?
    @Option(help: ArgumentHelp("The largest steps (0.0001; 0.000005 with --whole).", valueName: "rate"))
    var learningRate: Double?
    @Option(help: ArgumentHelp("Longer pairs are left out (512).", valueName: "tokens")) var length: Int?
    @Option(help: ArgumentHelp("The share of the pairs that only judges (0.1).", valueName: "share"))
    var holdOut: Double?
    @Option(help: "What all random choices follow from (0).") var seed: UInt64?
    @Flag(name: .customLong("bfloat16"), help: "Take products in bfloat16.") var isMixed = false
    @Flag(
        help:
            "Without a model and data: raise a reward on a small task by REINFORCE, GRPO and DPO, side by side in a table."
    )
    var compare = false
    @OptionGroup(title: "The run") var flags: RunFlags

    func run() throws {
        if compare { return try StandardOutput.write(AlignmentComparison(seed: seed ?? 0).text) }
        let training: PreferenceTraining
        if let resume = flags.resume {
            let bare = PreferenceOptions(model: "", data: "")
            guard options(bare) == bare, flags.output == nil else { throw RunFlags.furtherFlags }
            training = try PreferenceTraining(resuming: resume)
        } else {
            guard let model else { throw ValidationError("the model is missing; give a folder or a .gguf file") }
            guard let data else { throw ValidationError("--data is missing; give a file with pairs") }
            training = try PreferenceTraining(
                options(PreferenceOptions(model: model, data: data)), output: flags.output)
        }
        try flags.finish(training.perform(flags.reporter()))
    }

    private func options(_ base: PreferenceOptions) -> PreferenceOptions {
        var options = base
        if let model { options.model = model }
        if let data { options.data = data }
        if let loss { options.loss = loss }
        if let beta { options.beta = beta }
        options.usesAdapters = !whole
        if let rank { options.rank = rank }
        if let alpha { options.alpha = alpha }
        if let targets { options.targets = targets.split(separator: ",").map(String.init) }
        if let batchSize { options.batchSize = batchSize }
        if let epochs { options.epochs = epochs }
        options.steps = steps
        options.learningRate = learningRate
        if let length { options.length = length }
        if let holdOut { options.holdOut = holdOut }
        if let seed { options.seed = seed }
        options.isMixed = isMixed
        return options
    }
}
