import Backprop
import BackpropNN

/// Runs an optimizer over the recorded gradients and compares the parameters after every step.
struct TrajectoryCheck {
    private let problem: TrainingProblem
    private let json: JSON

    init(_ problem: TrainingProblem, _ json: JSON) {
        self.problem = problem
        self.json = json
    }

    func run() throws {
        guard let steps = json["params"]?.array else { throw Wrong("the case has no params") }
        guard steps.count <= problem.gradients.count else { throw Wrong("the case has more steps than gradients") }
        let parameters = problem.parameters()
        let options = OptimizerOptions(json["config"]?.object ?? [:])
        let optimizer = try Self.optimizer(json["optimizer"]?.string ?? "", parameters, options)
        for (step, expected) in steps.enumerated() {
            for (index, parameter) in parameters.enumerated() {
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

    private static func optimizer(
        _ name: String, _ parameters: [Parameter], _ options: OptimizerOptions
    ) throws -> Optimizer {
        let optimizer: Optimizer
        switch name {
        case "SGD":
            optimizer = SGD(
                parameters, learningRate: try options.double("lr", 1e-3), momentum: try options.double("momentum", 0),
                dampening: try options.double("dampening", 0), weightDecay: try options.double("weight_decay", 0),
                nesterov: try options.bool("nesterov", false))
        case "Adam":
            optimizer = Adam(
                parameters, learningRate: try options.double("lr", 1e-3),
                betas: try options.pair("betas", (0.9, 0.999)),
                epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 0))
        case "AdamW":
            optimizer = AdamW(
                parameters, learningRate: try options.double("lr", 1e-3),
                betas: try options.pair("betas", (0.9, 0.999)),
                epsilon: try options.double("eps", 1e-8), weightDecay: try options.double("weight_decay", 1e-2))
        default: throw Unsupported("no optimizer \(name)")
        }
        guard options.untaken.isEmpty else {
            throw Unsupported("no option for " + options.untaken.joined(separator: ", "))
        }
        return optimizer
    }
}

/// The options of an optimizer or a schedule as PyTorch names them; remembers which were asked for.
final class OptimizerOptions {
    private let values: [String: JSON]
    private var taken: Set<String> = []

    init(_ values: [String: JSON]) { self.values = values }

    /// Options that were given and not asked for, sorted.
    var untaken: [String] { values.keys.filter { !taken.contains($0) }.sorted() }

    func value(_ name: String) -> JSON? {
        taken.insert(name)
        return values[name]
    }

    func double(_ name: String, _ fallback: Double) throws -> Double {
        guard let value = value(name) else { return fallback }
        guard let number = value.double else { throw Unsupported("\(name) is no number") }
        return number
    }

    func int(_ name: String, _ fallback: Int) throws -> Int {
        guard let value = value(name) else { return fallback }
        guard let number = value.int else { throw Unsupported("\(name) is no whole number") }
        return number
    }

    func bool(_ name: String, _ fallback: Bool) throws -> Bool {
        guard let value = value(name) else { return fallback }
        guard let flag = value.bool else { throw Unsupported("\(name) is neither true nor false") }
        return flag
    }

    func string(_ name: String, _ fallback: String) throws -> String {
        guard let value = value(name) else { return fallback }
        guard let text = value.string else { throw Unsupported("\(name) is no word") }
        return text
    }

    func doubles(_ name: String, _ fallback: [Double]) throws -> [Double] {
        guard let value = value(name) else { return fallback }
        guard let numbers = value.doubles else { throw Unsupported("\(name) is no list of numbers") }
        return numbers
    }

    func pair(_ name: String, _ fallback: (Double, Double)) throws -> (Double, Double) {
        let numbers = try doubles(name, [fallback.0, fallback.1])
        guard numbers.count == 2 else { throw Unsupported("\(name) are not two numbers") }
        return (numbers[0], numbers[1])
    }
}
