import Backprop

/// What an optimizer is made of: parameters, and groups of them.
public protocol OptimizedParameters: Sendable {
    /// The parameters, with what is meant for them alone.
    var group: ParameterGroup { get }
}

/// Parameters with a learning rate and a weight decay of their own, those of the optimizer where left out.
///
/// ```swift
/// let optimizer = AdamW(
///     [
///         ParameterGroup(model.body.parameters(), learningRate: 1e-5),
///         ParameterGroup(model.head.parameters(), weightDecay: 0),
///     ], learningRate: 1e-3)
/// ```
public struct ParameterGroup: OptimizedParameters {
    public let parameters: [Parameter]
    public let learningRate: Double?
    public let weightDecay: Double?

    public init(_ parameters: [Parameter], learningRate: Double? = nil, weightDecay: Double? = nil) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }

    public var group: ParameterGroup { self }

    /// The groups of an optimizer: those that are given, and one of each run of single parameters between them.
    static func gathered(_ parts: [any OptimizedParameters]) -> [ParameterGroup] {
        var groups: [ParameterGroup] = []
        var single: [Parameter] = []
        func finish() {
            if !single.isEmpty { groups.append(ParameterGroup(single)) }
            single = []
        }
        for part in parts {
            if let parameter = part as? Parameter {
                single.append(parameter)
            } else {
                finish()
                groups.append(part.group)
            }
        }
        finish()
        return groups.isEmpty ? [ParameterGroup([])] : groups
    }
}

extension Parameter: OptimizedParameters {
    public var group: ParameterGroup { ParameterGroup([self]) }
}
