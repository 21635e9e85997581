import BackpropData
import BackpropFiles

/// What is asked: lines of a text, or JSON records with a prompt.
enum PromptFile {
    /// - Throws: `DataError` where the file cannot be read, and for a record without a prompt.
    static func read(_ path: String) throws(DataError) -> [[ChatTurn]] {
        let lines = try BackpropData.PlainText(path: path).lines.filter { !$0.allSatisfy(\.isWhitespace) }
        guard let first = lines.first?.first(where: { !$0.isWhitespace }) else {
            throw DataError(.empty, at: path, "there is no prompt in it", remedy: "write one on each line")
        }
        guard first == "{" || first == "[" else { return lines.map { [ChatTurn(.user, String($0))] } }
        var prompts: [[ChatTurn]] = []
        for record in try ExampleFile(path).records {
            let record = ExampleRecord(place: record.place, value: record.value)
            guard let prompt = try record.prompt() else {
                throw record.problem("there is no prompt", remedy: "write prompt, or instruction")
            }
            prompts.append(prompt)
        }
        return prompts
    }
}
