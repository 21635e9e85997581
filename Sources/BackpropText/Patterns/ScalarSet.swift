/// A set of scalars: some categories, some ranges, or all but these.
struct ScalarSet: Sendable, Hashable {
    var categories: Category = []
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false
    /// The members below 128, once the set is complete.
    private var low: (UInt64, UInt64) = (0, 0)

    init() {}

    init(_ categories: Category, _ ranges: ClosedRange<UInt32>..., inverted: Bool = false) {
        (self.categories, self.ranges, isInverted) = (categories, ranges, inverted)
        complete()
    }

    static func == (first: ScalarSet, second: ScalarSet) -> Bool {
        first.categories == second.categories && first.ranges == second.ranges && first.isInverted == second.isInverted
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(categories)
        hasher.combine(ranges)
        hasher.combine(isInverted)
    }

    /// White space: all separators, and five controls and U+0085.
    static let space = ScalarSet(.separator, 0x09...0x0D, 0x85...0x85)
    static let notSpace = ScalarSet(
        .all.subtracting(.separator).subtracting(Category(named: "Cc")!), 0...8, 0x0E...0x1F, 0x7F...0x84, 0x86...0x9F)
    static let digit = ScalarSet(Category(named: "Nd")!)
    static let notDigit = ScalarSet(.all.subtracting(Category(named: "Nd")!))
    private static let letters: ScalarSet = ScalarSet(
        [.letter, .mark, Category(named: "Nd")!, Category(named: "Nl")!, Category(named: "Pc")!], 0x24B6...0x24E9,
        0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189)
    /// Letters, marks, numbers but "No", connectors, letters in circles and squares, and joiners, as Unicode's Technical Standard
    /// 18 has it.
    static let word = letters.union(0x200C...0x200D)
    /// The same for Oniguruma: without joiners, and with the numbers of Latin-1.
    static let patternWord = letters.union(0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE)

    private func union(_ more: ClosedRange<UInt32>...) -> ScalarSet {
        var set = self
        set.ranges += more
        return set
    }

    /// Adds what another set holds, which must not be inverted.
    mutating func formUnion(_ other: ScalarSet) {
        categories.formUnion(other.categories)
        ranges += other.ranges
    }

    /// Works out what is asked often. Called once all members are there.
    mutating func complete() {
        low = (0, 0)
        for value in UInt32(0)..<128 where slowContains(value) {
            if value < 64 { low.0 |= 1 << UInt64(value) } else { low.1 |= 1 << UInt64(value - 64) }
        }
    }

    private func slowContains(_ value: UInt32) -> Bool {
        var isMember = categories.contains(PatternClasses.category(value))
        if !isMember, !ranges.isEmpty { isMember = ranges.contains { $0.contains(value) } }
        return isMember != isInverted
    }

    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        if value < 64 { return low.0 >> UInt64(value) & 1 == 1 }
        if value < 128 { return low.1 >> UInt64(value - 64) & 1 == 1 }
        return slowContains(value)
    }

    /// The bytes that a member may begin with.
    var firstBytes: [Bool] { (0..<256).map { $0 >= 128 || contains(UInt32($0)) } }
}
