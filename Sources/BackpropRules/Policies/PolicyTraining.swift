import Backprop
import BackpropData

/// A policy that learns to balance a pole.
public struct PolicyTraining: Sendable {
    public let method: PolicyMethod
    public let seed: UInt64
    /// How many steps all carts had made together when the last 100 episodes were `wanted` steps long on average; nil where that
    /// did not happen.
    public private(set) var stepsToSolve: Int?
    /// After each update the steps of all carts so far, and how long the last 100 episodes were on average.
    public private(set) var curve: [(steps: Int, length: Double)] = []
    public let seconds: Double

    /// Carts that a policy drives at the same time.
    public static let carts = 8
    /// From 475 steps of 500 on, the task counts as solved.
    public static let wanted = 475.0
    private static let episodes = 100

    /// - Parameters:
    ///   - limit: on the steps of all carts together.
    ///   - updated: called after each update; what it throws ends the training.
    public init(
        _ method: PolicyMethod, seed: UInt64, limit: Int = 1_000_000, _ updated: () throws -> Void
    ) rethrows {
        (self.method, self.seed) = (method, seed)
        let clock = ContinuousClock(), start = clock.now
        let learner = withRandomSeed(seed) { PolicyLearner(method) }
        var carts = CartPoles(count: Self.carts, seed: SplitMix64.mixed([seed, 1]))
        var random = SplitMix64(seed: SplitMix64.mixed([seed, 2]))
        var lengths: [Int] = [], steps = 0
        while steps < limit, stepsToSolve == nil {
            let played = Self.play(&carts, learner, &random)
            lengths += played.lengths
            steps += played.carts.reduce(0) { $0 + $1.count }
            learner.learn(played.carts, &random)
            try updated()
            let last = lengths.suffix(Self.episodes)
            guard !last.isEmpty else { continue }
            let mean = Double(last.reduce(0, +)) / Double(last.count)
            curve.append((steps, mean))
            if last.count == Self.episodes, mean >= Self.wanted { stepsToSolve = steps }
        }
        seconds = (clock.now - start) / .seconds(1)
    }

    /// Lets all carts go on, for the horizon of the method, or until each has ended a whole episode.
    private static func play(
        _ carts: inout CartPoles, _ learner: PolicyLearner, _ random: inout SplitMix64
    ) -> (carts: [[PolicyStep]], lengths: [Int]) {
        var played = [[PolicyStep]](repeating: [], count: carts.count), lengths: [Int] = []
        let isWhole = learner.method.horizon == nil
        if isWhole { carts.restart() }
        var isOver = [Bool](repeating: false, count: carts.count)
        for _ in 0..<(learner.method.horizon ?? CartPoles.longest) where !isOver.allSatisfy(\.self) {
            let states = carts.states, judged = learner.judged(states)
            let actions = judged.map { random.uniform() < ScalarMath.exp($0.logProbabilities[1]) ? 1 : 0 }
            for (cart, outcome) in carts.step(actions).enumerated() where !isOver[cart] {
                let place = cart * CartPoles.stateSize, action = actions[cart]
                played[cart].append(
                    PolicyStep(
                        state: Array(states[place..<(place + CartPoles.stateSize)]), action: action,
                        logProbability: judged[cart].logProbabilities[action], value: judged[cart].value,
                        next: outcome.next, hasFallen: outcome.hasFallen, isLast: outcome.length != nil))
                guard let length = outcome.length else { continue }
                lengths.append(length)
                isOver[cart] = isWhole
            }
        }
        return (played, lengths)
    }
}
