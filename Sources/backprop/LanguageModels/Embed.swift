import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain

/// Makes vectors of sentences.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes one vector of each line, so that lines of like meaning have like vectors.",
        discussion: """
            The lines come from standard input. The numbers of a vector stand on one line, with commas between them. With --json \
            a line may be a JSON string, which may have line breaks in it, and a vector is a JSON list.
            """)

    @Argument(help: ArgumentHelp("A folder with a BERT and its tokenizer.", valueName: "model"))
    var model: String

    @Flag(help: "One list of numbers a line.")
    var json = false

    /// Lines that are worked on together.
    private static let batchSize = 32

    func run() throws {
        let encoder = try SentenceEncoder(model)
        var lines = StandardLines(), texts: [String] = []
        func finish() throws {
            for vector in try encoder.vectors(texts, batchSize: Embed.batchSize) {
                let numbers = vector.map { String($0) }.joined(separator: json ? ", " : ",")
                try StandardOutput.write(json ? "[\(numbers)]\n" : numbers + "\n")
            }
            texts = []
        }
        while let line = try lines.next() {
            texts.append(text(of: line))
            if texts.count == Embed.batchSize { try finish() }
        }
        try finish()
    }

    private func text(of line: [UInt8]) -> String {
        if json, line.first == UInt8(ascii: "\""), let text = (try? JSONValue(line, subject: "the line"))?.text {
            return text
        }
        return String(decoding: line, as: UTF8.self)
    }
}
