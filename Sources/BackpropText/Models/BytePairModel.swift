/// Symbols that are merged pair by pair, the pair that was learnt first before all others.
///
/// Source: Sennrich et al., "Neural machine translation of rare words with subword units", 2016; over bytes, Radford et al.,
/// "Language models are unsupervised multitask learners", 2019.
struct BytePairModel: Sendable {
    /// What a piece consists of before anything is merged.
    enum Symbols: Sendable {
        /// The id of each byte; -1 where there is none.
        case bytes([Int32])
        /// Characters, by their bytes; and the ids of the 256 bytes for those that are none, -1 where a byte has none.
        case characters(TokenTable, bytes: [Int32]?)
    }

    let symbols: Symbols
    let pairs: PairTable
    /// Pieces that are tokens as they are, by their bytes; nil where merges decide about them as well.
    let whole: TokenTable?
    let unknown: Int32?
    /// Whether unknown characters that follow each other are one token.
    var fusesUnknown = false
    /// Ids from here on stand for characters that are no tokens and only parts of some.
    var firstPart = Int32.max

    /// The pairs of symbols that are neighbours within some token, whatever it was merged of. A piece is cut between all others,
    /// since nothing is merged across; so a whole text without a pre-tokenizer costs no more than its words. Nil where pieces
    /// are short anyway.
    var neighbours: PairTable?

    /// Memory that pieces share.
    final class Room {
        /// The symbols of a piece.
        var symbols: [Int32] = []
        /// Those that are being merged.
        var ids: [Int32] = []
        var ranks: [Int32] = []
        var results: [Int32] = []
    }

    /// Pieces of more symbols take their next merge from a heap.
    private static let longPiece = 96

    func encode(_ bytes: UnsafePointer<UInt8>, _ count: Int, into ids: inout [Int32], _ room: Room) {
        if let whole {
            let id = whole.id(bytes, count)
            if id >= 0 { return ids.append(id) }
        }
        room.symbols.removeAll(keepingCapacity: true)
        switch symbols {
        case .bytes(let table):
            for place in 0..<count {
                let id = table[Int(bytes[place])]
                if id >= 0 { room.symbols.append(id) } else if let unknown { appendUnknown(unknown, room) }
            }
        case .characters(let tokens, let fallback): split(bytes, count, tokens, fallback, room)
        }
        var start = 0
        while start < room.symbols.count {
            var end = start + 1
            if let neighbours {
                while end < room.symbols.count, neighbours.find(room.symbols[end - 1], room.symbols[end]) != nil {
                    end += 1
                }
            } else {
                end = room.symbols.count
            }
            room.ids.removeAll(keepingCapacity: true)
            room.ids += room.symbols[start..<end]
            if room.ids.count <= Self.longPiece { mergeShort(room) } else { mergeLong(room) }
            append(room.ids, to: &ids)
            start = end
        }
    }

    private func append(_ merged: [Int32], to ids: inout [Int32]) {
        guard firstPart < .max, case .characters(let tokens, let fallback) = symbols else {
            ids += merged
            return
        }
        // A character that is only a part, and has stayed alone, is its bytes.
        for id in merged {
            if id < firstPart {
                ids.append(id)
            } else if let fallback, let text = tokens[Int(id)], text.allSatisfy({ fallback[Int($0)] >= 0 }) {
                for byte in text { ids.append(fallback[Int(byte)]) }
            } else if let unknown {
                ids.append(unknown)
            }
        }
    }

    private func appendUnknown(_ unknown: Int32, _ room: Room) {
        if !fusesUnknown || room.symbols.last != unknown { room.symbols.append(unknown) }
    }

    private func split(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ tokens: TokenTable, _ fallback: [Int32]?, _ room: Room
    ) {
        var place = 0
        while place < count {
            let length = scalarLength(bytes[place]), id = tokens.id(bytes + place, length)
            if id >= 0 {
                room.symbols.append(id)
            } else if let fallback, (0..<length).allSatisfy({ fallback[Int(bytes[place + $0])] >= 0 }) {
                for offset in 0..<length { room.symbols.append(fallback[Int(bytes[place + offset])]) }
            } else if let unknown {
                appendUnknown(unknown, room)
            }
            place += length
        }
    }

    /// Looks at all ranks for each merge.
    private func mergeShort(_ room: Room) {
        var count = room.ids.count
        guard count > 1 else { return }
        if room.ranks.count < Self.longPiece + 1 {
            room.ranks = [Int32](repeating: 0, count: Self.longPiece + 1)
            room.results = room.ranks
        }
        room.ids.withUnsafeMutableBufferPointer { ids in
            room.ranks.withUnsafeMutableBufferPointer { ranks in
                room.results.withUnsafeMutableBufferPointer { results in
                    func look(_ place: Int) {
                        if place + 1 < count, let found = pairs.find(ids[place], ids[place + 1]) {
                            (ranks[place], results[place]) = found
                        } else {
                            ranks[place] = .max
                        }
                    }
                    for place in 0..<count { look(place) }
                    while true {
                        var best = 0
                        for place in 1..<max(count, 1) where ranks[place] < ranks[best] { best = place }
                        guard ranks[best] < .max else { break }
                        ids[best] = results[best]
                        count -= 1
                        for place in (best + 1)..<max(count, best + 1) {
                            ids[place] = ids[place + 1]
                            ranks[place] = ranks[place + 1]
                            results[place] = results[place + 1]
                        }
                        look(best)
                        if best > 0 { look(best - 1) }
                    }
                }
            }
        }
        room.ids.removeLast(room.ids.count - count)
    }

    /// Takes the next merge from a heap, by rank, then by place.
    private func mergeLong(_ room: Room) {
        let count = room.ids.count
        var next = (1...count).map { Int32($0 == count ? -1 : $0) }, previous = (-1..<(count - 1)).map { Int32($0) }
        var heap = Heap<WaitingMerge>()
        func offer(_ left: Int32, _ right: Int32) {
            guard left >= 0, right >= 0,
                let found = pairs.find(room.ids[Int(left)], room.ids[Int(right)])
            else { return }
            heap.push(WaitingMerge(rank: found.rank, place: left, result: found.result))
        }
        for place in 1..<Int32(count) { offer(place - 1, place) }
        while let merge = heap.pop() {
            let left = merge.place, right = next[Int(left)]
            // What was offered may have changed since.
            guard room.ids[Int(left)] >= 0, right >= 0,
                let found = pairs.find(room.ids[Int(left)], room.ids[Int(right)]), found.result == merge.result,
                found.rank == merge.rank
            else { continue }
            room.ids[Int(left)] = merge.result
            room.ids[Int(right)] = -1
            next[Int(left)] = next[Int(right)]
            if next[Int(left)] >= 0 { previous[Int(next[Int(left)])] = left }
            offer(previous[Int(left)], left)
            offer(left, next[Int(left)])
        }
        room.ids.removeAll { $0 < 0 }
    }
}

/// A merge that waits: the one of the lowest rank comes first, and of these the leftmost.
private struct WaitingMerge: HeapEntry {
    let rank: Int32
    let place: Int32
    let result: Int32

    @inline(__always)
    func precedes(_ other: WaitingMerge) -> Bool {
        rank < other.rank || (rank == other.rank && place < other.place)
    }
}
