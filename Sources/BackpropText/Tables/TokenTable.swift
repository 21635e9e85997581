import BackpropFiles

/// The tokens of a vocabulary as bytes, found by their id and ids by their bytes. Ids may have gaps.
struct TokenTable: Sendable {
    /// Ids beyond are refused: a table has a place for every id up to the greatest.
    static let maximumCount = 1 << 22

    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    /// Ids, each where the hash of its token leads to; -1 for none.
    private var places: [Int32]
    private(set) var count = 0

    /// One more than the greatest id.
    var end: Int { starts.count }

    init(capacity: Int = 0) { places = [Int32](repeating: -1, count: 64); reserve(capacity) }

    private mutating func reserve(_ capacity: Int) {
        var size = places.count
        while size < 2 * capacity { size *= 2 }
        guard size > places.count else { return }
        let ids = places.filter { $0 >= 0 }
        places = [Int32](repeating: -1, count: size)
        for id in ids {
            let token = bytes[starts[Int(id)]..<(starts[Int(id)] + Int(lengths[Int(id)]))]
            places[token.withUnsafeBufferPointer { find($0.baseAddress, $0.count) }] = id
        }
    }

    /// Adds a token; false where it is there already, or the id has one.
    mutating func insert(_ token: [UInt8], id: Int) -> Bool {
        reserve(count + 1)
        let place = token.withUnsafeBufferPointer { find($0.baseAddress, $0.count) }
        guard places[place] < 0, self[id] == nil else { return false }
        while starts.count <= id {
            starts.append(0)
            lengths.append(-1)
        }
        (starts[id], lengths[id]) = (bytes.count, Int32(token.count))
        bytes += token
        places[place] = Int32(id)
        count += 1
        return true
    }

    @inline(__always)
    private static func hash(_ base: UnsafePointer<UInt8>?, _ count: Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for place in 0..<count { hash = (hash ^ UInt64(base![place])) &* 0x100_0000_01b3 }
        return hash ^ hash >> 29
    }

    private func find(_ base: UnsafePointer<UInt8>?, _ count: Int) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: Self.hash(base, count)) & mask
        return bytes.withUnsafeBufferPointer { bytes in
            while true {
                let id = Int(places[place])
                guard id >= 0 else { return place }
                if Int(lengths[id]) == count {
                    var offset = 0
                    while offset < count, bytes[starts[id] + offset] == base![offset] { offset += 1 }
                    if offset == count { return place }
                }
                place = (place + 1) & mask
            }
        }
    }

    /// The id of a token; -1 where it is none.
    func id(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int32 { places[find(base, count)] }

    func id(of token: [UInt8]) -> Int? {
        let id = token.withUnsafeBufferPointer { places[find($0.baseAddress, $0.count)] }
        return id < 0 ? nil : Int(id)
    }

    func id(of token: String) -> Int? { id(of: Array(token.utf8)) }

    /// The bytes of a token; nil where the id has none.
    subscript(id: Int) -> ArraySlice<UInt8>? {
        guard id >= 0, id < starts.count, lengths[id] >= 0 else { return nil }
        return bytes[starts[id]..<(starts[id] + Int(lengths[id]))]
    }

    /// All tokens by id.
    var all: [(id: Int, bytes: ArraySlice<UInt8>)] {
        (0..<end).compactMap { id in self[id].map { (id, $0) } }
    }
}
