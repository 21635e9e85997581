/// How a policy learns from what its actions led to.
public enum PolicyMethod: String, Sendable, CaseIterable, Codable {
    /// Whole episodes: each action becomes more likely by the rewards that came after it.
    case reinforce
    /// Parts of episodes: a learned value of states stands for the rewards to come, and is the baseline.
    case actorCritic = "actor-critic"
    /// The same, and each part is used several times, as long as the policy stays near the one that acted.
    case ppo

    /// One line: what it does.
    public var summary: String {
        switch self {
        case .reinforce: "whole episodes; an action is worth the rewards after it"
        case .actorCritic: "16 steps at a time; a learned value stands for what comes later"
        case .ppo: "64 steps at a time, used six times, near the policy that acted"
        }
    }

    /// Where it comes from.
    public var source: String {
        switch self {
        case .reinforce: "Williams, 1992"
        case .actorCritic: "Mnih et al., 2016; Schulman et al., 2016"
        case .ppo: "Schulman et al., 2017"
        }
    }

    /// Steps of each cart between two updates; nil for whole episodes.
    var horizon: Int? {
        switch self {
        case .reinforce: nil
        case .actorCritic: 16
        case .ppo: 64
        }
    }

    /// That of Adam.
    var learningRate: Double {
        switch self {
        case .reinforce: 5e-3
        case .actorCritic, .ppo: 2e-3
        }
    }
}
