import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain
import BackpropTuning

/// Learns how good answers are.
struct Rate: TrainingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reward",
        abstract: "Trains a model to rate answers by pairs, one better than the other, or rates answers.",
        discussion: """
            With --data it trains: pairs as lm prefer takes them, of which the better answer shall get the higher number \
            (Bradley-Terry). The run is a classifier with one label as transformers reads it, adapters merged. Without --data the \
            model is such a run, and each line of standard input, a JSON object with a prompt (prompt, or instruction and input) \
            and an output, is answered by its number. lm reinforce takes a run as --reward.
            """)

    @OptionGroup var pairs: PairFlags
    @OptionGroup(title: "Adapters") var adapters: AdapterFlags
    @OptionGroup(title: "How long") var passes: PassFlags<RewardOptions>
    @OptionGroup(title: "A step") var learning: LearningFlags<RewardOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = RewardTraining

    func run() throws {
        guard pairs.data == nil, flags.resume == nil, let model = pairs.model else { return try train() }
        let rater = try AnswerRater(model)
        var lines = StandardLines()
        while let line = try lines.next() {
            let record: JSONValue
            do throws(FormatProblem) { record = try JSONValue(line, subject: "the line") } catch {
                throw error.at(lines.place)
            }
            try StandardOutput.write("\(NumberFormat.significant(try rater.reward(record, place: lines.place)))\n")
        }
    }

    static func inputs(_ options: RewardOptions) -> [(value: String, name: String, remedy: String)] {
        PairFlags.inputs(options.pairs)
    }

    func write(to options: inout RewardOptions) throws {
        try pairs.write(to: &options.pairs, adapters)
        passes.write(to: &options)
        try learning.write(to: &options)
    }
}
