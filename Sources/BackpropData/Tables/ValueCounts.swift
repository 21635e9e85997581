/// How often each value of a column is there, in bounded memory.
///
/// Values are known by 64 bits of their text. Once there are more than `limit`, only those are counted whose bits end in
/// zeros, one more each time it gets too many: their number then stands for all. Source: Flajolet, "On adaptive sampling"
/// (1990).
struct ValueCounts {
    struct Entry {
        var hash: UInt64
        var count: Int32
        /// The first row that has the value.
        var row: Int32
    }

    private let limit: Int
    private var slots: [Entry]
    private var used = 0
    private var level: UInt64 = 0

    init(limit: Int) {
        self.limit = limit
        slots = [Entry](repeating: Entry(hash: 0, count: 0, row: 0), count: 16)
    }

    /// Whether all values are counted.
    var isExact: Bool { level == 0 }
    /// How many different values there are, or about so many.
    var distinctCount: Int { used << Int(level) }
    /// The values that are counted.
    var entries: [Entry] { slots.filter { $0.count > 0 } }

    mutating func add(_ hash: UInt64, row: Int) {
        guard hash & (1 << level &- 1) == 0 else { return }
        var place = Int(truncatingIfNeeded: hash &>> 32) & (slots.count - 1)
        while slots[place].count > 0 {
            if slots[place].hash == hash {
                if slots[place].count < .max { slots[place].count += 1 }
                return
            }
            place = (place + 1) & (slots.count - 1)
        }
        slots[place] = Entry(hash: hash, count: 1, row: Int32(clamping: row))
        used += 1
        if used > limit {
            level += 1
            rebuild(slots.count)
        } else if used * 2 > slots.count {
            rebuild(slots.count * 2)
        }
    }

    private mutating func rebuild(_ count: Int) {
        let old = slots
        slots = [Entry](repeating: Entry(hash: 0, count: 0, row: 0), count: count)
        used = 0
        for entry in old where entry.count > 0 && entry.hash & (1 << level &- 1) == 0 {
            var place = Int(truncatingIfNeeded: entry.hash &>> 32) & (count - 1)
            while slots[place].count > 0 { place = (place + 1) & (count - 1) }
            slots[place] = entry
            used += 1
        }
    }

    /// 64 bits that follow from a text.
    @inline(__always)
    static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var state = 0x9E37_79B9_7F4A_7C15 ^ UInt64(text.count)
        var position = 0
        let raw = UnsafeRawBufferPointer(text)
        while position + 8 <= raw.count {
            state = mixed(state ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        while position < raw.count {
            rest = rest << 8 | UInt64(raw[position])
            position += 1
        }
        return mixed(mixed(state ^ rest))
    }

    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
