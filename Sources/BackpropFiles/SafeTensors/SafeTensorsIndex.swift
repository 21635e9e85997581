/// The index of tensors that lie in several files, such as `model.safetensors.index.json`: a JSON object whose `weight_map`
/// says in which file each tensor is.
struct SafeTensorsIndex {
    /// What the names of such files end in.
    static let ending = ".safetensors.index.json"
    static let maximumBytes = 100_000_000

    /// The file of each tensor.
    private(set) var files: [String: String] = [:]

    private typealias Problem = FormatProblem

    /// - Throws: `DataError` where the text is no such index, or a file lies elsewhere than beside it.
    init(path: String) throws(DataError) {
        let size = try FileSystem.size(ofFile: path, expecting: "safetensors index")
        guard size <= Self.maximumBytes else {
            throw DataError(
                .tooLarge, at: path, "\(size) bytes, the limit of an index is \(Self.maximumBytes)",
                remedy: "check that this is a safetensors index")
        }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw DataError(error) }
        try self.init(bytes, path: path)
    }

    /// Reads an index that is in memory already; `path` is what messages call it.
    init(_ bytes: [UInt8], path: String) throws(DataError) {
        do throws(FormatProblem) { try read(bytes) } catch {
            throw DataError(.badFormat, at: path, error.found, remedy: error.remedy)
        }
    }

    private mutating func read(_ bytes: [UInt8]) throws(FormatProblem) {
        var text = JSONCursor(bytes, subject: "the index")
        var keys: Set<String> = [], found: [String: String]?
        try text.object { cursor, key throws(FormatProblem) in
            guard keys.insert(key).inserted else { throw Problem("the index has \(Wording.quoted(key)) twice") }
            if key == "weight_map" {
                found = try Self.map(&cursor)
            } else {
                try cursor.skipValue()
            }
        }
        try text.end()
        guard let found else { throw Problem("the index has no 'weight_map'") }
        files = found
    }

    private static func map(_ cursor: inout JSONCursor) throws(FormatProblem) -> [String: String] {
        var result: [String: String] = [:]
        try cursor.object { cursor, name throws(FormatProblem) in
            let file = try cursor.string()
            guard result.updateValue(file, forKey: name) == nil else {
                throw Problem("the index names the tensor \(Wording.quoted(name)) twice")
            }
            guard isPlain(file) else {
                throw Problem(
                    "the index has the tensor \(Wording.quoted(name)) in \(Wording.quoted(file)), which is no file beside it",
                    remedy: "put all files into one folder, and their bare names into the index")
            }
        }
        return result
    }

    /// Whether it is the bare name of a safetensors file.
    private static func isPlain(_ file: String) -> Bool {
        file.hasSuffix(".safetensors") && !file.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 }
    }
}
