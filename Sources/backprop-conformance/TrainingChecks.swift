import Backprop
import BackpropNN

// The parts of optim.json beside trajectories and schedules.

/// Two parameters with options of their own, the second of which has no gradient at some steps.
struct GroupCheck {
    let problem: TrainingProblem
    let json: JSON

    func run() throws {
        guard let steps = json["params"]?.array, steps.count <= problem.gradients.count else {
            throw Wrong("the case has no params that fit")
        }
        let parameters = problem.parameters()
        let options = OptimizerOptions(json["config"]?.object ?? [:])
        let optimizer = try recordedOptimizer(json["optimizer"]?.string ?? "", [parameters[0]], options)
        let own = OptimizerOptions(json["group1"]?.object ?? [:])
        optimizer.addGroup(
            Array(parameters.dropFirst()), learningRate: try own.double("lr", optimizer.learningRate),
            weightDecay: try own.double("weight_decay", optimizer.weightDecay))
        guard own.untaken.isEmpty else {
            throw Unsupported("no option of a group for " + own.untaken.joined(separator: ", "))
        }
        let without = Set(json["group1_no_grad_steps"]?.ints ?? [])
        for (step, expected) in steps.enumerated() {
            for (index, parameter) in parameters.enumerated() where index == 0 || !without.contains(step) {
                parameter.gradient = problem.gradient(step: step, parameter: index)
            }
            optimizer.step()
            for (index, parameter) in parameters.enumerated() {
                let reference = expected.array.flatMap { index < $0.count ? $0[index].doubles : nil } ?? []
                let values = parameter.value.numbers
                if let difference = Tolerance.updates.difference(values, reference, shape: parameter.shape) {
                    throw Wrong("parameter \(index) after step \(step + 1): \(difference)")
                }
            }
        }
    }
}

/// Clipping of gradients by their norm or by value.
struct ClippingCheck {
    let problem: TrainingProblem
    let json: JSON

    func run() throws {
        let gradients = json["grads"]?.array?.map { $0.doubles ?? [] } ?? []
        let clipped = json["clipped"]?.array?.map { $0.doubles ?? [] } ?? []
        guard gradients.count == problem.shapes.count, clipped.count == gradients.count else {
            throw Wrong("the case has no gradients that fit")
        }
        let parameters = problem.parameters()
        for (index, parameter) in parameters.enumerated() {
            parameter.gradient = Tensor(gradients[index], shape: parameter.shape, dtype: .float64)
        }
        switch json["kind"]?.string {
        case "value": clipGradientValues(parameters, to: json["clip_value"]?.double ?? 0)
        case "norm":
            let order = json["norm_type"]?.double ?? (json["norm_type"]?.string == "inf" ? .infinity : 2)
            let total = clipGradientNorm(parameters, to: json["max_norm"]?.double ?? 0, order: order)
            try check(total.numbers, [json["total_norm"]?.double ?? .nan], "the norm")
        case let kind: throw Unsupported("no clipping by \(kind ?? "nothing")")
        }
        for (index, parameter) in parameters.enumerated() {
            try check(parameter.gradient?.numbers ?? [], clipped[index], "gradient \(index)")
        }
    }
}

/// Averages of weights.
struct AveragingCheck {
    let json: JSON

    func run() throws {
        let weights = json["weights"]?.array?.map { $0.doubles ?? [] } ?? []
        let averages = json["average"]?.array?.map { $0.doubles ?? [] } ?? []
        guard let first = weights.first, weights.count == averages.count else {
            throw Wrong("the case has no weights that fit")
        }
        let parameter = Parameter(Tensor(first, dtype: .float64))
        let average = WeightAverage([parameter], decay: json["decay"]?.double)
        for (step, values) in weights.enumerated() {
            parameter.value = Tensor(values, dtype: .float64)
            average.update()
            try check(average.values[0].numbers, averages[step], "the average after \(step + 1)")
        }
    }
}

/// The scale of losses over steps, some of which overflow.
struct LossScalerCheck {
    let json: JSON

    func run() throws {
        guard let overflow = json["overflow"]?.ints, let scales = json["scale_after"]?.doubles,
            let values = json["param_after"]?.array?.map({ $0.doubles ?? [] }), overflow.count == scales.count,
            values.count == scales.count
        else { throw Wrong("the case has no steps that fit") }
        let scaler = LossScaler(
            scale: json["init_scale"]?.double ?? 65_536, growth: json["growth_factor"]?.double ?? 2,
            backoff: json["backoff_factor"]?.double ?? 0.5, interval: json["growth_interval"]?.int ?? 2000)
        let parameter = Parameter(Tensor([0.0, 0], dtype: .float64))
        let optimizer = SGD([parameter], learningRate: json["sgd_lr"]?.double ?? 1)
        for step in overflow.indices {
            let slope = Tensor([1, overflow[step] == 0 ? Double(step) : .infinity], dtype: .float64)
            scaler.scaled((parameter.value * slope).sum()).backward()
            scaler.step(optimizer)
            try check([scaler.scale], [scales[step]], "the scale after step \(step + 1)")
            try check(parameter.value.numbers, values[step], "the parameter after step \(step + 1)")
        }
    }
}

/// Steps of the quasi-Newton method on the valley of Rosenbrock (1960).
struct LBFGSCheck {
    let json: JSON

    func run() throws {
        guard json["objective"]?.string?.hasPrefix("rosenbrock") == true, let steps = json["steps"]?.array else {
            throw Unsupported("another objective than that of Rosenbrock")
        }
        let options = OptimizerOptions(json["config"]?.object ?? [:])
        let iterations = try options.int("max_iter", 20)
        let parameter = Parameter(Tensor([-1.2, 1], dtype: .float64))
        let optimizer = LBFGS(
            [parameter], learningRate: try options.double("lr", 1), iterations: iterations,
            evaluations: try options.int("max_eval", iterations * 5 / 4),
            gradientTolerance: try options.double("tolerance_grad", 1e-7),
            changeTolerance: try options.double("tolerance_change", 1e-9),
            historySize: try options.int("history_size", 100),
            lineSearch: try options.string("line_search_fn", "") == "strong_wolfe" ? .strongWolfe : .fixed)
        guard options.untaken.isEmpty else {
            throw Unsupported("no option for " + options.untaken.joined(separator: ", "))
        }
        // Rounding grows from step to step.
        let tolerance = Tolerance.operators
        for (step, expected) in steps.enumerated() {
            let loss = optimizer.step {
                let x = parameter.value.narrowed(axis: 0, 0..<1), y = parameter.value.narrowed(axis: 0, 1..<2)
                return (square(1 - x) + 100 * square(y - square(x))).sum()
            }
            let losses = [expected["loss_before"]?.double ?? .nan], places = expected["x"]?.doubles ?? []
            if let difference = tolerance.difference([loss], losses, shape: [1]) {
                throw Wrong("the loss before step \(step + 1): \(difference)")
            }
            if let difference = tolerance.difference(parameter.value.numbers, places, shape: [2]) {
                throw Wrong("the place after step \(step + 1): \(difference)")
            }
        }
    }
}

private func check(_ found: [Double], _ expected: [Double], _ what: String) throws {
    if let difference = Tolerance.updates.difference(found, expected, shape: [expected.count]) {
        throw Wrong("\(what): \(difference)")
    }
}
