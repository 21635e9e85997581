import Backprop
import BackpropFiles
import BackpropNN

extension LowRankAdapters {
    static let configurationName = "adapter_config.json", weightsName = "adapter_model.safetensors"
    /// What PEFT puts in front of the names of a model.
    private static let prefix = "base_model.model."

    /// Writes `adapter_config.json` and `adapter_model.safetensors`, which PEFT reads.
    ///
    /// - Parameters:
    ///   - folder: made where it does not exist.
    ///   - base: where the model itself is, which is kept for whoever loads the adapters.
    /// - Throws: `DataError` where the system refuses.
    public func save(to folder: String, of base: String) throws(DataError) {
        do { try FileSystem.createFolders(folder) } catch { throw DataError(error) }
        let targets = targets
        let settings: [(String, JSONValue)] = [
            ("base_model_name_or_path", .text(base)), ("bias", "none"),
            ("fan_in_fan_out", .bool(layers.keys.contains { model.isTransposed($0) })), ("inference_mode", true),
            ("init_lora_weights", true), ("layers_to_transform", nil), ("lora_alpha", .real(options.alpha)),
            ("lora_dropout", .real(options.dropout)), ("modules_to_save", nil), ("peft_type", "LORA"),
            ("r", .integer(options.rank)), ("target_modules", .list(targets.map { .text($0) })),
            ("task_type", "CAUSAL_LM"), ("use_dora", false), ("use_rslora", .bool(options.scalesByRoot)),
        ]
        let text = Array(
            JSONValue.object(settings.map { JSONValue.Member($0.0, $0.1) }).lines.utf8)
        do {
            try FileSystem.writeAtomically(FileSystem.join(folder, Self.configurationName)) { try $0.write(text) }
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: folder, "cannot write it: \(error)", remedy: "choose another place")
        }
        var tensors: [String: Tensor] = [:]
        for (name, adapter) in layers {
            let path = Self.prefix + model.moduleName(name)
            tensors[path + ".lora_A.weight"] = adapter.down.value
            tensors[path + ".lora_B.weight"] = adapter.up.value
        }
        try saveTensors(tensors, to: FileSystem.join(folder, Self.weightsName), metadata: ["format": "pt"])
    }

    /// What says which layers have adapters: the last parts of their names, or whole names where others end like them.
    private var targets: [String] {
        let names = layers.keys.map { model.moduleName($0) }
        let short = Set(names.compactMap { $0.split(separator: ".").last.map(String.init) })
        let meant = model.linearLayers().map { model.moduleName($0.name) }.filter { name in
            short.contains { name.hasSuffix("." + $0) || name == $0 }
        }
        return Set(meant) == Set(names) ? short.sorted() : names.sorted()
    }

    /// Whether there are adapters in a folder.
    static func isIn(_ folder: String) throws(DataError) -> Bool {
        do { return try FileSystem.look(at: FileSystem.join(folder, configurationName)) != nil } catch {
            throw DataError(error)
        }
    }

    /// Where the model of the adapters in a folder is, as its configuration says.
    public static func base(of folder: String) throws(DataError) -> String {
        let place = FileSystem.join(folder, configurationName)
        guard let path = try JSONValue.read(place)["base_model_name_or_path"]?.text, !path.isEmpty else {
            throw DataError(
                .mismatch, at: place, "no 'base_model_name_or_path' says which model the adapters are for",
                remedy: "write the path of the model there")
        }
        return path
    }

    /// Adapters for a model from a folder that PEFT or `save` has written. The parameters of the model learn nothing from now
    /// on.
    ///
    /// - Throws: `DataError` for files that cannot be read, adapters of another kind, and ones that do not fit the model.
    public static func load(_ folder: String, for model: some PretrainedModel) throws(DataError) -> LowRankAdapters {
        let options = try LowRankOptions(reading: FileSystem.join(folder, configurationName))
        let place = FileSystem.join(folder, weightsName)
        if let mistake = mistake(options, for: model) {
            throw DataError(.mismatch, at: place, mistake, remedy: "use the model that the adapters were made for")
        }
        let found = try loadTensors(from: place)
        let adapters = withRandomSeed(0) { LowRankAdapters(for: model, options) }
        var values: [(Parameter, Tensor)] = [], known: Set<String> = []
        for (name, adapter) in adapters.layers.sorted(by: { $0.key < $1.key }) {
            for (ending, parameter) in [("lora_A", adapter.down), ("lora_B", adapter.up)] {
                let key = "\(prefix)\(model.moduleName(name)).\(ending).weight"
                guard let value = found[key] else {
                    throw DataError(
                        .mismatch, at: place, "there is no \(Wording.quoted(key, limit: 120))",
                        remedy: "use the model that the adapters were made for")
                }
                guard value.shape == parameter.shape, value.dtype.isFloatingPoint else {
                    throw DataError(
                        .mismatch, at: place,
                        "\(Wording.quoted(key, limit: 120)) is \(value.dtype)\(value.shape), expected \(parameter.shape)",
                        remedy: "use the model that the adapters were made for")
                }
                known.insert(key)
                values.append((parameter, value.asType(parameter.dtype)))
            }
        }
        let others = Set(found.keys).subtracting(known)
        guard others.isEmpty else {
            throw DataError(
                .mismatch, at: place, "nobody here knows what \(Wording.list(others.sorted(), limit: 3)) is for",
                remedy: "use adapters of low rank for linear layers of this model")
        }
        for (parameter, value) in values { parameter.value = value }
        evaluateOrStop(values.map(\.0.value))
        return adapters
    }
}

extension LowRankOptions {
    /// What PEFT's `adapter_config.json` says.
    init(reading path: String) throws(DataError) {
        var reader = try ConfigurationReader(path: path)
        try reader.expect("peft_type", "LORA")
        rank = try reader.integer("r", 8, in: 1...65_536)
        alpha = try reader.number("lora_alpha", 8, in: 1e-6...1e6)
        dropout = try reader.number("lora_dropout", 0, in: 0...0.999)
        scalesByRoot = try reader.flag("use_rslora", false)
        switch reader.value("target_modules") {
        case .list(let names)? where !names.isEmpty && names.allSatisfy { $0.text != nil }:
            targets = names.compactMap(\.text)
        case .text("all-linear")?: targets = nil
        case let other: throw reader.problem("'target_modules' is \(other?.shown ?? "left out"), not a list of names")
        }
        try reader.expect("bias", "none")
        for key in ["use_dora", "use_qalora", "lora_bias"] { try reader.expect(key, false) }
        for key in ["rank_pattern", "alpha_pattern"] { try reader.expect(key, .object([])) }
        for key in [
            "modules_to_save", "layers_to_transform", "layers_pattern", "exclude_modules", "layer_replication",
            "trainable_token_indices", "target_parameters", "megatron_config", "eva_config", "corda_config",
            "alora_invocation_tokens", "arrow_config", "ensure_weight_tying",
        ] { try reader.expect(key, nil, false) }
        reader.carry(
            "base_model_name_or_path", "fan_in_fan_out", "inference_mode", "init_lora_weights", "task_type", "revision",
            "auto_mapping", "peft_version", "loftq_config", "megatron_core", "qalora_group_size", "runtime_config")
        _ = try reader.finish()
    }
}
