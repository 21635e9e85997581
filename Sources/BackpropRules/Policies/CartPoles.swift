import Backprop
import BackpropData

/// Many cart-poles at a time: a pole stands on a cart that is pushed to the left or to the right, and shall not fall.
///
/// A state is the place and the speed of the cart, in meters and meters a second, and the angle and the turning of the pole, in
/// radians and radians a second. An episode ends where the cart is more than 2.4 m from the middle or the pole leans by more than
/// 12°, and after 500 steps of 0.02 s; each step is worth 1. Then a new one begins near the middle.
///
/// Source: A. G. Barto, R. S. Sutton, C. W. Anderson, "Neuronlike adaptive elements that can solve difficult learning control
/// problems", 1983, without friction, with Euler's method and the bounds of the benchmark that goes by the name CartPole-v1.
public struct CartPoles: Sendable {
    /// Numbers of a state.
    public static let stateSize = 4
    /// To the left and to the right.
    public static let actionCount = 2
    /// Steps of the longest episode.
    public static let longest = 500
    /// Shape [carts, 4].
    public private(set) var states: [Double]
    /// Steps of each cart in its episode.
    private var ages: [Int]
    private var random: SplitMix64

    public var count: Int { ages.count }

    public init(count: Int, seed: UInt64) {
        random = SplitMix64(seed: seed)
        ages = [Int](repeating: 0, count: count)
        states = []
        for _ in 0..<count { states += begin() }
    }

    /// Begins a new episode with each cart.
    public mutating func restart() {
        ages = [Int](repeating: 0, count: count)
        states = (0..<count).flatMap { _ in begin() }
    }

    private mutating func begin() -> [Double] { (0..<Self.stateSize).map { _ in random.uniform() * 0.1 - 0.05 } }

    /// What a step of one cart led to.
    public struct Outcome: Sendable, Equatable {
        /// The state, before a new episode begins.
        public var next: [Double]
        /// Whether the pole or the cart is out of bounds, so that nothing comes after.
        public var hasFallen: Bool
        /// How many steps the episode had, where it is over.
        public var length: Int?
    }

    /// Pushes each cart with 10 N, to the right where its action is 1.
    public mutating func step(_ actions: [Int]) -> [Outcome] {
        precondition(actions.count == count, "CartPoles: \(actions.count) actions for \(count) carts")
        return actions.indices.map { cart in
            let place = cart * Self.stateSize
            let next = Self.next(Array(states[place..<(place + Self.stateSize)]), force: actions[cart] == 1 ? 10 : -10)
            ages[cart] += 1
            var outcome = Outcome(next: next, hasFallen: abs(next[0]) > 2.4 || abs(next[2]) > 12 * Double.pi / 180)
            var state = next
            if outcome.hasFallen || ages[cart] == Self.longest {
                (outcome.length, ages[cart]) = (ages[cart], 0)
                state = begin()
            }
            states.replaceSubrange(place..<(place + Self.stateSize), with: state)
            return outcome
        }
    }

    /// The state 0.02 s later. The cart has 1 kg, the pole 0.1 kg and 1 m.
    static func next(_ state: [Double], force: Double) -> [Double] {
        let (speed, angle, turning) = (state[1], state[2], state[3])
        let sine = ScalarMath.sin(angle), cosine = ScalarMath.cos(angle)
        let push: Double = (force + 0.05 * turning * turning * sine) / 1.1
        let inertia: Double = 0.5 * (4 / 3 - 0.1 * cosine * cosine / 1.1)
        let angular: Double = (9.8 * sine - cosine * push) / inertia
        let along: Double = push - 0.05 * angular * cosine / 1.1
        return [state[0] + 0.02 * speed, speed + 0.02 * along, angle + 0.02 * turning, turning + 0.02 * angular]
    }
}

extension SplitMix64 {
    /// From 0 to below 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
