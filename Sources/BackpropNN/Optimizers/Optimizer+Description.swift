import Backprop

extension Optimizer: CustomStringConvertible {
    /// The rule with its options, the steps done, and the groups of parameters.
    ///
    ///     AdamW(betas: (0.9, 0.999), epsilon: 1e-08, isAMSGrad: false), 0 steps
    ///       group 0: 4 parameters of 407,050 numbers, learning rate 0.001, weight decay 0.01
    public var description: String {
        var options: [String] = []
        var mirror: Mirror? = Mirror(reflecting: self)
        while let level = mirror, level.subjectType != Optimizer.self {
            let own = level.children.compactMap { child -> String? in
                guard let label = child.label, let text = optionText(child.value) else { return nil }
                return "\(label): \(text)"
            }
            options = own + options
            mirror = level.superclassMirror
        }
        if isMaximizing { options.append("isMaximizing: true") }
        let rule = typeName(of: self) + (options.isEmpty ? "" : "(\(options.joined(separator: ", ")))")
        let lines = groups.enumerated().map { number, group -> String in
            let members = parameters[group.positions]
            let count = members.reduce(0) { $0 + $1.value.size }
            let start = "  group \(number): \(members.count) parameters of \(grouped(count)) numbers"
            return "\(start), learning rate \(group.learningRate), weight decay \(group.weightDecay)"
        }
        return (["\(rule), \(stepCount) steps"] + lines).joined(separator: "\n")
    }
}

extension LBFGS: CustomStringConvertible {
    /// The rule with its options, and the parameters.
    public var description: String {
        let count = parameters.reduce(0) { $0 + $1.value.size }
        return """
            LBFGS(learningRate: \(learningRate), iterations: \(iterations), evaluations: \(evaluations), \
            gradientTolerance: \(gradientTolerance), changeTolerance: \(changeTolerance), historySize: \(historySize), \
            lineSearch: .\(lineSearch))
              \(parameters.count) parameters of \(grouped(count)) numbers
            """
    }
}
