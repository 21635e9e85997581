/// The JSON header of a safetensors file, read strictly: the reader knows the few forms that may occur and
/// refuses every other, so neither depth nor size of hostile input matters.
struct SafeTensorsHeader {
    struct Tensor {
        let name: String
        let type: SafeTensorsType
        let shape: [Int]
        /// Bytes counted from the end of the header.
        let offsets: Range<Int>
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var tensors: [Tensor] = []

    private typealias Problem = FormatProblem

    static let metadataKey = "__metadata__"

    init(_ bytes: some RandomAccessCollection<UInt8>) throws(FormatProblem) {
        var text = JSONCursor(Array(bytes))
        guard text.next == UInt8(ascii: "{") else { throw Problem("the header does not begin with '{'") }
        var names: Set<String> = []
        var metadata: [String: String] = [:]
        var tensors: [Tensor] = []
        try text.object { cursor, name throws(FormatProblem) in
            guard names.insert(name).inserted else {
                throw Problem("the name \(Wording.quoted(name)) occurs twice")
            }
            if name == Self.metadataKey {
                metadata = try Self.metadata(&cursor)
            } else {
                tensors.append(try Self.tensor(name, &cursor))
            }
        }
        try text.end()
        self.metadata = metadata
        self.tensors = tensors
    }

    private static func metadata(_ cursor: inout JSONCursor) throws(FormatProblem) -> [String: String] {
        var result: [String: String] = [:]
        try cursor.object { cursor, key throws(FormatProblem) in
            let value = try cursor.string()
            guard result.updateValue(value, forKey: key) == nil else {
                throw Problem("the metadata \(Wording.quoted(key)) occurs twice")
            }
        }
        return result
    }

    private static func tensor(_ name: String, _ cursor: inout JSONCursor) throws(FormatProblem) -> Tensor {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try cursor.object { cursor, key throws(FormatProblem) in
            let isNew: Bool
            switch key {
            case "dtype":
                isNew = typeName == nil
                typeName = try cursor.string()
            case "shape":
                isNew = shape == nil
                shape = try cursor.sizes()
            case "data_offsets":
                isNew = offsets == nil
                offsets = try cursor.sizes()
            default:
                throw Problem("tensor \(Wording.quoted(name)) has the unknown field \(Wording.quoted(key))")
            }
            guard isNew else {
                throw Problem("tensor \(Wording.quoted(name)) has the field \(Wording.quoted(key)) twice")
            }
        }
        let place = "tensor \(Wording.quoted(name))"
        guard let typeName, let shape, let offsets else {
            let absent = [
                typeName == nil ? "dtype" : nil, shape == nil ? "shape" : nil,
                offsets == nil ? "data_offsets" : nil,
            ]
            throw Problem("\(place) lacks \(Wording.list(absent.compactMap(\.self)))")
        }
        guard let type = SafeTensorsType(rawValue: typeName) else {
            let known = SafeTensorsType.allCases.map(\.rawValue).joined(separator: " ")
            throw Problem(
                "\(place) has the unknown dtype \(Wording.quoted(typeName))",
                remedy: "convert it to one of \(known)")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw Problem(
                "\(place) has data_offsets \(offsets.prefix(4)), expected a begin and an end not before it")
        }
        guard let extent = type.extent(of: shape) else {
            throw Problem("\(place) has a shape \(shape.prefix(8)) that is too large for any file")
        }
        guard extent.elements * type.bitCount % 8 == 0 else {
            throw Problem("\(place) of shape \(shape.prefix(8)) and dtype \(typeName) ends within a byte")
        }
        guard extent.bytes == offsets[1] - offsets[0] else {
            throw Problem(
                "\(place) of shape \(shape.prefix(8)) and dtype \(typeName) needs \(extent.bytes) bytes, "
                    + "its data_offsets give \(offsets[1] - offsets[0])")
        }
        return Tensor(name: name, type: type, shape: shape, offsets: offsets[0]..<offsets[1])
    }

    /// Checks that the tensors cover `byteCount` bytes without gaps and overlaps.
    func checkLayout(byteCount: Int) throws(FormatProblem) {
        let ordered = tensors.sorted {
            ($0.offsets.lowerBound, $0.offsets.upperBound) < ($1.offsets.lowerBound, $1.offsets.upperBound)
        }
        var end = 0
        for tensor in ordered {
            let place = "tensor \(Wording.quoted(tensor.name))"
            guard tensor.offsets.upperBound <= byteCount else {
                throw Problem(
                    "\(place) ends at byte \(tensor.offsets.upperBound) of the data, of which there are \(byteCount)",
                    remedy: "the file is cut short; fetch or write it again")
            }
            guard tensor.offsets.lowerBound == end else {
                let what =
                    tensor.offsets.lowerBound < end ? "overlaps the one before it" : "leaves a gap before it"
                throw Problem(
                    "\(place) begins at byte \(tensor.offsets.lowerBound) and \(what), expected byte \(end)")
            }
            end = tensor.offsets.upperBound
        }
        guard end == byteCount else {
            throw Problem("the tensors take \(end) bytes, the file holds \(byteCount) after its header")
        }
    }
}
