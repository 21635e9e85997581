/// Which sample is made, and what its random choices depend on: not on threads, on the size of a batch, or on what is made
/// ahead.
public struct SampleKey: Sendable, Hashable {
    /// The seed of the loader.
    public let seed: UInt64
    /// The number of the epoch.
    public let epoch: Int
    /// The position of the sample in the data, from 0.
    public let index: Int
    /// How often it has come before in the epoch, which a sampler that draws samples again decides.
    public let repetition: Int

    public init(seed: UInt64, epoch: Int, index: Int, repetition: Int = 0) {
        self.seed = seed
        self.epoch = epoch
        self.index = index
        self.repetition = repetition
    }

    /// Random numbers that follow from the key; each stream has numbers of its own.
    public func generator(stream: Int = 0) -> SampleGenerator {
        let numbers = [epoch, index, stream] + (repetition > 0 ? [repetition] : [])
        return SampleGenerator(seed: SplitMix64.mixed([seed] + numbers.map { UInt64(bitPattern: Int64($0)) }))
    }
}

/// Random numbers that are the same on every platform and in every version.
public struct SampleGenerator: RandomNumberGenerator, Sendable {
    package var state: SplitMix64

    /// The numbers that follow from a seed.
    public init(seed: UInt64) { state = SplitMix64(seed: seed) }

    public mutating func next() -> UInt64 { state.next() }

    /// A whole number from 0 to `bound` - 1, each equally likely. A bound below 1 stops it.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "below: the bound is \(bound)")
        return state.below(bound)
    }

    /// A number from 0 to just below 1, with 53 random bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number from `low` to `high`, each equally likely.
    public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }
}
