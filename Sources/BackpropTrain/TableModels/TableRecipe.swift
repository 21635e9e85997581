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

    /// A model without hidden layers takes numbers as they are: it is linear in them.
    var isLinear: Bool { hidden.isEmpty }
    /// Bins in which the network takes a number.
    var numberBins: Int { isLinear ? 0 : bins }
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
}

extension TableRecipe {
    /// What a person wants otherwise. What is nil suits the data.
    package struct Overrides: Codable, Sendable, Equatable {
        package var hidden: [Int]?
        package var activation: Activation?
        package var members: Int?
        package var epochs: Int?
        package var batchSize: Int?
        package var learningRate: Double?
        package var weightDecay: Double?
        package var dropout: Double?
        package var labelSmoothing: Double?
        /// 0 for all epochs.
        package var patience: Int?
        /// The share of the rows that only judges, in place of folds; 0 for none.
        package var validationShare: Double?
        package var balancesClasses: Bool?

        package init() {}
    }
}
