import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A finished training run on disk: its configuration, its metrics, and what else was kept with it.
///
/// A list of all parts, their sizes and their digests (`run.json`) is kept with them. The sizes are checked when the
/// folder is opened, so a part that is missing or cut short is found at once; the digest is checked when a part is
/// read, so a changed part is never used. `RunDraft` makes such folders.
public struct RunFolder: Sendable {
    /// The list of parts.
    public static let manifestName = "run.json"
    /// What the run was told to do.
    public static let configurationName = "configuration.json"
    /// The measures of each epoch, one JSON object a line (`JSONLinesLog`).
    public static let metricsName = "metrics.jsonl"

    /// The path as it was given, or where a draft was committed.
    public let path: String
    /// The names of all parts, sorted.
    public let parts: [String]
    private let digests: [String: String]

    struct Manifest: Codable {
        struct Part: Codable {
            let name: String
            let bytes: Int
            let sha256: String
        }

        static let format = "backprop-run"
        static let version = 2
        let format: String
        let version: Int
        let parts: [Part]
    }

    /// Opens a finished run and checks that all its parts are there.
    ///
    /// - Throws: `TrainError` where the path holds no finished run, or a part is missing or of another size.
    public init(opening path: String) throws(TrainError) {
        guard let found = try Self.look(at: path) else {
            throw TrainError(
                .missing, at: path, "there is no such folder", remedy: "check the spelling of the path")
        }
        guard found.kind == .folder else {
            throw TrainError(
                .notARun, at: path, "that is no folder", remedy: "give the folder of a finished run")
        }
        let manifestPath = FileSystem.join(path, Self.manifestName)
        guard try Self.look(at: manifestPath)?.kind == .file else {
            throw TrainError(
                .notARun, at: path, "there is no \(Self.manifestName) in it, so it is no finished run",
                remedy: "give the folder of a finished run")
        }
        let manifest = try Self.decode(Manifest.self, try Self.bytes(of: manifestPath), place: manifestPath)
        guard manifest.format == Manifest.format else {
            throw TrainError(
                .notARun, at: manifestPath,
                "the format is \(Wording.quoted(manifest.format)), expected \(Wording.quoted(Manifest.format))",
                remedy: "give the folder of a finished run")
        }
        guard manifest.version == Manifest.version else {
            throw TrainError(
                .notARun, at: manifestPath,
                "version \(manifest.version), this program knows \(Manifest.version)",
                remedy: "open it with the version of the program that made it")
        }
        for part in manifest.parts {
            try Self.checkName(part.name, in: path)
            let place = FileSystem.join(path, part.name)
            guard let found = try Self.look(at: place), found.kind == .file else {
                throw TrainError(
                    .missing, at: place, "this part of the run is missing",
                    remedy: "copy the whole folder again")
            }
            guard found.bytes == part.bytes else {
                throw TrainError(
                    .corrupt, at: place, "\(found.bytes) bytes, the run was finished with \(part.bytes)",
                    remedy: "copy the whole folder again")
            }
        }
        self.path = path
        self.parts = manifest.parts.map(\.name).sorted()
        self.digests = Dictionary(
            manifest.parts.map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    }

    /// The path of a part, for readers of their own, who do not have its content checked.
    ///
    /// - Throws: `TrainError` where the run has no such part.
    public func path(of part: String) throws(TrainError) -> String {
        guard parts.contains(part) else {
            throw TrainError(
                .missing, at: path, "the run has no part \(Wording.quoted(part))",
                remedy: "its parts are \(Wording.list(parts))")
        }
        return FileSystem.join(path, part)
    }

    /// The bytes of a part.
    ///
    /// - Throws: `TrainError` where the run has no such part, or its bytes are not those that the run was finished with.
    public func read(_ part: String) throws(TrainError) -> [UInt8] {
        let place = try path(of: part)
        let bytes = try Self.bytes(of: place)
        var digest = SHA256()
        digest.add(bytes)
        guard digest.hexadecimal() == digests[part] else {
            throw TrainError(
                .corrupt, at: place, "it is not as it was when the run was finished",
                remedy: "copy the whole folder again, or train again")
        }
        return bytes
    }

    /// A part that is one JSON value.
    public func readJSON<Value: Decodable>(_ type: Value.Type, from part: String) throws(TrainError) -> Value {
        try Self.decode(type, try read(part), place: try path(of: part))
    }

    /// What the run was told to do.
    public func configuration<Value: Decodable>(as type: Value.Type) throws(TrainError) -> Value {
        try readJSON(type, from: Self.configurationName)
    }

    static func checkName(_ name: String, in folder: String) throws(TrainError) {
        let isPlain = !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 200
        guard isPlain, name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != 0 }), name != manifestName
        else {
            throw TrainError(
                .badName, at: folder, "a part cannot be called \(Wording.quoted(name))",
                remedy:
                    "use a plain file name without '/' that does not begin with '.' and is not \(manifestName)"
            )
        }
    }

    /// Whether there is a run in the folder, finished or not.
    static func isRun(_ path: String) -> Bool {
        (try? RunFolder(opening: path)) != nil || UnfinishedRun.hasCheckpoints(path)
    }

    package static func look(at path: String) throws(TrainError) -> (kind: FileSystem.Kind, bytes: Int)? {
        do { return try FileSystem.look(at: path) } catch { throw TrainError(error) }
    }

    /// A file that is one JSON value, of a run that need not be finished.
    package static func readJSON<Value: Decodable>(_ type: Value.Type, at path: String) throws(TrainError) -> Value {
        try decode(type, try bytes(of: path), place: path)
    }

    private static func bytes(of path: String) throws(TrainError) -> [UInt8] {
        do { return try FileSystem.read(path) } catch { throw TrainError(error) }
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], place: String
    ) throws(TrainError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw TrainError(.corrupt, at: place, explanation(of: error), remedy: "restore it or train again")
        }
    }

    private static func explanation(of error: any Error) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "it lacks \(Wording.quoted(key.stringValue))"
                + (context.codingPath.isEmpty ? "" : " in \(path(context))")
        case DecodingError.typeMismatch(let type, let context),
            DecodingError.valueNotFound(let type, let context):
            return "\(path(context).isEmpty ? "the value" : path(context)) is not of type \(type)"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "\(path(context)) has a value that is not allowed"
        default: return "it is not valid JSON"
        }
    }
}
