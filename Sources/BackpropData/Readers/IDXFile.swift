import Backprop

/// A file in IDX format, as MNIST and its relatives come in: a type, a shape, and numbers in big-endian order. Files that
/// are packed by gzip, whatever they are called, are unpacked.
///
/// The file must not be changed while it, or a tensor of it, is in use. Numbers keep their values: unsigned bytes are uint8
/// and not copied; signed bytes, int16 and int32 become int32; float and double become float32 and float64.
///
/// ```swift
/// let images = try IDXFile(path: "train-images-idx3-ubyte.gz").tensor()
/// ```
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
public struct IDXFile: Sendable {
    /// How the numbers are stored.
    enum Element: UInt8 {
        case uint8 = 0x08
        case int8 = 0x09
        case int16 = 0x0B
        case int32 = 0x0C
        case float32 = 0x0D
        case float64 = 0x0E

        var byteCount: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }

        var dtype: DType {
            switch self {
            case .uint8: .uint8
            case .int8, .int16, .int32: .int32
            case .float32: .float32
            case .float64: .float64
            }
        }
    }

    /// The path as it was given.
    public let path: String
    /// Sizes of the axes.
    public let shape: [Int]
    /// The dtype of the tensor.
    public var dtype: DType { element.dtype }

    private let element: Element
    private let numbers: FileBytes

    /// Opens a file, and unpacks it where it is packed: to as many bytes as its shape needs and no more.
    ///
    /// - Throws: `DataError` where the path is no readable file, the bytes are no IDX file, more or fewer than its shape
    ///   needs, or no tensor has that shape.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "IDX"), path: path)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        self.path = path
        do {
            (element, shape, numbers) = try Self.read(content)
        } catch { throw error.at(path) }
    }

    private static func read(_ content: FileBytes) throws(FormatProblem) -> (Element, [Int], FileBytes) {
        let start = try content.unpackedPrefix(4)
        guard start.count == 4, start.buffer[0] == 0, start.buffer[1] == 0,
            let element = Element(rawValue: start.buffer[2])
        else {
            throw FormatProblem(
                "it does not begin as an IDX file does", remedy: "give the file of images or labels as it was published"
            )
        }
        let rank = Int(start.buffer[3]), headerCount = 4 + 4 * rank
        let header = try content.unpackedPrefix(headerCount)
        guard header.count == headerCount else { throw FormatProblem("its header is cut short") }
        let shape = (0..<rank).map { axis in
            Int(UInt32(bigEndian: header.buffer.loadUnaligned(fromByteOffset: 4 + 4 * axis, as: UInt32.self)))
        }
        if let mistake = Shape.mistake(in: shape) {
            throw FormatProblem(mistake, reason: .mismatch, remedy: "check that it is an IDX file")
        }
        let count = headerCount + shape.reduce(1, *) * element.byteCount
        let whole = try content.unpacked(limit: count)
        guard whole.count == count else {
            throw FormatProblem("its shape \(shape) needs \(count) bytes in all, \(whole.count) are there")
        }
        return (element, shape, whole[headerCount..<count])
    }

    /// The numbers as a tensor.
    public func tensor() -> Tensor {
        if element == .uint8 { return numbers.tensor(shape: shape, dtype: .uint8) }
        return Tensor(shape: shape, dtype: dtype) { target in
            switch element {
            case .uint8: break
            case .int8: fill(target) { (bits: UInt8) in Int32(Int8(bitPattern: bits)) }
            case .int16: fill(target) { (bits: UInt16) in Int32(Int16(bitPattern: bits)) }
            case .int32, .float32: fill(target) { (bits: UInt32) in bits }
            case .float64: fill(target) { (bits: UInt64) in bits }
            }
        }
    }

    private func fill<Bits: FixedWidthInteger & BitwiseCopyable, Number: BitwiseCopyable>(
        _ target: UnsafeMutableRawBufferPointer, _ convert: (Bits) -> Number
    ) { ElementBytes.convert(numbers.buffer, isBigEndian: true, to: target, convert) }
}
