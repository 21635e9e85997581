import Foundation
import Testing

@testable import BackpropModels

/// Settings that lie, and what is said about them.
@Suite struct ConfigurationTests {
    struct Lie: Sendable, CustomTestStringConvertible {
        let family: String
        /// Settings as JSON, over those of a tiny model; nil takes one away.
        let changes: [String: String?]
        let says: [String]

        init(_ family: String, _ changes: [String: String?], _ says: String...) {
            (self.family, self.changes, self.says) = (family, changes, says)
        }

        var testDescription: String { "\(family): \(changes)" }
    }

    static let lies = [
        Lie("GPT-2", ["n_head": "3"], "3 heads do not divide 8 features"),
        Lie("GPT-2", ["n_head": "0"], "'n_head' is 0"),
        Lie("GPT-2", ["n_embd": "-8"], "'n_embd' is -8"),
        Lie("GPT-2", ["n_layer": "1000000000"], "'n_layer' is 1000000000"),
        Lie("GPT-2", ["vocab_size": "1e300"], "'vocab_size' is 1e300"),
        Lie("GPT-2", ["vocab_size": "10"], "'transformer.wte.weight'", "[11, 8]", "[10, 8]"),
        Lie("GPT-2", ["vocab_size": "16777216", "n_embd": "1048576"], "do not fit"),
        Lie("GPT-2", ["n_positions": "134217728", "n_embd": "1048576"], "do not fit"),
        Lie("GPT-2", ["n_positions": "134217729"], "'n_positions' is 134217729"),
        Lie("GPT-2", ["n_layer": "3"], "missing", "'transformer.h.2.attn.c_attn.bias'"),
        Lie("GPT-2", ["n_layer": "1"], "unexpected", "'transformer.h.1.ln_1.bias'"),
        Lie("GPT-2", ["activation_function": "\"quick_gelu\""], "'activation_function' is 'quick_gelu'", "'gelu_new'"),
        Lie("GPT-2", ["resid_pdrop": "1.5"], "'resid_pdrop' is 1.5"),
        Lie("GPT-2", ["resid_pdrop": "\"a\""], "'resid_pdrop' is 'a'"),
        Lie("GPT-2", ["scale_attn_weights": "1"], "'scale_attn_weights' is 1, not true or false"),
        Lie("GPT-2", ["add_cross_attention": "true"], "'add_cross_attention' is true, which is not implemented"),
        Lie("GPT-2", ["secret_sauce": "[1]"], "nobody here knows the setting 'secret_sauce'"),
        Lie("GPT-2", ["a": "1", "b": "2"], "the settings 'a', 'b'"),
        Lie(
            "GPT-2", ["architectures": "[\"MambaForCausalLM\"]"],
            "nobody here knows the architecture 'MambaForCausalLM'"),
        Lie("GPT-2", ["architectures": nil], "no 'architectures'"),
        Lie("GPT-2", ["architectures": "7"], "no 'architectures'"),
        Lie("Llama", ["num_key_value_heads": "3"], "3 heads of keys do not divide 4 heads"),
        Lie("Llama", ["head_dim": "3"], "3 features of a head are not pairs"),
        Lie("Llama", ["rms_norm_eps": "true"], "'rms_norm_eps' is true"),
        Lie("Llama", ["pad_token_id": "11"], "'pad_token_id' is 11"),
        Lie(
            "Llama", ["rope_parameters": "{\"rope_type\": \"yarn\", \"factor\": 2}"], "'rope_type' is 'yarn'",
            "'llama3'"),
        Lie("Llama", ["rope_parameters": "{\"rope_type\": \"linear\"}"], "there is no 'factor'"),
        Lie("Llama", ["rope_parameters": "{\"rope_type\": \"linear\", \"factor\": 2, \"x\": 1}"], "the setting 'x'"),
        Lie("Llama", ["rope_parameters": "[]"], "it is a list of 0, not an object"),
        Lie("Llama", ["model_type": "\"gemma\""], "'model_type' is 'gemma'"),
        Lie("Llama", ["sliding_window": "5"], "the setting 'sliding_window'"),
        Lie("BERT", ["position_embedding_type": "\"relative_key\""], "'position_embedding_type' is 'relative_key'"),
        Lie("BERT", ["is_decoder": "true"], "'is_decoder' is true"),
        Lie("BERT for classes", ["id2label": "{\"0\": \"a\", \"2\": \"b\"}"], "from 0 to 1 names"),
        Lie("BERT for classes", ["id2label": "{\"0\": \"a\"}"], "'classifier.weight'"),
        Lie("BERT for classes", ["num_labels": "4"], "'num_labels' is 4 and 'id2label' has 3"),
        Lie("BERT for classes", ["problem_type": "\"ranking\""], "'problem_type' is 'ranking'"),
        Lie("ViT", ["patch_size": "16"], "is larger than an image"),
        Lie("ViT", ["image_size": "16384", "patch_size": "1", "hidden_size": "1048576"], "too many elements"),
        Lie(
            "ViT",
            ["image_size": "16384", "patch_size": "16384", "num_channels": "16384", "hidden_size": "16384"],
            "too many elements"),
        Lie("ViT", ["image_size": "[8]"], "'image_size' is a list of 1"),
        Lie("ViT", ["image_size": "[8, 8]"], "'vit.embeddings.position_embeddings'"),
        Lie("ResNet", ["depths": "[1]"], "2 widths and 1 depths"),
        Lie("ResNet", ["depths": "[1000, 1000]"], "2000 blocks"),
        Lie("ResNet", ["depths": "[]"], "'depths' is a list of 0"),
        Lie("ResNet", ["layer_type": "\"wide\""], "'layer_type' is 'wide'"),
        Lie("T5", ["feed_forward_proj": "\"gated-\""], "'feed_forward_proj' is 'gated-'"),
        Lie("T5", ["relative_attention_num_buckets": "6"], "6 buckets"),
        Lie("T5", ["relative_attention_max_distance": "4"], "the distance 4"),
        Lie("T5", ["decoder_start_token_id": "-1"], "'decoder_start_token_id' is -1"),
    ]

    @Test(arguments: lies) func refuses(lie: Lie) throws {
        let folder = try TemporaryFolder()
        let tiny = try #require(TinyModel.all.first { $0.name == lie.family })
        try tiny.make(.float32).save(to: folder.path)
        let path = folder.path + "/config.json"
        let json = try JSONValue(Array(Data(contentsOf: URL(filePath: path))), subject: "it")
        var members = (json.members ?? []).filter { lie.changes[$0.key] == nil }.map { ($0.key, $0.value.written) }
        for (key, value) in lie.changes { if let value { members.append((key, value)) } }
        let text = "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
        try Data(text.utf8).write(to: URL(filePath: path))
        let error = #expect(throws: DataError.self) { _ = try Pretrained.load(folder.path) }
        let description = error?.description ?? ""
        #expect(isOneLine(description) && lie.says.allSatisfy { description.contains($0) }, "\(description)")
    }

    @Test(arguments: [
        "", "[]", "{\"a\": 1, \"a\": 2}", "{", "{\"architectures\": [\"GPT2LMHeadModel\"], \"n_embd\": NaN}",
    ])
    func refusesWhatIsNoConfiguration(text: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("config.json", Array(text.utf8))
        let error = #expect(throws: DataError.self) { _ = try Pretrained.load(folder.path) }
        #expect(isOneLine(error?.description ?? ""))
    }

    @Test func refusesFoldersWithoutAModel() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path + "/none", folder.path + "/none.gguf"] {
            let error = #expect(throws: DataError.self) { _ = try Pretrained.load(path) }
            #expect(isOneLine(error?.description ?? ""))
        }
        try Llama(TinyModel.llama).save(to: folder.path)
        _ = try Pretrained.languageModel(folder.path)
        try BERT(TinyModel.bert).save(to: folder.path)
        let error = #expect(throws: DataError.self) { _ = try Pretrained.languageModel(folder.path) }
        #expect(error?.description.contains("does not say which token comes next") ?? false)
    }

    /// A byte changed anywhere gives a model or one line.
    @Test func survivesDamage() throws {
        let folder = try TemporaryFolder()
        try GPT2(TinyModel.gpt2).save(to: folder.path)
        let whole = Array(try Data(contentsOf: URL(filePath: folder.path + "/config.json")))
        let random = RandomState(seed: 3)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0...Int(random.nextKey() % 3) {
                let place = Int(random.nextKey() % UInt64(bytes.count))
                switch random.nextKey() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.nextKey())
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: Array("9".utf8), at: place)
                }
            }
            _ = try folder.file("config.json", bytes)
            do throws(DataError) { _ = try Pretrained.load(folder.path) } catch {
                #expect(isOneLine(error.description))
            }
        }
    }
}
