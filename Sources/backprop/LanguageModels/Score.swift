import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain

/// Measures a language model on a text.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Says how well a language model foretells a text: loss and perplexity.",
        discussion: """
            A token is foretold from those before it in a window. Perplexities of models with different tokens do not compare; \
            bits for each byte do.
            """)

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String

    @Argument(help: ArgumentHelp("A text in UTF-8; - for standard input.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("How many tokens the model reads at a time.", valueName: "tokens"))
    var window = 512

    @Flag(help: "One JSON object: loss, perplexity, bits_per_byte and tokens.")
    var json = false

    func validate() throws {
        guard window >= 2 else { throw ValidationError("--window is \(window); give 2 or more") }
    }

    func run() throws {
        let speaker = try TextGenerator(model)
        let text = try GivenText.read(file)
        let tokens = speaker.tokenizer.encode(text)
        guard tokens.count >= 2 else {
            throw DataError(
                .tooFew, at: file, "it has \(Wording.count(tokens.count, "token"))", remedy: "give a longer text")
        }
        let score = try speaker.model.score(tokens, window: window)
        let bits = score.bitsPerByte(text.utf8.count)
        if json {
            try StandardOutput.write(
                "{\"loss\": \(score.loss), \"perplexity\": \(score.perplexity), \"bits_per_byte\": \(bits), \"tokens\": \(score.tokens)}\n"
            )
        } else {
            func short(_ number: Double) -> String { NumberFormat.fixed(number, digits: 3) }
            try StandardOutput.write(
                "\(Wording.count(score.tokens, "token")): loss \(short(score.loss)), perplexity \(short(score.perplexity)), \(short(bits)) bits for each byte\n"
            )
        }
    }
}
