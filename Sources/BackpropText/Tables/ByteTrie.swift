/// Words by their bytes, for finding all of them that a text begins with.
struct ByteTrie: Sendable {
    /// A node and a byte, and the node that they lead to; -1 where there is none.
    private var edges: [UInt64]
    private var shift: UInt64
    private var edgeCount = 0
    /// The value of each node; -1 where no word ends.
    private(set) var values: [Int32] = [-1]
    /// Where the first byte leads from the root; 0 where to nothing.
    private var roots = [Int32](repeating: 0, count: 256)

    private static let none = UInt64.max

    init() {
        shift = 64 - 6
        edges = [UInt64](repeating: Self.none, count: 64)
    }

    static let root: Int32 = 0

    @inline(__always)
    private func place(of key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    /// Where a byte leads from a node; 0 where to nothing.
    @inline(__always)
    func step(_ node: Int32, _ byte: UInt8) -> Int32 {
        if node == 0 { return roots[Int(byte)] }
        let key = UInt64(UInt32(node)) << 8 | UInt64(byte)
        return edges.withUnsafeBufferPointer { edges in
            let mask = edges.count - 1
            var place = place(of: key)
            while true {
                let edge = edges[place]
                if edge == Self.none { return 0 }
                if edge >> 24 == key { return Int32(edge & 0xFF_FFFF) }
                place = (place + 1) & mask
            }
        }
    }

    /// Adds a word, which is not empty; false where there is no room for more. One that is there gets the new value.
    mutating func insert(_ word: some Sequence<UInt8>, value: Int32) -> Bool {
        var node: Int32 = 0
        for byte in word {
            var next = step(node, byte)
            if next == 0 {
                guard values.count < 1 << 24 else { return false }
                next = Int32(values.count)
                values.append(-1)
                add(node, byte, next)
            }
            node = next
        }
        values[Int(node)] = value
        return true
    }

    private mutating func add(_ node: Int32, _ byte: UInt8, _ next: Int32) {
        guard node != 0 else {
            roots[Int(byte)] = next
            return
        }
        if 2 * (edgeCount + 1) > edges.count {
            let old = edges
            edges = [UInt64](repeating: Self.none, count: 2 * old.count)
            shift -= 1
            for edge in old where edge != Self.none { put(edge) }
        }
        put((UInt64(UInt32(node)) << 8 | UInt64(byte)) << 24 | UInt64(next))
        edgeCount += 1
    }

    private mutating func put(_ edge: UInt64) {
        var place = place(of: edge >> 24)
        while edges[place] != Self.none { place = (place + 1) & (edges.count - 1) }
        edges[place] = edge
    }

    /// The node that a word leads to; nil where it leads to nothing.
    func node(of word: some Sequence<UInt8>) -> Int32? {
        var node: Int32 = 0
        for byte in word {
            node = step(node, byte)
            if node == 0 { return nil }
        }
        return node
    }

    /// Whether any word begins with a byte.
    @inline(__always)
    func begins(with byte: UInt8) -> Bool { roots[Int(byte)] != 0 }
}
