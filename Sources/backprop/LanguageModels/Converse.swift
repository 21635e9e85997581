import ArgumentParser
import BackpropModels
import BackpropTrain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A conversation at the terminal.
struct Converse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talks with a language model that was trained for it.",
        discussion: "Each line of standard input is one turn; Ctrl-D ends the conversation.")

    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String

    @Option(help: ArgumentHelp("What the model is told before anybody speaks.", valueName: "text"))
    var system: String?

    @OptionGroup(title: "How it answers") var flags: GenerationFlags

    func run() throws {
        let speaker = try TextGenerator(model)
        var chat = try Chat(speaker, system: system)
        chat.options = try flags.options(over: chat.options)
        // Somebody who types sees where to, and that an answer has ended before its time.
        let isAtTerminal = isatty(STDIN_FILENO) == 1
        var lines = StandardLines()
        func ask() throws { if isAtTerminal { try StandardOutput.write("> ") } }
        try ask()
        while let line = try lines.next() {
            let text = String(decoding: line, as: UTF8.self)
            if text.contains(where: { !$0.isWhitespace }) {
                let answer = try chat.say(text, stopWords: flags.stopWords) { piece in
                    try StandardOutput.write(piece)
                    return true
                }
                try StandardOutput.write("\n")
                if isAtTerminal, answer.tokens.count == chat.options.maximumTokens {
                    StandardOutput.complain("(cut off after \(answer.tokens.count) tokens; --tokens allows more)\n")
                }
            }
            try ask()
        }
        if isAtTerminal { try StandardOutput.write("\n") }
    }
}
