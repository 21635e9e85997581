import Backprop

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
        }
    }

    /// What suits it.
    public var settings: RuleSettings {
        switch self {
        case .equilibriumPropagation: RuleSettings(nonlinearity: .tanh)
        default: RuleSettings()
        }
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
        case .equilibriumPropagation: return EquilibriumPropagation(network())
        case .forwardForward:
            let widths = [data.featureCount + data.classCount] + settings.hidden
            return ForwardForward(LayeredNetwork(widths, .relu, dtype: dtype), classes: data.classCount)
        case .unsupervisedForwardForward:
            let hidden = LayeredNetwork([data.featureCount] + settings.hidden, .relu, dtype: dtype)
            return UnsupervisedForwardForward(hidden, classes: data.classCount, image: data.image)
        case .syntheticGradients: return SyntheticGradients(network(), seesLabels: true)
        case .unlabelledSyntheticGradients: return SyntheticGradients(network(), seesLabels: false)
        }
    }
}
