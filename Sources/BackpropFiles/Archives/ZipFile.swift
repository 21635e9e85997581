/// A zip file, opened for reading: members that are stored or deflated, of any size, without a password.
///
/// The file is mapped into memory and must not be changed while it is open. Opening it checks its whole list of members; a
/// member's checksum is checked when it is read.
///
/// ```swift
/// let archive = try ZipFile(path: "data.zip")
/// let labels = try archive.bytes(of: "labels.csv")
/// ```
public struct ZipFile: Sendable {
    /// One member of the file.
    public struct Entry: Sendable, Equatable {
        /// Different from all others in the file; parts of a path are separated by "/".
        public let name: String
        /// How many bytes it has when it is unpacked.
        public let byteCount: Int
        let method: UInt16
        let checksum: UInt32
        /// Where its bytes, packed or stored, are in the file.
        package internal(set) var byteRange: Range<Int>
        let rawName: [UInt8]
    }

    /// The path as it was given.
    public let path: String
    /// The members in the order of the file's list.
    public let entries: [Entry]
    private let content: FileBytes
    private let positions: [String: Int]

    /// Opens a file and checks its list of members.
    ///
    /// - Throws: `DataError` where the path is no readable file, or no undamaged zip file.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "zip"), path: path)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        self.path = path
        self.content = content
        do { entries = try ZipDirectory.entries(content.buffer) } catch { throw error.at(path) }
        positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($0.element.name, $0.offset) })
    }

    /// The member with that name; nil where there is none.
    public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// The bytes of a member, unpacked and checked.
    ///
    /// - Parameter limit: the most bytes that are unpacked.
    /// - Throws: `DataError` where there is no such member, or its bytes are damaged or more than `limit`.
    public func bytes(of name: String, limit: Int = Gzip.defaultLimit) throws(DataError) -> [UInt8] {
        guard let entry = self[name] else { throw missing(name) }
        let content = try content(of: entry, limit: limit)
        return Array(content.buffer)
    }

    /// The bytes of a member, unpacked and checked; a stored one is not copied.
    package func content(of entry: Entry, limit: Int = Gzip.defaultLimit) throws(DataError) -> FileBytes {
        let place = "\(path), member \(Wording.quoted(entry.name))"
        do { return try unpacked(entry, limit: limit) } catch { throw error.at(place) }
    }

    package func missing(_ name: String) -> DataError {
        DataError(
            .mismatch, at: path, "it has no member \(Wording.quoted(name))",
            remedy: entries.isEmpty ? "it has none at all" : "choose one of \(Wording.list(entries.map(\.name)))")
    }

    private func unpacked(_ entry: Entry, limit: Int) throws(FormatProblem) -> FileBytes {
        let stored = content[entry.byteRange]
        let result: FileBytes
        switch entry.method {
        case 0: result = stored
        case 8:
            guard entry.byteCount <= limit else {
                throw FormatProblem(
                    "it has \(entry.byteCount) bytes, the limit is \(limit)", reason: .tooLarge,
                    remedy: "check that it is the right file, or allow more bytes")
            }
            var output = GrowingBytes(capacity: min(entry.byteCount, 8 * stored.count) + 1_024)
            var inflate = Inflate()
            let taken = try inflate.unpack(stored.buffer, into: &output, limit: entry.byteCount)
            guard taken == stored.count, output.count == entry.byteCount else {
                throw FormatProblem("it unpacks to \(output.count) bytes, \(entry.byteCount) are listed")
            }
            result = output.finished()
        default:
            throw FormatProblem(
                "it is packed by method \(entry.method)",
                remedy: "write the file again with method deflate or without packing")
        }
        guard CRC32.checksum(result.buffer) == entry.checksum else { throw FormatProblem("its checksum is wrong") }
        return result
    }
}
