import ArgumentParser
import BackpropTrain
import BackpropTuning

/// Tunes a language model.
struct Tune: TrainingCommand {
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
    @Flag(help: "Adapters of low rank (LoRA) beside linear layers learn, which stay as they are.") var lora = false
    @Option(help: ArgumentHelp("Only the last blocks learn, and what stands behind them.", valueName: "count"))
    var last: Int?
    @Option(help: ArgumentHelp("Tokens of a row, which several examples share (512).", valueName: "tokens"))
    var context: Int?
    @OptionGroup(title: "Adapters, with --lora") var adapters: AdapterFlags
    @OptionGroup(title: "How long") var passes: PassFlags<TuningOptions>
    @OptionGroup(title: "A step") var learning: LearningFlags<TuningOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = Tuning

    static func inputs(_ options: TuningOptions) -> [(value: String, name: String, remedy: String)] {
        [
            (options.model, "the model", "a folder or a .gguf file"),
            (options.data, "--data", "a file with examples"),
        ]
    }

    func write(to options: inout TuningOptions) throws {
        guard !(lora && last != nil) else { throw ValidationError("--lora and --last exclude each other") }
        guard lora || !adapters.isGiven else {
            throw ValidationError("--rank, --alpha, --targets and --lora-dropout need --lora")
        }
        if let model { options.model = model }
        if let data { options.data = data }
        if lora { options.method = .lowRank }
        if let last { (options.method, options.lastBlocks) = (.last, last) }
        if let context { options.context = context }
        adapters.write(to: &options.adapters)
        passes.write(to: &options)
        try learning.write(to: &options)
    }
}
