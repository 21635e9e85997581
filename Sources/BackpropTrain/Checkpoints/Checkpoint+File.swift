import Backprop
import BackpropFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file is one of safetensors, so that others can read it: a tensor `optimizer/layers.0.weight.0` is the one of that
/// name in the state of that part. All else is JSON in the metadata: `format`, `version`, `states` (the plain values of each
/// part), `configuration`, `step` and `measure` where there are any, and `sha256`, a digest of everything else.
extension Checkpoint {
    private static let format = "backprop.checkpoint"
    private static let version = 1
    private static let digestKey = "sha256"
    /// Lists and objects in each other, at most.
    private static let deepest = 200

    // MARK: Writing

    /// Writes the file, all of it or nothing: it appears under its name, in place of one that was there, when it is complete
    /// and on disk. The same checkpoint gives the same bytes.
    ///
    /// - Throws: `DataError` where the system refuses; what was at the path is as before then.
    public func write(to path: String) throws(DataError) {
        do {
            let tensors = namedTensors
            var metadata = try metadata()
            metadata[Self.digestKey] = Self.digest(metadata, tensors)
            var writer = SafeTensorsWriter(metadata: metadata)
            for (name, tensor) in tensors {
                try writer.declare(name, type: SafeTensorsType(tensor.dtype), shape: tensor.shape)
            }
            try writer.write(to: path) { declaration, emit in
                try tensors[declaration.name]!.withUnsafeBytes { try emit($0) }
            }
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another place")
        }
    }

    private var namedTensors: [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (section, state) in sections {
            for (name, tensor) in state.tensors { result["\(section)/\(name)"] = tensor }
        }
        return result
    }

    private func metadata() throws -> [String: String] {
        var result = [
            "format": Self.format, "version": String(Self.version),
            "states": try Self.text(sections.mapValues(\.values)), "configuration": try Self.text(configuration),
        ]
        result["step"] = step.map(String.init)
        result["measure"] = try measure.map { try Self.text(SavedValue.number($0)) }
        return result
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        if depth(of: text) <= deepest { return text }
        throw DataError(
            .tooLarge, at: "checkpoint", "its plain values hold more than \(deepest) lists and objects in each other",
            remedy: "keep them flatter")
    }

    /// SHA-256 of metadata and tensors in the order of their names. Lengths stand before texts, so that no two contents
    /// give the same stream.
    private static func digest(_ metadata: [String: String], _ tensors: [String: Tensor]) -> String {
        var digest = SHA256()
        func add(_ text: String) { digest.add(Array("\(text.utf8.count):\(text)".utf8)) }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != digestKey {
            add(key)
            add(value)
        }
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            add(name)
            add("\(tensor.dtype)\(tensor.shape)")
            tensor.withUnsafeBytes { digest.add($0) }
        }
        return digest.hexadecimal()
    }

    // MARK: Reading

    /// Reads a file and checks it as a whole.
    ///
    /// - Throws: `DataError` of one line where the file cannot be read, is no checkpoint, is of a later version, or does not
    ///   hold what was written.
    public init(reading path: String) throws(DataError) {
        let file = try SafeTensorsFile(path: path)
        let notes = try Notes(of: file)
        guard notes.version == Self.version else {
            throw DataError(
                .badFormat, at: path, "it is a checkpoint of version \(notes.version), expected \(Self.version)",
                remedy: "read it with the version of Backprop that wrote it, or a later one")
        }
        var tensors: [String: Tensor] = [:]
        for entry in file.entries { tensors[entry.name] = try Self.tensor(entry, of: file) }
        guard let expected = file.metadata[Self.digestKey], expected == Self.digest(file.metadata, tensors) else {
            throw DataError(
                .badFormat, at: path, "its contents are not what was written: the SHA-256 digest is another one",
                remedy: "the file is damaged; use an earlier checkpoint or a copy")
        }
        sections = try Self.parsed([String: [String: SavedValue]].self, "states", of: file)
            .mapValues { SavedState(values: $0) }
        configuration = try Self.parsed([String: SavedValue].self, "configuration", of: file)
        (step, measure) = (notes.step, notes.measure)
        for (name, tensor) in tensors {
            let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, sections[String(parts[0])] != nil else {
                throw DataError(
                    .badFormat, at: path, "the tensor \(Wording.quoted(name)) belongs to no state",
                    remedy: "use a file that Checkpoint has written")
            }
            sections[String(parts[0])]!.tensors[String(parts[1])] = tensor
        }
    }

    /// What can be known about a checkpoint from the header of its file.
    struct Notes {
        let version: Int
        let step: Int?
        let measure: Double?

        init(of file: SafeTensorsFile) throws(DataError) {
            guard file.metadata["format"] == format, let version = file.metadata["version"].flatMap(Int.init) else {
                throw DataError(
                    .badFormat, at: file.path, "it is a safetensors file, but no checkpoint of a training",
                    remedy: "use a file that Checkpoint has written; load weights with load(from:)")
            }
            self.version = version
            step = file.metadata["step"].flatMap(Int.init)
            measure =
                file.metadata["measure"] == nil ? nil : try parsed(SavedValue.self, "measure", of: file).number
        }
    }

    private static func tensor(
        _ entry: SafeTensorsFile.Entry, of file: SafeTensorsFile
    ) throws(DataError) -> Tensor {
        guard let dtype = entry.type.dtype, SafeTensorsType(dtype) == entry.type, Shape.mistake(in: entry.shape) == nil
        else {
            throw DataError(
                .badFormat, at: "\(file.path), tensor \(Wording.quoted(entry.name))",
                "\(entry.type.rawValue) of shape \(entry.shape.prefix(9)) is not what a checkpoint holds",
                remedy: "use a file that Checkpoint has written")
        }
        let (tensor, isSound) = file.withBytes(of: entry) { bytes in
            (
                Tensor(shape: entry.shape, dtype: dtype) { $0.copyMemory(from: bytes) },
                dtype != .bool || bytes.allSatisfy { $0 <= 1 }
            )
        }
        if isSound { return tensor }
        throw DataError(
            .badFormat, at: "\(file.path), tensor \(Wording.quoted(entry.name))", "a truth value is neither 0 nor 1",
            remedy: "the file is damaged; use an earlier checkpoint or a copy")
    }

    private static func parsed<Value: Decodable>(
        _ type: Value.Type, _ key: String, of file: SafeTensorsFile
    ) throws(DataError) -> Value {
        let text = file.metadata[key] ?? ""
        if depth(of: text) <= deepest, let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) {
            return value
        }
        throw DataError(
            .badFormat, at: file.path, "the metadata \(Wording.quoted(key)) is not what a checkpoint holds",
            remedy: "use a file that Checkpoint has written")
    }

    /// How many lists and objects are in each other, as far as brackets tell.
    private static func depth(of text: String) -> Int {
        var depth = 0, deepest = 0, isInText = false, isEscaped = false
        for byte in text.utf8 {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
