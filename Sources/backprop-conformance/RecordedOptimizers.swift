import Backprop
import BackpropNN

/// The optimizer that PyTorch calls so, with PyTorch's defaults.
func recordedOptimizer(
    _ name: String, _ parameters: [Parameter], _ options: OptimizerOptions
) throws -> Optimizer {
    guard let make = makers[name] else { throw Unsupported("no optimizer \(name)") }
    let optimizer = try make(parameters, options)
    optimizer.isMaximizing = try options.bool("maximize", false)
    // How it is computed.
    for name in ["foreach", "fused", "capturable", "differentiable"] { _ = options.value(name) }
    guard options.untaken.isEmpty else {
        throw Unsupported("no option for " + options.untaken.joined(separator: ", "))
    }
    return optimizer
}

private typealias Maker = @Sendable ([Parameter], OptimizerOptions) throws -> Optimizer

private let makers: [String: Maker] = [
    "SGD": { parameters, options in
        SGD(
            parameters, learningRate: try options.double("lr", 1e-3), momentum: try options.double("momentum", 0),
            dampening: try options.double("dampening", 0), weightDecay: try options.double("weight_decay", 0),
            nesterov: try options.bool("nesterov", false))
    },
    "Adam": { parameters, options in
        let isDecoupled = try options.bool("decoupled_weight_decay", false)
        return try adam(parameters, options, isDecoupled: isDecoupled, weightDecay: 0)
    },
    "AdamW": { parameters, options in
        _ = options.value("decoupled_weight_decay")
        return try adam(parameters, options, isDecoupled: true, weightDecay: 1e-2)
    },
    "NAdam": { parameters, options in
        NAdam(
            parameters, learningRate: try options.double("lr", 2e-3), betas: try options.pair("betas", (0.9, 0.999)),
            epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 0),
            momentumDecay: try options.double("momentum_decay", 4e-3),
            isDecoupled: try options.bool("decoupled_weight_decay", false))
    },
    "RAdam": { parameters, options in
        RAdam(
            parameters, learningRate: try options.double("lr", 1e-3), betas: try options.pair("betas", (0.9, 0.999)),
            epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 0),
            isDecoupled: try options.bool("decoupled_weight_decay", false))
    },
    "Adamax": { parameters, options in
        Adamax(
            parameters, learningRate: try options.double("lr", 2e-3), betas: try options.pair("betas", (0.9, 0.999)),
            epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 0))
    },
    "RMSprop": { parameters, options in
        RMSprop(
            parameters, learningRate: try options.double("lr", 1e-2), smoothing: try options.double("alpha", 0.99),
            epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 0),
            momentum: try options.double("momentum", 0), isCentered: try options.bool("centered", false))
    },
    "Adagrad": { parameters, options in
        Adagrad(
            parameters, learningRate: try options.double("lr", 1e-2), rateDecay: try options.double("lr_decay", 0),
            weightDecay: try options.double("weight_decay", 0),
            initialSum: try options.double("initial_accumulator_value", 0), epsilon: try options.double("eps", 1e-10))
    },
    "Adadelta": { parameters, options in
        Adadelta(
            parameters, learningRate: try options.double("lr", 1), smoothing: try options.double("rho", 0.9),
            epsilon: try options.double("eps", 1e-6), weightDecay: try options.double("weight_decay", 0))
    },
    "ASGD": { parameters, options in
        ASGD(
            parameters, learningRate: try options.double("lr", 1e-2), decay: try options.double("lambd", 1e-4),
            exponent: try options.double("alpha", 0.75), averagingStart: try options.double("t0", 1e6),
            weightDecay: try options.double("weight_decay", 0))
    },
    "Rprop": { parameters, options in
        let lengths = try options.pair("step_sizes", (1e-6, 50))
        return Rprop(
            parameters, learningRate: try options.double("lr", 1e-2), factors: try options.pair("etas", (0.5, 1.2)),
            lengths: lengths.0...max(lengths.0, lengths.1))
    },
    "Adafactor": { parameters, options in
        let epsilon = options.value("eps")?.array ?? []
        return Adafactor(
            parameters, learningRate: try options.double("lr", 1e-2),
            varianceDecay: try options.double("beta2_decay", -0.8),
            epsilon: (epsilon.first?.double, epsilon.last?.double ?? 1e-3), largestUpdate: try options.double("d", 1),
            weightDecay: try options.double("weight_decay", 0))
    },
    "Lion": { parameters, options in
        Lion(
            parameters, learningRate: try options.double("lr", 1e-4), betas: try options.pair("betas", (0.9, 0.99)),
            weightDecay: try options.double("weight_decay", 0))
    },
]

private func adam(
    _ parameters: [Parameter], _ options: OptimizerOptions, isDecoupled: Bool, weightDecay: Double
) throws -> Optimizer {
    let rate = try options.double("lr", 1e-3), betas = try options.pair("betas", (0.9, 0.999))
    let epsilon = try options.double("eps", 1e-8), decay = try options.double("weight_decay", weightDecay)
    let isAMSGrad = try options.bool("amsgrad", false)
    if isDecoupled {
        return AdamW(
            parameters, learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: decay, isAMSGrad: isAMSGrad)
    }
    return Adam(
        parameters, learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: decay, isAMSGrad: isAMSGrad)
}
