import Backprop

// The divergences of Kullback and Leibler, E(log p(x) - log q(x)) for x drawn from p, in nats. Batches broadcast. Where q
// gives no probability to what p may draw, the divergence is infinite.

/// The divergence of Kullback and Leibler of q from p: the mean of log p(x) - log q(x) for x drawn from p.
///
/// ```swift
/// let p = Normal(mean: Tensor(0.0), standardDeviation: Tensor(1.0))
/// klDivergence(p, Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)))  // 0.443147
/// ```
public func klDivergence(_ p: Normal, _ q: Normal) -> Tensor {
    requireAlike(p.mean, q.mean)
    let ratio = square(p.standardDeviation / q.standardDeviation)
    let distance = square((p.mean - q.mean) / q.standardDeviation)
    return (ratio + distance - 1 - log(ratio)) * 0.5
}

/// The divergence of q from p, which is that of the logarithms.
public func klDivergence(_ p: LogNormal, _ q: LogNormal) -> Tensor { klDivergence(p.logarithm, q.logarithm) }

/// The divergence of q from p.
public func klDivergence(_ p: HalfNormal, _ q: HalfNormal) -> Tensor {
    requireAlike(p.scale, q.scale)
    let ratio = square(p.scale / q.scale)
    return (ratio - 1 - log(ratio)) * 0.5
}

/// The divergence of q from p, between vectors of one length.
public func klDivergence(_ p: MultivariateNormal, _ q: MultivariateNormal) -> Tensor {
    requireAlike(p.mean, q.mean)
    let distance = square(q.whitened(q.mean - p.mean)).sum(axis: -1)
    let spread = LinearAlgebra.solveTriangular(q.factor, p.factor, upper: false)
    let trace = square(spread).sum(axes: [-2, -1])
    return q.logScale - p.logScale + (trace + distance - Double(p.mean.dim(-1))) * 0.5
}

/// The divergence of q from p; infinite where p reaches beyond q.
public func klDivergence(_ p: Uniform, _ q: Uniform) -> Tensor {
    requireAlike(p.low, q.low)
    let ratio = log((q.high - q.low) / (p.high - p.low))
    return which((q.low .> p.low) .| (q.high .< p.high), ratio.like(.infinity), ratio)
}

/// The divergence of q from p.
public func klDivergence(_ p: Exponential, _ q: Exponential) -> Tensor {
    requireAlike(p.rate, q.rate)
    let ratio = q.rate / p.rate
    return ratio - 1 - log(ratio)
}

/// The divergence of q from p.
public func klDivergence(_ p: Laplace, _ q: Laplace) -> Tensor {
    requireAlike(p.location, q.location)
    let ratio = p.scale / q.scale, distance = abs(p.location - q.location)
    return ratio * exp(-distance / p.scale) + distance / q.scale - 1 - log(ratio)
}

/// The divergence of q from p, which is the same as that of p from q (Chyzak and Nielsen, 2019).
public func klDivergence(_ p: Cauchy, _ q: Cauchy) -> Tensor {
    requireAlike(p.location, q.location)
    let reach = square(p.scale + q.scale) + square(p.location - q.location)
    return log(reach) - log(p.scale * q.scale * 4)
}

/// The divergence of q from p.
public func klDivergence(_ p: Gumbel, _ q: Gumbel) -> Tensor {
    requireAlike(p.location, q.location)
    let ratio = p.scale / q.scale, shift = (p.location - q.location) / q.scale
    return shift - log(ratio) + ratio * Gumbel.gamma + exp(logGamma(ratio + 1) - shift) - (1 + Gumbel.gamma)
}

/// The divergence of q from p.
public func klDivergence(_ p: Gamma, _ q: Gamma) -> Tensor {
    requireAlike(p.rate, q.rate)
    let excess = p.concentration - q.concentration
    let normalizers = logGamma(q.concentration) - logGamma(p.concentration)
    let scales = q.concentration * log(p.rate / q.rate) + (q.rate - p.rate) * (p.concentration / p.rate)
    return excess * digamma(p.concentration) + normalizers + scales
}

/// The divergence of q from p.
public func klDivergence(_ p: Beta, _ q: Beta) -> Tensor {
    requireAlike(p.a, q.a)
    let sum = p.a + p.b, excess = (p.a - q.a, p.b - q.b)
    let logs = excess.0 * digamma(p.a) + excess.1 * digamma(p.b) - (excess.0 + excess.1) * digamma(sum)
    return q.logNormalizer - p.logNormalizer + logs
}

/// The divergence of q from p, between vectors of one length.
public func klDivergence(_ p: Dirichlet, _ q: Dirichlet) -> Tensor {
    requireAlike(p.concentration, q.concentration)
    let logs = digamma(p.concentration) - digamma(p.concentration.sum(axis: -1, keepDims: true))
    let parts = ((p.concentration - q.concentration) * logs).sum(axis: -1)
    return q.logNormalizer - p.logNormalizer + parts
}

/// The divergence of q from p.
public func klDivergence(_ p: Bernoulli, _ q: Bernoulli) -> Tensor {
    requireAlike(p.probabilities, q.probabilities)
    return -p.entropy - q.expectedLogProbability(of: p.probabilities)
}

/// The divergence of q from p, between as many classes; infinite where q never draws a class that p draws.
public func klDivergence(_ p: Categorical, _ q: Categorical) -> Tensor {
    requireAlike(p.logProbabilities, q.logProbabilities)
    return -p.entropy - q.expectedLogProbability(under: p)
}

/// The divergence of q from p.
public func klDivergence(_ p: Geometric, _ q: Geometric) -> Tensor {
    requireAlike(p.probabilities, q.probabilities)
    return -p.entropy - log(q.probabilities) - xlog1py(p.mean, -q.probabilities)
}

/// The divergence of q from p.
public func klDivergence(_ p: Poisson, _ q: Poisson) -> Tensor {
    requireAlike(p.rate, q.rate)
    return xlogy(p.rate, p.rate) - xlogy(p.rate, q.rate) - p.rate + q.rate
}

/// The divergence of a gamma distribution from an exponential one, which is one of concentration 1.
public func klDivergence(_ p: Exponential, _ q: Gamma) -> Tensor {
    klDivergence(Gamma(concentration: Tensor.ones(like: p.rate), rate: p.rate), q)
}

/// The divergence of an exponential distribution from a gamma distribution.
public func klDivergence(_ p: Gamma, _ q: Exponential) -> Tensor {
    klDivergence(p, Gamma(concentration: Tensor.ones(like: q.rate), rate: q.rate))
}

/// The divergence of a normal distribution from a uniform one.
public func klDivergence(_ p: Uniform, _ q: Normal) -> Tensor { divergence(p, q) }

/// The divergence of a normal distribution from an exponential one.
public func klDivergence(_ p: Exponential, _ q: Normal) -> Tensor { divergence(p, q) }

/// The divergence of a normal distribution from a gamma distribution.
public func klDivergence(_ p: Gamma, _ q: Normal) -> Tensor { divergence(p, q) }

/// The divergence of a normal distribution from a Laplace distribution.
public func klDivergence(_ p: Laplace, _ q: Normal) -> Tensor { divergence(p, q) }

/// The divergence of a normal distribution from a Gumbel distribution.
public func klDivergence(_ p: Gumbel, _ q: Normal) -> Tensor { divergence(p, q) }

/// The divergence of a normal distribution from any density, of which only entropy, mean and variance matter.
private func divergence(_ p: some Distribution, _ q: Normal) -> Tensor {
    requireAlike(p.mean, q.mean)
    let spread = (p.variance + square(p.mean - q.mean)) / square(q.standardDeviation)
    return log(q.standardDeviation) + halfLogTwoPi + spread * 0.5 - p.entropy
}

private func requireAlike(_ p: Tensor, _ q: Tensor) { requireCommon("klDivergence", p, q) }
