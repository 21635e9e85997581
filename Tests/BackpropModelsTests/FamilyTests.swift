import BackpropModels
import Foundation
import Testing

/// What holds for every family.
@Suite struct FamilyTests {
    @Test(arguments: TinyModel.all) func comesBackFromItsFolder(tiny: TinyModel) throws {
        let folder = try TemporaryFolder()
        let model = tiny.make(.float32)
        // A pass in training moves running statistics, which are saved as well.
        try evaluate(tiny.run(model))
        try model.save(to: folder.path, maximumShardBytes: 2000)
        #expect(folder.names.contains("model.safetensors.index.json"))
        let other = try Pretrained.load(folder.path)
        #expect(type(of: other) == type(of: model) && other.architecture == model.architecture)
        let before = model.evaluating { tiny.run(model) }.array(of: Float.self)
        #expect(other.evaluating { tiny.run(other) }.array(of: Float.self) == before)
        #expect(before.count > 2 && before.contains { abs($0) > 1e-4 })
        try other.save(to: folder.path + "/again")
        let texts = try [folder.path, folder.path + "/again"].map {
            try String(contentsOfFile: $0 + "/config.json", encoding: .utf8)
        }
        #expect(texts[0] == texts[1])
    }

    @Test(arguments: TinyModel.all) func hasTheNamesOfItsLibrary(tiny: TinyModel) throws {
        let folder = try TemporaryFolder()
        let model = tiny.make(.float32)
        try model.save(to: folder.path)
        let names = Set(try SafeTensorsFile(path: folder.path + "/model.safetensors").entries.map(\.name))
        #expect(names.isSuperset(of: tiny.knows), "\(names.sorted())")
        // Nothing of ours is left in a name.
        #expect(!names.contains { $0.contains("blocks") || $0.contains("feedForward") || $0.contains("queries") })
    }

    @Test(arguments: TinyModel.all) func learnsWithAllParameters(tiny: TinyModel) throws {
        let model = tiny.make(.float64)
        model.train()
        tiny.loss(model, tiny.run(model)).backward()
        for named in model.namedParameters() {
            let gradient = try #require(named.parameter.gradient, "\(named.name)").array(of: Double.self)
            // A softmax does not see what is added to all keys.
            let isUseless = named.name.hasSuffix("keys.bias")
            #expect(isUseless || gradient.contains { $0 != 0 }, "\(named.name)")
            #expect(gradient.allSatisfy { $0.isFinite }, "\(named.name)")
        }
    }

    /// In the narrower dtype, and with float32 weights whose products are taken in it.
    @Test(arguments: TinyModel.all) func runsInBfloat16(tiny: TinyModel) throws {
        let wide = tiny.make(.float32), narrow = tiny.make(.bfloat16)
        func numbers(_ model: any PretrainedModel) -> [Float] {
            model.evaluating { tiny.run(model) }.array(of: Float.self)
        }
        let exact = numbers(wide), scale = exact.map { abs($0) }.max() ?? 0
        for found in [numbers(narrow), autocast { numbers(wide) }] {
            #expect(zip(found, exact).allSatisfy { abs($0 - $1) < 0.1 * scale + 0.02 })
            #expect(found != exact)
        }
        autocast { tiny.loss(wide, tiny.run(wide)) }.backward()
        let parameters = wide.parameters()
        #expect(parameters.allSatisfy { $0.gradient?.dtype == .float32 })
    }

    @Test func otherHeadsReadTheSameBody() throws {
        let folder = try TemporaryFolder()
        let classifier = withRandomSeed(1) { BERTForSequenceClassification(TinyModel.bert) }
        try classifier.save(to: folder.path)
        let body = try BERT.load(folder.path)
        let expected = classifier.bert(TinyModel.ids).array(of: Float.self)
        #expect(body(TinyModel.ids).array(of: Float.self) == expected)
        // A body alone gets a new head where that is allowed.
        try body.save(to: folder.path)
        #expect(throws: DataError.self) { try BERTForMaskedLM.load(folder.path) }
        let masked = try BERTForMaskedLM.load(folder.path, isStrict: false)
        #expect(masked.bert(TinyModel.ids).array(of: Float.self) == expected)
        #expect(masked(TinyModel.ids).shape == [2, 6, 11])
    }

    /// Names that files had before: of normalizations, and of a body that stands alone.
    @Test func readsOldNames() throws {
        let folder = try TemporaryFolder()
        let model = withRandomSeed(1) { BERTForMaskedLM(TinyModel.bert) }
        try model.save(to: folder.path)
        let path = folder.path + "/model.safetensors"
        var tensors: [String: Tensor] = ["bert.embeddings.position_ids": .zeros([1, 8], dtype: .int64)]
        for (name, value) in try loadTensors(from: path) {
            let old = name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
            tensors[old.replacing("LayerNorm.bias", with: "LayerNorm.beta")] = value
        }
        tensors["cls.seq_relationship.weight"] = .zeros([2, 8])
        try saveTensors(tensors, to: path)
        let other = try BERTForMaskedLM.load(folder.path)
        #expect(other(TinyModel.ids).array(of: Float.self) == model(TinyModel.ids).array(of: Float.self))

        let gpt = withRandomSeed(1) { GPT2(TinyModel.gpt2) }
        try gpt.save(to: folder.path)
        tensors = ["h.0.attn.bias": .ones([1, 1, 4, 4]), "lm_head.weight": gpt.tokens.weight.value]
        for (name, value) in try loadTensors(from: path) { tensors[name.replacing("transformer.", with: "")] = value }
        try saveTensors(tensors, to: path)
        let loaded = try Pretrained.languageModel(folder.path)
        #expect(loaded(TinyModel.ids).array(of: Float.self) == gpt(TinyModel.ids).array(of: Float.self))
    }

    @Test func paddingChangesNothing() {
        let longer = concatenated([TinyModel.ids, Tensor.zeros([2, 2], dtype: .int64)], axis: 1)
        let isSeen = Tensor((0..<16).map { $0 % 8 < 6 }, shape: [2, 8])
        let bert = withRandomSeed(1) { BERT(TinyModel.bert, dtype: .float64) }
        let llama = withRandomSeed(1) { Llama(TinyModel.llama, dtype: .float64) }
        for run in [{ bert($0, isSeen: $1) }, { llama($0, isSeen: $1) }] as [(Tensor, Tensor?) -> Tensor] {
            let difference = run(longer, isSeen).narrowed(axis: 1, 0..<6) - run(TinyModel.ids, nil)
            #expect(abs(difference).max().item() < 1e-12)
        }
    }
}
