import Backprop

/// What an optimizer says to a training loop in which something has been forgotten, each once.
struct StepAdvice {
    /// Backward passes of the program, before the optimizer was made and at its last step.
    private var passes = EngineCounters.backwardPasses
    /// Whether gradients have been forgotten since.
    var hasForgotten = false
    private var hasReportedIdleStep = false
    private var hasReportedEvaluation = false

    /// The gradients of the last step are used up.
    mutating func endStep() {
        passes = EngineCounters.backwardPasses
        hasForgotten = false
    }

    /// No parameter has a gradient. At the first step, without any backward pass, that cannot be meant.
    mutating func reportIdleStep(of optimizer: Optimizer, file: StaticString, line: UInt) {
        if optimizer.parameters.isEmpty { return }
        let name = "\(typeName(of: optimizer)).step"
        let isFrozen = !optimizer.parameters.contains { $0.isTrainable }
        let hasNoPass = EngineCounters.backwardPasses == passes
        require(
            isFrozen || !hasNoPass || optimizer.stepCount > 1,
            "\(name): no parameter has a gradient; call backward() of the loss before step()", file: file, line: line)
        if hasReportedIdleStep { return }
        hasReportedIdleStep = true
        let reason =
            if isFrozen {
                "all parameters are frozen; unfreeze() the model, or a part of it"
            } else if hasNoPass {
                "backward() has not been called since the last step; a loss is recorded and differentiated anew for each step"
            } else if hasForgotten {
                "zeroGradients() came after backward(); call it before, or not at all: step() uses gradients up"
            } else {
                "the loss that backward() was called of was computed from none of the \(optimizer.parameters.count) parameters of this optimizer; make it from the parameters() of the model that computes the loss"
            }
        Warnings.print("\(file):\(line): \(name): no parameter has a gradient, so nothing moves: \(reason)")
    }

    /// After the first step: the parameters that the loss was not computed from.
    mutating func reportUnreached(of optimizer: Optimizer) {
        let unreached = optimizer.parameters.indices.filter { index in
            let parameter = optimizer.parameters[index]
            return optimizer.updateCounts[index] == 0 && parameter.isTrainable && parameter.dtype.isFloatingPoint
        }
        if unreached.isEmpty { return }
        let names = unreached.prefix(8).map { index in
            let parameter = optimizer.parameters[index]
            return parameter.name ?? "number \(index) of shape \(parameter.shape)"
        }
        let rest = unreached.count > names.count ? " and \(unreached.count - names.count) more" : ""
        Warnings.print(
            "\(typeName(of: optimizer)).step: the loss does not depend on \(names.joined(separator: ", "))\(rest); use them in the forward pass, or freeze() them"
        )
    }

    /// All layers that behave differently in use do so.
    mutating func reportEvaluation(of optimizer: Optimizer) {
        if hasReportedEvaluation { return }
        hasReportedEvaluation = true
        Warnings.print(
            "\(typeName(of: optimizer)).step: the model is trained in eval mode: no dropout, and no batch statistics; call train() after eval()"
        )
    }
}
