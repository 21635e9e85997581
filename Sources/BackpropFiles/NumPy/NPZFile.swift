import Backprop

/// A file with several named arrays of NumPy (`.npz`), opened for reading: a zip file, packed or not.
///
/// The file is mapped into memory and must not be changed while it, or a tensor of it, is in use. `NPYFile` says which dtype each
/// array gets.
///
/// ```swift
/// let file = try NPZFile(path: "data.npz")
/// let x = try file.tensor("x")
/// try NPZFile.write(["x": x, "y": y], to: "copy.npz")
/// ```
public struct NPZFile: Sendable, CustomStringConvertible {
    /// The path as it was given.
    public var path: String { archive.path }
    /// The names of the arrays in the order of the file.
    public let names: [String]

    /// `data.npz: x, y`.
    public var description: String { "\(path): \(names.isEmpty ? "no arrays" : names.joined(separator: ", "))" }

    private let archive: ZipFile
    private static let suffix = ".npy"

    /// Opens a file and checks its list of members.
    ///
    /// - Throws: `DataError` where the path is no readable file, or no undamaged zip file.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "npz"), path: path)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        archive = try ZipFile(content, path: path)
        names = archive.entries.compactMap {
            $0.name.hasSuffix(Self.suffix) ? String($0.name.dropLast(Self.suffix.count)) : nil
        }
    }

    /// The array with that name. Where it was written by this type its elements are not copied.
    ///
    /// - Parameter limit: the most bytes that a packed array is unpacked to.
    /// - Throws: `DataError` where there is none, its bytes are damaged, or no tensor has its shape or its numbers.
    public func tensor(_ name: String, limit: Int = Gzip.defaultLimit) throws(DataError) -> Tensor {
        guard let entry = archive[name + Self.suffix] else {
            throw DataError(
                .mismatch, at: path, "it has no array \(Wording.quoted(name))",
                remedy: names.isEmpty ? "it has no array at all" : "choose one of \(Wording.list(names))")
        }
        let content = try archive.content(of: entry, limit: limit)
        do { return try NPYArray(content).tensor() } catch { throw error.at("\(path), array \(Wording.quoted(name))") }
    }

    /// All arrays by their names.
    ///
    /// - Throws: `DataError` as `tensor(_:)` does.
    public func tensors(limit: Int = Gzip.defaultLimit) throws(DataError) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for name in names { result[name] = try tensor(name, limit: limit) }
        return result
    }

    /// Writes tensors, all of them or nothing, ordered by name; the same tensors give the same bytes. bfloat16 is written as
    /// float32.
    ///
    /// - Throws: `DataError` where the system refuses.
    public static func write(_ tensors: [String: Tensor], to path: String) throws(DataError) {
        try NPYFile.writing(to: path) {
            try FileSystem.writeAtomically(path) { file in
                var archive = ZipWriter()
                for (name, tensor) in tensors.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                    try NPYFile.header(of: tensor).withUnsafeBytes { header in
                        try NPYFile.withElements(of: tensor) { elements in
                            try archive.add(name + suffix, [header, elements], to: &file)
                        }
                    }
                }
                try archive.finish(&file)
            }
        }
    }
}
