/// Writes a safetensors file in two steps: declare every tensor, then hand out the bytes in file order.
///
/// The same declarations give the same bytes: wide elements come first and then names in order, the header
/// is padded with spaces so that the data is aligned to 8 bytes.
///
/// ```swift
/// var writer = SafeTensorsWriter(metadata: ["format": "backprop"])
/// try writer.declare("weight", type: .float32, shape: [2, 3])
/// try writer.write(to: "model.safetensors") { entry, emit in
///     try weights[entry.name]!.withUnsafeBytes { try emit($0) }
/// }
/// ```
public struct SafeTensorsWriter: Sendable {
    /// A tensor that will be written.
    public struct Declaration: Sendable, Equatable {
        /// Different from all others in the file.
        public let name: String
        /// How its elements are stored.
        public let type: SafeTensorsType
        /// Sizes of the axes; empty for a scalar.
        public let shape: [Int]
        /// Bytes of all elements.
        public let byteCount: Int
    }

    /// Takes the next bytes of a tensor; may be called several times for one tensor.
    public typealias Emit = (UnsafeRawBufferPointer) throws -> Void

    /// What is noted about the file.
    public let metadata: [String: String]
    /// The tensors in the order of the file.
    public var declarations: [Declaration] {
        declared.values.sorted {
            $0.type.rank == $1.type.rank
                ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.type.rank < $1.type.rank
        }
    }

    private var declared: [String: Declaration] = [:]
    private var totalBytes = 0

    /// A file without tensors yet.
    public init(metadata: [String: String] = [:]) { self.metadata = metadata }

    /// Announces a tensor.
    ///
    /// - Throws: `DataError` for a name that is taken or reserved, a negative size, and a shape whose bytes
    ///   cannot be counted.
    public mutating func declare(_ name: String, type: SafeTensorsType, shape: [Int]) throws(DataError) {
        let place = "tensor \(Wording.quoted(name))"
        guard name != SafeTensorsHeader.metadataKey, declared[name] == nil else {
            let found = declared[name] == nil ? "that name is reserved" : "that name is taken"
            throw DataError(.mismatch, at: place, found, remedy: "give each tensor a name of its own")
        }
        guard shape.allSatisfy({ $0 >= 0 }), let extent = type.extent(of: shape),
            case let (total, overflow) = totalBytes.addingReportingOverflow(extent.bytes), !overflow
        else {
            throw DataError(
                .mismatch, at: place, "the shape \(shape) is not possible", remedy: "correct the shape")
        }
        totalBytes = total
        declared[name] = Declaration(name: name, type: type, shape: shape, byteCount: extent.bytes)
    }

    /// Writes the file, all of it or nothing: it appears under its name when it is complete and on disk.
    ///
    /// `provide` is called once for each tensor, in the order of `declarations`, and passes the elements
    /// (little-endian, row-major) to `emit`.
    ///
    /// - Throws: `DataError` where the system refuses, or where the bytes are more or fewer than declared;
    ///   and what `provide` throws.
    public func write(
        to path: String, provide: (Declaration, Emit) throws -> Void
    ) throws {
        try write(to: path, known: path, provide: provide)
    }

    /// The same; errors call the file `place` where a person does not know `path`.
    package func write(
        to path: String, known place: String, provide: (Declaration, Emit) throws -> Void
    ) throws {
        let declarations = declarations
        let header = header(declarations)
        guard header.count - 8 <= SafeTensorsFile.maximumHeaderBytes else {
            throw DataError(
                .tooLarge, at: place,
                "the header has \(header.count - 8) bytes, the limit is "
                    + "\(SafeTensorsFile.maximumHeaderBytes)", remedy: "write fewer tensors or less metadata")
        }
        do {
            try FileSystem.writeAtomically(path) { file in
                try file.write(header)
                for declaration in declarations {
                    var sent = 0
                    try provide(declaration) { bytes in
                        sent += bytes.count
                        guard sent <= declaration.byteCount else {
                            throw Self.wrongCount(declaration, found: "at least \(sent)", place)
                        }
                        try file.write(block: bytes)
                    }
                    guard sent == declaration.byteCount else {
                        throw Self.wrongCount(declaration, found: "\(sent)", place)
                    }
                }
            }
        } catch let failure as SystemFailure {
            throw DataError(failure, at: failure.path == path ? place : failure.path)
        }
    }

    private static func wrongCount(_ declaration: Declaration, found: String, _ place: String) -> DataError {
        DataError(
            .mismatch, at: "\(place), tensor \(Wording.quoted(declaration.name))",
            "\(found) bytes were given, its shape \(declaration.shape) of \(declaration.type.rawValue) needs "
                + "\(declaration.byteCount)", remedy: "give exactly the declared elements")
    }

    private func header(_ declarations: [Declaration]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
            members.append("\(JSONText.quoted(SafeTensorsHeader.metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        var begin = 0
        for declaration in declarations {
            let end = begin + declaration.byteCount
            let shape = declaration.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(JSONText.quoted(declaration.name)):{\"dtype\":\"\(declaration.type.rawValue)\","
                    + "\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
            begin = end
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        let length = UInt64(text.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
    }
}
