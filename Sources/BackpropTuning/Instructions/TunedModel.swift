import Backprop
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// A language model and what learns of it: all weights, those of the last blocks, or adapters.
///
/// As a container it holds the model only where its own weights learn, so that checkpoints of adapters are as small as they
/// are.
struct TunedModel: ParameterContainer {
    let adapters: LowRankAdapters?
    /// The model itself where its own weights learn; nil where adapters do.
    let body: (any LanguageModel)?
    /// A function, which no search for parameters goes through.
    private let held: @Sendable () -> any LanguageModel

    var model: any LanguageModel { held() }

    /// - Throws: `TrainError` for options that the model does not have.
    init(_ model: any LanguageModel, _ options: TuningOptions) throws(TrainError) {
        held = { model }
        switch options.method {
        case .whole:
            (adapters, body) = (nil, model)
            model.unfreeze()
        case .last:
            (adapters, body) = (nil, model)
            guard options.lastBlocks <= model.layerCount else {
                throw TrainError(
                    .badOption, at: "--last", "the model has \(model.layerCount) blocks", remedy: "give no more")
            }
            model.freeze(allButLastBlocks: options.lastBlocks)
        case .lowRank:
            if let mistake = LowRankAdapters.mistake(options.lowRank, for: model) {
                throw TrainError(.badOption, at: "--lora", mistake, remedy: "change --rank, --alpha or --targets")
            }
            (adapters, body) = (LowRankAdapters(for: model, options.lowRank), nil)
            // What stays as it is loses nothing in training either.
            model.eval()
        }
    }

    var words: String {
        let count = NumberFormat.grouped("\(learning.reduce(0) { $0 + $1.value.size })"),
            all = NumberFormat.grouped("\(model.parameterCount)")
        let what = adapters.map { "adapters of rank \($0.options.rank) for \($0.layers.count) layers" } ?? "weights"
        return "\(what) with \(count) numbers learn beside \(all)"
    }

    /// The parameters that learn.
    var learning: [Parameter] { parameters().filter(\.isTrainable) }

    var weights: Weights { Weights(of: self) }

    /// The mean loss of a batch.
    func loss(_ batch: PackedTokens) -> Tensor {
        inUse { model.loss(batch.ids, labels: batch.labels, packing: batch.packing) }
    }

    func inUse<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let adapters else { return try body() }
        return try adapters.inUse(body)
    }

    func trainer(_ options: TuningOptions, batches: Int) -> Trainer<TunedModel, PackedTokens> {
        let optimizer = AdamW(learning, learningRate: options.rate, weightDecay: options.weightDecay)
        let trainer = Trainer(self, optimizer) { (model, batch: PackedTokens) in
            StepOutput(loss: model.loss(batch), count: batch.ids.dim(0))
        }
        let perEpoch = (batches + options.batchSize - 1) / options.batchSize
        let updates = options.epochs * ((perEpoch + options.accumulation - 1) / options.accumulation)
        let steps = min(updates, options.steps ?? .max)
        trainer.scheduler = Scheduler(optimizer, .warmedCosine(steps: steps))
        trainer.options.clipping = .norm(1)
        trainer.options.accumulation = options.accumulation
        trainer.options.stepLimit = options.steps
        trainer.options.precision = options.isMixed ? .bfloat16 : nil
        trainer.options.logInterval = 1
        return trainer
    }

    /// Writes what `TextGenerator` reads: adapters alone, or a model, and the tokenizer.
    ///
    /// - Returns: the names of the files.
    func save(to folder: String, _ options: TuningOptions, _ speaker: TextGenerator) throws(DataError) -> [String] {
        try speaker.tokenizer.save(to: folder)
        let tokens = ["tokenizer.json", "tokenizer_config.json"]
        if let adapters {
            try adapters.save(to: folder, of: FileSystem.resolved(options.model))
            return tokens + ["adapter_config.json", "adapter_model.safetensors"]
        }
        try model.save(to: folder)
        return tokens + ["config.json", "model.safetensors"]
    }
}

extension LearningRateSchedule {
    /// Up along a line for a thirtieth of the steps, and down to 0 by a cosine.
    static func warmedCosine(steps: Int) -> Self {
        let rise = max(1, steps / 30)
        return .linear(from: 1 / Double(rise + 1), to: 1, steps: rise)
            .followed(after: rise, by: .cosine(steps: max(1, steps - rise)))
    }
}
