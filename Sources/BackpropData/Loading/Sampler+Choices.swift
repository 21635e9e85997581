import Backprop

extension Sampler {
    /// The samples at those positions of the data, in the order that another sampler gives to as many samples as they are.
    /// Labels, weights and lengths of that sampler are those of the chosen samples.
    ///
    /// ```swift
    /// Sampler.subset([4, 7], .sequential).positions(of: 10, seed: 1, epoch: 1)  // [4, 7]
    /// ```
    public static func subset(
        _ positions: [Int], _ sampler: Sampler = .shuffled, file: StaticString = #fileID, line: UInt = #line
    ) -> Sampler {
        sampler.check(positions.count, file: file, line: line)
        let last = positions.max() ?? -1
        require(
            positions.allSatisfy { $0 >= 0 }, "Sampler.subset: there is no sample \(positions.min() ?? 0)", file: file,
            line: line)
        return Sampler(
            "subset of \(positions.count), \(sampler)", length: sampler.length(of: positions.count),
            complaint: { $0 > last ? nil : "there is no sample \(last) among \($0)" }
        ) { request in
            var inner = Request(
                count: positions.count, batchSize: request.batchSize, generator: request.generator)
            return sampler.order(&inner).map { positions[$0] }
        }
    }

    /// Samples with a probability in proportion to their weights, which are at least 0, one for each sample.
    ///
    /// - Parameters:
    ///   - count: how many samples an epoch has; as many as there are weights where left out, or as many as there are
    ///     weights above 0 where no sample is drawn twice.
    ///   - replacing: whether a sample can be drawn again in the same epoch.
    public static func weighted(
        _ weights: [Double], count: Int? = nil, replacing: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> Sampler {
        require(
            weights.allSatisfy { $0 >= 0 && $0.isFinite }, "Sampler.weighted: weights are finite and at least 0",
            file: file, line: line)
        let possible = weights.count { $0 > 0 }
        let count = count ?? (replacing ? weights.count : possible)
        require(
            count >= 0 && (count == 0 || possible > 0) && (replacing || count <= possible),
            "Sampler.weighted: \(count) samples cannot be drawn from \(possible) with a weight above 0", file: file,
            line: line)
        let tree = WeightTree(weights)
        return Sampler(
            "weighted", length: count, complaint: one("weights", each: weights.count)
        ) { request in
            var tree = tree
            return (0..<count).map { _ in
                let chosen = tree.draw(&request.generator)
                if !replacing { tree.remove(chosen) }
                return chosen
            }
        }
    }

    /// Classes equally often, up to one, in an order at random; a sample comes again when all others of its class have come.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample.
    ///   - count: how many samples an epoch has; as many as there are labels where left out.
    public static func balanced(
        by labels: [some Hashable], count: Int? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Sampler {
        let groups = Split.groups(labels)
        let count = count ?? labels.count
        require(
            count >= 0 && (count == 0 || !groups.isEmpty), "Sampler.balanced: \(count) samples of no classes",
            file: file, line: line)
        return Sampler(
            "balanced by \(groups.count) classes", length: count, complaint: one("labels", each: labels.count)
        ) { request in
            // Which classes have one sample more is another choice in each epoch.
            var turns = Array(groups.indices)
            request.generator.state.shuffle(&turns)
            var order: [Int] = []
            order.reserveCapacity(count)
            for (turn, group) in turns.enumerated() {
                var missing = count / groups.count + (turn < count % groups.count ? 1 : 0)
                while missing > 0 {
                    var samples = groups[group]
                    request.generator.state.shuffle(&samples)
                    order += samples.prefix(missing)
                    missing -= samples.count
                }
            }
            request.generator.state.shuffle(&order)
            return order
        }
    }

    /// Every sample once, in an order in which any run of samples, so each batch, has nearly the same share of each class as
    /// the whole.
    ///
    /// - Parameter labels: the class of each sample.
    public static func stratified(by labels: [some Hashable]) -> Sampler {
        let groups = Split.groups(labels)
        return Sampler(
            "stratified by \(groups.count) classes", complaint: one("labels", each: labels.count)
        ) { request in
            // Each class is spread evenly over the epoch, from a place of its own.
            var places: [(place: Double, tie: Int, sample: Int)] = []
            places.reserveCapacity(request.count)
            for (tie, group) in groups.enumerated() {
                var samples = group
                request.generator.state.shuffle(&samples)
                let start = request.generator.unit()
                for (number, sample) in samples.enumerated() {
                    places.append(((Double(number) + start) / Double(samples.count), tie, sample))
                }
            }
            places.sort { $0.place == $1.place ? $0.tie < $1.tie : $0.place < $1.place }
            return places.map(\.sample)
        }
    }

    /// Every sample once, samples of similar length in one batch, so that little is padded: `pool` batches of samples at
    /// random are ordered by length and cut, and the order of the batches is at random. What does not fill a batch is at the
    /// end, chosen at random.
    ///
    /// The batches of a pool are padded by less than `batchSize` times the difference between its longest and its shortest
    /// sample, all together.
    ///
    /// - Parameters:
    ///   - lengths: the length of each sample.
    ///   - pool: more make less padding, and batches that are more alike in each epoch.
    public static func byLength(
        _ lengths: [Int], pool: Int = 50, file: StaticString = #fileID, line: UInt = #line
    ) -> Sampler {
        require(pool > 0, "Sampler.byLength: a pool of \(pool) batches", file: file, line: line)
        return Sampler("by length", complaint: one("lengths", each: lengths.count)) { request in
            var order = Array(0..<request.count)
            request.generator.state.shuffle(&order)
            let size = request.batchSize
            let whole = order.count / size
            var batches: [ArraySlice<Int>] = []
            for start in stride(from: 0, to: whole, by: pool) {
                let samples = order[(start * size)..<(min(start + pool, whole) * size)]
                // Stable, so that samples of one length stay in an order at random.
                let sorted = samples.enumerated().sorted {
                    let (a, b) = (lengths[$0.element], lengths[$1.element])
                    return a == b ? $0.offset < $1.offset : a < b
                }.map(\.element)
                for first in stride(from: 0, to: sorted.count, by: size) {
                    batches.append(sorted[first..<(first + size)])
                }
            }
            request.generator.state.shuffle(&batches)
            return batches.flatMap { $0 } + order[(whole * size)...]
        }
    }
}

/// Sums of weights, by which a position is drawn, and left out later, in the logarithm of their number.
private struct WeightTree: Sendable {
    /// The sum of everything is at 1; below the node i are 2i and 2i + 1, and the weights at the end.
    private var sums: [Double]
    private let first: Int

    init(_ weights: [Double]) {
        var width = 1
        while width < weights.count { width *= 2 }
        first = width
        sums = [Double](repeating: 0, count: 2 * width)
        for (position, weight) in weights.enumerated() { sums[width + position] = weight }
        for node in stride(from: width - 1, to: 0, by: -1) { sums[node] = sums[2 * node] + sums[2 * node + 1] }
    }

    func draw(_ generator: inout SampleGenerator) -> Int {
        var rest = generator.unit() * sums[1]
        var node = 1
        while node < first {
            node *= 2
            // Rounding must not lead to where nothing is.
            if rest >= sums[node], sums[node + 1] > 0 {
                rest -= sums[node]
                node += 1
            }
        }
        return node - first
    }

    mutating func remove(_ position: Int) {
        var node = first + position
        sums[node] = 0
        while node > 1 {
            node /= 2
            sums[node] = sums[2 * node] + sums[2 * node + 1]
        }
    }
}
