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

    @OptionGroup var pairs: PairFlags
    @Option(help: "sigmoid, hinge or ipo (sigmoid).") var loss: PreferenceLoss?
    @Option(help: ArgumentHelp("How strongly the model is held to what it was (0.1).", valueName: "factor"))
    var beta: Double?
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
        PairFlags.inputs(options.pairs)
    }

    func write(to options: inout PreferenceOptions) throws {
        if let loss { options.loss = loss }
        if let beta { options.beta = beta }
        try pairs.write(to: &options.pairs, adapters)
        passes.write(to: &options)
        try learning.write(to: &options)
    }
}
