import Backprop
import BackpropNN
import Testing

@testable import BackpropRules

/// Gradients through choices, beside the exact ones.
@Suite struct EstimatorTests {
    static let table = EstimatorTable(draws: 12_000, problems: 4, seed: 1)

    private func row(_ estimator: Estimator) -> EstimatorRow {
        Self.table.choices.first { $0.estimator == estimator.title }!
    }

    /// REINFORCE is right on average, and each baseline makes it less noisy.
    @Test func reinforceHasNoBiasAndBaselinesLessVariance() {
        let ways: [Estimator] = [.reinforce, .reinforceMean, .reinforceValue, .reinforceLeaveOneOut]
        for way in ways { #expect(row(way).bias < 2 * row(way).chance, "\(row(way))") }
        let variances = ways.map { row($0).variance }
        #expect(variances[1] < variances[0] / 2 && variances[2] < variances[1] && variances[3] < variances[1])
        let bits = Self.table.bits
        #expect(bits[1].bias < 2 * bits[1].chance && bits[0].bias > 5 * bits[0].chance, "\(bits)")
    }

    /// Straight-through has more bias and less noise; Gumbel-softmax lies between it and REINFORCE, at the end where its
    /// temperature puts it.
    @Test func gumbelSoftmaxLiesBetween() {
        let through = row(.straightThrough), plain = row(.reinforce), warm = row(.gumbelWarm)
        #expect(through.bias > 5 * through.chance && through.bias > 0.1, "\(through)")
        // What chance does not explain.
        func excess(_ row: EstimatorRow) -> Double { max(row.bias * row.bias - row.chance * row.chance, 0) }
        for own in [row(.gumbelHard), row(.gumbelCold)] {
            #expect(own.bias < through.bias && excess(own) > excess(row(.reinforceLeaveOneOut)), "\(own)")
            #expect(own.variance > through.variance && own.variance < plain.variance, "\(own)")
        }
        #expect(row(.gumbelCold).bias < warm.bias / 1.5 && row(.gumbelCold).variance > 2 * warm.variance)
        #expect(warm.bias > 5 * warm.chance && warm.variance < plain.variance, "\(warm)")
    }

    /// The finer the values or codes that are chosen from, the less a slope differs from a difference.
    @Test func fineStepsHaveLessBias() {
        for rows in [Self.table.weights, Self.table.codes] {
            let first = rows[0], last = rows.last!
            #expect(first.bias > 5 * first.chance && first.bias > 0.1, "\(first)")
            #expect(last.bias < first.bias / 3, "\(rows)")
        }
    }

    /// What is a step forward is the identity, or the soft choice, backward.
    @Test func stepsGoStraightThrough() {
        let x = Tensor([0.2, 0.7, -1.4])
        #expect(StraightThrough.rounded(x, step: 0.5).array(of: Double.self) == [0, 0.5, -1.5])
        let weights = Tensor([1.0, 2, 3])
        let slopes = grad { (x: Tensor) in (StraightThrough.rounded(x, step: 0.5) * weights).sum() }(x)
        #expect(slopes.array(of: Double.self) == [1, 2, 3])
        let codes = Tensor([[0.0, 0], [1, 1]]), points = Tensor([[0.4, 0.3], [0.9, 0.4]])
        #expect([[Double]](StraightThrough.nearest(points, in: codes)) == [[0, 0], [1, 1]])
        withRandomSeed(3) {
            let scores = Tensor([[0.0, 1, -1]]).broadcast(to: [4_000, 3])
            for choice in [StraightThrough.choice(scores), gumbelSoftmax(scores, temperature: 1, isHard: true)] {
                #expect(Toy.distance(choice.mean(axis: 0), softmax(scores[0])) < 0.05)
                #expect(choice.max(axis: 1).sum().item() > 3_999.9)
            }
            let rounded = StraightThrough.roundedAtRandom(Tensor.full([4_000], 0.3, dtype: .float32), step: 1)
            #expect(abs(rounded.mean().item() - 0.3) < 0.03)
        }
    }

    @Test func argmaxStopsGradients() {
        let broken = BrokenGradient(draws: 4_000)
        #expect(broken.stopped == [0, 0, 0] && broken.exact.allSatisfy { abs($0) > 0.01 })
        // Moving all scores alike changes no choice.
        #expect(abs(broken.exact.reduce(0, +)) < 1e-12)
        for way in broken.ways where way.estimator == .reinforce || way.estimator == .reinforceLeaveOneOut {
            #expect(way.quality.bias < 3 * way.quality.chance, "\(way)")
        }
        let text = broken.text(colour: false)
        #expect(text.contains("through argmax") && text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    }
}
