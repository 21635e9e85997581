import Backprop

/// Sets the learning rates of an optimizer by a schedule, each group from the rate that it had when the scheduler was made.
public final class Scheduler {
    public let optimizer: Optimizer
    public let schedule: LearningRateSchedule
    /// Steps done.
    public private(set) var stepCount: Int
    private let bases: [Double]

    /// Sets the rates to those after `stepCount` steps, the beginning where left out.
    public init(_ optimizer: Optimizer, _ schedule: LearningRateSchedule, stepCount: Int = 0) {
        self.optimizer = optimizer
        self.schedule = schedule
        self.stepCount = stepCount
        bases = optimizer.groups.map(\.learningRate)
        apply()
    }

    /// Sets the rates of the next step; to be called after each step of the optimizer.
    public func step() {
        stepCount += 1
        apply()
    }

    private func apply() {
        for (group, base) in bases.enumerated() {
            optimizer.setLearningRate(schedule.rate(after: stepCount, base: base), group: group)
        }
    }
}

/// Lowers the learning rates of an optimizer when a measure stops getting better, as PyTorch's `ReduceLROnPlateau`.
public final class PlateauScheduler {
    /// Which measures are better.
    public enum Goal: Sendable { case lower, higher }
    /// By how much a measure has to be better than the best so far.
    public enum Threshold: Sendable {
        /// By this share of the best.
        case relative(Double)
        case absolute(Double)
    }

    public let optimizer: Optimizer
    public let goal: Goal
    public let factor: Double
    /// Measures in a row that may fail to be better.
    public let patience: Int
    public let threshold: Threshold
    /// Measures after a change which do not count as failures.
    public let cooldown: Int
    public let minimumRate: Double
    /// A change that is not larger is not made.
    public let smallestChange: Double
    /// The best measure so far; nil before the first.
    public private(set) var best: Double?
    private var failures = 0
    private var rest = 0

    public init(
        _ optimizer: Optimizer, goal: Goal = .lower, factor: Double = 0.1, patience: Int = 10,
        threshold: Threshold = .relative(1e-4), cooldown: Int = 0, minimumRate: Double = 0,
        smallestChange: Double = 1e-8
    ) {
        self.optimizer = optimizer
        self.goal = goal
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.minimumRate = minimumRate
        self.smallestChange = smallestChange
    }

    /// Takes a measure into account, such as the loss of an epoch.
    public func step(_ measure: Double) {
        if isBetter(measure) {
            best = measure
            failures = 0
        } else {
            failures += 1
        }
        if rest > 0 {
            rest -= 1
            failures = 0
        }
        guard failures > patience else { return }
        lower()
        rest = cooldown
        failures = 0
    }

    private func isBetter(_ measure: Double) -> Bool {
        guard let best else { return !measure.isNaN }
        switch (goal, threshold) {
        case (.lower, .relative(let share)): return measure < best * (1 - share)
        case (.lower, .absolute(let amount)): return measure < best - amount
        case (.higher, .relative(let share)): return measure > best * (1 + share)
        case (.higher, .absolute(let amount)): return measure > best + amount
        }
    }

    private func lower() {
        for (group, old) in optimizer.groups.map(\.learningRate).enumerated() {
            let new = max(old * factor, minimumRate)
            if old - new > smallestChange { optimizer.setLearningRate(new, group: group) }
        }
    }
}
