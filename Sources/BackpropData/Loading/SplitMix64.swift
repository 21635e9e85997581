/// A small generator whose numbers are the same on every platform and in every version.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1, each equally likely. `bound` is at least 1.
    package mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        let rejected = (0 &- bound) % bound
        while true {
            let (high, low) = next().multipliedFullWidth(by: bound)
            if low >= rejected { return Int(high) }
        }
    }

    /// The same elements in an order that depends on the seed alone.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, below(last + 1))
        }
    }

    /// One seed of several numbers, each of which changes it beyond recognition.
    package static func mixed(_ numbers: [UInt64]) -> UInt64 {
        numbers.reduce(0) { seed, number in
            var generator = SplitMix64(seed: seed ^ number &* 0x9E37_79B9_7F4A_7C15)
            return generator.next()
        }
    }
}
