import Backprop
import BackpropFiles
import Foundation
import Testing

@testable import BackpropModels

/// Adapters of low rank, with models of a few weights.
@Suite struct LowRankTests {
    private func gpt() -> GPT2 {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (11, 16, 8, 2, 2)
        (c.embeddingDropout, c.attentionDropout, c.dropout) = (0, 0, 0)
        return withRandomSeed(1) { GPT2(c) }
    }

    private func llama() -> Llama {
        var c = LlamaConfiguration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads, c.keyHeads, c.hidden) = (11, 16, 8, 2, 4, 2, 12)
        return withRandomSeed(1) { Llama(c) }
    }

    private let ids = Tensor([3, 1, 4, 1, 5, 9, 2, 6] as [Int64], shape: [2, 4])

    private func difference(_ a: Tensor, _ b: Tensor) -> Double { abs(a - b).max().asType(.float64).item() }

    /// Trains adapters for some steps, and gives the losses.
    private func train(_ adapters: LowRankAdapters, _ model: some LanguageModel, steps: Int = 60) -> [Double] {
        let optimizer = AdamW(adapters.parameters(), learningRate: 0.05)
        return (0..<steps).map { _ in
            let loss = adapters.inUse { model.loss(ids) }
            loss.backward()
            optimizer.step()
            return loss.asType(.float64).item()
        }
    }

    private func check(_ model: some LanguageModel, _ options: LowRankOptions, count: Int) throws {
        let before = model(ids), weights = model.parameters().map { $0.value * 1 }
        evaluateOrStop(weights + [before])
        let adapters = withRandomSeed(2) { LowRankAdapters(for: model, options) }
        #expect(adapters.layers.count == count && adapters.parameters().count == 2 * count)
        #expect(difference(adapters.inUse { model(ids) }, before) == 0, "they change nothing at first")
        let losses = train(adapters, model)
        #expect(losses.last! < losses[0] - 0.1, "\(losses)")
        for (parameter, weight) in zip(model.parameters(), weights) {
            #expect(difference(parameter.value, weight) == 0, "the model stays as it is")
        }
        let tuned = adapters.inUse { model(ids) }
        try evaluate(tuned)
        #expect(difference(model(ids), before) == 0 && difference(tuned, before) > 0.01)

        let folder = try Folder()
        try adapters.save(to: folder.path, of: "the model")
        #expect(try LowRankAdapters.base(of: folder.path) == "the model")
        let loaded = try LowRankAdapters.load(folder.path, for: model)
        #expect(difference(loaded.inUse { model(ids) }, tuned) == 0)
        loaded.merge()
        #expect(difference(model(ids), tuned) < 1e-5)
    }

    @Test func adaptersLearnAndMerge() throws {
        var some = LowRankOptions()
        (some.rank, some.targets) = (4, ["q_proj", "values"])
        try check(llama(), some, count: 4)
        some.targets = ["c_attn", "mlp.c_proj"]
        (some.scalesByRoot, some.alpha) = (true, 4)
        try check(gpt(), some, count: 4)
        try check(llama(), LowRankOptions(), count: 14)
    }

    /// The names of PEFT, as its own files have them.
    @Test func filesAreThoseOfPEFT() throws {
        let folder = try Folder()
        var options = LowRankOptions()
        options.targets = ["queries"]
        try LowRankAdapters(for: llama(), options).save(to: folder.path, of: "base")
        let names = try loadTensors(from: folder.path + "/adapter_model.safetensors").mapValues(\.shape)
        #expect(
            names == [
                "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": [8, 8],
                "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight": [8, 8],
                "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight": [8, 8],
                "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight": [8, 8],
            ])
        let text = try String(contentsOfFile: folder.path + "/adapter_config.json", encoding: .utf8)
        #expect(text.contains("\"target_modules\": [\"q_proj\"]") && text.contains("\"peft_type\": \"LORA\""))
    }

    @Test func filesThatLieAreOneLine() throws {
        let model = llama(), folder = try Folder(), place = folder.path + "/adapter_config.json"
        try LowRankAdapters(for: model, LowRankOptions()).save(to: folder.path, of: "base")
        let whole = try String(contentsOfFile: place, encoding: .utf8)
        for (found, by, message) in [
            ("\"LORA\"", "\"IA3\"", "'peft_type' is 'IA3', which is not implemented"),
            ("\"r\": 8", "\"r\": -1", "'r' is -1, not a whole number from 1 to 65536"),
            ("\"r\": 8", "\"r\": 4", "is float32[8, 8], expected [4, 8]"),
            ("\"use_dora\": false", "\"use_dora\": true", "'use_dora' is true, which is not implemented"),
            ("\"use_dora\"", "\"use_magic\"", "nobody here knows the setting 'use_magic'"),
            ("\"down_proj\", ", "", "nobody here knows what"),
            ("\"down_proj\"", "\"c_attn\"", "no linear layer is called 'c_attn'; there are down_proj,"),
        ] {
            try whole.replacing(found, with: by).write(toFile: place, atomically: true, encoding: .utf8)
            let error = #expect(throws: DataError.self) { try LowRankAdapters.load(folder.path, for: model) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "none") for \(by)")
            #expect(error?.description.contains("\n") == false)
        }
    }

    /// A pre-trained model with adapters that were moved says the same once they are merged: in float64 to what that rounds,
    /// and in float32 as far as either way rounds.
    @Test(.enabled(if: RealModels.areThere, RealModels.absence), arguments: [DType.float32, .float64])
    func aRealModelMerges(dtype: DType) throws {
        let model = try #require(try Pretrained.load(RealModels.smol, dtype: dtype) as? Llama)
        let adapters = withRandomSeed(1) { LowRankAdapters(for: model) }
        withRandomSeed(2) {
            for (_, adapter) in adapters.layers.sorted(by: { $0.key < $1.key }) {
                adapter.up.value = .normal(adapter.up.shape, standardDeviation: 0.002, dtype: dtype)
            }
        }
        let ids = Tensor([[504, 3575, 282, 4649, 314, 260, 2240, 30]] as [[Int64]])
        let before = withoutGradients { model(ids) }, apart = withoutGradients { adapters.inUse { model(ids) } }
        try evaluate(before, apart)
        adapters.merge()
        let merged = withoutGradients { model(ids) }
        let greatest = abs(apart).max().asType(.float64).item(Double.self)
        print("moved by \(difference(apart, before)), merged apart by \(difference(merged, apart)) of \(greatest)")
        #expect(difference(apart, before) > 0.1)
        #expect(difference(merged, apart) < (dtype == .float64 ? 1e-11 : 1e-5) * greatest)
    }

    @Test func lastBlocksLearn() {
        let model = llama(), start = model.parameters().map { $0.value * 1 }
        evaluateOrStop(start)
        model.freeze(allButLastBlocks: 1)
        let optimizer = AdamW(model.trainableParameters, learningRate: 0.01)
        let loss = model.loss(ids)
        loss.backward()
        optimizer.step()
        for (named, before) in zip(model.namedParameters(), start) {
            let isLast =
                named.name.hasPrefix("blocks.1.") || named.name.hasPrefix("finalNorm") || named.name.hasPrefix("logits")
            #expect((difference(named.parameter.value, before) > 0) == isLast, "\(named.name)")
        }
    }
}

/// A folder of its own for one test; removed when it is released.
private final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/backprop-tests-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
