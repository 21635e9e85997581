import BackpropNN

/// How a network for a table is made and trained, everything decided.
package struct TableRecipe: Codable, Sendable, Equatable {
    /// What decides which epoch is the best one.
    package enum Judging: Codable, Sendable, Equatable {
        /// Member k does not learn from the rows of fold k, and judges them: every row both teaches and judges.
        case folds
        /// A share of the rows teaches nobody and judges the mean of the members.
        case heldOut(Double)
        /// Nothing does: the last epoch stays.
        case nothing
    }

    /// Units of each hidden layer; none for a linear model.
    package var hidden: [Int]
    package var activation: Activation
    /// Networks whose mean is the result.
    package var members: Int
    package var judging: Judging
    /// Quantile bins in which a number enters; 0 for none.
    package var bins: Int
    /// The most values of a category that enters one-hot.
    package var oneHotLimit: Int
    /// Numbers of the vector of a category of more values.
    package var embeddingWidth: Int
    package var dropout: Double
    package var weightDecay: Double
    package var labelSmoothing: Double
    package var learningRate: Double
    package var batchSize: Int
    package var epochs: Int
    /// Epochs without a better measure after which the training ends; 0 for all epochs.
    package var patience: Int
    /// Whether classes count as much as each other, however many rows they have.
    package var balancesClasses: Bool
}

extension Activation: Codable {}

extension TableRecipe {
    /// A short way up, and half a cosine down (Loshchilov and Hutter, 2017): where rows are few, the last epochs with their
    /// tiny steps are an average of many, and as good a place to stop as any.
    func schedule(steps: Int) -> LearningRateSchedule {
        let rise = Swift.max(1, Swift.min(steps / 20, 500))
        return .linear(from: 0.02, to: 1, steps: rise).followed(
            after: rise, by: .cosine(steps: Swift.max(1, steps - rise)))
    }

    /// What suits a table of that size and kind.
    package static func suited(to shape: TableShape, rows: Int) -> TableRecipe {
        let judging: Judging = rows <= 20_000 ? .folds : .heldOut(0.1)
        let batch = rows < 1_000 ? 32 : rows < 5_000 ? 64 : rows < 20_000 ? 128 : 256
        return TableRecipe(
            hidden: [128, 128], activation: .silu, members: rows <= 20_000 ? 8 : 4, judging: judging,
            bins: 8, oneHotLimit: 24, embeddingWidth: 8,
            dropout: 0.1, weightDecay: 0.02, labelSmoothing: shape.classCount == nil ? 0 : 0.05, learningRate: 2e-3,
            batchSize: batch, epochs: rows < 20_000 ? 60 : 30, patience: 0, balancesClasses: false)
    }
}
