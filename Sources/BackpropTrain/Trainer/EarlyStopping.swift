import BackpropNN

/// When a training ends before its last epoch: a measure has not become better for a while.
public struct EarlyStopping: Sendable {
    /// Epochs in a row without a better measure after which the training ends.
    public var patience: Int
    /// By how much a measure has to be better than the last that counted, to count. The best epoch is the best nonetheless.
    public var smallestChange: Double

    public init(patience: Int, smallestChange: Double = 0) {
        self.patience = patience
        self.smallestChange = smallestChange
    }
}

/// The measure by which epochs are compared.
public struct Monitor: Sendable, Equatable {
    /// As it stands in the values of an epoch: `loss`, `validation/loss`, `validation/accuracy` and the like.
    public var name: String
    public var goal: PlateauScheduler.Goal

    public init(_ name: String, _ goal: PlateauScheduler.Goal) {
        self.name = name
        self.goal = goal
    }

    /// Whether `value` is better than `best` by more than `change`. NaN never is.
    func isBetter(_ value: Double, than best: Double?, by change: Double = 0) -> Bool {
        guard let best else { return !value.isNaN }
        return goal == .lower ? value < best - change : value > best + change
    }
}
