/// A safetensors file, opened for reading. Its data is mapped into memory and read only when it is touched.
///
/// The file must not be changed while it is open; `SafeTensorsWriter` replaces files and never changes one.
public struct SafeTensorsFile: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// Different from all others in the file.
        public let name: String
        /// How its elements are stored.
        public let type: SafeTensorsType
        /// Sizes of the axes; empty for a scalar.
        public let shape: [Int]
        /// Where its elements are, in bytes from the beginning of the file.
        public let byteRange: Range<Int>

        /// The product of the shape.
        public var elementCount: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
    }

    /// The longest header that is read, in bytes.
    public static let maximumHeaderBytes = 100_000_000

    /// The path as it was given.
    public let path: String
    /// What the writer noted about the file.
    public let metadata: [String: String]
    /// The tensors, sorted by name.
    public let entries: [Entry]

    let content: FileBytes
    private let positions: [String: Int]

    /// Opens a file and checks its whole header: no tensor reaches outside the file or into another one.
    ///
    /// - Throws: `DataError` where the path is no readable file, or the header breaks a rule of the format.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "safetensors"), path: path)
    }

    /// Reads a file that is already in memory; `path` is what messages call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        let header: SafeTensorsHeader
        let dataStart: Int
        do {
            dataStart = try Self.dataStart(content.buffer)
            header = try SafeTensorsHeader(content.buffer[8..<dataStart])
            try header.checkLayout(byteCount: content.buffer.count - dataStart)
        } catch {
            throw DataError(.badFormat, at: path, error.found, remedy: error.remedy)
        }
        self.path = path
        self.content = content
        self.metadata = header.metadata
        let entries = header.tensors.map {
            Entry(
                name: $0.name, type: $0.type, shape: $0.shape,
                byteRange: ($0.offsets.lowerBound + dataStart)..<($0.offsets.upperBound + dataStart))
        }.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
        self.entries = entries
        self.positions = Dictionary(
            entries.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first }
        )
    }

    /// The tensor with that name; nil where there is none.
    public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// Hands the bytes of a tensor to `body`, little-endian and in row-major order.
    ///
    /// They may stand at any address, so load elements with `loadUnaligned`. The pointer is valid during the
    /// call only.
    public func withBytes<Result>(
        of entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        precondition(
            entry.byteRange.lowerBound >= 0 && entry.byteRange.upperBound <= content.buffer.count,
            "SafeTensorsFile.withBytes: the entry \(entry.name) is of another file")
        return try withExtendedLifetime(content) {
            try body(UnsafeRawBufferPointer(rebasing: content.buffer[entry.byteRange]))
        }
    }

    private static func dataStart(_ content: UnsafeRawBufferPointer) throws(FormatProblem) -> Int {
        guard content.count >= 8 else {
            throw FormatProblem(
                "\(Wording.count(content.count, "byte")), a safetensors file has at least 10",
                remedy: "fetch or write the file again")
        }
        let length = UInt64(littleEndian: content.loadUnaligned(as: UInt64.self))
        guard length <= maximumHeaderBytes else {
            throw FormatProblem(
                "the header is said to have \(length) bytes, the limit is \(maximumHeaderBytes)",
                remedy: "check that this is a safetensors file")
        }
        guard Int(length) <= content.count - 8 else {
            throw FormatProblem(
                "the header is said to have \(length) bytes, only \(content.count - 8) follow",
                remedy: "the file is cut short or no safetensors file; fetch or write it again")
        }
        return 8 + Int(length)
    }
}
