import Backprop

/// How NumPy stores the elements of an array: a kind, bytes for each, and their order.
struct NPYType: Equatable, CustomStringConvertible {
    /// What the bytes of an element mean.
    enum Kind: Character { case bool = "b", signed = "i", unsigned = "u", floating = "f" }

    let kind: Kind
    let byteCount: Int
    let isBigEndian: Bool

    init(_ kind: Kind, _ byteCount: Int) {
        self.kind = kind
        self.byteCount = byteCount
        isBigEndian = false
    }

    /// The type of tensors of `dtype`; bfloat16, which NumPy does not know, goes as float32.
    init(_ dtype: DType) {
        switch dtype {
        case .bool: self.init(.bool, 1)
        case .uint8: self.init(.unsigned, 1)
        case .int32: self.init(.signed, 4)
        case .int64: self.init(.signed, 8)
        case .float32, .bfloat16: self.init(.floating, 4)
        case .float64: self.init(.floating, 8)
        }
    }

    /// Reads a name such as "<f4"; types that no tensor holds are refused by what NumPy calls them.
    init(_ name: String) throws(FormatProblem) {
        let characters = Array(name)
        guard characters.count >= 2, "<>|=".contains(characters[0]) else {
            throw FormatProblem("its elements are of the unknown type \(Wording.quoted(name))")
        }
        let size = Int(String(characters[2...])) ?? 0
        guard let kind = Kind(rawValue: characters[1]), Self.sizes(of: kind).contains(size) else {
            throw FormatProblem(
                "its elements are \(Self.refused(characters[1], size)) (\(Wording.quoted(name)))", reason: .mismatch,
                remedy: characters[1] == "c"
                    ? "write the real and the imaginary part as an array each"
                    : "convert them with astype to float32, float64, int32, int64, uint8 or bool")
        }
        self.kind = kind
        byteCount = size
        isBigEndian = characters[0] == ">" && size > 1
    }

    private static func sizes(of kind: Kind) -> [Int] {
        switch kind {
        case .bool: [1]
        case .signed, .unsigned: [1, 2, 4, 8]
        case .floating: [2, 4, 8]
        }
    }

    private static func refused(_ kind: Character, _ size: Int) -> String {
        switch kind {
        case "O": "objects of Python, which are never loaded"
        case "S", "a", "U", "T": "text"
        case "V": "raw bytes or structures"
        case "M", "m": "dates or durations"
        case "c": "complex numbers"
        case "f": "floating-point numbers of \(size) bytes"
        default: "of a type that no tensor has"
        }
    }

    var description: String { "\(byteCount == 1 ? "|" : isBigEndian ? ">" : "<")\(kind.rawValue)\(byteCount)" }

    /// The dtype that holds every value: the next wider one where there is none of the same width. Whether unsigned
    /// numbers of 64 bits fit into int64 depends on the numbers.
    var dtype: DType {
        switch (kind, byteCount) {
        case (.bool, _): .bool
        case (.unsigned, 1): .uint8
        case (.signed, 1), (.signed, 2), (.signed, 4), (.unsigned, 2): .int32
        case (.signed, _), (.unsigned, _): .int64
        case (.floating, 8): .float64
        case (.floating, _): .float32
        }
    }

    /// Whether a tensor of `dtype` has the same bytes.
    var isDirect: Bool { !isBigEndian && byteCount == dtype.byteCount && !(kind == .unsigned && byteCount == 8) }
}
