import BackpropModels
import Testing

/// Blocks whose inside is computed twice.
@Suite struct BlockCheckpointTests {
    private static let withBlocks = TinyModel.all.filter { !$0.name.hasPrefix("ResNet") }

    @Test(arguments: withBlocks) func gradientsAreTheSame(tiny: TinyModel) throws {
        func gradients(_ body: (any PretrainedModel) -> Tensor) throws -> [[Float]] {
            let model = tiny.make(.float32)
            body(model).backward()
            return try model.parameters().map { try #require($0.gradient).array(of: Float.self) }
        }
        let plain = try gradients { tiny.loss($0, tiny.run($0)) }
        let again = try gradients { model in checkpointingBlocks { tiny.loss(model, tiny.run(model)) } }
        #expect(plain == again)
    }

    /// What eight blocks keep is far less.
    @Test(arguments: [true, false]) func aStepHoldsLess(isLlama: Bool) {
        func peak(_ model: some LanguageModel) -> (plain: Int, checkpointed: Int) {
            let ids = Tensor((0..<256).map { Int64($0 % 11) }, shape: [8, 32])
            func bill(_ body: () -> Tensor) -> Int {
                let optimizer = SGD(model.parameters(), learningRate: 0.1)
                let bill = model.memoryBill(optimizer: optimizer) { _ in body() }
                return bill.peakBytes - bill.inputBytes
            }
            return (bill { model.loss(ids) }, bill { checkpointingBlocks { model.loss(ids) } })
        }
        var llama = TinyModel.llama, gpt = TinyModel.gpt2
        (llama.layers, gpt.layers) = (8, 8)
        let found = isLlama ? peak(Llama(llama)) : peak(GPT2(gpt))
        #expect(found.checkpointed * 2 < found.plain, "\(found)")
    }

    /// A cache is written outside of any checkpoint: tokens follow each other as without it.
    @Test func tokensComeAsEver() throws {
        let model = withRandomSeed(1) { Llama(TinyModel.llama) }
        let plain = try model.generate(after: [1, 2, 3]).tokens
        #expect(try checkpointingBlocks { try model.generate(after: [1, 2, 3]).tokens } == plain)
    }
}
