/// What somebody gets who knows the labels of the training part and looks at nothing else.
package enum Baseline: Sendable, Equatable {
    /// Always the class that occurs most often.
    case mostFrequent(name: String)
    /// Always the mean, or the median for absolute errors; in the label's own unit.
    case middle(mean: Double, median: Double)

    /// - Parameter names: of the classes, in the order of their numbers.
    /// - Returns: nil of no labels.
    package init?(labels: some Sequence<Int32>, names: [String]) {
        var counts = [Int](repeating: 0, count: names.count)
        for label in labels where counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
        // The first of equal ones.
        guard let most = counts.max(), most > 0, let place = counts.firstIndex(of: most) else { return nil }
        self = .mostFrequent(name: names[place])
    }

    /// - Returns: nil of no numbers that can be used.
    package init?(numbers: some Sequence<Double>) {
        let sorted = numbers.filter { abs($0) < NumberQuality.largest }.sorted()
        guard !sorted.isEmpty else { return nil }
        let mean = sorted.reduce(0) { $0 + $1 / Double(sorted.count) }
        self = .middle(mean: mean, median: sorted.quantile(0.5))
    }
}
