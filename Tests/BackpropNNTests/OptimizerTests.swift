import Backprop
import BackpropNN
import Foundation
import Testing

/// Optimizers against plain loops and against recorded trajectories.
@Suite struct OptimizerTests {
    private static let initial: [Double] = [0.5, -1.25, 0.0, 2.0, 1e-3]

    /// The gradient of a step: with a zero entry, a step of zeros and a spike.
    private static func gradient(_ step: Int) -> [Double] {
        if step == 4 { return [0, 0, 0, 0, 0] }
        let scale = step == 6 ? 1e3 : 1.0
        return [0, 1, 2, 3, 4].map { $0 == 2 ? 0 : scale * sin(Double(step) * 1.7 + $0) }
    }

    private func trajectory(_ optimizer: Optimizer, _ parameter: Parameter, steps: Int) -> [[Double]] {
        (1...steps).map { step in
            parameter.gradient = Tensor(OptimizerTests.gradient(step), dtype: .float64)
            optimizer.step()
            return parameter.value.array(of: Double.self)
        }
    }

    private func expectEqual(_ found: [Double], _ expected: [Double], _ comment: String) {
        #expect(found.count == expected.count)
        for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 1e-12 * max(1, abs(y)), "\(comment)") }
    }

    struct SGDOptions: Sendable {
        var momentum = 0.0, dampening = 0.0, weightDecay = 0.0
        var nesterov = false
    }

    @Test(arguments: [
        SGDOptions(), SGDOptions(weightDecay: 0.1), SGDOptions(momentum: 0.9),
        SGDOptions(momentum: 0.9, dampening: 0.3),
        SGDOptions(momentum: 0.8, weightDecay: 0.05), SGDOptions(momentum: 0.9, nesterov: true),
        SGDOptions(momentum: 0.9, weightDecay: 0.2, nesterov: true),
    ])
    func sgd(_ options: SGDOptions) {
        let parameter = Parameter(Tensor(OptimizerTests.initial, dtype: .float64))
        let optimizer = SGD(
            [parameter], learningRate: 0.05, momentum: options.momentum, dampening: options.dampening,
            weightDecay: options.weightDecay, nesterov: options.nesterov)
        let found = trajectory(optimizer, parameter, steps: 10)
        var weights = OptimizerTests.initial
        var velocity = [Double](repeating: 0, count: weights.count)
        for step in 1...10 {
            for (index, slope) in OptimizerTests.gradient(step).enumerated() {
                var direction = slope + options.weightDecay * weights[index]
                if options.momentum != 0 {
                    let share = step == 1 ? direction : (1 - options.dampening) * direction
                    velocity[index] = options.momentum * velocity[index] + share
                    direction = options.nesterov ? direction + options.momentum * velocity[index] : velocity[index]
                }
                weights[index] -= 0.05 * direction
            }
            expectEqual(found[step - 1], weights, "\(options), step \(step)")
        }
    }

    @Test(arguments: [false, true], [0.0, 0.1])
    func adam(isDecoupled: Bool, weightDecay: Double) {
        let parameter = Parameter(Tensor(OptimizerTests.initial, dtype: .float64))
        let optimizer: Optimizer =
            isDecoupled
            ? AdamW([parameter], learningRate: 0.02, betas: (0.8, 0.99), epsilon: 1e-7, weightDecay: weightDecay)
            : Adam([parameter], learningRate: 0.02, betas: (0.8, 0.99), epsilon: 1e-7, weightDecay: weightDecay)
        let found = trajectory(optimizer, parameter, steps: 12)
        var weights = OptimizerTests.initial
        var mean = [Double](repeating: 0, count: 5), square = mean
        for step in 1...12 {
            for (index, slope) in OptimizerTests.gradient(step).enumerated() {
                var slope = slope
                if isDecoupled {
                    weights[index] *= 1 - 0.02 * weightDecay
                } else {
                    slope += weightDecay * weights[index]
                }
                mean[index] = 0.8 * mean[index] + 0.2 * slope
                square[index] = 0.99 * square[index] + 0.01 * slope * slope
                let corrected = mean[index] / (1 - pow(0.8, Double(step)))
                let scale = (square[index] / (1 - pow(0.99, Double(step)))).squareRoot() + 1e-7
                weights[index] -= 0.02 * corrected / scale
            }
            expectEqual(found[step - 1], weights, "\(isDecoupled), \(weightDecay), step \(step)")
        }
    }

    // MARK: Recorded trajectories

    private struct Recording: Decodable {
        struct Trajectory: Decodable {
            struct Options: Decodable {
                var lr: Double
                var momentum, dampening, weight_decay, eps: Double?
                var betas: [Double]?
                var nesterov, amsgrad, maximize: Bool?
            }
            var optimizer: String
            var all_options: Options
            var params: [[[Double]]]
        }
        var shapes: [[Int]]
        var initial: [[Double]]
        var gradients: [[[Double]]]
        var trajectories: [Trajectory]
    }

    private static let recording: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "../shared/conformance/optim.json").standardized
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }()

    @Test(.enabled(if: OptimizerTests.recording != nil, "the recorded trajectories are not beside the package"))
    func recordedTrajectories() throws {
        let recording = try JSONDecoder().decode(
            Recording.self, from: Data(contentsOf: try #require(OptimizerTests.recording)))
        var compared = 0
        for trajectory in recording.trajectories {
            let options = trajectory.all_options
            if options.amsgrad == true || options.maximize == true { continue }
            let parameters = zip(recording.initial, recording.shapes).map {
                Parameter(Tensor($0, shape: $1, dtype: .float64))
            }
            let betas = options.betas.map { ($0[0], $0[1]) } ?? (0.9, 0.999)
            let optimizer: Optimizer
            switch trajectory.optimizer {
            case "SGD":
                optimizer = SGD(
                    parameters, learningRate: options.lr, momentum: options.momentum ?? 0,
                    dampening: options.dampening ?? 0, weightDecay: options.weight_decay ?? 0,
                    nesterov: options.nesterov ?? false)
            case "Adam":
                optimizer = Adam(
                    parameters, learningRate: options.lr, betas: betas, epsilon: options.eps ?? 1e-8,
                    weightDecay: options.weight_decay ?? 0)
            case "AdamW":
                optimizer = AdamW(
                    parameters, learningRate: options.lr, betas: betas, epsilon: options.eps ?? 1e-8,
                    weightDecay: options.weight_decay ?? 0)
            default: continue
            }
            for (step, gradients) in recording.gradients.enumerated() {
                for (index, gradient) in gradients.enumerated() {
                    parameters[index].gradient = Tensor(gradient, shape: recording.shapes[index], dtype: .float64)
                }
                optimizer.step()
                for (index, expected) in trajectory.params[step].enumerated() {
                    let name = "\(trajectory.optimizer), parameter \(index), step \(step + 1)"
                    expectEqual(parameters[index].value.array(of: Double.self), expected, name)
                }
            }
            compared += 1
        }
        #expect(compared > 0)
    }

    @Test func parametersWithoutAGradientStay() {
        let used = Parameter(Tensor([1.0], dtype: .float64)), unused = Parameter(Tensor([5.0], dtype: .float64))
        let optimizer = Adam([used, unused], learningRate: 0.1)
        square(used.value).sum().backward()
        optimizer.step()
        #expect(unused.value.item() == 5)
        #expect(used.value.item() < 1)
        #expect(used.gradient == nil)
    }

    @Test func zeroGradientsForgetsThem() {
        let weight = Parameter(Tensor([1.0], dtype: .float64))
        let optimizer = SGD([weight], learningRate: 0.1)
        square(weight.value).sum().backward()
        optimizer.zeroGradients()
        optimizer.step()
        #expect(weight.value.item() == 1)
    }

    @Test func theLearningRateMayChange() {
        let weight = Parameter(Tensor([1.0], dtype: .float64))
        let optimizer = SGD([weight], learningRate: 1)
        for rate in [1.0, 0.5, 0.25] {
            optimizer.learningRate = rate
            weight.value.sum().backward()
            optimizer.step()
        }
        #expect(weight.value.item() == 1 - 1.75)
    }
}
