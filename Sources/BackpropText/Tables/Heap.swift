/// What waits in a heap.
protocol HeapEntry {
    /// Whether this comes out before the other.
    func precedes(_ other: Self) -> Bool
}

/// Entries of which the first comes out next.
struct Heap<Entry: HeapEntry> {
    private var entries: [Entry] = []

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Entry? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].precedes(entries[best]) { best = child }
            guard best != parent else { return first }
            entries.swapAt(best, parent)
            parent = best
        }
    }
}
