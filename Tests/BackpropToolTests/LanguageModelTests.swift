import BackpropModels
import Foundation
import Testing

/// `backprop lm` with a model of a few weights in a folder of Hugging Face's form.
@Suite struct LanguageModelTests {
    /// A folder with a GPT-2 as `gpt` and a BERT as `bert`, whose tokens are letters.
    private func models() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var gpt = GPT2Configuration()
        (gpt.vocabularySize, gpt.positions, gpt.features, gpt.layers, gpt.heads) = (9, 40, 8, 1, 2)
        try withRandomSeed(1) { GPT2(gpt) }.save(to: folder.path + "/gpt")
        var bert = BERTConfiguration()
        (bert.vocabularySize, bert.positions, bert.features, bert.layers, bert.heads) = (9, 40, 8, 1, 2)
        bert.hidden = 16
        try withRandomSeed(2) { BERT(bert) }.save(to: folder.path + "/bert")
        let letters = "abcdefghĠ".enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        for name in ["gpt", "bert"] {
            try folder.write("{\(letters)}", to: name + "/vocab.json")
            try folder.write("#version: 0.2\n", to: name + "/merges.txt")
        }
        try folder.write("abc defg\nhab cde", to: "text")
        return folder
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func aTextGoesOn() throws {
        let folder = try models()
        let arguments = ["lm", "generate", "gpt", "--prompt", "abc", "--tokens", "6"]
        let shown = try Tool.run(arguments, in: folder.path)
        #expect(shown.status == 0 && shown.errors.hasPrefix("6 tokens, the first after "), "\(shown)")
        let json = try object(Tool.run(arguments + ["--json"], in: folder.path).output)
        #expect(Set(json.keys) == ["ids", "text", "first_token_ms", "tokens_per_s"])
        #expect((json["ids"] as? [Int])?.count == 6)
        #expect(shown.output == "abc" + (json["text"] as? String ?? "") + "\n")
    }

    @Test func aTextIsForetold() throws {
        let folder = try models()
        // Letters that the tokenizer does not have are none of its tokens.
        let whole = try object(Tool.run(["lm", "evaluate", "gpt", "text", "--json"], in: folder.path).output)
        let parts = try object(
            Tool.run(["lm", "evaluate", "gpt", "text", "--json", "--window", "4"], in: folder.path).output)
        #expect(whole["tokens"] as? Int == parts["tokens"] as? Int)
        let loss = try #require(whole["loss"] as? Double), perplexity = try #require(whole["perplexity"] as? Double)
        #expect(abs(Foundation.exp(loss) - perplexity) < 1e-9 && loss > 0)
        #expect(loss != parts["loss"] as? Double)
    }

    /// A text becomes a model, the model gets adapters, and both become one.
    @Test func aModelIsTrainedTunedAndMerged() throws {
        let folder = try models()
        try folder.write(String(repeating: "abc def gab hcd ", count: 20), to: "long")
        try folder.write(String(repeating: "{\"prompt\": \"ab\", \"output\": \"cd\"}\n", count: 8), to: "data.jsonl")
        try folder.write(
            "["
                + (1...8).map {
                    "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"\($0 % 2 == 0 ? "cd" : "d")\"}"
                }
                .joined(separator: ", ") + "]", to: "pairs.json")
        try folder.write("a\nb\nab\n", to: "prompts")
        let small = ["--layers", "1", "--features", "8", "--heads", "2", "--context", "64", "--batch-size", "2"]
        for (arguments, result) in [
            (
                ["train", "--text", "long", "--steps", "3", "--hold-out", "0.3", "--output", "trained"] + small,
                "next token"
            ),
            (["tune", "trained", "--data", "data.jsonl", "--lora", "--context", "64", "--output", "tuned"], "answer"),
            (["prefer", "trained", "--data", "pairs.json", "--output", "preferred"], "preference"),
            (
                ["reward", "trained", "--data", "pairs.json", "--output", "rater", "--gradient-checkpointing"], "reward"
            ),
            (
                [
                    "reinforce", "trained", "--prompts", "prompts", "--reward", "rater", "--reward-pattern", "a",
                    "--epochs", "1", "--tokens", "3", "--samples", "2", "--memory", "64MB", "--output", "raised",
                ], "reward"
            ),
        ] {
            let answer = try Tool.run(["lm"] + arguments + ["--json"], in: folder.path)
            #expect(answer.status == 0, "\(answer)")
            #expect(try object(answer.output)["label"] as? String == result)
        }
        for run in ["tuned", "preferred"] {
            #expect(folder.names(in: run).contains("adapter_model.safetensors"))
            #expect(!folder.names(in: run).contains("model.safetensors"))
        }
        try folder.write(
            "{\"prompt\": \"a\", \"output\": \"b\"}\n{\"prompt\": \"a\", \"output\": \"d\"}\n", to: "rated")
        let ratings = try Tool.run(["lm", "reward", "rater"], in: folder.path, inputPath: folder.path + "/rated")
        #expect(ratings.output.split(separator: "\n").compactMap { Double($0) }.count == 2, "\(ratings)")
        let merged = try Tool.run(["lm", "merge", "tuned", "--output", "merged"], in: folder.path)
        #expect(merged.status == 0 && folder.names(in: "merged").contains("model.safetensors"), "\(merged)")
        let texts = try ["tuned", "merged"].map {
            try Tool.run(["lm", "generate", $0, "--prompt", "ab", "--tokens", "4"], in: folder.path).output
        }
        #expect(texts[0] == texts[1] && texts[0].hasPrefix("ab"))
        let runs = try Tool.run(["runs", "."], in: folder.path)
        #expect(runs.output.contains("preference") && runs.output.contains("loss "), "\(runs)")
    }

    @Test func sentencesGetClasses() throws {
        let folder = try models()
        try folder.write((1...20).map { $0 % 2 == 0 ? "x abab\n" : "y dede\n" }.joined(), to: "lines")
        let trained = try Tool.run(
            [
                "lm", "classify", "bert", "--data", "lines", "--epochs", "8", "--batch-size", "4", "--learning-rate",
                "0.02", "--output", "run", "--quiet",
            ], in: folder.path)
        #expect(trained.status == 0 && trained.output.isEmpty, "\(trained)")
        try folder.write("abab\ndede\n", to: "new")
        let answers = try Tool.run(["lm", "classify", "run"], in: folder.path, inputPath: folder.path + "/new")
        #expect(answers.output.split(separator: "\n").map { $0.prefix(1) } == ["x", "y"], "\(answers)")
        let again = try Tool.run(["lm", "classify", "--resume", "run"], in: folder.path)
        #expect(
            again.status == 1
                && again.errors == "backprop: run: that run is complete; start another one without --resume\n")
    }

    @Test func linesBecomeVectors() throws {
        let folder = try models()
        let plain = try Tool.run(["lm", "embed", "bert"], in: folder.path, inputPath: folder.path + "/text")
        let lines = plain.output.split(separator: "\n")
        #expect(plain.status == 0 && lines.count == 2, "\(plain)")
        for line in lines {
            let numbers = line.split(separator: ",").compactMap { Double($0) }
            #expect(numbers.count == 8 && abs(numbers.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        let json = try Tool.run(["lm", "embed", "bert", "--json"], in: folder.path, inputPath: folder.path + "/text")
        #expect(json.output == lines.map { "[\($0.replacing(",", with: ", "))]\n" }.joined())
    }

    @Test func linesBecomeTokens() throws {
        let folder = try models()
        try folder.write("\"abc\"\n\"\"\n\"a\\u0062 h\"\n", to: "lines")
        func run(_ arguments: [String], _ input: String) throws -> Tool.Answer {
            try Tool.run(["lm", "tokens", "gpt"] + arguments, in: folder.path, inputPath: folder.path + "/" + input)
        }
        let ids = try run(["--json"], "lines")
        #expect(ids.status == 0 && ids.output == "[0, 1, 2]\n[]\n[0, 1, 8, 7]\n", "\(ids)")
        try folder.write(ids.output, to: "ids")
        #expect(try run(["--json", "--decode"], "ids").output == "\"abc\"\n\"\"\n\"ab h\"\n")
        #expect(try run(["--decode"], "ids").output == "abcab h\n")
        try folder.write("ab h", to: "words")
        let shown = try run([], "words")
        #expect(
            shown.output == "0  'a'\n1  'b'\n8  ' '\n7  'h'\n" && shown.errors == "4 tokens for 4 bytes\n", "\(shown)")
        try folder.write("\"a\"\n[1\n", to: "broken")
        let broken = try run(["--json"], "broken")
        #expect(broken.status == 1 && broken.errors.hasPrefix("backprop: standard input, line 2: "), "\(broken)")
    }

    @Test(arguments: [
        (["generate", "gpt", "--prompt", ""], "it has no token"),
        (["generate", "bert", "--prompt", "a"], "does not say which token comes next"),
        (["generate", "nothing", "--prompt", "a"], "there is no such file"),
        (["generate", "gpt", "--prompt", "a", "--top-p", "2"], "a probability of 2.0"),
        (["chat", "gpt"], "it has no template"),
        (["embed", "text"], "text"),
        (["evaluate", "gpt", "nothing"], "there is no such file"),
        (["tune", "gpt", "--data", "text", "--rank", "2"], "need --lora"),
        (["prefer", "gpt", "--data", "text", "--whole", "--rank", "2"], "--whole leaves no adapters"),
        (["classify", "bert", "--data", "text", "--memory", "lots"], "a size such as 512MB"),
        (["train", "--text", "text", "--memory", "0"], "a size such as 512MB"),
        (["reward"], "the model is missing"),
        (["reinforce", "gpt", "--prompts", "text"], "nothing says what an answer is rewarded for"),
        (["evaluate", "gpt", "text", "--window", "1"], "give 2 or more"),
    ])
    func mistakesAreOneLine(_ arguments: [String], _ found: String) throws {
        let folder = try models()
        let answer = try Tool.run(["lm"] + arguments, in: folder.path)
        #expect(answer.status != 0 && answer.output.isEmpty, "\(answer)")
        #expect(answer.errors.hasPrefix("backprop: ") && answer.errors.contains(found), "\(answer)")
        #expect(answer.errors.count { $0 == "\n" } == 1, "\(answer)")
    }
}
