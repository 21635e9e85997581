/// A growing list of plain values that keeps its memory when it is emptied. Unlike an array it has one owner by
/// construction, so that an append does not ask who else holds it: a traversal appends several times a node.
struct Scratch<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 64) {
        self.capacity = Swift.max(2, capacity)
        base = .allocate(capacity: self.capacity)
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ first: Element, _ second: Element) {
        if count + 2 > capacity { grow() }
        (base + count).initialize(to: first)
        (base + count + 1).initialize(to: second)
        count &+= 2
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }

    var elements: UnsafePointer<Element> { UnsafePointer(base) }

    mutating func removeLast() { count &-= 1 }
    mutating func removeAll() { count = 0 }
    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        @inline(__always) nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// Gives the memory back; the list must not be used afterwards.
    func deallocate() { base.deallocate() }
}
