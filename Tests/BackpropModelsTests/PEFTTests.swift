import Foundation
import Testing

@testable import BackpropModels

/// PEFT and transformers read what is written here, and the other way round, where Python has both.
@Suite struct PEFTTests {
    private static let python: String? = {
        let python = ProcessInfo.processInfo.environment["BACKPROP_PYTHON"] ?? "python3"
        return (try? run(python, ["-c", "import peft, transformers"])) == nil ? nil : python
    }()

    /// What a program prints; throws where it fails.
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self)
    }

    /// For each folder with a model and adapters, prints the logits with adapters beside the model, and with them merged, and
    /// writes the adapters again.
    private static let script = """
        import json, sys, torch, peft, transformers
        ids = torch.tensor(json.loads(sys.argv[1]))
        for folder in sys.argv[2:]:
            model = transformers.AutoModelForCausalLM.from_pretrained(folder + "/base", dtype=torch.float32).eval()
            with torch.no_grad():
                tuned = peft.PeftModel.from_pretrained(model, folder + "/adapters").eval()
                print(json.dumps(tuned(ids).logits.flatten().tolist()))
                tuned.save_pretrained(folder + "/again")
                print(json.dumps(tuned.merge_and_unload()(ids).logits.flatten().tolist()))
        """

    private static let ids = [[3, 1, 4, 1, 5, 9, 2, 6]]

    private static func logits(_ model: some LanguageModel) -> [Double] {
        let ids = Tensor(ids.map { $0.map(Int64.init) })
        return model.evaluating { withoutGradients { model(ids).asType(.float64).array(of: Double.self) } }
    }

    private static func difference(_ a: [Double], _ b: [Double]) -> Double {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? .infinity : .infinity
    }

    /// A model with adapters that do something, in a folder, with what both say.
    private struct Case {
        let model: any LanguageModel
        let adapters: LowRankAdapters
        let bare: [Double], tuned: [Double]
        let folder: TemporaryFolder

        init(_ model: some LanguageModel, _ options: LowRankOptions) throws {
            let adapters = withRandomSeed(2) { LowRankAdapters(for: model, options) }
            withRandomSeed(3) {
                for (_, adapter) in adapters.layers.sorted(by: { $0.key < $1.key }) {
                    adapter.up.value = .normal(adapter.up.shape, standardDeviation: 0.3)
                }
            }
            folder = try TemporaryFolder()
            try model.save(to: folder.path + "/base")
            try adapters.save(to: folder.path + "/adapters", of: folder.path + "/base")
            bare = logits(model)
            tuned = adapters.inUse { logits(model) }
            (self.model, self.adapters) = (model, adapters)
        }

        func check(_ found: [[Double]]) throws {
            #expect(difference(tuned, bare) > 0.01 && found.count == 2)
            for logits in found { #expect(difference(logits, tuned) < 1e-5) }
            // What PEFT writes of them is read as the same.
            let again = try LowRankAdapters.load(folder.path + "/again", for: model)
            #expect(again.options.scale == adapters.options.scale && again.layers.keys == adapters.layers.keys)
            #expect(difference(again.inUse { logits(model) }, tuned) == 0)
        }
    }

    @Test(.enabled(if: python != nil, "python3, or the one in BACKPROP_PYTHON, has no peft with transformers"))
    func adaptersAreThoseOfPEFT() throws {
        var some = LowRankOptions(), all = LowRankOptions(), fused = LowRankOptions()
        (some.rank, some.targets) = (2, ["q_proj", "mlp.down_proj"])
        (all.scalesByRoot, all.alpha, all.rank) = (true, 4, 4)
        fused.targets = ["c_attn"]
        let cases =
            try [some, all].map { try Case(withRandomSeed(1) { Llama(TinyModel.llama) }, $0) }
            + [fused, all].map { try Case(withRandomSeed(1) { GPT2(TinyModel.gpt2) }, $0) }
        let output = try Self.run(
            #require(Self.python), ["-c", Self.script, "\(Self.ids)"] + cases.map(\.folder.path))
        let lines = try output.split(separator: "\n").map {
            try JSONDecoder().decode([Double].self, from: Data($0.utf8))
        }
        try #require(lines.count == 2 * cases.count)
        for (place, one) in cases.enumerated() { try one.check(Array(lines[(2 * place)..<(2 * place + 2)])) }
    }

    /// For each folder, prints what a classifier of one label says.
    private static let rating = """
        import json, sys, torch, transformers
        ids = torch.tensor(json.loads(sys.argv[1]))
        for folder in sys.argv[2:]:
            model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32, output_loading_info=True)
            assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
            with torch.no_grad(): print(json.dumps(model.eval()(ids).logits.flatten().tolist()))
        """

    @Test(.enabled(if: python != nil, "python3, or the one in BACKPROP_PYTHON, has no peft with transformers"))
    func ratingsAreThoseOfTransformers() throws {
        let folder = try TemporaryFolder()
        let models = withRandomSeed(1) {
            [RewardModel(Llama(TinyModel.llama)), RewardModel(GPT2(TinyModel.gpt2))]
        }
        for (place, model) in models.enumerated() { try model.save(to: "\(folder.path)/\(place)") }
        let folders = models.indices.map { "\(folder.path)/\($0)" }
        let output = try Self.run(#require(Self.python), ["-c", Self.rating, "\(Self.ids)"] + folders)
        let lines = try output.split(separator: "\n").map {
            try JSONDecoder().decode([Double].self, from: Data($0.utf8))
        }
        try #require(lines.count == 2)
        let ids = Tensor(Self.ids.map { $0.map(Int64.init) }), ends = Tensor([Int64(Self.ids[0].count - 1)])
        for (model, found) in zip(models, lines) {
            let own = model.evaluating { model(ids, ends: ends).asType(.float64).array(of: Double.self) }
            #expect(Self.difference(own, found) < 1e-5 && own != [0])
        }
    }
}
