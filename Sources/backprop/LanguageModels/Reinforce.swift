import ArgumentParser
import BackpropModels
import BackpropTrain
import BackpropTuning

extension PolicyOptions.Method: ExpressibleByArgument {}

/// Raises a reward.
struct Reinforce: TrainingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Raises a reward of what a language model answers, by the policy gradient.",
        discussion: """
            Answers to the prompts are drawn from the model, and those with more reward become likelier: compared within the \
            answers to one prompt (grpo), or with the mean so far (reinforce). What the model moves away from what it was is \
            taken from the reward. A reward comes from a run of lm reward, or is counted; what is given adds up. Shown are the \
            mean reward, the divergence (KL, nats an answer) and the tokens of an answer, before and after on prompts held out.
            """)

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Prompts: lines of text, or JSON with prompt or instruction.", valueName: "file"))
    var prompts: String?

    @Option(help: ArgumentHelp("A run of lm reward, which rates answers.", valueName: "folder"))
    var reward: String?

    @Option(help: ArgumentHelp("1 where a match of this regular expression is in the answer.", valueName: "expression"))
    var rewardPattern: String?

    @Option(
        help: ArgumentHelp(
            "1 for so many words, less by its share of them for each one too many or too few.", valueName: "count"))
    var rewardWords: Int?

    @Option(help: "grpo or reinforce (grpo).") var method: PolicyOptions.Method?
    @Option(help: "Answers to each prompt of a step (8).") var samples: Int?
    @Option(name: .customLong("tokens"), help: "The most tokens of an answer (64).") var length: Int?
    @Option(help: "Below 1 likely tokens are drawn more often (1).") var temperature: Double?
    @Option(
        name: .customLong("kl"),
        help: ArgumentHelp("What a nat of divergence from the model as it was costs (0.02).", valueName: "price"))
    var divergenceWeight: Double?
    @Flag(help: "All weights learn, in the place of adapters.") var whole = false
    @OptionGroup(title: "Adapters") var adapters: AdapterFlags
    @OptionGroup(title: "How long") var passes: PassFlags<ReinforceOptions>
    @OptionGroup(title: "A step") var learning: LearningFlags<ReinforceOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = ReinforceTraining

    static func inputs(_ options: ReinforceOptions) -> [(value: String, name: String, remedy: String)] {
        [(options.model, "the model", "a folder or a .gguf file"), (options.data, "--prompts", "a file with prompts")]
    }

    func write(to options: inout ReinforceOptions) throws {
        if let model { options.model = model }
        if let prompts { options.data = prompts }
        options.reward.model = reward
        options.reward.pattern = rewardPattern
        options.reward.words = rewardWords
        if let method { options.method = method }
        if let samples { options.samples = samples }
        if let length { options.length = length }
        if let temperature { options.temperature = temperature }
        if let divergenceWeight { options.divergenceWeight = divergenceWeight }
        try adapters.write(to: &options.adapters, unlessWhole: whole)
        options.usesAdapters = !whole
        passes.write(to: &options)
        try learning.write(to: &options)
    }
}
