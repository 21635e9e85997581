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

    /// PyTorch's NAdam keeps the product of its momenta in the default dtype, and its ASGD the length of its steps. Where that
    /// was float32, the recording is no more exact than they are.
    private var tolerance: Tolerance {
        let state = json["final_state"]?["0"]
        if let product = state?["mu_product"]?.double, Double(Float(product)) == product {
            return Tolerance(relative: 1e-8, absolute: 1e-10)
        }
        if let length = state?["eta"]?.double, Double(Float(length)) == length {
            return Tolerance(relative: 1e-7, absolute: 1e-7)
        }
        return .updates
    }

    func run() throws {
        guard let steps = json["params"]?.array else { throw Wrong("the case has no params") }
        guard steps.count <= problem.gradients.count else { throw Wrong("the case has more steps than gradients") }
        let parameters = problem.parameters()
        let options = OptimizerOptions(json["config"]?.object ?? [:])
        let optimizer = try recordedOptimizer(json["optimizer"]?.string ?? "", parameters, options)
        let tolerance = self.tolerance
        for (step, expected) in steps.enumerated() {
            for (index, parameter) in parameters.enumerated() {
                parameter.gradient = problem.gradient(step: step, parameter: index)
            }
            optimizer.step()
            for (index, parameter) in parameters.enumerated() {
                let reference = expected.array.flatMap { index < $0.count ? $0[index].doubles : nil } ?? []
                let values = parameter.value.numbers
                if let difference = tolerance.difference(values, reference, shape: parameter.shape) {
                    throw Wrong("parameter \(index) after step \(step + 1): \(difference)")
                }
            }
        }
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
