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
    enum Method {
        case whole
        /// Blocks at the end, with what stands behind them.
        case last(Int)
        case lowRank(LowRankOptions)
    }

    let adapters: LowRankAdapters?
    /// The model itself where its own weights learn; nil where adapters do.
    let body: (any LanguageModel)?
    /// A function, which no search for parameters goes through.
    private let held: @Sendable () -> any LanguageModel

    var model: any LanguageModel { held() }

    /// - Throws: `TrainError` for options that the model does not have.
    init(_ model: any LanguageModel, _ method: Method) throws(TrainError) {
        held = { model }
        switch method {
        case .whole:
            (adapters, body) = (nil, model)
            model.unfreeze()
        case .last(let blocks):
            (adapters, body) = (nil, model)
            guard blocks <= model.layerCount else {
                throw TrainError(
                    .badOption, at: "--last", "the model has \(model.layerCount) blocks", remedy: "give no more")
            }
            model.freeze(allButLastBlocks: blocks)
        case .lowRank(let options):
            if let mistake = LowRankAdapters.mistake(options, for: model) {
                throw TrainError(.badOption, at: "--lora", mistake, remedy: "change --rank, --alpha or --targets")
            }
            (adapters, body) = (LowRankAdapters(for: model, options), nil)
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

    /// Writes what `TextGenerator` reads: adapters alone, or a model, and the tokenizer.
    ///
    /// - Parameter base: where the model was.
    /// - Returns: the names of the files.
    func save(to folder: String, base: String, _ speaker: TextGenerator) throws(DataError) -> [String] {
        try speaker.tokenizer.save(to: folder)
        let tokens = ["tokenizer.json", "tokenizer_config.json"]
        if let adapters {
            try adapters.save(to: folder, of: FileSystem.resolved(base))
            return tokens + ["adapter_config.json", "adapter_model.safetensors"]
        }
        try model.save(to: folder)
        return tokens + ["config.json", "model.safetensors"]
    }
}
