import Backprop
import BackpropFiles

/// Sets the learning rates of an optimizer by a schedule, each group from the rate that it had when the scheduler was made.
public final class Scheduler {
    public let optimizer: Optimizer
    public let schedule: LearningRateSchedule
    /// Steps done.
    public private(set) var stepCount: Int
    private var bases: [Double]

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

extension Scheduler: Resumable {
    /// Steps done, the rates that the groups started from, and those that they have now.
    public var savedState: SavedState {
        SavedState(values: [
            "stepCount": .integer(stepCount), "bases": .list(bases.map { .number($0) }), "rates": optimizer.savedRates,
        ])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Goes on from a state of a scheduler of the same schedule; the optimizer has the rates of that moment then.
    public func restore(_ state: SavedState) throws(DataError) {
        let rates: [Double]
        (stepCount, bases, rates) = try contents(of: state)
        optimizer.setLearningRates(rates)
    }

    private func contents(
        of state: SavedState
    ) throws(DataError) -> (stepCount: Int, bases: [Double], rates: [Double]) {
        var reader = StateReader(state, of: "Scheduler")
        let stepCount = reader.integer("stepCount", in: 0...Int.max)
        let bases = reader.numbers("bases", count: self.bases.count)
        let rates = reader.numbers("rates", count: optimizer.groups.count)
        try reader.finish()
        return (stepCount, bases, rates)
    }
}

extension PlateauScheduler: Resumable {
    /// The best measure so far, how long it has been, and the rates that the groups have now.
    public var savedState: SavedState {
        SavedState(values: [
            "best": best.map { .number($0) } ?? .null, "failures": .integer(failures), "rest": .integer(rest),
            "rates": optimizer.savedRates,
        ])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Goes on from a state of a scheduler that was made alike; the optimizer has the rates of that moment then.
    public func restore(_ state: SavedState) throws(DataError) {
        let rates: [Double]
        (best, failures, rest, rates) = try contents(of: state)
        optimizer.setLearningRates(rates)
    }

    private func contents(
        of state: SavedState
    ) throws(DataError) -> (best: Double?, failures: Int, rest: Int, rates: [Double]) {
        var reader = StateReader(state, of: "PlateauScheduler")
        let saved = reader.value("best"), best = saved.number
        if best == nil && !saved.isNull { reader.note("'best' is not a number") }
        let failures = reader.integer("failures", in: 0...Int.max), rest = reader.integer("rest", in: 0...Int.max)
        let rates = reader.numbers("rates", count: optimizer.groups.count)
        try reader.finish()
        return (best, failures, rest, rates)
    }
}

extension Optimizer {
    /// The learning rates of all groups, as a part of a saved state.
    fileprivate var savedRates: SavedValue { .list(groups.map { .number($0.learningRate) }) }

    fileprivate func setLearningRates(_ rates: [Double]) {
        for (group, rate) in rates.enumerated() { setLearningRate(rate, group: group) }
    }
}
