import Testing

@testable import BackpropRules

@Suite struct PolicyTests {
    /// The numbers of a step by the equations of motion, worked by hand for a pole that stands upright and one that leans.
    @Test func cartsObeyMechanics() {
        // Upright: the push of 10 N on 1.1 kg, less what turns the pole.
        let push = 10 / 1.1, angular = -push / (0.5 * (4 / 3 - 0.1 / 1.1)), along = push - 0.05 * angular / 1.1
        let next = CartPoles.next([0, 0, 0, 0], force: 10)
        for (number, expected) in zip(next, [0, 0.02 * along, 0, 0.02 * angular]) {
            #expect(abs(number - expected) < 1e-12)
        }
        // Without a push a leaning pole falls further, and what is mirrored moves mirrored.
        let state = [0.3, -0.2, 0.1, 0.4]
        #expect(CartPoles.next(state, force: 0)[3] > 0.4)
        let mirrored = CartPoles.next(state.map { -$0 }, force: -10), same = CartPoles.next(state, force: 10)
        for (a, b) in zip(mirrored, same) { #expect(abs(a + b) < 1e-12) }
    }

    /// Pushed one way only, a pole falls within a dozen steps, and a new episode begins near the middle.
    @Test func polesFall() {
        var carts = CartPoles(count: 3, seed: 1)
        var lengths: [Int] = []
        for _ in 0..<20 {
            for (cart, outcome) in carts.step([1, 1, 0]).enumerated() {
                guard let length = outcome.length else { continue }
                lengths.append(length)
                #expect(outcome.hasFallen && abs(outcome.next[2]) > 0.2)
                #expect(carts.states[(4 * cart)..<(4 * cart + 4)].allSatisfy { abs($0) <= 0.05 })
            }
        }
        #expect(lengths.count >= 3 && lengths.allSatisfy { (8...12).contains($0) }, "\(lengths)")
    }

    /// All methods hold the pole much longer after some thousand steps than at first (about 20), with the same bits twice.
    @Test(arguments: zip(PolicyMethod.allCases, [16_000, 12_000, 8_000]))
    func policiesLearn(_ method: PolicyMethod, _ limit: Int) {
        let training = PolicyTraining(method, seed: 1, limit: limit) {}
        let lengths = training.curve.map(\.length)
        #expect(lengths[0] < 45 && lengths.max()! > 2.5 * lengths[0], "\(lengths)")
        let again = [0, 1].map { _ in PolicyTraining(method, seed: 2, limit: 600) {} }
        #expect(again[0].curve.map(\.length) == again[1].curve.map(\.length) && again[0].stepsToSolve == nil)
    }
}
