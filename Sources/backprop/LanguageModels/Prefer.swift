import ArgumentParser
import BackpropModels
import BackpropTrain
import BackpropTuning

extension PreferenceLoss: ExpressibleByArgument {}

/// Aligns a language model.
struct Prefer: TrainingCommand {
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
    @Option(help: ArgumentHelp("Longer pairs are left out (512).", valueName: "tokens")) var length: Int?
    @Flag(
        help:
            "Without a model and data: raise a reward on a small task by REINFORCE, GRPO and DPO, side by side in a table."
    )
    var compare = false
    @OptionGroup(title: "Adapters") var adapters: AdapterFlags
    @OptionGroup(title: "How long") var passes: PassFlags<PreferenceOptions>
    @OptionGroup(title: "A step") var learning: LearningFlags<PreferenceOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = PreferenceTraining

    func run() throws {
        guard compare else { return try train() }
        try StandardOutput.write(AlignmentComparison(seed: learning.seed ?? 0).text)
    }

    static func inputs(_ options: PreferenceOptions) -> [(value: String, name: String, remedy: String)] {
        [(options.model, "the model", "a folder or a .gguf file"), (options.data, "--data", "a file with pairs")]
    }

    func write(to options: inout PreferenceOptions) throws {
        guard !whole || !adapters.isGiven else {
            throw ValidationError("--whole leaves no adapters for --rank, --alpha, --targets and --lora-dropout")
        }
        if let model { options.model = model }
        if let data { options.data = data }
        if let loss { options.loss = loss }
        if let beta { options.beta = beta }
        options.usesAdapters = !whole
        if let length { options.length = length }
        adapters.write(to: &options.adapters)
        passes.write(to: &options)
        try learning.write(to: &options)
    }
}
