import ArgumentParser
import BackpropFiles
import BackpropText
import BackpropTrain

/// Shows what a model makes of a text.
struct Tokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns text into the ids of a model's tokens, and ids into text.",
        discussion: """
            The text comes from standard input. Special tokens are added where the model's files say so. With --json, each line \
            is a JSON string, and each answer a list of ids on one line.
            """)

    @Argument(
        help: ArgumentHelp(
            "A folder, also one that holds only a vocabulary and merges, a tokenizer.json, or a .gguf file.",
            valueName: "model"))
    var model: String

    @Flag(help: "One JSON string a line becomes one list of ids a line; with --decode the other way round.")
    var json = false

    @Flag(help: "Turn ids into text.")
    var decode = false

    @Flag(help: "Without special tokens: none are added, and none are written.")
    var plain = false

    func run() throws {
        let tokenizer = try Tokenizer(path: model)
        switch (json, decode) {
        case (true, _): try answerLines(tokenizer)
        case (false, true): try writeText(tokenizer)
        case (false, false): try showTokens(tokenizer)
        }
    }

    /// A line of JSON for each line of JSON.
    private func answerLines(_ tokenizer: Tokenizer) throws {
        var lines = StandardLines()
        while let line = try lines.next() {
            let value: JSONValue
            do throws(FormatProblem) { value = try JSONValue(line, subject: "the line") } catch {
                throw error.at(lines.place)
            }
            let answer: String
            if decode {
                guard let ids = value.list?.map(\.integer), !ids.contains(nil) else {
                    throw DataError(
                        .badFormat, at: lines.place, "it is no list of ids", remedy: "write one such as [15496, 995]")
                }
                answer = JSONText.quoted(tokenizer.decode(ids.map { $0! }, skippingSpecialTokens: plain))
            } else {
                guard let text = value.text else {
                    throw DataError(
                        .badFormat, at: lines.place, "it is no JSON string", remedy: "write one such as \"Hello\"")
                }
                let ids = tokenizer.encode(text, addingSpecialTokens: !plain)
                answer = "[" + ids.map { String($0) }.joined(separator: ", ") + "]"
            }
            try StandardOutput.write(answer + "\n")
        }
    }

    /// The text of ids that stand anywhere among blanks, commas and brackets.
    private func writeText(_ tokenizer: Tokenizer) throws {
        var ids: [Int] = []
        for word in try GivenText.read().split(whereSeparator: { $0.isWhitespace || ",[]".contains($0) }) {
            guard let id = Int(word) else {
                throw DataError(
                    .badFormat, at: "standard input", "\(Wording.quoted(word)) is no id",
                    remedy: "write whole numbers such as 15496 995")
            }
            ids.append(id)
        }
        try StandardOutput.write(tokenizer.decode(ids, skippingSpecialTokens: plain) + "\n")
    }

    /// A line for each token: its id and what it stands for.
    private func showTokens(_ tokenizer: Tokenizer) throws {
        let text = try GivenText.read(), ids = tokenizer.encode(text, addingSpecialTokens: !plain)
        let width = String(ids.max() ?? 0).count
        try StandardOutput.write { write in
            for id in ids {
                let number = String(id), alone = tokenizer.decode([id], skippingSpecialTokens: false)
                // What is only a part of a character is shown as the vocabulary writes it.
                let shown = alone.contains("\u{FFFD}") ? tokenizer.token(of: id) ?? "" : alone
                let role = tokenizer.isSpecial(id) ? "  special" : ""
                try write(
                    String(repeating: " ", count: width - number.count) + number + "  "
                        + Wording.quoted(shown, limit: .max) + role
                        + "\n")
            }
        }
        StandardOutput.complain(
            "\(Wording.count(ids.count, "token")) for \(Wording.count(text.utf8.count, "byte"))\n")
    }
}
