import Backprop
import BackpropNN
import Testing

/// What distributions draw: moments and entropies within five standard errors for fixed seeds, which chance alone would
/// miss once in a million.
@Suite struct DistributionSampleTests {
    private static let count = 20_000
    private static let bound = 5.0

    struct Drawn: Sendable, CustomStringConvertible {
        let description: String
        let make: @Sendable (DType) -> any Distribution
    }

    private static func number(_ value: Double, _ dtype: DType) -> Tensor { Tensor(value, dtype: dtype) }
    private static func row(_ values: [Float], _ dtype: DType) -> Tensor { Tensor(values).asType(dtype) }

    static let all: [Drawn] = [
        Drawn(description: "Normal") { Normal(mean: number(1.5, $0), standardDeviation: number(2, $0)) },
        Drawn(description: "LogNormal") { LogNormal(location: number(0.5, $0), scale: number(0.25, $0)) },
        Drawn(description: "HalfNormal") { HalfNormal(scale: number(2, $0)) },
        Drawn(description: "StudentT") {
            StudentT(degreesOfFreedom: number(12, $0), location: number(1, $0), scale: number(2, $0))
        },
        Drawn(description: "Uniform") { Uniform(low: number(-1, $0), high: number(3, $0)) },
        Drawn(description: "Exponential") { Exponential(rate: number(0.5, $0)) },
        Drawn(description: "Laplace") { Laplace(location: number(1, $0), scale: number(2, $0)) },
        Drawn(description: "Gumbel") { Gumbel(location: number(1, $0), scale: number(2, $0)) },
        Drawn(description: "Gamma") { Gamma(concentration: row([0.3, 1, 4.5, 300], $0), rate: number(2, $0)) },
        Drawn(description: "Beta") { Beta(row([0.4, 2, 30], $0), row([1.6, 3, 1], $0)) },
        Drawn(description: "Dirichlet") { Dirichlet(concentration: row([0.5, 2, 8], $0)) },
        Drawn(description: "Bernoulli") { Bernoulli(probabilities: row([0.1, 0.7], $0)) },
        Drawn(description: "Geometric") { Geometric(probabilities: row([0.1, 0.7], $0)) },
        Drawn(description: "Poisson") { Poisson(rate: row([0.5, 9.5, 10.5, 40, 3000], $0)) },
        Drawn(description: "Multinomial") { Multinomial(trials: 9, probabilities: row([1, 2, 5], $0)) },
        Drawn(description: "MultivariateNormal") {
            MultivariateNormal(
                mean: row([1, -1], $0), factor: Tensor([2, 0, -1, 0.5] as [Float], shape: [2, 2]).asType($0))
        },
    ]

    /// The greatest distance of a mean over the first axis from what is expected, in standard errors.
    private static func distance(_ draws: Tensor, _ expected: Tensor) -> Double {
        let error = draws.std(axes: [0]) / Double(draws.dim(0)).squareRoot()
        // A number that never varies has no error, and must be right up to rounding.
        let slack = abs(expected) * 1e-6 + 1e-12
        return (abs(draws.mean(axis: 0) - expected) / (error + slack)).max().item()
    }

    @Test(arguments: all, [DType.float32, .float64])
    func momentsAndEntropyAreThoseOfTheDistribution(_ drawn: Drawn, _ dtype: DType) {
        let distribution = drawn.make(dtype)
        let draws = withRandomSeed(dtype == .float32 ? 11 : 12) { distribution.sample([Self.count]) }
        let wide = draws.asType(.float64), mean = distribution.mean.asType(.float64)
        #expect(Self.distance(wide, mean) < Self.bound, "mean")
        #expect(Self.distance(square(wide - mean), distribution.variance.asType(.float64)) < Self.bound, "variance")
        let surprise = -distribution.logProbability(of: draws).asType(.float64)
        #expect(Self.distance(surprise, distribution.entropy.asType(.float64)) < Self.bound, "entropy")
        if let distribution = distribution as? any CumulativeDistribution {
            let place = distribution.cumulativeProbability(of: draws).asType(.float64)
            #expect(Self.distance(place, Tensor(0.5, dtype: .float64)) < Self.bound, "median")
            #expect(Self.distance(square(place), Tensor(1 / 3.0, dtype: .float64)) < Self.bound, "spread")
        }
    }

    @Test func cauchyNumbersHaveTheirPlaces() {
        let cauchy = Cauchy(location: Tensor(1.0), scale: Tensor(2.0))
        let draws = withRandomSeed(13) { cauchy.sample([Self.count]) }
        let place = cauchy.cumulativeProbability(of: draws).asType(.float64)
        #expect(Self.distance(place, Tensor(0.5, dtype: .float64)) < Self.bound)
        #expect(Self.distance(square(place), Tensor(1 / 3.0, dtype: .float64)) < Self.bound)
        let surprise = -cauchy.logProbability(of: draws).asType(.float64)
        #expect(Self.distance(surprise, cauchy.entropy.asType(.float64)) < Self.bound)
    }

    @Test func classesComeUpAsOftenAsTheyShould() {
        let classes = Categorical(probabilities: Tensor([1, 0, 3, 4] as [Float]))
        let draws = withRandomSeed(14) { classes.sample([Self.count]) }
        let isClass = oneHot(draws, classes: 4, dtype: .float64)
        #expect(Self.distance(isClass, classes.probabilities.asType(.float64)) < Self.bound)
        #expect(isClass.sum(axis: 0).array(of: Double.self)[1] == 0)
    }

    /// The gradient of E(f(x)) for a parameter is the mean gradient of f(x) over draws x, where draws are reparametrized.
    @Test func gradientsOfDrawsAreThoseOfExpectedValues() {
        func expect(
            _ name: String, _ parameter: Tensor, _ draws: @escaping @Sendable (Tensor) -> Tensor,
            _ expected: @escaping @Sendable (Tensor) -> Tensor
        ) {
            let count = 4000
            let slopes =
                withRandomSeed(15) {
                    grad { p in draws(p.broadcast(to: [count] + parameter.shape)).sum() }(parameter)
                } / Double(count)
            // The standard error from the gradients of single draws.
            let single = withRandomSeed(15) {
                grad { p in draws(p).sum() }(parameter.broadcast(to: [count] + parameter.shape))
            }
            let slope = grad { p in expected(p).sum() }(parameter)
            #expect(Self.distance(single, slope) < Self.bound, "\(name)")
            #expect(abs(single.mean(axis: 0) - slopes).max().item() < 1e-9, "\(name): sums of gradients")
        }
        let a = Tensor([0.3, 1, 4.5, 200] as [Float]).asType(.float64)
        let one = Tensor(1.0, dtype: .float64), three = Tensor(3.0, dtype: .float64)
        expect("gamma", a) {
            Tensor.gamma(concentration: $0)
        } _: {
            $0
        }
        expect("log gamma", a) {
            log(Tensor.gamma(concentration: $0))
        } _: {
            digamma($0)
        }
        expect("beta", a) {
            Tensor.beta(a: $0, b: three)
        } _: {
            $0 / ($0 + 3)
        }
        expect("beta, squared", a) {
            square(Tensor.beta(a: three, b: $0))
        } _: {
            12 / ((3 + $0) * (4 + $0))
        }
        expect("student", a + 12) {
            square(StudentT(degreesOfFreedom: $0, location: one * 0, scale: one).reparametrizedSample([]))
        } _: {
            $0 / ($0 - 2)
        }
        expect("normal", a) {
            square(Normal(mean: one, standardDeviation: $0).reparametrizedSample([]))
        } _: {
            square($0) + 1
        }
        expect("gumbel", a) {
            Gumbel(location: $0, scale: $0).reparametrizedSample([])
        } _: {
            $0 * 1.5772156649015329
        }
    }

    /// E(log x) is the digamma function, so the mean second derivative of log x is its second one.
    @Test func gammaDrawsHaveSecondDerivatives() {
        let a = Tensor([0.6, 1, 7] as [Float]).asType(.float64)
        let single = withRandomSeed(17) {
            grad { p in grad { p in log(Tensor.gamma(concentration: p)).sum() }(p).sum() }(
                a.broadcast(to: [1000, 3]))
        }
        #expect(Self.distance(single, polygamma(2, a)) < Self.bound)
    }

    @Test func dirichletDrawsCarryGradients() {
        let a = Tensor([0.5, 2, 8] as [Float]).asType(.float64), count = 4000
        let single = withRandomSeed(16) {
            grad { p in square(Dirichlet(concentration: p).reparametrizedSample([]).narrowed(axis: -1, 1..<2)).sum() }(
                a.broadcast(to: [count, 3]))
        }
        let slope = grad { p in
            let total = p.sum(), second = p.narrowed(axis: 0, 1..<2)
            return (second * (second + 1) / (total * (total + 1))).sum()
        }(a)
        #expect(Self.distance(single, slope) < Self.bound)
        let sums = Dirichlet(concentration: a * 0.001).sample([100]).sum(axis: -1)
        #expect(abs(sums - 1).max().item() < 1e-12, "also where concentrations are so small that gamma numbers vanish")
    }

    @Test func samplesHaveNoGradient() {
        let slope = grad { p in Normal(mean: p, standardDeviation: Tensor(1.0)).sample([3]).sum() }(Tensor(2.0))
        #expect(slope.item() == 0)
    }
}
