import Backprop
import BackpropNN
import Testing

private func float64(_ numbers: [Double], shape: [Int]) -> Tensor {
    Tensor(shape: shape, dtype: .float64) { bytes in numbers.withUnsafeBytes { bytes.copyMemory(from: $0) } }
}

/// Whether numbers agree to within ten digits, beside one where they are small; infinities and NaN exactly.
private func agree(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-10) -> Bool {
    found.count == expected.count
        && zip(found, expected).allSatisfy { a, b in
            a == b || a.isNaN && b.isNaN || abs(a - b) <= tolerance * max(1, abs(b))
        }
}

/// What distributions say of values and of themselves.
@Suite struct DistributionTests {
    @Test(arguments: RecordedDistribution.all)
    func agreesWithPyTorch(_ recorded: RecordedDistribution) {
        let parameters = recorded.parameters.map { float64($0.numbers, shape: $0.shape) }
        let isClass = recorded.description.hasPrefix("Categorical")
        let number = float64(recorded.value.numbers, shape: recorded.value.shape)
        let value = isClass ? number.asType(.int64) : number
        let distribution = recorded.make(parameters)
        func expect(_ found: Tensor, _ expected: [Double], _ what: String) {
            let numbers: [Double] = found.array()
            // PyTorch's trigamma function has nine digits.
            #expect(
                agree(numbers, expected, what.hasPrefix("gradient") ? 1e-8 : 1e-10),
                "\(recorded), \(what): \(numbers) instead of \(expected)")
        }
        expect(distribution.logProbability(of: value), recorded.logProbability, "log-probability")
        let gradients = grad { p in recorded.make(p).logProbability(of: value).sum() }(parameters)
        for (found, expected) in zip(gradients, recorded.gradients) { expect(found, expected, "gradient") }
        expect(distribution.mean, recorded.mean, "mean")
        expect(distribution.variance, recorded.variance, "variance")
        if let entropy = recorded.entropy {
            expect(distribution.entropy, entropy, "entropy")
            let gradients = grad { p in recorded.make(p).entropy.sum() }(parameters)
            for (found, expected) in zip(gradients, recorded.entropyGradients) {
                expect(found, expected, "gradient of the entropy")
            }
        }
        if let cumulative = recorded.cumulative {
            let distribution = distribution as? any CumulativeDistribution
            expect(distribution!.cumulativeProbability(of: value), cumulative, "cumulative probability")
        }
    }

    @Test(arguments: RecordedDivergence.all)
    func divergencesAgreeWithPyTorch(_ recorded: RecordedDivergence) {
        let parameters = recorded.parameters.map { float64($0.numbers, shape: $0.shape) }
        let found: [Double] = recorded.divergence(parameters).array()
        #expect(agree(found, recorded.expected), "\(found) instead of \(recorded.expected)")
        let gradients = grad { p in recorded.divergence(p).sum() }(parameters)
        for (gradient, expected) in zip(gradients, recorded.gradients) {
            let numbers: [Double] = gradient.array()
            #expect(agree(numbers, expected, 1e-8), "gradient: \(numbers) instead of \(expected)")
        }
    }

    /// Differences in float64 of everything that has a formula, in the second derivative as well.
    @Test(arguments: RecordedDistribution.all)
    func derivativesAreThoseOfDifferences(_ recorded: RecordedDistribution) {
        let parameters = recorded.parameters.map { float64($0.numbers, shape: $0.shape) }
        let isClass = recorded.description.hasPrefix("Categorical")
        let value = float64(recorded.value.numbers, shape: recorded.value.shape).asType(isClass ? .int64 : .float64)
        let report = gradientCheck(
            { p in
                let distribution = recorded.make(p)
                return [distribution.logProbability(of: value), distribution.entropy]
            }, at: parameters, relativeTolerance: 1e-4, absoluteTolerance: 1e-4, secondOrder: true)
        #expect(report.passed, "\(report)")
    }

    @Test func valuesOutsideOfTheSupportHaveNoProbability() {
        let one = Tensor(1.0), outside = Tensor([-0.5, -3] as [Float])
        let distributions: [any Distribution] = [
            LogNormal(location: one, scale: one), HalfNormal(scale: one), Uniform(low: Tensor(0.0), high: one),
            Exponential(rate: one), Gamma(concentration: Tensor(2.0), rate: one), Beta(Tensor(2.0), one),
            Geometric(probabilities: Tensor(0.5)), Poisson(rate: one),
        ]
        for distribution in distributions {
            let numbers: [Double] = distribution.logProbability(of: outside).array()
            #expect(numbers == [-.infinity, -.infinity], "\(distribution)")
            let slope = grad { x in which(x .> 0, x, distribution.logProbability(of: x)).sum() }(outside)
            #expect(slope.array(of: Double.self).allSatisfy { !$0.isNaN }, "\(distribution)")
        }
        let classes = Categorical(probabilities: Tensor([1, 0, 3] as [Float]))
        let numbers: [Double] = classes.logProbability(of: Tensor([0, 1, 3] as [Int32])).array()
        #expect(agree(numbers, [-1.3862943611198906, -.infinity, -.infinity], 1e-6))
        #expect(agree([classes.entropy.item()], [0.5623351446188083], 1e-6))
        #expect(klDivergence(classes, Categorical(logits: Tensor.zeros([3]))).item().isFinite)
        #expect(klDivergence(Categorical(logits: Tensor.zeros([3])), classes).item() == .infinity)
        let bounds = Uniform(low: Tensor(0.0), high: one)
        #expect(klDivergence(bounds, Uniform(low: Tensor(0.5), high: one)).item() == .infinity)
        #expect(Bernoulli(probabilities: Tensor(1.0)).logProbability(of: Tensor(1.0)).item() == 0)
        #expect(Bernoulli(probabilities: Tensor(0.0)).entropy.item() == 0)
    }

    /// Sums over enough of the numbers, by Python; the last from the asymptotic series with more terms.
    @Test func theEntropyOfPoissonNumbersForAllRates() {
        let rates = float64([0, 1e-6, 0.1, 3, 100, 200, 500, 1e6], shape: [8])
        let expected = [
            0, 1.4815510904537816e-05, 0.3336769965012326, 1.931470198148569, 3.720686072260259, 4.067679501476731,
            4.5260757486584025, 8.326693728853434,
        ]
        let found: [Double] = Poisson(rate: rates).entropy.array()
        #expect(agree(found, expected), "\(found)")
    }

    @Test func batchesBroadcastAndParametersKeepTheirDType() {
        let normal = Normal(mean: Tensor.zeros([3, 1]), standardDeviation: Tensor.ones([2]))
        #expect(normal.batchShape == [3, 2] && normal.eventShape == [])
        #expect(normal.sample([5]).shape == [5, 3, 2])
        #expect(normal.logProbability(of: Tensor.zeros([4, 1, 1])).shape == [4, 3, 2])
        let vectors = MultivariateNormal(mean: Tensor.zeros([4, 3]), factor: Tensor.eye(3))
        #expect(vectors.batchShape == [4] && vectors.eventShape == [3] && vectors.entropy.shape == [4])
        #expect(vectors.sample([2]).shape == [2, 4, 3])
        #expect(vectors.logProbability(of: Tensor.zeros([2, 4, 3])).shape == [2, 4])
        let many = MultivariateNormal(mean: Tensor.zeros([3]), factor: Tensor.eye(3).broadcast(to: [4, 3, 3]))
        #expect(many.logProbability(of: Tensor.zeros([2, 1, 3])).shape == [2, 4])
        let counts = Multinomial(trials: 7, logits: Tensor.zeros([2, 3]))
        let drawn = counts.sample([5])
        #expect(drawn.shape == [5, 2, 3])
        #expect(drawn.sum(axis: -1).array(of: Double.self).allSatisfy { $0 == 7 })
        #expect(Categorical(logits: Tensor.zeros([2, 3])).sample([5, 4]).shape == [5, 4, 2])
        for dtype in [DType.float32, .float64, .bfloat16] {
            let one = Tensor.ones([2], dtype: dtype)
            let distributions: [any Distribution] = [
                normalLike(one), LogNormal(location: one, scale: one), HalfNormal(scale: one),
                StudentT(degreesOfFreedom: one, location: one, scale: one), Exponential(rate: one),
                Laplace(location: one, scale: one), Cauchy(location: one, scale: one),
                Gumbel(location: one, scale: one), Gamma(concentration: one, rate: one), Beta(one, one),
                Dirichlet(concentration: one), Bernoulli(logits: one), Geometric(probabilities: one * 0.5),
                Poisson(rate: one), Multinomial(trials: 2, logits: one),
            ]
            for distribution in distributions {
                let drawn = distribution.sample([3])
                #expect(drawn.dtype == dtype && drawn.shape == [3, 2], "\(distribution)")
                #expect(distribution.logProbability(of: drawn).dtype == dtype, "\(distribution)")
                #expect(distribution.entropy.dtype == dtype && distribution.variance.dtype == dtype)
            }
        }
    }

    private func normalLike(_ one: Tensor) -> Normal { Normal(mean: one, standardDeviation: one) }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) {
            _ = Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor.ones([3]))
        }
        await #expect(processExitsWith: .failure) { _ = Dirichlet(concentration: Tensor(1.0)) }
        await #expect(processExitsWith: .failure) {
            _ = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(3))
        }
        await #expect(processExitsWith: .failure) { _ = Multinomial(trials: -1, logits: Tensor.zeros([2])) }
    }
}
