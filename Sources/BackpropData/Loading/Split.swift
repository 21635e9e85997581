import Backprop

/// Cuts data into parts that share no sample: positions from 0, ascending, chosen by a seed alone.
///
/// ```swift
/// let parts = Split.parts(0.8, 0.1, 0.1, stratifiedBy: classes, seed: 1)
/// let training = DataLoader(inputs: images, labels: labels, batchSize: 32, sampler: .subset(parts[0]))
/// ```
public enum Split {
    /// One of several splits into a part to train on and a part to judge by.
    public struct Fold: Sendable, Hashable {
        /// Positions, ascending.
        public let training: [Int]
        /// The others, ascending.
        public let heldOut: [Int]
    }

    /// As many parts as there are shares, which add up to 1. Sizes are those of the shares, rounded.
    public static func parts(
        _ shares: Double..., of count: Int, seed: UInt64 = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [[Int]] {
        require(count >= 0, "Split: \(count) samples cannot be split", file: file, line: line)
        check(shares, file: file, line: line)
        return parts([Array(0..<count)], shares, seed)
    }

    /// Parts in which each class has its share, as near as whole samples allow.
    public static func parts(
        _ shares: Double..., stratifiedBy labels: [some Hashable], seed: UInt64 = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> [[Int]] {
        check(shares, file: file, line: line)
        return parts(groups(labels), shares, seed)
    }

    /// Parts that keep groups together, such as the pictures of one person. Sizes come as near to the shares as groups,
    /// dealt from the largest to the smallest, allow.
    public static func parts(
        _ shares: Double..., groupedBy names: [some Hashable], seed: UInt64 = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> [[Int]] {
        check(shares, file: file, line: line)
        return together(groups(names), shares, seed)
    }

    /// `number` splits, each of which holds out another part of the same size or one less.
    public static func folds(
        _ number: Int, of count: Int, seed: UInt64 = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Fold] {
        check(number, of: count, "samples", file: file, line: line)
        return folds([Array(0..<count)], number, seed)
    }

    /// Folds in which the held out parts have as many of each class as each other, or one less.
    public static func folds(
        _ number: Int, stratifiedBy labels: [some Hashable], seed: UInt64 = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> [Fold] {
        check(number, of: labels.count, "samples", file: file, line: line)
        return folds(groups(labels), number, seed)
    }

    /// Folds that keep groups together.
    public static func folds(
        _ number: Int, groupedBy names: [some Hashable], seed: UInt64 = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> [Fold] {
        let groups = groups(names)
        check(number, of: groups.count, "groups", file: file, line: line)
        return folds(together(groups, [Double](repeating: 1 / Double(number), count: number), seed))
    }
}

extension Split {
    /// The positions of equal elements, in the order in which they appear.
    package static func groups<Element: Hashable>(_ elements: [Element]) -> [[Int]] {
        var groups: [[Int]] = []
        var places: [Element: Int] = [:]
        for (position, element) in elements.enumerated() {
            if let place = places[element] {
                groups[place].append(position)
            } else {
                places[element] = groups.count
                groups.append([position])
            }
        }
        return groups
    }

    /// Shuffles each group and deals it: the next of `counts` to each part, what is left to the last part.
    package static func dealt(_ groups: [[Int]], counts: [[Int]], parts number: Int, seed: UInt64) -> [[Int]] {
        var generator = SplitMix64(seed: seed)
        var parts = [[Int]](repeating: [], count: number)
        for (group, counts) in zip(groups, counts) {
            var shuffled = group
            generator.shuffle(&shuffled)
            var rest = shuffled[...]
            for (part, count) in counts.enumerated() {
                parts[part] += rest.prefix(count)
                rest = rest.dropFirst(count)
            }
            parts[number - 1] += rest
        }
        return parts.map { $0.sorted() }
    }

    /// How many of each group make up a share of all: the whole parts, then one more where the remainder is largest, as long
    /// as `leaving` of the group are left.
    package static func counts(ofShare share: Double, in sizes: [Int], leaving: Int = 0) -> [Int] {
        let exact = sizes.map { Double($0) * share }
        var counts = exact.map { Int($0) }
        let wanted = Int((Double(sizes.reduce(0, +)) * share).rounded())
        let order = sizes.indices.sorted {
            let (left, right) = (exact[$0] - Double(counts[$0]), exact[$1] - Double(counts[$1]))
            return left == right ? $0 < $1 : left > right
        }
        var missing = wanted - counts.reduce(0, +)
        for group in order where missing > 0 && counts[group] < sizes[group] - leaving {
            counts[group] += 1
            missing -= 1
        }
        return counts
    }

    private static func parts(_ groups: [[Int]], _ shares: [Double], _ seed: UInt64) -> [[Int]] {
        var left = groups.map(\.count)
        var counts = [[Int]](repeating: [], count: groups.count)
        for (part, share) in shares.dropLast().enumerated() {
            let rest = shares[part...].reduce(0, +)
            let taken = Split.counts(ofShare: rest > 0 ? min(share / rest, 1) : 0, in: left)
            for group in groups.indices {
                counts[group].append(taken[group])
                left[group] -= taken[group]
            }
        }
        return dealt(groups, counts: counts, parts: shares.count, seed: seed)
    }

    private static func together(_ groups: [[Int]], _ shares: [Double], _ seed: UInt64) -> [[Int]] {
        var generator = SplitMix64(seed: seed)
        var order = Array(groups.indices)
        generator.shuffle(&order)
        let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
        order.sort {
            groups[$0].count == groups[$1].count ? places[$0]! < places[$1]! : groups[$0].count > groups[$1].count
        }
        let count = Double(groups.reduce(0) { $0 + $1.count })
        var missing = shares.map { $0 * count }
        var parts = [[Int]](repeating: [], count: shares.count)
        for group in order {
            let part = missing.indices.max { missing[$0] < missing[$1] }!
            parts[part] += groups[group]
            missing[part] -= Double(groups[group].count)
        }
        return parts.map { $0.sorted() }
    }

    private static func folds(_ groups: [[Int]], _ number: Int, _ seed: UInt64) -> [Fold] {
        var generator = SplitMix64(seed: seed)
        var parts = [[Int]](repeating: [], count: number)
        var next = 0
        for group in groups {
            var shuffled = group
            generator.shuffle(&shuffled)
            for position in shuffled {
                parts[next].append(position)
                next = (next + 1) % number
            }
        }
        return folds(parts.map { $0.sorted() })
    }

    private static func folds(_ parts: [[Int]]) -> [Fold] {
        parts.indices.map { held in
            Fold(
                training: parts.indices.filter { $0 != held }.flatMap { parts[$0] }.sorted(), heldOut: parts[held])
        }
    }

    private static func check(_ shares: [Double], file: StaticString, line: UInt) {
        require(
            !shares.isEmpty && shares.allSatisfy { $0 >= 0 } && abs(shares.reduce(0, +) - 1) < 1e-6,
            "Split: shares \(shares) do not add up to 1", file: file, line: line)
    }

    private static func check(_ number: Int, of count: Int, _ noun: String, file: StaticString, line: UInt) {
        require(
            number >= 2 && number <= count, "Split: \(count) \(noun) cannot make \(number) folds", file: file,
            line: line)
    }
}
