import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain

/// Has a language model go on behind a text.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Goes on behind a text with a pre-trained language model.",
        discussion: "The text is shown as it comes; how fast that was is said on standard error.")

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String

    @Option(help: ArgumentHelp("What to go on behind; standard input where left out.", valueName: "text"))
    var prompt: String?

    @OptionGroup(title: "How it goes on") var flags: GenerationFlags

    @Flag(help: "One JSON object: ids, text, first_token_ms and tokens_per_s.")
    var json = false

    func run() throws {
        let speaker = try TextGenerator(model), options = try flags.options(over: speaker.options)
        let prompt = try prompt ?? GivenText.read()
        if !json { try StandardOutput.write(prompt) }
        let result = try speaker.generate(prompt, options, stopWords: flags.stopWords) { piece in
            if !json { try StandardOutput.write(piece) }
            return true
        }
        if json {
            let ids = result.tokens.map { String($0) }.joined(separator: ", ")
            try StandardOutput.write(
                "{\"ids\": [\(ids)], \"text\": \(JSONText.quoted(result.text)), "
                    + "\"first_token_ms\": \(result.firstTokenMilliseconds), "
                    + "\"tokens_per_s\": \(NumberFormat.fixed(result.tokensPerSecond, digits: 1))}\n")
        } else {
            try StandardOutput.write("\n")
            StandardOutput.complain(result.pace + "\n")
        }
    }
}

extension TextResult {
    fileprivate var firstTokenMilliseconds: String { NumberFormat.fixed(firstToken / .milliseconds(1), digits: 1) }

    /// How long the first token took, and how many came a second then.
    fileprivate var pace: String {
        "\(Wording.count(tokens.count, "token")), the first after \(firstTokenMilliseconds) ms, then \(NumberFormat.fixed(tokensPerSecond, digits: 1)) a second"
    }
}
