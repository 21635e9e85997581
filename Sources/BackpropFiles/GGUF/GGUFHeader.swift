/// What stands in front of the data of a GGUF file: metadata and where each tensor is.
///
/// Source: https://github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3.
struct GGUFHeader {
    struct Tensor {
        let name: String
        /// The outermost axis first.
        let shape: [Int]
        let type: GGUFType
        /// Bytes from the beginning of the file.
        let range: Range<Int>
    }

    /// More elements of lists in all are refused, so that a list of bytes cannot ask for eight times its file.
    private static let maximumElements = 1 << 25
    private static let maximumAxes = 4
    private static let maximumDepth = 4

    let version: Int
    private(set) var metadata: [String: GGUFValue] = [:]
    private(set) var tensors: [Tensor] = []

    private var input: ByteCursor
    private var elements = 0

    private typealias Problem = FormatProblem

    init(_ bytes: UnsafeRawBufferPointer) throws(FormatProblem) {
        input = ByteCursor(bytes)
        guard bytes.count >= 4, bytes.prefix(4).elementsEqual("GGUF".utf8) else {
            throw Problem("it does not begin with 'GGUF'", remedy: "check that this is a GGUF file")
        }
        try input.skip(4)
        let version = try input.number(UInt32.self)
        guard version.byteSwapped > 3 else {
            throw Problem("its numbers are big-endian", remedy: "fetch or convert it for little-endian machines")
        }
        guard version == 2 || version == 3 else {
            throw Problem(
                "it has version \(version) of the format, known are 2 and 3",
                remedy: "fetch or convert the model in version 3")
        }
        self.version = Int(version)
        let tensorCount = try count(ofAtLeast: 24, "tensors")
        let entryCount = try count(ofAtLeast: 13, "entries of metadata")
        for _ in 0..<entryCount {
            let key = try text("the name of an entry of metadata")
            let value = try value(kind: input.number(UInt32.self), of: key)
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw Problem("the metadata \(Wording.quoted(key)) occurs twice")
            }
        }
        try readTensors(tensorCount)
    }

    // MARK: Metadata

    /// A number of things that take so many bytes each, at least.
    private mutating func count(ofAtLeast bytes: Int, _ what: String) throws(FormatProblem) -> Int {
        let count = try input.number(UInt64.self)
        guard count <= UInt64(input.left / bytes) else {
            throw Problem("it is said to have \(count) \(what), for which its \(input.left) bytes have no room")
        }
        return Int(count)
    }

    private mutating func text(_ what: String) throws(FormatProblem) -> String {
        let count = try input.number(UInt64.self)
        guard count <= UInt64(input.left) else {
            throw Problem("\(what) is said to have \(count) bytes, only \(input.left) follow")
        }
        guard let text = String(validating: try input.piece(Int(count)), as: UTF8.self) else {
            throw Problem("\(what) is not UTF-8", reason: .notText)
        }
        return text
    }

    /// The numbers of the kinds in the file.
    private enum Kind: UInt32 {
        case uint8 = 0, int8, uint16, int16, uint32, int32, float32, bool, text, list, uint64, int64, float64

        /// Bytes of one; of a text and of a list at least.
        var byteCount: Int {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64, .text: 8
            case .list: 12
            }
        }
    }

    private func kind(_ number: UInt32, of key: String) throws(FormatProblem) -> Kind {
        guard let kind = Kind(rawValue: number) else {
            throw Problem("the metadata \(Wording.quoted(key)) has the unknown type \(number)")
        }
        return kind
    }

    private mutating func value(
        kind number: UInt32, of key: String, depth: Int = 0
    ) throws(FormatProblem) -> GGUFValue {
        switch try kind(number, of: key) {
        case .uint64:
            let value = try input.number(UInt64.self)
            return Int(exactly: value).map(GGUFValue.integer) ?? .unsigned(value)
        case .float32, .float64: return .number(try floatingPoint(number))
        case .bool: return .bool(try truth(of: key))
        case .text: return .text(try text("the metadata \(Wording.quoted(key))"))
        case .list: return try list(of: key, depth: depth)
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .int64: return .integer(try integer(number, of: key))
        }
    }

    private mutating func integer(_ number: UInt32, of key: String) throws(FormatProblem) -> Int {
        switch try kind(number, of: key) {
        case .uint8: return Int(try input.number(UInt8.self))
        case .int8: return Int(try input.number(Int8.self))
        case .uint16: return Int(try input.number(UInt16.self))
        case .int16: return Int(try input.number(Int16.self))
        case .uint32: return Int(try input.number(UInt32.self))
        case .int32: return Int(try input.number(Int32.self))
        default: return Int(try input.number(Int64.self))
        }
    }

    private mutating func floatingPoint(_ number: UInt32) throws(FormatProblem) -> Double {
        number == Kind.float32.rawValue
            ? Double(Float(bitPattern: try input.number(UInt32.self)))
            : Double(bitPattern: try input.number(UInt64.self))
    }

    private mutating func truth(of key: String) throws(FormatProblem) -> Bool {
        let byte = try input.number(UInt8.self)
        guard byte < 2 else {
            throw Problem("the metadata \(Wording.quoted(key)) has the truth value \(byte), expected 0 or 1")
        }
        return byte == 1
    }

    private mutating func list(of key: String, depth: Int) throws(FormatProblem) -> GGUFValue {
        guard depth < Self.maximumDepth else {
            throw Problem(
                "the metadata \(Wording.quoted(key)) has lists more than \(Self.maximumDepth) deep in each other")
        }
        let number = try input.number(UInt32.self), kind = try kind(number, of: key)
        let count = try count(ofAtLeast: kind.byteCount, "elements in the metadata \(Wording.quoted(key))")
        elements += count
        guard elements <= Self.maximumElements else {
            throw Problem(
                "the lists of its metadata have more than \(Self.maximumElements) elements", reason: .tooLarge,
                remedy: "check that this is the GGUF file of a model")
        }
        switch kind {
        case .uint64:
            var values: [Int] = []
            for _ in 0..<count {
                guard let value = Int(exactly: try input.number(UInt64.self)) else {
                    throw Problem(
                        "the metadata \(Wording.quoted(key)) has a number beyond those with 64 bits and a sign")
                }
                values.append(value)
            }
            return .integers(values)
        case .float32, .float64:
            var values: [Double] = []
            for _ in 0..<count { values.append(try floatingPoint(number)) }
            return .numbers(values)
        case .bool:
            var values: [Bool] = []
            for _ in 0..<count { values.append(try truth(of: key)) }
            return .bools(values)
        case .text:
            var values: [String] = []
            for _ in 0..<count { values.append(try text("an element of the metadata \(Wording.quoted(key))")) }
            return .texts(values)
        case .list:
            var values: [GGUFValue] = []
            for _ in 0..<count { values.append(try list(of: key, depth: depth + 1)) }
            return .lists(values)
        default:
            var values: [Int] = []
            for _ in 0..<count { values.append(try integer(number, of: key)) }
            return .integers(values)
        }
    }

    // MARK: Tensors

    private mutating func readTensors(_ count: Int) throws(FormatProblem) {
        var found: [(name: String, shape: [Int], type: GGUFType, offset: UInt64, bytes: Int)] = []
        var names: Set<String> = []
        for _ in 0..<count {
            let name = try text("the name of a tensor")
            guard names.insert(name).inserted else { throw Problem("two tensors are called \(Wording.quoted(name))") }
            let place = "tensor \(Wording.quoted(name))"
            let shape = try shape(of: place), number = try input.number(UInt32.self)
            guard let type = GGUFType(rawValue: number) else {
                throw Problem(
                    "\(place) has the unknown type \(number)", remedy: "fetch or convert the model with another type")
            }
            guard let bytes = type.byteCount(of: shape) else {
                throw Problem(
                    "\(place) has the shape \(shape), which is too large for any file, or not of whole blocks of "
                        + "\(type.block.elements) as \(type.name) needs")
            }
            found.append((name, shape, type, try input.number(UInt64.self), bytes))
        }
        let start = try dataStart(), room = max(0, input.bytes.count - start)
        var end = 0
        for tensor in found.sorted(by: { ($0.offset, $0.bytes) < ($1.offset, $1.bytes) }) {
            let place = "tensor \(Wording.quoted(tensor.name))"
            guard tensor.offset <= UInt64(room), tensor.bytes <= room - Int(tensor.offset) else {
                throw Problem(
                    "\(place) has \(tensor.bytes) bytes from byte \(tensor.offset) of the data, of which there are \(room)",
                    remedy: "the file is cut short; fetch or write it again")
            }
            let offset = Int(tensor.offset)
            guard offset >= end else { throw Problem("\(place) overlaps another one") }
            end = offset + tensor.bytes
        }
        tensors = found.map {
            let offset = start + Int($0.offset)
            return Tensor(name: $0.name, shape: $0.shape, type: $0.type, range: offset..<(offset + $0.bytes))
        }
    }

    /// The file has the innermost axis first.
    private mutating func shape(of place: String) throws(FormatProblem) -> [Int] {
        let count = try input.number(UInt32.self)
        guard count <= Self.maximumAxes else {
            throw Problem("\(place) is said to have \(count) axes, the most are \(Self.maximumAxes)")
        }
        var shape: [Int] = []
        for _ in 0..<count {
            guard let size = Int(exactly: try input.number(UInt64.self)) else {
                throw Problem("\(place) has an axis that is too large for any file")
            }
            shape.append(size)
        }
        return shape.reversed()
    }

    /// Data begins at a multiple of the alignment, and so does each tensor.
    private func dataStart() throws(FormatProblem) -> Int {
        let found = metadata["general.alignment"] ?? .integer(32)
        guard let alignment = found.integer, alignment > 0, alignment <= 1 << 20, alignment & (alignment - 1) == 0
        else {
            throw Problem("its 'general.alignment' is no power of two up to \(1 << 20)")
        }
        return (input.position + alignment - 1) / alignment * alignment
    }
}
