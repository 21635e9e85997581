import BackpropData
import BackpropNN

extension TableRecipe {
    /// The most rows of which each member leaves out a fold. Beyond, a tenth of the rows is judge enough, and nobody misses it.
    static let mostRowsInFolds = 20_000

    /// What suits a table of that size and kind.
    ///
    /// What was decided by trying it on sixty public tables of 150 to 50,000 rows: that numbers enter by quantiles, and by more
    /// of them where there are more rows; that sixteen members are better than eight where they cost nothing; a rate at which
    /// both small and large tables learn; that classes are smoothed a little.
    /// Classes count by their rows, since the share of right answers is what is reported; `balancesClasses` has rare ones found
    /// at the price of that share.
    ///
    /// - Parameters:
    ///   - rows: of the training part.
    ///   - overrides: what is wanted otherwise.
    package static func suited(to shape: TableShape, rows: Int, overrides: Overrides = Overrides()) -> TableRecipe {
        let isLarge = rows > mostRowsInFolds, bins = bins(of: shape, rows: rows)
        let batch = rows < 1_000 ? 32 : rows < 5_000 ? 64 : rows < 20_000 ? 128 : rows < 200_000 ? 256 : 1_024
        var recipe = TableRecipe(
            hidden: [128, 128], activation: .silu, members: members(rows),
            judging: isLarge ? .heldOut(0.1) : rows < fewestRowsInFolds ? .nothing : .folds, bins: bins,
            oneHotLimit: 24, embeddingWidth: 8,
            dropout: rows < 1_000 ? 0.2 : 0.1, weightDecay: 0.02, labelSmoothing: shape.classCount == nil ? 0 : 0.05,
            learningRate: 2e-3,
            // As large that hardly a row is left over for want of a batch.
            batchSize: Swift.max(1, rows / Swift.max(1, rows / batch)),
            // Numbers take longer to learn than classes, which are right long before their probabilities are.
            epochs: shape.classCount == nil ? 100 : 60, patience: 0, balancesClasses: false)
        recipe = recipe.overruled(by: overrides, rows: rows)
        if overrides.members == nil {
            // A table of thousands of columns has a first layer of its own size for each member.
            let weights = recipe.multiplyAdds(for: shape) / Double(3 * recipe.members)
            recipe.members = Swift.max(4, Swift.min(recipe.members, Int(Swift.min(mostWeights / weights, 1_000))))
            recipe = recipe.made(possible: rows)
        }
        if overrides.epochs == nil {
            let affordable = work(for: rows) / (Double(rows) * recipe.multiplyAdds(for: shape))
            recipe.epochs = Swift.max(4, Swift.min(recipe.epochs, Int(Swift.min(affordable, 1_000))))
        }
        return recipe
    }

    /// Fewer rows choose an epoch by luck.
    private static let fewestRowsInFolds = 20

    /// Where rows are few, members cost little, and a fold of at least four rows is left out by each.
    private static func members(_ rows: Int) -> Int {
        rows > mostRowsInFolds ? 4 : rows >= 2_000 ? 8 : Swift.max(4, Swift.min(16, rows / 4))
    }

    /// Weights of all members, at most where four members have fewer.
    private static let mostWeights = 6e6

    /// As many bins as there are rows for, and as the first layer stays in proportion with.
    private static func bins(of shape: TableShape, rows: Int) -> Int {
        let wanted = rows < 200 ? 8 : rows < 1_000 ? 16 : 32
        return Swift.max(0, Swift.min(wanted, 1_024 / Swift.max(1, shape.numberCount) - 1))
    }

    /// Multiply-adds that a training may take, by which epochs are limited: some 4 s on two cores for a small table, 15 s for
    /// 20,000 rows, a minute for a million.
    private static func work(for rows: Int) -> Double {
        let few = Double(Swift.min(rows, mostRowsInFolds)), more = Double(rows) - few
        return 2e11 + 4e7 * few + 3e6 * more
    }

    /// The recipe with what somebody wants otherwise.
    func overruled(by overrides: Overrides, rows: Int) -> TableRecipe {
        var result = self
        result.hidden = overrides.hidden ?? hidden
        result.activation = overrides.activation ?? activation
        result.members = overrides.members ?? members
        result.epochs = overrides.epochs ?? epochs
        result.batchSize = overrides.batchSize ?? batchSize
        result.learningRate = overrides.learningRate ?? learningRate
        result.weightDecay = overrides.weightDecay ?? weightDecay
        result.dropout = overrides.dropout ?? dropout
        result.labelSmoothing = overrides.labelSmoothing ?? labelSmoothing
        result.patience = overrides.patience ?? patience
        result.balancesClasses = overrides.balancesClasses ?? balancesClasses
        if let share = overrides.validationShare { result.judging = share > 0 ? .heldOut(share) : .nothing }
        return result.made(possible: rows)
    }

    /// The same, where so many rows allow it: one member has nobody to judge it, a fold needs some rows, and so does a batch.
    func made(possible rows: Int) -> TableRecipe {
        var result = self
        if case .folds = judging, members < 2 || members > Swift.min(rows / 2, 255) {
            result.judging = rows < Self.fewestRowsInFolds ? .nothing : .heldOut(0.15)
        }
        if case .heldOut = result.judging, rows < 4 { result.judging = .nothing }
        result.batchSize = Swift.max(1, Swift.min(batchSize, rows))
        return result
    }

    /// A recipe drawn from what is worth trying where this one suits.
    func varied(by generator: inout SampleGenerator) -> TableRecipe {
        func one<Value>(_ values: [Value]) -> Value { values[generator.below(values.count)] }
        var result = self
        result.hidden = one([[64, 32], [128, 128], [128, 128], [256, 256], [128, 128, 128], [256, 128]])
        result.activation = one([.silu, .silu, .relu, .tanh])
        result.bins = Int(Double(bins) * one([0, 0.25, 0.5, 1, 1.5]))
        result.dropout = one([0, 0.1, 0.2, 0.3, 0.5])
        result.weightDecay = one([0.002, 0.02, 0.1, 0.5])
        result.learningRate = learningRate * one([0.4, 0.7, 1, 1.5, 2.5])
        result.epochs = Swift.max(1, Int(Double(epochs) * one([0.3, 0.6, 1, 2])))
        if labelSmoothing > 0 { result.labelSmoothing = one([0, 0.05, 0.1]) }
        return result
    }

    /// What this recipe has otherwise than another one, in words: "dropout 0.3, bins 16"; "as it suits the table" for nothing.
    func difference(from other: TableRecipe) -> String {
        var parts: [String] = []
        func note<Value: Equatable>(_ name: String, _ value: KeyPath<TableRecipe, Value>, _ text: (Value) -> String) {
            if self[keyPath: value] != other[keyPath: value] { parts.append("\(name) \(text(self[keyPath: value]))") }
        }
        note("layers", \.hidden) { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: "-") }
        note("activation", \.activation) { $0.rawValue }
        note("members", \.members) { "\($0)" }
        note("bins", \.bins) { "\($0)" }
        note("dropout", \.dropout) { NumberFormat.significant($0) }
        note("weight decay", \.weightDecay) { NumberFormat.significant($0) }
        note("label smoothing", \.labelSmoothing) { NumberFormat.significant($0) }
        note("learning rate", \.learningRate) { NumberFormat.significant($0) }
        note("batch size", \.batchSize) { "\($0)" }
        note("epochs", \.epochs) { "\($0)" }
        return parts.isEmpty ? "as it suits the table" : parts.joined(separator: ", ")
    }

    /// Multiply-adds of all members for one row in training: forward, and twice as many backward.
    func multiplyAdds(for shape: TableShape) -> Double {
        let categories = shape.categorySizes.reduce(0) { $0 + ($1 - 1 > oneHotLimit ? embeddingWidth : $1 - 1) }
        let widths = [shape.numberCount * (1 + numberBins) + categories] + hidden + [shape.outputCount]
        let one = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return 3 * one * Double(members)
    }
}
