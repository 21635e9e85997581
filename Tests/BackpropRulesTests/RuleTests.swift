import Backprop
import BackpropNN
import Testing

@testable import BackpropRules

@Suite struct RuleTests {
    /// Written out, it is what the engine finds by itself.
    @Test(arguments: Nonlinearity.allCases)
    func backpropagationIsTheGradient(_ nonlinearity: Nonlinearity) {
        withRandomSeed(1) {
            let rule = Backpropagation(LayeredNetwork([5, 7, 6, 3], nonlinearity, dtype: .float64))
            let batch = Toy.batch(features: 5, classes: 3)
            for (own, gradient) in zip(rule.update(batch).weights, rule.trueGradient(batch)) {
                #expect(Toy.distance(own!, gradient) < 1e-12)
            }
        }
    }
}
