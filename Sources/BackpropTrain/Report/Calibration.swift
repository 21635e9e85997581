/// Whether a model that is 80 % sure is right in 80 of 100 cases.
///
/// Predictions are sorted by the probability of the class that they chose, into ten bins of equal width.
/// Source: C. Guo and others, "On Calibration of Modern Neural Networks", 2017.
package struct Calibration: Codable, Sendable, Equatable {
    package struct Bin: Codable, Sendable, Equatable {
        /// Examples in it.
        package let count: Int
        /// The mean probability of the chosen class.
        package let confidence: Double
        /// The share that was right.
        package let accuracy: Double
    }

    /// From 0 to 1, without those that are empty.
    package let bins: [Bin]
    /// The mean distance between confidence and accuracy, weighted by the examples.
    package let error: Double

    static let binCount = 10

    /// - Parameter answers: the probability of the chosen class, and whether it was right.
    init(_ answers: [(confidence: Double, isRight: Bool)]) {
        var counts = [Int](repeating: 0, count: Self.binCount), right = counts
        var sums = [Double](repeating: 0, count: Self.binCount)
        for answer in answers where answer.confidence.isFinite {
            let bin = min(max(Int(answer.confidence * Double(Self.binCount)), 0), Self.binCount - 1)
            counts[bin] += 1
            sums[bin] += answer.confidence
            if answer.isRight { right[bin] += 1 }
        }
        bins = counts.indices.filter { counts[$0] > 0 }.map {
            Bin(
                count: counts[$0], confidence: sums[$0] / Double(counts[$0]),
                accuracy: Double(right[$0]) / Double(counts[$0]))
        }
        let total = Double(counts.reduce(0, +))
        error = bins.reduce(0) { $0 + Double($1.count) / total * abs($1.confidence - $1.accuracy) }
    }

    /// Whether answers are wrong more often than their probabilities say, in the mean over all of them.
    package var isTooSure: Bool {
        bins.reduce(0) { $0 + Double($1.count) * ($1.confidence - $1.accuracy) } > 0
    }
}
