import Backprop
import BackpropNN

/// Ways to estimate the gradient of an expected loss for the scores of choices, from draws of the choices.
///
/// The expected loss is the sum over all outcomes of probability(outcome) loss(outcome), where each choice is made by the softmax
/// of its scores. Adding up outcomes needs all of them; an estimate needs one.
public enum Estimator: String, Sendable, CaseIterable, Codable {
    /// The hard choice forward, the softmax backward.
    case straightThrough = "straight-through"
    /// A soft choice of temperature 1.
    case gumbelWarm = "gumbel"
    /// A soft choice of temperature 0.2.
    case gumbelCold = "gumbel-cold"
    /// Of temperature 0.5, made hard forward.
    case gumbelHard = "gumbel-hard"
    /// loss · ∂ log probability(choice).
    case reinforce
    /// (loss - mean of earlier losses) · ∂ log probability(choice).
    case reinforceMean = "reinforce-mean"
    /// (loss - value of the situation, as learnt from earlier losses) · ∂ log probability(choice).
    case reinforceValue = "reinforce-value"
    /// (loss - mean of the other draws in the same situation) · ∂ log probability(choice).
    case reinforceLeaveOneOut = "reinforce-leave-one-out"

    /// What tables call it.
    public var title: String {
        switch self {
        case .straightThrough: "straight-through"
        case .gumbelWarm: "Gumbel-softmax, soft, temperature 1"
        case .gumbelCold: "Gumbel-softmax, soft, temperature 0.2"
        case .gumbelHard: "Gumbel-softmax, hard, temperature 0.5"
        case .reinforce: "REINFORCE"
        case .reinforceMean: "REINFORCE less a running mean"
        case .reinforceValue: "REINFORCE less a learned value"
        case .reinforceLeaveOneOut: "REINFORCE, leave-one-out"
        }
    }

    /// Where it comes from.
    public var source: String {
        switch self {
        case .straightThrough: "Bengio, Léonard, Courville, 2013"
        case .gumbelWarm, .gumbelCold, .gumbelHard: "Jang, Gu, Poole; Maddison, Mnih, Teh, 2017"
        case .reinforce, .reinforceMean: "Williams, 1992"
        case .reinforceValue: "Mnih, Gregor, 2014"
        case .reinforceLeaveOneOut: "Kool, van Hoof, Welling, 2019"
        }
    }

    /// An estimate from each draw.
    ///
    /// Draw i is made in situation (i / pool) % situations. What is learnt from earlier losses is 0 at first.
    ///
    /// - Parameters:
    ///   - scores: shape [choices, options].
    ///   - loss: from choices, shape [draws, choices, options] of ones and zeros or between them, to shape [draws].
    ///   - draws: a multiple of `pool` times `situations`.
    ///   - pool: draws in one situation whose losses are known together, at least 2.
    ///   - situations: how many there are; `loss` tells them apart by the number of the draw.
    /// - Returns: shape [draws, choices, options].
    public func estimates(
        _ scores: Tensor, draws: Int, pool: Int = 20, situations: Int = 1, loss: @escaping (Tensor) -> Tensor
    ) -> Tensor {
        precondition(
            pool > 1 && situations > 0 && draws > 0 && draws % (pool * situations) == 0,
            "estimates: \(draws) draws are no multiple of \(pool) times \(situations)")
        let many = scores.expandedDimensions(axis: 0).broadcast(to: [draws] + scores.shape)
        func through(_ choice: @escaping (Tensor) -> Tensor) -> Tensor { grad { loss(choice($0)).sum() }(many) }
        switch self {
        case .straightThrough: return through { StraightThrough.choice($0) }
        case .gumbelWarm: return through { gumbelSoftmax($0, temperature: 1) }
        case .gumbelCold: return through { gumbelSoftmax($0, temperature: 0.2) }
        case .gumbelHard: return through { gumbelSoftmax($0, temperature: 0.5, isHard: true) }
        case .reinforce, .reinforceMean, .reinforceValue, .reinforceLeaveOneOut:
            let choice = withoutGradients { StraightThrough.choice(many) }
            let losses = loss(choice)
            let surprise = losses - baselines(losses, pool, situations)
            // ∂ log softmax(scores)[choice] = choice - softmax(scores).
            return surprise.reshaped([draws, 1, 1]) * (choice - softmax(many, axis: -1))
        }
    }

    /// What is taken away from each loss, shape [draws]. It knows nothing of the draw itself, or the mean would change.
    private func baselines(_ losses: Tensor, _ pool: Int, _ situations: Int) -> Tensor {
        switch self {
        case .reinforceMean: return Self.learned(losses) { _ in 0 }
        case .reinforceValue: return Self.learned(losses) { $0 / pool % situations }
        case .reinforceLeaveOneOut:
            let pools = losses.reshaped([-1, pool])
            return ((pools.sum(axis: 1, keepDims: true) - pools) / Double(pool - 1)).reshaped([-1])
        default: return Tensor.zeros(like: losses)
        }
    }

    /// What was known before each draw of the losses in its situation.
    private static func learned(_ losses: Tensor, _ situation: (Int) -> Int) -> Tensor {
        var known: [Int: (count: Double, mean: Double)] = [:]
        let before = losses.array(of: Double.self).enumerated().map { draw, loss in
            let (count, mean) = known[situation(draw), default: (0, 0)]
            known[situation(draw)] = (count + 1, mean + (loss - mean) / (count + 1))
            return mean
        }
        return Tensor(before, dtype: losses.dtype)
    }
}
