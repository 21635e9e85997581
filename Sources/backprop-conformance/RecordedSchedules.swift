import Backprop
import BackpropNN

/// Compares the learning rates of a schedule with the recorded ones.
struct ScheduleCheck {
    private let json: JSON

    init(_ json: JSON) { self.json = json }

    func run() throws {
        guard let rates = json["lr"]?.doubles, let base = json["base_lr"]?.double else {
            throw Wrong("the case has no rates")
        }
        let name = json["scheduler"]?.string ?? "", options = OptimizerOptions(json["config"]?.object ?? [:])
        let optimizer = SGD([], learningRate: base)
        var found: [Double]
        if name == "ReduceLROnPlateau" {
            let scheduler = try plateau(optimizer, options)
            try requireNothingUntaken(options)
            found = [optimizer.learningRate]
            for measure in json["metric"]?.doubles ?? [] {
                scheduler.step(measure)
                found.append(optimizer.learningRate)
            }
        } else {
            let scheduler = Scheduler(optimizer, try Self.schedule(name, options, base: base))
            try requireNothingUntaken(options)
            found = [optimizer.learningRate]
            for _ in rates.dropFirst() {
                scheduler.step()
                found.append(optimizer.learningRate)
            }
        }
        if let difference = Tolerance.updates.difference(found, rates, shape: [rates.count]) {
            throw Wrong("rates: \(difference)")
        }
    }

    private func requireNothingUntaken(_ options: OptimizerOptions) throws {
        guard options.untaken.isEmpty else {
            throw Unsupported("no option for " + options.untaken.joined(separator: ", "))
        }
    }

    private func plateau(_ optimizer: Optimizer, _ options: OptimizerOptions) throws -> PlateauScheduler {
        let amount = try options.double("threshold", 1e-4)
        let isAbsolute = try options.string("threshold_mode", "rel") == "abs"
        return PlateauScheduler(
            optimizer, goal: try options.string("mode", "min") == "max" ? .higher : .lower,
            factor: try options.double("factor", 0.1), patience: try options.int("patience", 10),
            threshold: isAbsolute ? .absolute(amount) : .relative(amount),
            cooldown: try options.int("cooldown", 0), minimumRate: try options.double("min_lr", 0),
            smallestChange: try options.double("eps", 1e-8))
    }

    /// The schedule that PyTorch calls so, with PyTorch's defaults.
    private static func schedule(
        _ name: String, _ options: OptimizerOptions, base: Double
    ) throws -> LearningRateSchedule {
        switch name {
        case "ConstantLR":
            return .constant(
                factor: try options.double("factor", 1.0 / 3), steps: try options.int("total_iters", 5))
        case "StepLR":
            return .stepwise(every: try options.int("step_size", 1), factor: try options.double("gamma", 0.1))
        case "MultiStepLR":
            let steps = try options.doubles("milestones", []).map { Int($0) }
            return .stepwise(at: steps, factor: try options.double("gamma", 0.1))
        case "ExponentialLR": return .exponential(factor: try options.double("gamma", 0.1))
        case "LinearLR":
            return .linear(
                from: try options.double("start_factor", 1.0 / 3), to: try options.double("end_factor", 1),
                steps: try options.int("total_iters", 5))
        case "PolynomialLR":
            return .polynomial(
                steps: try options.int("total_iters", 5), power: try options.double("power", 1))
        case "CosineAnnealingLR":
            return .cosine(steps: try options.int("T_max", 1), minimum: try options.double("eta_min", 0))
        case "CosineAnnealingWarmRestarts":
            return .cosineWithRestarts(
                first: try options.int("T_0", 1), growth: try options.int("T_mult", 1),
                minimum: try options.double("eta_min", 0))
        case "OneCycleLR": return try oneCycle(options)
        case "CyclicLR": return try cyclic(options)
        case "SequentialLR": return try sequence(options, base: base)
        case "ChainedScheduler": return try chain(options, base: base)
        default: throw Unsupported("no schedule \(name)")
        }
    }

    private static func oneCycle(_ options: OptimizerOptions) throws -> LearningRateSchedule {
        ignoreMomentum(options)
        var steps = try options.int("total_steps", 0)
        let epochs = try options.int("epochs", 0), perEpoch = try options.int("steps_per_epoch", 0)
        if steps == 0 { steps = epochs * perEpoch }
        return .oneCycle(
            peak: try options.double("max_lr", 0), steps: steps, rise: try options.double("pct_start", 0.3),
            transition: try options.string("anneal_strategy", "cos") == "cos" ? .cosine : .linear,
            startDivisor: try options.double("div_factor", 25), endDivisor: try options.double("final_div_factor", 1e4),
            isSymmetric: try options.bool("three_phase", false))
    }

    private static func cyclic(_ options: OptimizerOptions) throws -> LearningRateSchedule {
        ignoreMomentum(options)
        let gamma = try options.double("gamma", 1)
        let height: LearningRateSchedule.CycleHeight =
            switch try options.string("mode", "triangular") {
            case "triangular": .constant
            case "triangular2": .halved
            case "exp_range": .decaying(gamma)
            case let mode: throw Unsupported("mode = '\(mode)'")
            }
        let rise = try options.int("step_size_up", 2000)
        return .cyclic(
            from: try options.double("base_lr", 0), to: try options.double("max_lr", 0), rise: rise,
            fall: try options.int("step_size_down", rise), height: height)
    }

    /// The rates alone are compared.
    private static func ignoreMomentum(_ options: OptimizerOptions) {
        for name in ["cycle_momentum", "base_momentum", "max_momentum"] { _ = options.value(name) }
    }

    private static func sequence(_ options: OptimizerOptions, base: Double) throws -> LearningRateSchedule {
        let parts = try parts(options, base: base)
        let milestones = try options.doubles("milestones", []).map { Int($0) }
        guard parts.count == milestones.count + 1 else { throw Unsupported("milestones that do not fit") }
        // From the last to the first, each with the steps that are left to it.
        var schedule = parts[parts.count - 1]
        for index in milestones.indices.reversed() {
            let begin = index == 0 ? 0 : milestones[index - 1]
            schedule = parts[index].followed(after: milestones[index] - begin, by: schedule)
        }
        return schedule
    }

    private static func chain(_ options: OptimizerOptions, base: Double) throws -> LearningRateSchedule {
        let parts = try parts(options, base: base)
        guard let first = parts.first else { throw Unsupported("a chain of nothing") }
        return parts.dropFirst().reduce(first) { $0.times($1) }
    }

    private static func parts(_ options: OptimizerOptions, base: Double) throws -> [LearningRateSchedule] {
        guard let list = options.value("schedulers")?.array else { throw Unsupported("no list of schedulers") }
        return try list.map { part in
            let pair = part.array ?? []
            let name = part["scheduler"]?.string ?? part["name"]?.string ?? pair.first?.string ?? ""
            let config = part["config"]?.object ?? pair.last?.object ?? [:]
            let options = OptimizerOptions(config)
            let schedule = try schedule(name, options, base: base)
            guard options.untaken.isEmpty else {
                throw Unsupported("no option for " + options.untaken.joined(separator: ", "))
            }
            return schedule
        }
    }
}
