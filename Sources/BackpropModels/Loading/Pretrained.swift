import BackpropFiles

/// Reads models as Hugging Face's folders hold them, `config.json` and `model.safetensors`, one file or several with an index;
/// and language models in GGUF's format.
///
/// ```swift
/// let model = try Pretrained.load("bert")
/// if let classifier = model as? BERTForSequenceClassification { ... }
/// let speaker = try Pretrained.languageModel("smollm2.gguf")
/// ```
public enum Pretrained {
    /// The families, each with a head.
    static let families: [any PretrainedModel.Type] = [
        GPT2.self, Llama.self, BERT.self, BERTForMaskedLM.self, BERTForSequenceClassification.self,
        ViT.self, ResNet.self, T5.self,
    ]

    /// The names that `architectures` in `config.json` may have.
    public static var architectures: [String] { families.flatMap { $0.architectures } }

    /// The model of a folder, of the type that `architectures` in its `config.json` names.
    ///
    /// - Parameters:
    ///   - dtype: of the parameters, whatever the file has.
    ///   - architecture: one that is meant instead of that in `config.json`: another head on the same body.
    ///   - isStrict: with `false`, what the file has not keeps its random value: a new head.
    /// - Throws: `DataError` for an architecture or a setting that is not known, and for files that cannot be read or do not
    ///   fit.
    public static func load(
        _ path: String, dtype: DType = .float32, architecture: String? = nil, isStrict: Bool = true
    ) throws(DataError) -> any PretrainedModel {
        if let file = try ggufFile(path) { return try Llama.load(file, dtype: dtype) }
        let place = FileSystem.join(path, "config.json")
        let json = try JSONValue.read(place)
        let family = try family(json, place: place, architecture: architecture)
        return try load(family, path, json, place: place, dtype: dtype, isStrict: isStrict)
    }

    /// The language model of a folder.
    ///
    /// - Throws: `DataError` as `load` does, and for a model of another kind.
    public static func languageModel(_ path: String, dtype: DType = .float32) throws(DataError) -> any LanguageModel {
        let model = try load(path, dtype: dtype)
        guard let speaker = model as? any LanguageModel else {
            let known = families.filter { $0 is any LanguageModel.Type }.flatMap { $0.architectures }
            throw DataError(
                .mismatch, at: path, "a \(model.architecture) does not say which token comes next",
                remedy: "use one of \(Wording.list(known))")
        }
        return speaker
    }

    /// The GGUF file at a path, or the only one in a folder without `config.json`; nil where there is none.
    static func ggufFile(_ path: String) throws(DataError) -> GGUFFile? {
        if path.hasSuffix(".gguf") { return try GGUFFile(path: path) }
        guard let names = try? FileSystem.names(in: path), !names.contains("config.json") else { return nil }
        let files = names.filter { $0.hasSuffix(".gguf") }
        guard files.count <= 1 else {
            throw DataError(
                .mismatch, at: path, "the folder has \(Wording.list(files)), and each could be meant",
                remedy: "give the path of one of them")
        }
        guard let file = files.first else { return nil }
        return try GGUFFile(path: FileSystem.join(path, file))
    }

    /// The weights of a folder: `model.safetensors` or its index where there are other files of that kind beside.
    static func weights(_ folder: String) throws(DataError) -> SafeTensors {
        for name in ["model.safetensors.index.json", "model.safetensors"] {
            let path = FileSystem.join(folder, name)
            do {
                if try FileSystem.look(at: path) != nil { return try SafeTensors(path: path) }
            } catch let error as DataError {
                throw error
            } catch let failure as SystemFailure {
                throw DataError(failure)
            } catch { preconditionFailure("\(error)") }
        }
        return try SafeTensors(path: folder)
    }

    private static func family(
        _ json: JSONValue, place: String, architecture: String?
    ) throws(DataError) -> any PretrainedModel.Type {
        var name = architecture
        if name == nil, case .list(let names) = json["architectures"], case .text(let first) = names.first {
            name = first
        }
        guard let name else {
            throw DataError(
                .mismatch, at: place, "no 'architectures' say what the model is",
                remedy: "write one of \(Wording.list(architectures, limit: 30)) there")
        }
        guard let family = families.first(where: { $0.architectures.contains(name) }) else {
            throw DataError(
                .mismatch, at: place, "nobody here knows the architecture \(Wording.quoted(name))",
                remedy: "use a model of \(Wording.list(architectures, limit: 30))")
        }
        return family
    }

    private static func load<Model: PretrainedModel>(
        _ type: Model.Type, _ path: String, _ json: JSONValue, place: String, dtype: DType, isStrict: Bool
    ) throws(DataError) -> any PretrainedModel {
        var reader = try ConfigurationReader(json, place: place)
        return try Model.load(&reader, weights(path), dtype: dtype, isStrict: isStrict)
    }
}

extension PretrainedModel {
    /// A model of this type from a folder, whatever `architectures` in its `config.json` says.
    ///
    /// - Parameter isStrict: with `false`, what the file has not keeps its random value: a new head.
    /// - Throws: `DataError` for a setting that is not known, and for files that cannot be read or do not fit.
    public static func load(
        _ path: String, dtype: DType = .float32, isStrict: Bool = true
    ) throws(DataError) -> Self {
        var reader = try ConfigurationReader(path: FileSystem.join(path, "config.json"))
        return try load(&reader, Pretrained.weights(path), dtype: dtype, isStrict: isStrict)
    }

    static func load(
        _ reader: inout ConfigurationReader, _ weights: SafeTensors, dtype: DType, isStrict: Bool
    ) throws(DataError) -> Self {
        var configuration = try Configuration(&reader)
        configuration.adapt(to: Set(weights.names))
        let model = Self(configuration, dtype: dtype)
        try model.loadWeights(from: weights, isStrict: isStrict)
        return model
    }

    /// Reads the weights under the names that Hugging Face gives them. Files of a body without a head may leave the
    /// beginning of the names away.
    @discardableResult
    package func loadWeights(from source: some NamedTensors, isStrict: Bool = true) throws(DataError) -> LoadReport {
        let tensors = Set(source.tensors.map(\.name))
        let found = [names] + otherNames
        // Of the ways to call tensors, that which the file has.
        let cells = namedCells().map(\.name)
        let counts = found.map { names in cells.count { tensors.contains(names.foreign($0, in: tensors).name) } }
        let names = found[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
        return try load(
            from: source, foreign: { names.foreign($0, in: tensors) }, isLeftOut: { names.isUnused($0) },
            isStrict: isStrict)
    }
}
