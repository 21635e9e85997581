/// A scalar of valid UTF-8 and the bytes that it takes.
@inline(__always)
func scalar(_ bytes: UnsafePointer<UInt8>, _ place: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(bytes[place])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(bytes[place + 1] & 0x3F)
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = UInt32(bytes[place + 2] & 0x3F)
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
    return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[place + 3] & 0x3F), 4)
}

/// The bytes that a scalar takes which begins with this one.
@inline(__always)
func scalarLength(_ first: UInt8) -> Int { first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

/// Where the scalar begins that ends before `place`.
@inline(__always)
func scalarStart(_ bytes: UnsafePointer<UInt8>, before place: Int) -> Int {
    var start = place - 1
    while bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
}

/// Bytes of text that are being put together. Sixteen more may be read behind them, whatever they are, so that a word of up to
/// that many can be loaded at once.
final class TextBuffer {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 48)
        base = .allocate(capacity: self.capacity + 16)
        base.initialize(repeating: 0, count: self.capacity + 16)
    }

    deinit { base.deallocate() }

    func removeAll() { count = 0 }

    private func makeRoom(_ more: Int) {
        guard count + more > capacity else { return }
        let wider = max(2 * capacity, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: wider + 16)
        moved.update(from: base, count: count)
        (moved + count).initialize(repeating: 0, count: wider + 16 - count)
        base.deallocate()
        (base, capacity) = (moved, wider)
    }

    func append(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        makeRoom(length)
        (base + count).update(from: bytes, count: length)
        count += length
    }

    func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { append(base, $0.count) } }
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        makeRoom(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    func append(scalar value: UInt32) {
        makeRoom(4)
        switch value {
        case 0..<0x80:
            base[count] = UInt8(value)
            count += 1
        case 0x80..<0x800:
            base[count] = UInt8(0xC0 | value >> 6)
            base[count + 1] = UInt8(0x80 | value & 0x3F)
            count += 2
        case 0x800..<0x1_0000:
            base[count] = UInt8(0xE0 | value >> 12)
            base[count + 1] = UInt8(0x80 | value >> 6 & 0x3F)
            base[count + 2] = UInt8(0x80 | value & 0x3F)
            count += 3
        default:
            base[count] = UInt8(0xF0 | value >> 18)
            base[count + 1] = UInt8(0x80 | value >> 12 & 0x3F)
            base[count + 2] = UInt8(0x80 | value >> 6 & 0x3F)
            base[count + 3] = UInt8(0x80 | value & 0x3F)
            count += 4
        }
    }

    /// The bytes from `start` on as text.
    func text(from start: Int = 0) -> String {
        String(decoding: UnsafeBufferPointer(start: base + start, count: count - start), as: UTF8.self)
    }
}
