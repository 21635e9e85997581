import Backprop
import BackpropTrain

/// The rules by name.
public enum RuleKind: String, Sendable, CaseIterable, Codable {
    case backprop
    case shallow
    case feedbackAlignment = "fa"
    case directFeedbackAlignment = "dfa"
    case signConcordantFeedback = "sign"
    case predictiveCoding = "pc"
    case fixedPredictions = "pc-fixed"
    case equilibriumPropagation = "ep"
    case forwardForward = "ff"
    case unsupervisedForwardForward = "ff-unsupervised"
    case syntheticGradients = "synthetic"
    case unlabelledSyntheticGradients = "synthetic-unlabelled"
    case perceptron
    case hillClimbing = "hill"
    case evolutionStrategy = "evolution"
    case naive

    /// One line: what it does in the place of backpropagation.
    public var summary: String {
        switch self {
        case .backprop: "the yardstick: the mistake goes back through the weights"
        case .shallow: "the floor: only the last layer learns"
        case .feedbackAlignment: "the mistake goes back through fixed random matrices"
        case .directFeedbackAlignment: "the mistake goes to each layer at once, through a matrix of its own"
        case .signConcordantFeedback: "the way back knows the signs of the weights alone"
        case .predictiveCoding: "layers settle between prediction and target, and learn from their own errors"
        case .fixedPredictions: "the same with fixed predictions: backpropagation, by local means"
        case .equilibriumPropagation: "the difference between two ways to settle is the gradient"
        case .forwardForward: "layers learn to tell right labels from wrong ones, each by itself"
        case .unsupervisedForwardForward: "layers learn to tell images from mixtures; a read-out names what they see"
        case .syntheticGradients: "layers learn at once from a guess, which knows the label"
        case .unlabelledSyntheticGradients: "the same with guesses that know no labels"
        case .perceptron: "one layer; a mistake moves the weights by the example itself"
        case .hillClimbing: "a random change is kept where it is better; no slopes"
        case .evolutionStrategy: "the weights move to where the better of many networks are; no slopes"
        case .naive: "the gradient by two forward passes for each weight; of a small network"
        }
    }

    /// Where it comes from.
    public var source: String {
        switch self {
        case .backprop: "Rumelhart, Hinton, Williams, 1986"
        case .shallow: "Huang, Zhu, Siew, 2006"
        case .feedbackAlignment: "Lillicrap et al., 2016"
        case .directFeedbackAlignment: "Nøkland, 2016"
        case .signConcordantFeedback: "Liao, Leibo, Poggio, 2016"
        case .predictiveCoding: "Whittington, Bogacz, 2017"
        case .fixedPredictions: "Millidge, Tschantz, Buckley, 2020"
        case .equilibriumPropagation: "Scellier, Bengio, 2017"
        case .forwardForward, .unsupervisedForwardForward: "Hinton, 2022"
        case .syntheticGradients, .unlabelledSyntheticGradients: "Jaderberg et al., 2017"
        case .perceptron: "Rosenblatt, 1958"
        case .hillClimbing: "Kirkpatrick, Gelatt, Vecchi, 1983"
        case .evolutionStrategy: "Salimans et al., 2017"
        case .naive: "Werbos, 1974"
        }
    }

    /// What suits it: rates, epochs and noise by the error on the last fifth of the training part of the digits (`RuleData.validation`).
    public var settings: RuleSettings {
        switch self {
        case .equilibriumPropagation: RuleSettings(nonlinearity: .tanh, epochs: 60)
        case .directFeedbackAlignment, .signConcordantFeedback: RuleSettings(epochs: 60)
        case .shallow, .feedbackAlignment, .forwardForward, .unsupervisedForwardForward, .syntheticGradients,
            .unlabelledSyntheticGradients:
            RuleSettings(learningRate: 4e-3, epochs: 60)
        case .predictiveCoding: RuleSettings(learningRate: 1e-3, epochs: 60)
        case .perceptron:
            RuleSettings(
                hidden: [], descent: .plain, learningRate: 1, weightDecay: 0, noise: 0, smoothing: 0, batchSize: 1)
        case .hillClimbing:
            RuleSettings(
                descent: .plain, learningRate: 1, weightDecay: 0, noise: 0, smoothing: 0, epochs: 1_000, batchSize: 512)
        case .evolutionStrategy:
            RuleSettings(learningRate: 5e-3, weightDecay: 0, noise: 0, smoothing: 0, epochs: 60)
        case .naive: RuleSettings(hidden: [8], learningRate: 2e-2)
        default: RuleSettings()
        }
    }

    /// - Throws: `TrainError` where a network of that size needs more memory than the machine has.
    package func checkMemory(_ data: RuleData, _ settings: RuleSettings) throws(TrainError) {
        // A population holds its noise, and the networks on both sides of the present one.
        try MemoryLimit.check(
            widths: [data.featureCount] + settings.hidden + [data.classCount], batchSize: settings.batchSize,
            members: self == .evolutionStrategy ? 16 : 1, at: rawValue)
    }

    /// The rule with a network for the data, drawn from the surrounding random stream.
    public func make(_ data: RuleData, _ settings: RuleSettings, dtype: DType = .float32) -> any LearningRule {
        let widths = [data.featureCount] + settings.hidden + [data.classCount]
        func network() -> LayeredNetwork { LayeredNetwork(widths, settings.nonlinearity, dtype: dtype) }
        switch self {
        case .backprop: return Backpropagation(network())
        case .shallow: return ShallowTraining(network())
        case .feedbackAlignment: return FeedbackAlignment(network())
        case .directFeedbackAlignment: return DirectFeedbackAlignment(network())
        case .signConcordantFeedback: return SignConcordantFeedback(network())
        case .predictiveCoding: return PredictiveCoding(network())
        case .fixedPredictions: return PredictiveCoding(network(), fixesPredictions: true)
        case .equilibriumPropagation:
            let network = LayeredNetwork(widths, settings.nonlinearity, coupling: 0.4, dtype: dtype)
            return EquilibriumPropagation(network)
        case .forwardForward:
            let widths = [data.featureCount + data.classCount] + settings.hidden
            return ForwardForward(LayeredNetwork(widths, .relu, dtype: dtype), classes: data.classCount)
        case .unsupervisedForwardForward:
            let hidden = LayeredNetwork([data.featureCount] + settings.hidden, .relu, dtype: dtype)
            return UnsupervisedForwardForward(hidden, classes: data.classCount, image: data.image)
        case .syntheticGradients: return SyntheticGradients(network(), seesLabels: true)
        case .unlabelledSyntheticGradients: return SyntheticGradients(network(), seesLabels: false)
        case .perceptron: return Perceptron(network())
        case .hillClimbing:
            let examples = data.trainingLabels.count
            return HillClimbing(
                network(), steps: settings.epochs * max(examples / min(settings.batchSize, examples), 1))
        case .evolutionStrategy: return EvolutionStrategy(network())
        case .naive: return NaiveDifferentiation(network())
        }
    }
}
