import Backprop

/// Which samples an epoch has, and in which order: a function of the seed and of the number of the epoch alone.
public struct Sampler: Sendable, CustomStringConvertible {
    /// What an order is made for.
    struct Request {
        /// How many samples the data has.
        let count: Int
        let batchSize: Int
        var generator: SampleGenerator
    }

    /// What it does, as it is written.
    public let description: String
    /// How many samples an epoch has; nil stands for all of them.
    let length: Int?
    /// What is wrong with a number of samples in the data; nil where it fits.
    let complaint: @Sendable (Int) -> String?
    let order: @Sendable (inout Request) -> [Int]

    init(
        _ description: String, length: Int? = nil, complaint: @escaping @Sendable (Int) -> String? = { _ in nil },
        order: @escaping @Sendable (inout Request) -> [Int]
    ) {
        self.description = description
        self.length = length
        self.complaint = complaint
        self.order = order
    }

    /// Positions by a function of the number of samples and of random numbers that follow from the seed and the epoch.
    ///
    /// - Parameter length: how many positions the function returns; nil where they are as many as there are samples.
    public init(
        _ description: String, length: Int? = nil,
        positions: @escaping @Sendable (_ count: Int, inout SampleGenerator) -> [Int]
    ) {
        self.init(description, length: length, complaint: { _ in nil }) { request in
            let order = positions(request.count, &request.generator)
            let expected = length ?? request.count
            require(
                order.count == expected,
                "Sampler \(description): \(order.count) positions where \(expected) are promised")
            for position in order {
                require(
                    position >= 0 && position < request.count,
                    "Sampler \(description): there is no sample \(position) among \(request.count)")
            }
            return order
        }
    }

    /// How many samples an epoch has where the data has `count`.
    public func length(of count: Int) -> Int { length ?? count }

    /// The positions of an epoch, in their order.
    ///
    /// ```swift
    /// Sampler.sequential.positions(of: 4, seed: 1, epoch: 2)  // [0, 1, 2, 3]
    /// ```
    ///
    /// - Parameter batchSize: what the order is cut into; only a sampler that puts samples of a kind into one batch asks
    ///   for it.
    public func positions(
        of count: Int, batchSize: Int = 1, seed: UInt64, epoch: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> [Int] {
        check(count, file: file, line: line)
        var request = Request(
            count: count, batchSize: batchSize, generator: Sampler.generator(seed: seed, epoch: epoch))
        return order(&request)
    }

    func check(_ count: Int, file: StaticString, line: UInt) {
        if let complaint = complaint(count) { trap("Sampler \(description): \(complaint)", file: file, line: line) }
    }

    /// Something for each sample of the data, as many as there are.
    static func one(_ noun: String, each number: Int) -> @Sendable (Int) -> String? {
        { $0 == number ? nil : "\(number) \(noun) for \($0) samples" }
    }

    private static func generator(seed: UInt64, epoch: Int) -> SampleGenerator {
        // Epochs of neighbouring seeds must not share orders, so both numbers are mixed before they meet.
        var seeds = SplitMix64(seed: seed)
        var epochs = SplitMix64(seed: UInt64(bitPattern: Int64(epoch)))
        return SampleGenerator(seed: seeds.next() ^ epochs.next() &* 0x9E37_79B9_7F4A_7C15)
    }
}

extension Sampler {
    /// Every sample once, in the order of the data.
    public static let sequential = Sampler("sequential") { request in Array(0..<request.count) }

    /// Every sample once, in another order in each epoch.
    public static let shuffled = Sampler("shuffled") { request in
        var order = Array(0..<request.count)
        request.generator.state.shuffle(&order)
        return order
    }
}
