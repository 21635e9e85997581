import BackpropData

/// Which rows of a training part teach, and which judge.
struct RowRoles: Sendable {
    /// Positions of the rows that teach, in the order of the data.
    let training: [Int32]
    /// Positions of the rows that judge.
    let judging: [Int32]
    /// The fold of each row; empty where there are none.
    let folds: [UInt8]

    /// By the seed alone. Classes, or for numbers small and large ones, are spread evenly.
    init(_ targets: Targets, _ recipe: TableRecipe, seed: UInt64) {
        let count = targets.count
        let all = (0..<Int32(count)).map { $0 }
        switch recipe.judging {
        case .nothing: (training, judging, folds) = (all, [], [])
        case .folds:
            var folds = [UInt8](repeating: 0, count: count)
            for (place, position) in Self.spread(targets, seed).enumerated() {
                folds[Int(position)] = UInt8(place % recipe.members)
            }
            (training, judging, self.folds) = (all, all, folds)
        case .heldOut(let share):
            let aside = Swift.min(Swift.max(1, Int((share * Double(count)).rounded())), count - 1)
            var judges = [Bool](repeating: false, count: count)
            let order = Self.spread(targets, seed)
            // Every so many rows of the spread order one judges.
            for place in 0..<aside { judges[Int(order[place * count / aside])] = true }
            training = all.filter { !judges[Int($0)] }
            judging = all.filter { judges[Int($0)] }
            folds = []
        }
    }

    /// The rows ordered by class, or by a number in a hundred steps, and within by chance.
    private static func spread(_ targets: Targets, _ seed: UInt64) -> [Int32] {
        var generator = SplitMix64(seed: SplitMix64.mixed([seed, 0xF01D5]))
        var order = (0..<Int32(targets.count)).map { $0 }
        generator.shuffle(&order)
        switch targets {
        case .classes(let classes):
            let groups = Int(classes.max() ?? 0) + 1
            return grouped(order, groups) { Int(classes[$0]) }
        case .numbers(let numbers):
            let ranks = order.sorted { (numbers[Int($0)], $0) < (numbers[Int($1)], $1) }
            let steps = Swift.max(1, Swift.min(100, ranks.count / 20))
            var step = [UInt8](repeating: 0, count: ranks.count)
            for (rank, position) in ranks.enumerated() { step[Int(position)] = UInt8(rank * steps / ranks.count) }
            return grouped(order, steps) { Int(step[$0]) }
        }
    }

    /// The same positions, those of one group after those of another.
    private static func grouped(_ order: [Int32], _ groups: Int, _ group: (Int) -> Int) -> [Int32] {
        var starts = [Int](repeating: 0, count: groups + 1)
        for position in order { starts[group(Int(position)) + 1] += 1 }
        for place in 1...groups { starts[place] += starts[place - 1] }
        var result = order
        for position in order {
            let place = group(Int(position))
            result[starts[place]] = position
            starts[place] += 1
        }
        return result
    }
}
