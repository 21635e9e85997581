/// A message in the wire format of protocol buffers, field by field.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    private enum Wire: UInt64 { case varint = 0, fixed64 = 1, lengthDelimited = 2, fixed32 = 5 }

    init() {}

    /// A message made in place.
    init(_ build: (inout ProtocolBuffer) -> Void) { build(&self) }

    mutating func integer(_ field: Int, _ value: Int) {
        key(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func bool(_ field: Int, _ value: Bool) { integer(field, value ? 1 : 0) }

    mutating func double(_ field: Int, _ value: Double) {
        key(field, .fixed64)
        fixed(value.bitPattern)
    }

    mutating func float(_ field: Int, _ value: Float) {
        key(field, .fixed32)
        fixed(value.bitPattern)
    }

    mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
        key(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

    mutating func message(_ field: Int, _ build: (inout ProtocolBuffer) -> Void) {
        data(field, ProtocolBuffer(build).bytes)
    }

    /// A repeated field without a key for each element.
    mutating func packed(_ field: Int, _ values: [Double]) {
        var inner = ProtocolBuffer()
        for value in values { inner.fixed(value.bitPattern) }
        data(field, inner.bytes)
    }

    private mutating func key(_ field: Int, _ wire: Wire) { varint(UInt64(field) << 3 | wire.rawValue) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func fixed(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
