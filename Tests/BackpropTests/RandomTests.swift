import Backprop
import Testing

/// Seeds, orders, choices, and numbers of further distributions. Their moments are compared with those of distributions in
/// the tests of distributions.
@Suite struct RandomTests {
    private static let rates = Tensor([0.5, 20] as [Float])
    private static let draws: [String: @Sendable () -> Tensor] = [
        "uniform": { Tensor.uniform([3, 2]) }, "normal": { Tensor.normal([3, 2]) },
        "exponential": { Tensor.exponential([3, 2], rate: 3) }, "gumbel": { Tensor.gumbel([3, 2], scale: 2) },
        "laplace": { Tensor.laplace([3, 2], location: 1) }, "cauchy": { Tensor.cauchy([3, 2]) },
        "bernoulli": { Tensor.bernoulli(rates).asType(.float32) },
        "gamma": { Tensor.gamma([3, 2], concentration: rates) }, "beta": { Tensor.beta([3, 2], a: rates, b: rates) },
        "dirichlet": { Tensor.dirichlet([3, 2], concentration: rates) },
        "poisson": { Tensor.poisson([3, 2], rate: rates) },
        "permutation": { Tensor.permutation(6, dtype: .float32) },
        "shuffled": { Tensor.arange(6, dtype: .float32).shuffled() },
        "categorical": { Tensor.categorical(logits: Tensor.zeros([2, 9]), count: 4).asType(.float32) },
        "categorical without replacement": {
            Tensor.categorical(logits: Tensor.zeros([3, 5]), count: 4, withReplacement: false).asType(.float32)
        },
    ]

    @Test func oneSeedForAllThatIsDrawnOutsideOfScopes() async {
        await #expect(processExitsWith: .success) {
            let first = RandomTests.draws.keys.sorted().map { RandomTests.draws[$0]!() }.map(\.numbers)
            setRandomSeed(0)
            let again = RandomTests.draws.keys.sorted().map { RandomTests.draws[$0]!() }.map(\.numbers)
            #expect(first == again, "seed 0 is that of a program that sets none")
            setRandomSeed(5)
            let inScope = withRandomSeed(5) { Tensor.normal([4]).numbers }
            #expect(Tensor.normal([4]).numbers == inScope, "a scope takes nothing from the shared stream")
            setRandomSeed(5)
            onAnotherThread { _ = Tensor.normal([4]) }
            let second = Tensor.normal([4]).numbers
            setRandomSeed(5)
            _ = Tensor.normal([4])
            #expect(Tensor.normal([4]).numbers == second, "threads share the stream")
            withRandomSeed(9) {
                setRandomSeed(5)
                #expect(Tensor.normal([4]).numbers != inScope, "an open scope keeps its stream")
            }
            #expect(Tensor.normal([4]).numbers == inScope)
        }
    }

    @Test(arguments: draws.keys.sorted())
    func equalSeedsGiveEqualNumbersAndOthersDoNot(_ name: String) {
        let draw = Self.draws[name]!
        let (first, again, other) = (withRandomSeed(3, draw), withRandomSeed(3, draw), withRandomSeed(4, draw))
        #expect(first.numbers == again.numbers)
        #expect(first.numbers != other.numbers || name == "bernoulli")
        #expect(first.numbers.allSatisfy { $0.isFinite })
    }

    /// Keys are data of a plan: drawing anew makes no new plan.
    @Test func drawingCompilesNothingAfterTheFirstTime() async {
        await #expect(processExitsWith: .success) {
            for (name, draw) in RandomTests.draws {
                let parameter = Parameter(Tensor([1, 2] as [Float]))
                func step() -> Double {
                    let loss =
                        (draw() * parameter.value.sum()).sum() + Tensor.gamma(concentration: parameter.value).sum()
                    loss.backward()
                    try! evaluate(parameter.gradient!, loss)
                    return loss.item()
                }
                var found = [step(), step()]
                let plans = EngineCounters.plansCompiled
                for _ in 0..<3 { found.append(step()) }
                #expect(EngineCounters.plansCompiled == plans, "\(name)")
                #expect(Set(found).count == found.count, "\(name)")
            }
        }
    }

    @Test func permutationsHoldEveryNumberOnce() {
        let order = withRandomSeed(1) { Tensor.permutation(500) }
        #expect(order.dtype == .int64 && order.sorted().numbers == (0..<500).map(Double.init))
        #expect(order.numbers != (0..<500).map(Double.init))
        #expect(Tensor.permutation(0).shape == [0] && Tensor.permutation(1).numbers == [0])
        // All six orders of three, equally often within five standard errors.
        let counts = withRandomSeed(2) { (0..<1200).map { _ in Tensor.permutation(3).numbers } }
        for order in Set(counts) { #expect(Swift.abs(Double(counts.count { $0 == order }) - 200) < 65) }
        #expect(Set(counts).count == 6)
        let rows = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [2, 4])
        let shuffled = withRandomSeed(3) { rows.shuffled(axis: 1) }
        #expect(shuffled[0].numbers.map { $0 + 4 } == shuffled[1].numbers, "columns stay together")
        #expect(shuffled.sorted(axis: 1).numbers == rows.numbers && shuffled.numbers != rows.numbers)
    }

    @Test func classesWithoutReplacementAreDrawnOneAfterTheOther() {
        let weights = [1.0, 2, 0, 5], count = 6000
        let logits = log(Tensor(weights.map(Float.init))).broadcast(to: [count, 4])
        let drawn = withRandomSeed(6) { Tensor.categorical(logits: logits, count: 3, withReplacement: false) }
        #expect(drawn.shape == [count, 3])
        #expect((drawn .== 2).sum().item() == 0)
        let pairs = zip(drawn[0..., 0].numbers, drawn[0..., 1].numbers).map { [$0, $1] }
        for (first, second) in [(0, 1), (0, 3), (1, 0), (1, 3), (3, 0), (3, 1)] {
            let p = weights[first] / 8 * weights[second] / (8 - weights[first])
            let found = Double(pairs.count { $0 == [Double(first), Double(second)] }) / Double(count)
            #expect(Swift.abs(found - p) < 5 * (p * (1 - p) / Double(count)).squareRoot(), "\(first), \(second)")
        }
        let all = Tensor.categorical(logits: logits, count: 4, withReplacement: false)
        #expect((all[0..., 3] .== 2).all().item() == 1, "what is excluded comes last")
        #expect(Tensor.categorical(logits: Tensor.zeros([2, 3])).shape == [2])
        #expect(Tensor.categorical(logits: Tensor.zeros([2, 3]), count: 0).shape == [2, 0])
    }

    @Test func parametersOutsideOfTheirRange() {
        let gamma = Tensor.gamma(concentration: Tensor([0, -1, 1] as [Float])).numbers
        #expect(gamma[0].isNaN && gamma[1].isNaN && gamma[2] > 0)
        let poisson = Tensor.poisson(rate: Tensor([-1, .infinity, .nan, 0, 3] as [Float])).numbers
        #expect(poisson[0...2].allSatisfy { $0.isNaN } && poisson[3] == 0 && poisson[4] >= 0)
        #expect(Tensor.bernoulli(Tensor([-1, 2, .nan] as [Float])).numbers == [0, 1, 0])
        #expect((Tensor.exponential([10000]) .> 0).all().item() == 1)
        #expect(Tensor.gumbel([10000]).numbers.allSatisfy { $0.isFinite })
    }

    /// Derivatives of the distribution function by its parameter, divided by the density, from 40 digits.
    @Test func implicitDerivativesOfGammaNumbers() {
        let recorded: [(a: Double, z: Double, slope: Double)] = [
            (1.0, 0.01, 5.05569223698673), (1.0, 3.0, 0.64597056460832), (1.3, 0.2, 1.88904434183641),
            (2.0, 15.0, 0.167230996156299), (5.0, 0.67, 0.477746199334796), (5.0, 5.0, 0.206783870422541),
            (20.0, 24.5, 0.0454752761451008), (100.0, 80.0, 0.0111757583544523),
            (10000.0, 10100.0, 9.95049669313484e-05),
        ]
        for (a, z, slope) in recorded {
            let found = Tensor.logGammaSlope(Tensor(a, dtype: .float64), log(Tensor(z, dtype: .float64))).item()
            #expect(Swift.abs(found / slope - 1) < 1e-10, "\(a), \(z): \(found)")
        }
    }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.permutation(-1) }
        await #expect(processExitsWith: .failure) { _ = Tensor.exponential([2], rate: 0) }
        await #expect(processExitsWith: .failure) { _ = Tensor.gamma([3], concentration: Tensor.ones([2])) }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.categorical(logits: Tensor.zeros([3]), count: 4, withReplacement: false)
        }
        await #expect(processExitsWith: .failure) { _ = Tensor.dirichlet(concentration: Tensor(1.0)) }
    }
}
