/// How the turns of a conversation are written for a model. Templates of files are programs in Jinja; those of the usual
/// families are known by what they contain, and no other is run.
public enum ChatTemplate: String, Sendable, CaseIterable {
    /// `<|im_start|>user ... <|im_end|>`: Qwen, SmolLM.
    case chatML
    /// `<|start_header_id|>user<|end_header_id|> ... <|eot_id|>`.
    case llama3
    /// `[INST] ... [/INST]`, with `<<SYS>>` around what the system says.
    case llama2
    /// `[INST] ... [/INST]` of Mistral, where the system's words stand in front of the first user's.
    case mistral
    /// `<|user|> ... </s>`: Zephyr, TinyLlama.
    case zephyr
    /// `<start_of_turn>user ... <end_of_turn>`.
    case gemma

    /// Who says something.
    public enum Role: String, Sendable {
        case system, user, assistant
    }

    /// One turn of a conversation.
    public struct Turn: Sendable, Hashable {
        public var role: Role
        public var text: String

        public init(_ role: Role, _ text: String) { (self.role, self.text) = (role, text) }
    }

    /// The family of a template in Jinja; nil where it is none of these.
    public init?(jinja: String) {
        let marks: [(String, ChatTemplate)] = [
            ("<|im_start|>", .chatML), ("<|start_header_id|>", .llama3), ("<<SYS>>", .llama2),
            ("<start_of_turn>", .gemma), ("<|user|>", .zephyr), ("[INST]", .mistral),
        ]
        guard let found = marks.first(where: { jinja.contains($0.0) }) else { return nil }
        self = found.1
    }

    /// What a template says for the system where nobody does: the text that follows its first mention of a system's turn.
    static func defaultSystem(jinja: String) -> String? {
        let mark = "<|im_start|>system\n"
        // In a program, a line feed is written out, or escaped within a text.
        for start in [mark, "<|im_start|>system\\n"] {
            guard let begin = jinja.firstRange(of: start)?.upperBound,
                let end = jinja[begin...].firstRange(of: "<|im_end|>")?.lowerBound
            else { continue }
            let text = jinja[begin..<end]
            // Names of variables are no words of a system.
            if !text.contains("'") && !text.contains("{") { return String(text) }
        }
        return nil
    }

    /// The conversation up to where the assistant speaks next.
    public func text(_ turns: [Turn]) -> String {
        switch self {
        case .chatML:
            return turns.map { "<|im_start|>\($0.role.rawValue)\n\($0.text)<|im_end|>\n" }.joined()
                + "<|im_start|>assistant\n"
        case .llama3:
            return turns.map {
                "<|start_header_id|>\($0.role.rawValue)<|end_header_id|>\n\n\(Self.trimmed($0.text))<|eot_id|>"
            }.joined() + "<|start_header_id|>assistant<|end_header_id|>\n\n"
        case .zephyr:
            return turns.map { "<|\($0.role.rawValue)|>\n\($0.text)</s>\n" }.joined() + "<|assistant|>\n"
        case .gemma:
            return Self.withoutSystem(turns, joinedBy: "\n\n").map {
                "<start_of_turn>\($0.role == .assistant ? "model" : "user")\n\(Self.trimmed($0.text))<end_of_turn>\n"
            }.joined() + "<start_of_turn>model\n"
        case .llama2:
            var turns = turns
            if let first = turns.first, first.role == .system, turns.count > 1 {
                turns.removeFirst()
                turns[0].text = "<<SYS>>\n\(first.text)\n<</SYS>>\n\n\(turns[0].text)"
            }
            return turns.enumerated().map { index, turn in
                turn.role == .assistant
                    ? " \(Self.trimmed(turn.text)) </s>"
                    : (index == 0 ? "" : "<s>") + "[INST] \(Self.trimmed(turn.text)) [/INST]"
            }.joined()
        case .mistral:
            return Self.withoutSystem(turns, joinedBy: "\n\n").map {
                $0.role == .assistant ? " \(Self.trimmed($0.text))</s>" : "[INST] \($0.text) [/INST]"
            }.joined()
        }
    }

    /// What ends a turn of the assistant.
    package var end: String {
        switch self {
        case .chatML: "<|im_end|>"
        case .llama3: "<|eot_id|>"
        case .llama2, .mistral, .zephyr: "</s>"
        case .gemma: "<end_of_turn>"
        }
    }

    /// What the system says in front of what the user says first.
    private static func withoutSystem(_ turns: [Turn], joinedBy separator: String) -> [Turn] {
        guard let first = turns.first, first.role == .system, turns.count > 1 else { return turns }
        var rest = Array(turns.dropFirst())
        rest[0].text = first.text + separator + rest[0].text
        return rest
    }

    private static func trimmed(_ text: String) -> String {
        var part = text[...]
        while let first = part.first, first.isWhitespace { part.removeFirst() }
        while let last = part.last, last.isWhitespace { part.removeLast() }
        return String(part)
    }
}
