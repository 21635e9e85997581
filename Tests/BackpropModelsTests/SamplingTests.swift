import Testing

@testable import BackpropModels

@Suite struct SamplingTests {
    static func options(_ change: (inout GenerationOptions) -> Void) -> GenerationOptions {
        var options = GenerationOptions()
        options.temperature = 1
        change(&options)
        return options
    }

    /// How often each of some tokens is chosen in 4,000 draws.
    static func shares(_ logits: [Float], _ options: GenerationOptions, context: [Int] = []) -> [Double] {
        var sampler = TokenSampler(options), counts = [Double](repeating: 0, count: logits.count)
        for _ in 0..<4000 { counts[sampler.choose(logits, context: context)] += 1 / 4000 }
        return counts
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let change: @Sendable (inout GenerationOptions) -> Void
        var context: [Int] = []
        let expected: [Double]
        var testDescription: String { name }
    }

    /// Of probabilities of 1/2, 1/4, 1/8 and 1/8.
    static let cases = [
        Case(name: "as they are", change: { _ in }, expected: [0.5, 0.25, 0.125, 0.125]),
        Case(
            name: "half the temperature", change: { $0.temperature = 0.5 }, expected: [16 / 22, 4 / 22, 1 / 22, 1 / 22]),
        Case(name: "the likeliest two", change: { $0.topK = 2 }, expected: [2 / 3, 1 / 3, 0, 0]),
        Case(name: "more than there are", change: { $0.topK = 9 }, expected: [0.5, 0.25, 0.125, 0.125]),
        Case(name: "three quarters", change: { $0.topP = 0.75 }, expected: [2 / 3, 1 / 3, 0, 0]),
        Case(name: "a little more", change: { $0.topP = 0.76 }, expected: [4 / 7, 2 / 7, 1 / 7, 0]),
        Case(name: "the half of the likeliest two", change: { ($0.topK, $0.topP) = (2, 0.5) }, expected: [1, 0, 0, 0]),
        // Logarithms of 1/2 and 1/4, doubled: 1/4 and 1/16.
        Case(
            name: "a penalty", change: { $0.repetitionPenalty = 2 }, context: [0, 1, 1],
            expected: [4 / 9, 1 / 9, 2 / 9, 2 / 9]),
        Case(name: "no temperature", change: { $0.temperature = 0 }, expected: [1, 0, 0, 0]),
    ]

    @Test(arguments: cases) func choosesByProbability(one: Case) {
        let logits: [Float] = [-0.6931472, -1.3862944, -2.0794415, -2.0794415]
        let shares = Self.shares(logits, Self.options(one.change), context: one.context)
        for (share, expected) in zip(shares, one.expected) {
            #expect(expected == 0 ? share == 0 : abs(share - expected) < 0.03, "\(shares)")
        }
    }

    @Test func penaltiesDividePositiveLogits() {
        var sampler = TokenSampler(Self.options { ($0.temperature, $0.repetitionPenalty) = (0, 2) })
        #expect(sampler.choose([3, 2, 1], context: [0]) == 1)
        #expect(sampler.choose([3, 1, 1], context: [0]) == 0)
        #expect(sampler.choose([-1, -1.5], context: [0]) == 1)
    }

    @Test func saysWhatIsWrongWithOptions() {
        let mistakes: [(inout GenerationOptions) -> Void] = [
            { $0.maximumTokens = -1 }, { $0.temperature = -0.1 }, { $0.temperature = .nan }, { $0.topK = 0 },
            { $0.topP = 0 }, { $0.topP = 1.1 }, { $0.repetitionPenalty = 0 },
        ]
        for change in mistakes { #expect(Self.options(change).mistake != nil) }
        #expect(Self.options { _ in }.mistake == nil)
    }

    @Test(arguments: [
        (["a", "b", "c"], [String](), ["a", "b", "c"], ""), (["ab", "cd"], ["bc"], ["a", ""], ""),
        (["ab", "xd"], ["bc"], ["a", "bxd"], ""), (["ab"], ["bc"], ["a"], "b"), (["Xstop", "Y"], ["stop"], ["X"], ""),
        (["aa", "ab"], ["aab"], ["", "a"], ""), (["stop end"], ["end", "stop"], [""], ""),
        (["one\n", "\ntwo"], ["\n\n"], ["one", ""], ""), (["ab"], [""], ["ab"], ""),
    ]) func stopWordsAreHeldBack(pieces: [String], words: [String], out: [String], rest: String) {
        var stop = StopWords(words), found: [String] = []
        for piece in pieces where !stop.hasStopped { found.append(stop.next(piece)) }
        #expect(found == Array(out.prefix(found.count)) && found.joined() == out.joined())
        if !stop.hasStopped { #expect(stop.finish() == rest) }
    }

    @Test func templatesAreKnownByTheirMarks() {
        #expect(ChatTemplate(jinja: "{{'<|im_start|>' + message['role']}}") == .chatML)
        #expect(ChatTemplate(jinja: "<|start_header_id|>") == .llama3)
        #expect(ChatTemplate(jinja: "'<<SYS>>' '[INST] '") == .llama2)
        #expect(ChatTemplate(jinja: "'[INST] '") == .mistral)
        #expect(ChatTemplate(jinja: "{{ messages }}") == nil)
        let program = "{% if loop.first %}{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}{% endif %}"
        #expect(ChatTemplate.defaultSystem(jinja: program) == "Be kind.")
        #expect(ChatTemplate.defaultSystem(jinja: "'<|im_start|>system\\nBe kind.<|im_end|>\\n'") == "Be kind.")
        #expect(
            ChatTemplate.defaultSystem(jinja: "'<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>'") == nil)
    }

    @Test func templatesWriteConversations() {
        let turns: [ChatTemplate.Turn] = [
            .init(.system, "S"), .init(.user, "Hi"), .init(.assistant, "Yes?"), .init(.user, "Why"),
        ]
        let expected: [ChatTemplate: String] = [
            .chatML:
                "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n<|im_start|>user\nWhy<|im_end|>\n<|im_start|>assistant\n",
            .llama3:
                "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYes?<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWhy<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            .llama2: "[INST] <<SYS>>\nS\n<</SYS>>\n\nHi [/INST] Yes? </s><s>[INST] Why [/INST]",
            .mistral: "[INST] S\n\nHi [/INST] Yes?</s>[INST] Why [/INST]",
            .zephyr: "<|system|>\nS</s>\n<|user|>\nHi</s>\n<|assistant|>\nYes?</s>\n<|user|>\nWhy</s>\n<|assistant|>\n",
            .gemma:
                "<start_of_turn>user\nS\n\nHi<end_of_turn>\n<start_of_turn>model\nYes?<end_of_turn>\n<start_of_turn>user\nWhy<end_of_turn>\n<start_of_turn>model\n",
        ]
        for template in ChatTemplate.allCases { #expect(template.text(turns) == expected[template], "\(template)") }
    }
}
