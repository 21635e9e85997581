import Backprop
import BackpropData
import BackpropNN

/// What one action was, and what it led to.
struct PolicyStep {
    let state: [Double]
    let action: Int
    /// Of the action, by the policy that acted.
    let logProbability: Double
    /// What the state was thought to be worth.
    let value: Double
    let next: [Double]
    let hasFallen: Bool
    /// Whether the episode ended here.
    let isLast: Bool
    /// By how much the action was better than others.
    var advantage = 0.0
    /// What the state turned out to be worth.
    var worth = 0.0
}

/// A policy, a value of states, and how both learn.
///
/// The gradient of the expected sum of rewards is the mean of advantage ∂ log probability(action), for any measure of how good an
/// action was that differs from the rewards after it by what the action cannot change: the estimator `reinforce` of a choice, many
/// times in a row. REINFORCE takes the rewards to the end of the episode; the others generalized advantages,
///
///     misses[t] = 1 + discount value(states[t + 1]) - value(states[t])
///     advantages[t] = misses[t] + discount reach advantages[t + 1]
///
/// where a state after a fall is worth 0. All are brought to mean 0 and deviation 1 in each update. PPO goes over the same steps
/// several times and follows the ratio of the probability to that of the policy that acted, cut off where it leaves
/// 1 ± `clipping` for the better:
///
///     gain = min(ratio advantage, clip(ratio, 1 - clipping, 1 + clipping) advantage)
///
/// Papers: R. J. Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992;
/// V. Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016; J. Schulman et al., "High-dimensional continuous
/// control using generalized advantage estimation", 2016, and "Proximal policy optimization algorithms", 2017.
struct PolicyLearner {
    let method: PolicyMethod
    /// [carts, 4] to scores of the actions.
    let policy: Sequential
    /// [carts, 4] to [carts, 1].
    let value: Sequential
    private let optimizer: Adam
    /// What a reward is worth a step earlier, and how far advantages look (1: to the end, 0: one step).
    static let discount = 0.99, reach = 0.95
    static let clipping = 0.2
    /// How often PPO goes over its steps, and in how many parts.
    static let rounds = 6, parts = 4

    /// With weights from the surrounding random stream.
    init(_ method: PolicyMethod) {
        self.method = method
        func network(_ outputs: Int) -> Sequential {
            Sequential(Linear(CartPoles.stateSize, 64), Activation.tanh, Linear(64, outputs))
        }
        (policy, value) = (network(CartPoles.actionCount), network(1))
        optimizer = Adam(policy.parameters() + value.parameters(), learningRate: method.learningRate)
    }

    private static func tensor(_ states: [Double]) -> Tensor {
        Tensor(states.map(Float.init), shape: [states.count / CartPoles.stateSize, CartPoles.stateSize])
    }

    /// For each state the log-probabilities of the actions, and its value.
    func judged(_ states: [Double]) -> [(logProbabilities: [Double], value: Double)] {
        withoutGradients {
            let x = Self.tensor(states)
            let rows = [[Double]](concatenated([logSoftmax(policy(x), axis: -1), value(x)], axis: 1))
            return rows.map { (Array($0.dropLast()), $0[CartPoles.actionCount]) }
        }
    }

    /// Learns from the steps of all carts, each in the order of time.
    func learn(_ carts: [[PolicyStep]], _ random: inout SplitMix64) {
        var steps = carts.flatMap { method == .reinforce ? Self.withReturns($0) : withAdvantages($0) }
        let count = Double(steps.count)
        let mean = steps.reduce(0) { $0 + $1.advantage } / count
        let variance = steps.reduce(0) { $0 + ($1.advantage - mean) * ($1.advantage - mean) } / count
        let scale = 1 / (variance.squareRoot() + 1e-6)
        for index in steps.indices { steps[index].advantage = (steps[index].advantage - mean) * scale }
        guard method == .ppo else { return descend(steps[...]) }
        for _ in 0..<Self.rounds {
            random.shuffle(&steps)
            let size = steps.count / Self.parts
            for part in 0..<Self.parts { descend(steps[(part * size)..<((part + 1) * size)]) }
        }
    }

    /// The rewards after each step, to the end of the episode.
    private static func withReturns(_ steps: [PolicyStep]) -> [PolicyStep] {
        var steps = steps, sum = 0.0
        for index in steps.indices.reversed() {
            sum = 1 + discount * (steps[index].isLast ? 0 : sum)
            (steps[index].advantage, steps[index].worth) = (sum, sum)
        }
        return steps
    }

    private func withAdvantages(_ steps: [PolicyStep]) -> [PolicyStep] {
        var steps = steps, sum = 0.0
        let later = judged(steps.flatMap(\.next)).map(\.value)
        for index in steps.indices.reversed() {
            let step = steps[index]
            let miss = 1 + (step.hasFallen ? 0 : Self.discount * later[index]) - step.value
            sum = miss + (step.isLast ? 0 : Self.discount * Self.reach * sum)
            (steps[index].advantage, steps[index].worth) = (sum, sum + step.value)
        }
        return steps
    }

    /// One step of descent. Rows that count for nothing fill up to a power of two, so that there are few plans.
    private func descend(_ steps: ArraySlice<PolicyStep>) {
        var rows = 1
        while rows < steps.count { rows *= 2 }
        let empty = rows - steps.count
        func column(_ number: (PolicyStep) -> Double) -> Tensor {
            Tensor(steps.map { Float(number($0)) } + [Float](repeating: 0, count: empty))
        }
        let states = Self.tensor(steps.flatMap(\.state) + [Double](repeating: 0, count: empty * CartPoles.stateSize))
        let actions = Tensor(steps.map { Int32($0.action) } + [Int32](repeating: 0, count: empty))
        let shares = column { _ in 1 / Double(steps.count) }, advantages = column(\.advantage)
        let all = logSoftmax(policy(states), axis: -1)
        let chosen = (all * oneHot(actions, classes: CartPoles.actionCount)).sum(axis: -1)
        var gain = chosen * advantages
        if method == .ppo {
            let ratio = exp(chosen - column(\.logProbability))
            let near = clip(ratio, min: 1 - Self.clipping, max: 1 + Self.clipping)
            gain = minimum(ratio * advantages, near * advantages)
        }
        let misses = square(value(states).reshaped([-1]) - column(\.worth))
        // A little of it keeps the policy trying both.
        let entropy = -(exp(all) * all).sum(axis: -1)
        let loss = ((misses * 0.005 - gain - entropy * 0.01) * shares).sum()
        loss.backward()
        optimizer.step()
    }
}
