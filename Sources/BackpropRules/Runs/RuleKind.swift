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
        }
    }
}
