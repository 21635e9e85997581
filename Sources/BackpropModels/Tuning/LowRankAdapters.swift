import Backprop
import BackpropNN

/// How adapters of low rank are made.
public struct LowRankOptions: Sendable, Equatable, Codable {
    /// The features between the two matrices of an adapter.
    public var rank = 8
    /// What an adapter adds is scaled by alpha / rank.
    public var alpha = 16.0
    /// Which linear layers get one: endings of their paths, in our names or in those of Hugging Face's files, such as `queries`,
    /// `q_proj` or `mlp.down_proj`. Nil stands for all within the blocks.
    public var targets: [String]?
    /// The probability with which a feature of what an adapter reads is lost in training.
    public var dropout = 0.0
    /// Whether it is scaled by alpha / sqrt(rank) instead (Kalajdzievski, 2023).
    public var scalesByRoot = false

    public init() {}

    var scale: Double { alpha / (scalesByRoot ? Double(rank).squareRoot() : Double(rank)) }
}

/// Two matrices beside a linear layer: it gives W x + s B A x (Hu et al., 2021). B starts at zero, so nothing changes at
/// first.
public struct LowRankAdapter: ParameterContainer {
    /// [rank, inputs].
    public let down: Parameter
    /// [outputs, rank].
    public let up: Parameter
    /// s.
    public let scale: Double
    private let dropout: Dropout

    init(_ layer: Linear, _ options: LowRankOptions) {
        // The bound that PEFT's start has.
        let bound = 1 / Double(layer.inputs).squareRoot(), dtype = layer.weight.value.dtype
        down = Parameter(Initializer.uniform(low: -bound, high: bound)([options.rank, layer.inputs], dtype: dtype))
        up = Parameter(.zeros([layer.outputs, options.rank], dtype: dtype))
        scale = options.scale
        dropout = Dropout(options.dropout)
    }

    /// What is added for x, [..., inputs].
    func callAsFunction(_ x: Tensor) -> Tensor {
        matmul(matmul(dropout(x), down.value, transposeB: true) * scale, up.value, transposeB: true)
    }

    /// What is added to the weight, [outputs, inputs].
    var difference: Tensor { matmul(up.value * scale, down.value) }
}

/// Adapters of low rank for the linear layers of a model, which themselves stay as they are.
///
/// ```swift
/// let adapters = LowRankAdapters(for: model)
/// let optimizer = AdamW(adapters.parameters(), learningRate: 2e-4)
/// let loss = adapters.inUse { model.loss(ids) }
/// loss.backward()
/// optimizer.step()
/// try adapters.save(to: "adapters", of: "smollm2.gguf")    // they alone, as PEFT writes them
/// adapters.merge()                                         // into the weights of the model
/// ```
public struct LowRankAdapters: ParameterContainer {
    /// By our names of the layers.
    public let layers: [String: LowRankAdapter]
    public let options: LowRankOptions
    let model: HeldModel

    /// Adapters that change nothing yet. The parameters of the model learn nothing from now on.
    ///
    /// Options that no layer has, or that make no sense, stop it; see `mistake(_:for:)` for those of people.
    public init(
        for model: some PretrainedModel, _ options: LowRankOptions = LowRankOptions(), file: StaticString = #fileID,
        line: UInt = #line
    ) {
        let mistake = Self.mistake(options, for: model)
        require(mistake == nil, "LowRankAdapters: \(mistake ?? "")", file: file, line: line)
        model.freeze()
        let chosen = Self.chosen(options, model)
        layers = Dictionary(chosen.map { ($0.name, LowRankAdapter($0.layer, options)) }) { first, _ in first }
        self.options = options
        self.model = HeldModel(model)
    }

    /// What is wrong with options for a model; nil where nothing is.
    public static func mistake(_ options: LowRankOptions, for model: some PretrainedModel) -> String? {
        if options.rank < 1 || options.rank > 65_536 { return "a rank of \(options.rank), expected 1 or more" }
        if !(options.alpha > 0 && options.alpha.isFinite) {
            return "an alpha of \(options.alpha), expected more than 0"
        }
        if !(options.dropout >= 0 && options.dropout < 1) {
            return "a dropout of \(options.dropout), expected 0 or more, below 1"
        }
        let names = model.linearLayers().map(\.name)
        for target in options.targets ?? [] where !names.contains(where: { isTarget($0, target, model) }) {
            let known = Set(names.map { model.moduleName($0) }.compactMap { $0.split(separator: ".").last })
            return "no linear layer is called '\(target)'; there are \(known.sorted().joined(separator: ", "))"
        }
        return chosen(options, model).isEmpty ? "the model has no linear layers in blocks" : nil
    }

    private static func chosen(
        _ options: LowRankOptions, _ model: some PretrainedModel
    ) -> [(name: String, layer: Linear)] {
        model.linearLayers().filter { name, _ in
            guard let targets = options.targets else { return name.split(separator: ".").contains("blocks") }
            return targets.contains { isTarget(name, $0, model) }
        }
    }

    private static func isTarget(_ name: String, _ target: String, _ model: some PretrainedModel) -> Bool {
        [name, model.moduleName(name)].contains { $0 == target || $0.hasSuffix("." + target) }
    }

    /// Runs `body` with the adapters in use, on this task alone.
    public func inUse<Result>(_ body: () throws -> Result) rethrows -> Result {
        try LinearAdditions(
            model.linearLayers().compactMap { name, layer in layers[name].map { adapter in (layer, { adapter($0) }) } }
        ).inUse(body)
    }

    /// Adds what the adapters do to the weights of the model, which gives the same numbers without them then. Use each adapter
    /// once.
    public func merge() {
        withoutGradients {
            let merged = model.linearLayers().compactMap { name, layer in
                layers[name].map { (layer.weight, layer.weight.value + $0.difference) }
            }
            for (weight, value) in merged { weight.value = value }
            evaluateOrStop(merged.map(\.0.value))
        }
    }
}

/// A model beside its adapters, held by a function: no part of them that a search for parameters goes through.
struct HeldModel: Sendable {
    private let model: @Sendable () -> any PretrainedModel

    init(_ model: any PretrainedModel) { self.model = { model } }

    func linearLayers() -> [(name: String, layer: Linear)] { model().linearLayers() }
    func moduleName(_ name: String) -> String { model().moduleName(name) }
    /// Whether files hold the weights of a layer by [inputs, outputs].
    func isTransposed(_ name: String) -> Bool { model().names.foreign(name + ".weight").arrangement == .transposed }
}

extension PretrainedModel {
    /// What Hugging Face calls one of our layers.
    func moduleName(_ name: String) -> String {
        let weight = names.foreign(name + ".weight").name
        return weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : weight
    }
}
