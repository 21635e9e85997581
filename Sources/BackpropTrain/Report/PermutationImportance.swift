import BackpropData

/// How much worse a model does when it cannot see a column.
package struct ColumnImportance: Codable, Sendable, Equatable {
    package let name: String
    /// By how much the accuracy falls, or the root of the mean squared error rises. Below 0 where it does better without.
    package let loss: Double
    /// The standard deviation of `loss` over the repetitions; 0 of a single one.
    package let deviation: Double

    package init(name: String, loss: Double, deviation: Double) {
        (self.name, self.loss, self.deviation) = (name, loss, deviation)
    }
}

/// Importance by permutation: the cells of one column are dealt out anew among the rows, and what was learnt from it is of no
/// use then.
///
/// Source: L. Breiman, "Random Forests", 2001.
package enum PermutationImportance {
    /// Row i gets the cell that row `order[i]` had; positions are within the sample.
    package typealias Shuffle = (column: Int, order: [Int])

    /// Rows of a sample: enough to say which columns matter.
    package static let mostRows = 2_000

    /// Positions in their order, all of them where they are few, else chosen by the seed.
    package static func sample(of count: Int, atMost limit: Int = mostRows, seed: UInt64) -> [Int] {
        guard count > limit else { return Array(0..<max(count, 0)) }
        // Selection by Knuth, TAOCP 3.4.2, algorithm S: one pass, in order.
        var generator = SplitMix64(seed: seed ^ 0x5A3F_1E00_0000_0001)
        var chosen: [Int] = []
        for place in 0..<count where generator.below(count - place) < limit - chosen.count { chosen.append(place) }
        return chosen
    }

    /// Measures every column, the most important first.
    ///
    /// - Parameters:
    ///   - columns: their names; `Shuffle.column` is a position among them.
    ///   - rowCount: of the sample that `judge` looks at.
    ///   - repeats: permutations of each column.
    ///   - seconds: after so long no further round over the columns begins, and a round that is not done does not count. The first
    ///     is always done, unless it takes ten times as long: then nothing is said.
    ///   - judge: what the model says about the sample, with one column shuffled or none.
    package static func measure(
        columns: [String], rowCount: Int, seed: UInt64, repeats: Int = 5, seconds: Double = 10,
        judge: (Shuffle?) throws -> Judgement
    ) rethrows -> [ColumnImportance] {
        guard rowCount > 1, !columns.isEmpty, repeats > 0 else { return [] }
        let clock = ContinuousClock(), start = clock.now
        let whole = Score(try judge(nil))
        var rounds: [[Score]] = []
        while rounds.count < repeats {
            var round: [Score] = []
            for column in columns.indices {
                let passed = (clock.now - start) / .seconds(1)
                if passed > seconds * (rounds.isEmpty ? 10 : 1) { return summary(columns, rounds) }
                let key = SplitMix64.mixed([seed, UInt64(column), UInt64(rounds.count)])
                var generator = SplitMix64(seed: key), order = Array(0..<rowCount)
                generator.shuffle(&order)
                round.append(Score(try judge((column, order))).worse(than: whole))
            }
            rounds.append(round)
        }
        return summary(columns, rounds)
    }

    private static func summary(_ columns: [String], _ rounds: [[Score]]) -> [ColumnImportance] {
        guard !rounds.isEmpty else { return [] }
        let count = Double(rounds.count)
        let found = columns.indices.map { column -> (importance: ColumnImportance, second: Double) in
            let losses = rounds.map { $0[column].figure }
            let mean = losses.reduce(0, +) / count
            let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            let second = rounds.reduce(0) { $0 + $1[column].second } / count
            return (ColumnImportance(name: columns[column], loss: mean, deviation: variance.squareRoot()), second)
        }
        return found.sorted {
            $0.importance.loss != $1.importance.loss ? $0.importance.loss > $1.importance.loss : $0.second > $1.second
        }.map(\.importance)
    }

    /// What a judgement comes to; the higher, the worse.
    private struct Score {
        /// The share that is wrong, or the root of the mean squared error.
        var figure: Double
        /// Decides between equal figures: the probability that right classes did not get.
        var second = 0.0

        init(_ judgement: Judgement) {
            switch judgement {
            case .classes(let names, let probabilities, let labels):
                var (wrong, missing) = (0, 0.0)
                for (row, label) in labels.enumerated() {
                    let own = probabilities[(row * names.count)..<((row + 1) * names.count)]
                    let best = own.indices.max { own[$0] < own[$1] || (own[$0] == own[$1] && $0 > $1) }
                    if best != own.startIndex + Int(label) { wrong += 1 }
                    missing += names.indices.contains(Int(label)) ? 1 - Double(own[own.startIndex + Int(label)]) : 1
                }
                figure = Double(wrong) / Double(max(labels.count, 1))
                second = missing / Double(max(labels.count, 1))
            case .numbers(let predicted, let truth):
                let squares = zip(predicted, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                figure = (squares / Double(max(truth.count, 1))).squareRoot()
            }
        }

        func worse(than whole: Score) -> Score {
            var result = self
            result.figure = (figure - whole.figure).finite ?? 0
            result.second = (second - whole.second).finite ?? 0
            return result
        }
    }
}
