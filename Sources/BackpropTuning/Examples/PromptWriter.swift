import BackpropFiles
import BackpropModels
import BackpropText

typealias ChatTurn = ChatTemplate.Turn
extension ChatTemplate.Turn { typealias Role = ChatTemplate.Role }

/// Writes what is asked and answered as tokens of a model: by its own template, or for a model without one under headings.
struct PromptWriter {
    let tokenizer: Tokenizer
    let template: ChatTemplate?
    /// What ends an answer.
    let end: [Int]

    init(_ speaker: TextGenerator) {
        self.tokenizer = speaker.tokenizer
        template = speaker.chatTemplate
        let tokenizer = speaker.tokenizer
        let last = template.flatMap { tokenizer.id(of: $0.end) } ?? tokenizer.specialTokens.end
        end = last.map { [$0] } ?? []
    }

    /// The tokens of what is asked, up to where the answer begins.
    func prompt(_ turns: [ChatTurn]) -> [Int] {
        guard let template else {
            let parts = turns.map { turn in
                switch turn.role {
                case .system: turn.text + "\n\n"
                case .user: "### Instruction:\n\(turn.text)\n\n"
                case .assistant: "### Response:\n\(turn.text)\n\n"
                }
            }
            return tokenizer.encode(parts.joined() + "### Response:\n")
        }
        return tokenizer.encode(template.text(turns))
    }

    /// The tokens of an answer, with the one that ends it.
    func answer(_ text: String) -> [Int] { tokenizer.encode(text, addingSpecialTokens: false) + end }

    /// What is learnt of a record.
    ///
    /// - Throws: `DataError` where it is none of the known forms.
    func example(_ record: ExampleRecord) throws(DataError) -> LabelledTokens {
        if let turns = try record.turns("messages") {
            guard let last = turns.last, last.role == .assistant else {
                throw record.problem("'messages' do not end with the assistant", remedy: "add what it shall say")
            }
            return LabelledTokens(prompt: prompt(Array(turns.dropLast())), answer: answer(last.text))
        }
        if let asked = try record.prompt() {
            for key in ["completion", "response", "output", "answer"] {
                if let text = try record.text(key) {
                    return LabelledTokens(prompt: prompt(asked), answer: answer(text))
                }
            }
        } else if let text = try record.text("text") {
            return LabelledTokens(prompt: [], answer: tokenizer.encode(text) + end)
        }
        throw record.problem(
            "there are no texts to learn from",
            remedy: "write instruction (and input) with output, prompt with completion, messages, or text")
    }
}
