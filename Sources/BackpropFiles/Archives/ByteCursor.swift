/// Reads little-endian numbers from bytes, one after the other; behind the end there are none.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var left: Int { bytes.count - position }

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type
    ) throws(FormatProblem) -> Number {
        let size = MemoryLayout<Number>.size
        guard left >= size else { throw FormatProblem("it ends too early") }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    mutating func piece(_ count: Int) throws(FormatProblem) -> UnsafeRawBufferPointer {
        guard count >= 0, left >= count else { throw FormatProblem("it ends too early") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    mutating func skip(_ count: Int) throws(FormatProblem) { _ = try piece(count) }
}
