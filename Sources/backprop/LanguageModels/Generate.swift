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
                    + "\"first_token_ms\": \(rounded(result.firstToken / .milliseconds(1))), "
                    + "\"tokens_per_s\": \(rounded(result.tokensPerSecond))}\n")
        } else {
            try StandardOutput.write("\n")
            StandardOutput.complain(result.pace + "\n")
        }
    }
}

extension TextResult {
    /// How long the first token took, and how many came a second then.
    var pace: String {
        "\(Wording.count(tokens.count, "token")), the first after \(rounded(firstToken / .milliseconds(1))) ms, then \(rounded(tokensPerSecond)) a second"
    }
}

/// To a tenth.
func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
