/// How far apart two names are, for suggestions.
enum NameDistance {
    /// The name that the person probably meant; nil where none is close.
    static func nearest(to name: String, among names: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(64))
        let allowed = max(2, wanted.count / 3)
        let scored = names.prefix(2_000).map {
            (name: $0, distance: edits(wanted, Array($0.lowercased().utf8.prefix(64))))
        }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= allowed, best.distance < wanted.count { return best.name }
        return scored.first { candidate in
            wanted.count >= 3 && candidate.name.lowercased().contains(name.lowercased())
        }?.name
    }

    private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var previous = Array(0...b.count)
        for (row, left) in a.enumerated() {
            var current = [row + 1]
            for (column, right) in b.enumerated() {
                let replaced = previous[column] + (left == right ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
