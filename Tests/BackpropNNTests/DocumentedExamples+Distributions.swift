import Backprop
import BackpropNN

/// Distributions, in the order of their files.
extension DocumentedExample {
    private static let distributionExamples: [DocumentedExample] = [
        DocumentedExample("Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample().shape", [2]) {
            () -> [Int] in
            Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample().shape
        },
        DocumentedExample("Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample([3]).shape", [3, 2]) {
            () -> [Int] in
            Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample([3]).shape
        },
        DocumentedExample(
            "Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))",
            [-1.61209, -2.11209]
        ) { () -> Tensor in
            Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))
        },
        DocumentedExample(
            """
            let normal = Normal(mean: Tensor([1, 5] as [Float]), standardDeviation: Tensor(0.0))
            normal.reparametrizedSample([2])
            """, [1, 5, 1, 5]
        ) { () -> Tensor in
            let normal = Normal(mean: Tensor([1, 5] as [Float]), standardDeviation: Tensor(0.0))
            return normal.reparametrizedSample([2])
        },
        DocumentedExample(
            "Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).cumulativeProbability(of: Tensor(3.0))",
            [0.841345]
        ) { () -> Tensor in
            Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).cumulativeProbability(of: Tensor(3.0))
        },
        DocumentedExample(
            "LogNormal(location: Tensor(0.0), scale: Tensor(1.0)).logProbability(of: Tensor([1, 2] as [Float]))",
            [-0.918939, -1.85231]
        ) { () -> Tensor in
            LogNormal(location: Tensor(0.0), scale: Tensor(1.0)).logProbability(of: Tensor([1, 2] as [Float]))
        },
        DocumentedExample(
            "HalfNormal(scale: Tensor(1.0)).logProbability(of: Tensor([0, 1] as [Float]))", [-0.225791, -0.725791]
        ) { () -> Tensor in
            HalfNormal(scale: Tensor(1.0)).logProbability(of: Tensor([0, 1] as [Float]))
        },
        DocumentedExample(
            """
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), covariance: Tensor.eye(2) * 4)
            normal.logProbability(of: Tensor([2, 0] as [Float]))
            """, [-3.72417]
        ) { () -> Tensor in
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), covariance: Tensor.eye(2) * 4)
            return normal.logProbability(of: Tensor([2, 0] as [Float]))
        },
        DocumentedExample(
            """
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
            normal.reparametrizedSample([5]).shape
            """, [5, 2]
        ) { () -> [Int] in
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
            return normal.reparametrizedSample([5]).shape
        },
        DocumentedExample(
            """
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
            normal.logProbability(of: Tensor([0, 0, 3, 4] as [Float], shape: [2, 2]))
            """, [-1.83788, -14.3379]
        ) { () -> Tensor in
            let normal = MultivariateNormal(mean: Tensor.zeros([2]), factor: Tensor.eye(2))
            return normal.logProbability(of: Tensor([0, 0, 3, 4] as [Float], shape: [2, 2]))
        },
        DocumentedExample(
            "Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor([0, 2] as [Float]))",
            [-.infinity, -0.693147]
        ) { () -> Tensor in
            Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor([0, 2] as [Float]))
        },
        DocumentedExample("Uniform(low: Tensor(1.0), high: Tensor(3.0)).reparametrizedSample([2, 3]).shape", [2, 3]) {
            () -> [Int] in
            Uniform(low: Tensor(1.0), high: Tensor(3.0)).reparametrizedSample([2, 3]).shape
        },
        DocumentedExample("Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor(2.0))", [-0.693147]) {
            () -> Tensor in
            Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor(2.0))
        },
        DocumentedExample("Uniform(low: Tensor(1.0), high: Tensor(3.0)).cumulativeProbability(of: Tensor(1.5))", [0.25])
        { () -> Tensor in
            Uniform(low: Tensor(1.0), high: Tensor(3.0)).cumulativeProbability(of: Tensor(1.5))
        },
        DocumentedExample(
            "Exponential(rate: Tensor(2.0)).logProbability(of: Tensor([0, 1] as [Float]))", [0.693147, -1.30685]
        ) { () -> Tensor in
            Exponential(rate: Tensor(2.0)).logProbability(of: Tensor([0, 1] as [Float]))
        },
        DocumentedExample(
            "Laplace(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))",
            [-1.38629, -2.38629]
        ) { () -> Tensor in
            Laplace(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))
        },
        DocumentedExample(
            "Cauchy(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))",
            [-1.83788, -2.53102]
        ) { () -> Tensor in
            Cauchy(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))
        },
        DocumentedExample(
            "Gumbel(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))",
            [-1.69315, -2.06103]
        ) { () -> Tensor in
            Gumbel(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))
        },
        DocumentedExample(
            "Gamma(concentration: Tensor(2.0), rate: Tensor(3.0)).logProbability(of: Tensor([1, 2] as [Float]))",
            [-0.802775, -3.10963]
        ) { () -> Tensor in
            Gamma(concentration: Tensor(2.0), rate: Tensor(3.0)).logProbability(of: Tensor([1, 2] as [Float]))
        },
        DocumentedExample(
            "Gamma(concentration: Tensor([1, 2] as [Float]), rate: Tensor(3.0)).reparametrizedSample([4]).shape",
            [4, 2]
        ) { () -> [Int] in
            Gamma(concentration: Tensor([1, 2] as [Float]), rate: Tensor(3.0)).reparametrizedSample([4]).shape
        },
        DocumentedExample(
            "Gamma(concentration: Tensor(1.0), rate: Tensor(1.0)).logProbability(of: Tensor([2, 3] as [Float]))",
            [-2, -3]
        ) { () -> Tensor in
            Gamma(concentration: Tensor(1.0), rate: Tensor(1.0)).logProbability(of: Tensor([2, 3] as [Float]))
        },
        DocumentedExample(
            "Beta(Tensor(2.0), Tensor(3.0)).logProbability(of: Tensor([0.5, 0.25] as [Float]))", [0.405465, 0.523248]
        ) { () -> Tensor in
            Beta(Tensor(2.0), Tensor(3.0)).logProbability(of: Tensor([0.5, 0.25] as [Float]))
        },
        DocumentedExample(
            """
            let dirichlet = Dirichlet(concentration: Tensor([1, 2, 3] as [Float]))
            dirichlet.logProbability(of: Tensor([0.2, 0.3, 0.5] as [Float]))
            """, [1.50408]
        ) { () -> Tensor in
            let dirichlet = Dirichlet(concentration: Tensor([1, 2, 3] as [Float]))
            return dirichlet.logProbability(of: Tensor([0.2, 0.3, 0.5] as [Float]))
        },
        DocumentedExample(
            """
            let t = StudentT(degreesOfFreedom: Tensor(3.0), location: Tensor(1.0), scale: Tensor(2.0))
            t.logProbability(of: Tensor([1, 3] as [Float]))
            """, [-1.69404, -2.2694]
        ) { () -> Tensor in
            let t = StudentT(degreesOfFreedom: Tensor(3.0), location: Tensor(1.0), scale: Tensor(2.0))
            return t.logProbability(of: Tensor([1, 3] as [Float]))
        },
    ]

    private static let discreteExamples: [DocumentedExample] = [
        DocumentedExample(
            "Bernoulli(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 1] as [Float]))",
            [-0.287682, -1.38629]
        ) { () -> Tensor in
            Bernoulli(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 1] as [Float]))
        },
        DocumentedExample("Bernoulli(probabilities: Tensor([0, 1] as [Float])).sample([2])", [0, 1, 0, 1]) {
            () -> Tensor in
            Bernoulli(probabilities: Tensor([0, 1] as [Float])).sample([2])
        },
        DocumentedExample("Bernoulli(logits: Tensor(0.0)).logProbability(of: Tensor(1.0))", [-0.693147]) {
            () -> Tensor in
            Bernoulli(logits: Tensor(0.0)).logProbability(of: Tensor(1.0))
        },
        DocumentedExample(
            "Geometric(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 2] as [Float]))",
            [-1.38629, -1.96166]
        ) { () -> Tensor in
            Geometric(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 2] as [Float]))
        },
        DocumentedExample("Geometric(probabilities: Tensor(1.0)).sample([3])", [0, 0, 0]) { () -> Tensor in
            Geometric(probabilities: Tensor(1.0)).sample([3])
        },
        DocumentedExample("Poisson(rate: Tensor(2.0)).logProbability(of: Tensor([0, 3] as [Float]))", [-2, -1.71232]) {
            () -> Tensor in
            Poisson(rate: Tensor(2.0)).logProbability(of: Tensor([0, 3] as [Float]))
        },
        DocumentedExample(
            """
            let classes = Categorical(probabilities: Tensor([1, 1, 2] as [Float]))
            classes.logProbability(of: Tensor([0, 2] as [Int32]))
            """, [-1.38629, -0.693147]
        ) { () -> Tensor in
            let classes = Categorical(probabilities: Tensor([1, 1, 2] as [Float]))
            return classes.logProbability(of: Tensor([0, 2] as [Int32]))
        },
        DocumentedExample("Categorical(probabilities: Tensor([0, 1] as [Float])).sample([3])", [1, 1, 1]) {
            () -> Tensor in
            Categorical(probabilities: Tensor([0, 1] as [Float])).sample([3])
        },
        DocumentedExample(
            "Categorical(logits: Tensor.zeros([4])).logProbability(of: Tensor([3] as [Int32]))", [-1.38629]
        ) { () -> Tensor in
            Categorical(logits: Tensor.zeros([4])).logProbability(of: Tensor([3] as [Int32]))
        },
        DocumentedExample(
            """
            let counts = Multinomial(trials: 3, probabilities: Tensor([1, 1, 2] as [Float]))
            counts.logProbability(of: Tensor([1, 0, 2] as [Float]))
            """, [-1.67398]
        ) { () -> Tensor in
            let counts = Multinomial(trials: 3, probabilities: Tensor([1, 1, 2] as [Float]))
            return counts.logProbability(of: Tensor([1, 0, 2] as [Float]))
        },
        DocumentedExample("Multinomial(trials: 5, probabilities: Tensor([0, 1] as [Float])).sample([2])", [0, 5, 0, 5])
        { () -> Tensor in
            Multinomial(trials: 5, probabilities: Tensor([0, 1] as [Float])).sample([2])
        },
        DocumentedExample(
            """
            let p = Normal(mean: Tensor(0.0), standardDeviation: Tensor(1.0))
            klDivergence(p, Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)))
            """, [0.443147]
        ) { () -> Tensor in
            let p = Normal(mean: Tensor(0.0), standardDeviation: Tensor(1.0))
            return klDivergence(p, Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)))
        },
    ]

    static let ofDistributions: [DocumentedExample] = [
        distributionExamples, discreteExamples,
    ].flatMap { $0 }
}
