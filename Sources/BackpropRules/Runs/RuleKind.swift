import Backprop

/// The rules by name.
public enum RuleKind: String, Sendable, CaseIterable, Codable {
    case backprop
    case shallow
    case feedbackAlignment = "fa"

    /// One line: what it does in the place of backpropagation.
    public var summary: String {
        switch self {
        case .backprop: "the yardstick: the mistake goes back through the weights"
        case .shallow: "the floor: only the last layer learns"
        case .feedbackAlignment: "the mistake goes back through fixed random matrices"
        }
    }

    /// Where it comes from.
    public var source: String {
        switch self {
        case .backprop: "Rumelhart, Hinton, Williams, 1986"
        case .shallow: "Huang, Zhu, Siew, 2006"
        case .feedbackAlignment: "Lillicrap et al., 2016"
        }
    }

    /// What suits it.
    public var settings: RuleSettings {
        switch self {
        case .backprop: RuleSettings()
        case .shallow: RuleSettings()
        case .feedbackAlignment: RuleSettings()
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
        }
    }
}
