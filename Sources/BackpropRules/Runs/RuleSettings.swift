import Backprop
import BackpropNN

/// How a rule is trained.
public struct RuleSettings: Sendable, Equatable, Codable {
    /// What turns directions into steps.
    public enum Descent: String, Sendable, Codable {
        /// Each number by its own measure (Kingma and Ba, 2015).
        case adam
        /// As they are, with a momentum of 0.9.
        case momentum
        /// As they are.
        case plain
    }

    /// Units of each hidden layer.
    public var hidden: [Int]
    public var nonlinearity: Nonlinearity
    public var descent: Descent
    /// At the beginning; it falls to nothing along half a cosine, unless the rule's steps are `plain`.
    public var learningRate: Double
    public var weightDecay: Double
    /// The standard deviation of what is added to each number of an input in training.
    public var noise: Double
    /// The share of the wanted probability that all classes share.
    public var smoothing: Double
    public var epochs: Int
    public var batchSize: Int

    public init(
        hidden: [Int] = [128, 128], nonlinearity: Nonlinearity = .relu, descent: Descent = .adam,
        learningRate: Double = 2e-3, weightDecay: Double = 0.01, noise: Double = 0.1,
        smoothing: Double = 0.1, epochs: Int = 30, batchSize: Int = 64
    ) {
        (self.hidden, self.nonlinearity, self.descent) = (hidden, nonlinearity, descent)
        (self.learningRate, self.weightDecay, self.noise) = (learningRate, weightDecay, noise)
        (self.smoothing, self.epochs, self.batchSize) = (smoothing, epochs, batchSize)
    }

    func optimizer(_ parameters: [Parameter]) -> Optimizer {
        switch descent {
        case .adam: AdamW(parameters, learningRate: learningRate, weightDecay: weightDecay)
        case .momentum: SGD(parameters, learningRate: learningRate, momentum: 0.9, weightDecay: weightDecay)
        case .plain: SGD(parameters, learningRate: learningRate, weightDecay: weightDecay)
        }
    }

    /// The rate of a step, from 0 to `steps` - 1.
    func rate(_ step: Int, of steps: Int) -> Double {
        guard descent != .plain else { return learningRate }
        return LearningRateSchedule.cosine(steps: max(steps, 1)).rate(after: step, base: learningRate)
    }
}
