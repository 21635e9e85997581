/// A model in GGUF's format, opened for reading: metadata and tensors. Its data is mapped into memory and read only when it is
/// touched.
///
/// ```swift
/// let file = try GGUFFile(path: "model.gguf")
/// let family = file.metadata["general.architecture"]?.text
/// let weights = file["token_embd.weight"]!
/// print(weights.shape, weights.type.name)
/// ```
///
/// The file must not be changed while it is open.
public struct GGUFFile: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// Different from all others in the file.
        public let name: String
        /// Sizes of the axes, the outermost first as everywhere here (the file has them the other way round).
        public let shape: [Int]
        /// How its elements are stored.
        public let type: GGUFType
        /// Where its bytes are, from the beginning of the file.
        public let byteRange: Range<Int>

        /// The product of the shape.
        public var elementCount: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
    }

    /// The path as it was given.
    public let path: String
    /// The version of the format: 2 or 3.
    public let version: Int
    /// What is said about the model, by names such as "general.architecture" and "tokenizer.ggml.tokens".
    public let metadata: [String: GGUFValue]
    /// The tensors, in the order of the file.
    public let entries: [Entry]

    private let content: FileBytes
    private let positions: [String: Int]

    /// Opens a file and checks all that it says: no name comes twice, and no tensor reaches outside the file or into another.
    ///
    /// - Throws: `DataError` where the path is no readable file, or what it says breaks a rule of the format.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "GGUF"), path: path)
    }

    /// Reads a file that is already in memory; `path` is what messages call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        let header: GGUFHeader
        do throws(FormatProblem) {
            header = try withExtendedLifetime(content) { () throws(FormatProblem) in try GGUFHeader(content.buffer) }
        } catch {
            throw error.at(path)
        }
        (self.path, self.content) = (path, content)
        (version, metadata) = (header.version, header.metadata)
        entries = header.tensors.map { Entry(name: $0.name, shape: $0.shape, type: $0.type, byteRange: $0.range) }
        positions = Dictionary(
            entries.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tensor with that name; nil where there is none.
    public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// The bytes of a tensor as they stand in the file, whose memory they hold. They may begin at any address.
    package func bytes(of entry: Entry) -> FileBytes {
        precondition(
            entry.byteRange.upperBound <= content.count, "GGUFFile.bytes: the entry \(entry.name) is of another file")
        return content[entry.byteRange]
    }

    /// Hands the bytes of a tensor to `body`, blocks row by row. The pointer is valid during the call only.
    public func withBytes<Result>(
        of entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let bytes = bytes(of: entry)
        return try withExtendedLifetime(bytes) { try body(bytes.buffer) }
    }
}
