import Backprop
import BackpropFiles

/// The values of all parameters and buffers of a model at one moment, by name: to be kept in a file, given back to a model,
/// or compared by their digest.
///
/// ```swift
/// try Weights(of: model).write(to: "model.safetensors")
/// try Weights(reading: "model.safetensors", for: model).restore(to: model)
/// ```
public struct Weights: Sendable {
    /// One parameter or buffer.
    struct Entry: Sendable {
        let name: String
        let value: Tensor
    }

    /// Sorted by name.
    private let entries: [Entry]

    /// The values that `model` has now. Later training does not change them.
    public init(of model: some ParameterContainer) {
        let cells = model.namedCells()
        evaluateOrStop(cells.map(\.cell.value))
        self.init(cells.map { Entry(name: $0.name, value: Self.copy($0.cell.value)) })
    }

    private init(_ entries: [Entry]) { self.entries = entries.sorted { Self.precedes($0.name, $1.name) } }

    /// The names, sorted.
    public var names: [String] { entries.map(\.name) }

    /// The value of one parameter or buffer; nil where there is none with that name.
    public subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.value }

    /// Whether every number is finite.
    package var isFinite: Bool {
        entries.filter(\.value.dtype.isFloatingPoint).allSatisfy { entry in
            entry.value.array(of: Double.self).allSatisfy(\.isFinite)
        }
    }

    /// Makes these the values of the parameters and buffers of `model`.
    ///
    /// - Throws: `DataError` that lists every name that is missing, unexpected or of another shape, in one line;
    ///   the model is unchanged then.
    public func restore(to model: some ParameterContainer) throws(DataError) {
        let cells = model.namedCells()
        let shapes = Dictionary(
            entries.map { ($0.name, (shape: $0.value.shape, dtype: $0.value.dtype.description)) },
            uniquingKeysWith: { first, _ in first })
        try Self.check(cells, against: shapes, place: "weights") { $0.description == $1 }
        for named in cells { named.cell.value = self[named.name]! }
        evaluateOrStop(cells.map(\.cell.value))
    }

    // MARK: Digest

    /// A number that names these values: SHA-256, as 64 hexadecimal digits.
    ///
    /// It is taken over the parameters and buffers in the order of their names (by Unicode scalars). Each contributes a line
    /// `name dtype shape`, such as `layers.0.weight float32 [128, 64]`, with a line feed at its end, and then its
    /// elements, little-endian and in row-major order.
    public var digest: String {
        var digest = SHA256()
        for entry in entries {
            digest.add(Array("\(entry.name) \(entry.value.dtype) \(entry.value.shape)\n".utf8))
            entry.value.withUnsafeBytes { digest.add($0) }
        }
        return digest.hexadecimal()
    }

    // MARK: Writing

    /// Writes a safetensors file, all of it or nothing.
    ///
    /// - Throws: `DataError` where the system refuses.
    public func write(to path: String, metadata: [String: String] = [:]) throws(DataError) {
        do {
            try writer(metadata).write(to: path) { try provide($0, $1) }
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another place")
        }
    }

    package func writer(_ metadata: [String: String]) throws(DataError) -> SafeTensorsWriter {
        var writer = SafeTensorsWriter(metadata: metadata)
        for entry in entries {
            try writer.declare(entry.name, type: Self.fileType(entry.value.dtype), shape: entry.value.shape)
        }
        return writer
    }

    package func provide(
        _ declaration: SafeTensorsWriter.Declaration, _ emit: SafeTensorsWriter.Emit
    ) throws {
        try self[declaration.name]!.withUnsafeBytes { try emit($0) }
    }

    // MARK: Reading

    /// Reads from a safetensors file the values that `model` needs, in its dtypes.
    ///
    /// The file has exactly the names and shapes of the model. A floating-point parameter takes F16, BF16, F32 and
    /// F64; what is narrower than the parameter is widened exactly, what is wider is rounded to nearest, and refused
    /// where it is finite and beyond the range of the parameter. A parameter of any other dtype takes its own only.
    ///
    /// - Throws: `DataError` where the file cannot be read, or that lists all names that are missing, unexpected, or
    ///   of another shape or type, in one line.
    public init(reading path: String, for model: some ParameterContainer) throws(DataError) {
        let file = try SafeTensorsFile(path: path)
        let cells = model.namedCells()
        let found = Dictionary(
            file.entries.map { ($0.name, (shape: $0.shape, dtype: $0.type.rawValue)) },
            uniquingKeysWith: { first, _ in first })
        try Self.check(cells, against: found, place: path) { dtype, name in
            guard let type = SafeTensorsType(rawValue: name) else { return false }
            return type == Self.fileType(dtype) || (dtype.isFloatingPoint && type.isFloatingPoint)
        }
        var entries: [Entry] = []
        for named in cells {
            let entry = file[named.name]!
            let dtype = named.cell.value.dtype
            guard let value = Self.value(of: entry, in: file, as: dtype) else {
                throw DataError(
                    .mismatch, at: "\(path), tensor \(Wording.quoted(entry.name))",
                    "a number of \(entry.type.rawValue) is beyond the range of \(dtype)",
                    remedy: "load it into a model of float64")
            }
            entries.append(Entry(name: named.name, value: value))
        }
        self.init(entries)
    }

    /// Throws one line with everything that does not fit.
    private static func check(
        _ cells: [NamedCell], against found: [String: (shape: [Int], dtype: String)], place: String,
        accepts: (DType, String) -> Bool
    ) throws(DataError) {
        let expected = Set(cells.map(\.name))
        let missing = cells.map(\.name).filter { found[$0] == nil }.sorted(by: precedes)
        let unexpected = found.keys.filter { !expected.contains($0) }.sorted(by: precedes)
        var misshapen: [String] = []
        for named in cells {
            guard let other = found[named.name] else { continue }
            let (value, name) = (named.cell.value, Wording.quoted(named.name))
            if other.shape != value.shape {
                misshapen.append("\(name) is \(other.shape), the model has \(value.shape)")
            } else if !accepts(value.dtype, other.dtype) {
                misshapen.append("\(name) is \(other.dtype), the model has \(value.dtype)")
            }
        }
        var problems: [String] = []
        if !missing.isEmpty { problems.append("missing \(Wording.list(missing, limit: 100))") }
        if !unexpected.isEmpty { problems.append("unexpected \(Wording.list(unexpected, limit: 100))") }
        if !misshapen.isEmpty { problems.append(misshapen.joined(separator: ", ")) }
        guard problems.isEmpty else {
            throw DataError(
                .mismatch, at: place, "the weights do not fit the model: \(problems.joined(separator: "; "))",
                remedy: "use the weights of a model with the same layers")
        }
    }

    private static func fileType(_ dtype: DType) -> SafeTensorsType {
        switch dtype {
        case .bool: .bool
        case .uint8: .uint8
        case .int32: .int32
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bfloat16: .bfloat16
        }
    }

    /// Nil where a finite number does not fit.
    private static func value(
        of entry: SafeTensorsFile.Entry, in file: SafeTensorsFile, as dtype: DType
    ) -> Tensor? {
        file.withBytes(of: entry) { bytes in
            if fileType(dtype) == entry.type {
                return Tensor(shape: entry.shape, dtype: dtype) { target in
                    if let base = bytes.baseAddress {
                        target.copyMemory(from: .init(start: base, count: bytes.count))
                    }
                }
            }
            let numbers = (0..<entry.elementCount).map { entry.type.number(bytes, at: $0) }
            if dtype == .float64 { return Tensor(numbers, shape: entry.shape, dtype: .float64) }
            let rounded = numbers.map { dtype == .bfloat16 ? Float(BFloat16(Float($0))) : Float($0) }
            let fits = zip(numbers, rounded).allSatisfy { !$0.isFinite || $1.isFinite }
            return fits ? Tensor(rounded, shape: entry.shape).asType(dtype) : nil
        }
    }

    private static func copy(_ tensor: Tensor) -> Tensor {
        tensor.withUnsafeBytes { source in
            Tensor(shape: tensor.shape, dtype: tensor.dtype) { $0.copyMemory(from: source) }
        }
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    }
}

extension SafeTensorsType {
    /// Whether `number(_:at:)` reads it.
    var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .int16, .uint16, .int32, .uint32, .int64,
            .uint64:
            false
        }
    }

    /// One floating-point element; every value of these types is exact in a Double.
    func number(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
        func word<Word: FixedWidthInteger>(_ type: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: index * byteCount, as: Word.self))
        }
        switch self {
        case .float16: return Self.half(word(UInt16.self))
        case .bfloat16: return Double(Float(bitPattern: UInt32(word(UInt16.self)) << 16))
        case .float32: return Double(Float(bitPattern: word(UInt32.self)))
        case .float64: return Double(bitPattern: word(UInt64.self))
        default: preconditionFailure("\(rawValue) is not floating point")
        }
    }

    /// The number that 16 bits stand for: a sign, five bits of exponent, ten of fraction.
    private static func half(_ bits: UInt16) -> Double {
        let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
        let exponent = Int(bits >> 10 & 0x1F), fraction = Double(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default:
            return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
        }
    }
}
