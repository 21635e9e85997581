import Backprop
import BackpropData
import BackpropNN

/// A network on arrays, ready to be used.
package struct ArrayModel: Sendable {
    package internal(set) var configuration: ArrayConfiguration
    /// What holds the weights.
    package let network: ArrayNetwork

    /// Examples that are computed at a time.
    static let chunk = 128

    /// A network with new weights, drawn from the stream of the surrounding `withRandomSeed`.
    package init(_ configuration: ArrayConfiguration) {
        self.configuration = configuration
        network = ArrayNetwork(configuration)
    }

    /// What the network says about inputs [examples] + extents, in the dtype of the training data or another: shape
    /// [examples, classes] of probabilities, or [examples] of numbers in their own unit.
    ///
    /// What is said about one example does not depend on the others.
    ///
    /// - Throws: `TrainError` where the answers are no finite numbers.
    package func outputs(_ inputs: Tensor) throws(TrainError) -> [Double] {
        let examples = ArrayExamples(
            inputs: inputs, targets: .numbers([Double](repeating: 0, count: inputs.dim(0))))
        return try outputs(examples)
    }

    private func outputs(_ examples: ArrayExamples) throws(TrainError) -> [Double] {
        let rows = ArrayRows(examples, configuration.shape, scale: (0, 1))
        let isClassifier = !configuration.classNames.isEmpty
        var result: [Double] = []
        result.reserveCapacity(examples.count * configuration.outputs)
        for start in stride(from: 0, to: examples.count, by: Self.chunk) {
            // Always as many, so that an example meets the same kernels whatever else is asked.
            let places = (start..<(start + Self.chunk)).map { min($0, examples.count - 1) }
            result += network.evaluating {
                withoutGradients {
                    let answers = network(rows.inputs(places))
                    return (isClassifier ? softmax(answers / configuration.temperature) : answers)
                        .array(of: Double.self)
                }
            }
        }
        result.removeLast(result.count - examples.count * configuration.outputs)
        guard result.allSatisfy(\.isFinite) else {
            throw TrainError(
                .corrupt, at: "the network", "it gives numbers that are not finite",
                remedy: "train again with a lower learning rate")
        }
        if isClassifier { return result }
        return result.map { $0 * configuration.targetDeviation + configuration.targetMean }
    }

    /// Finds the temperature by examples that the network has not learnt from.
    mutating func settleTemperature(by examples: ArrayExamples) throws(TrainError) {
        configuration.temperature = 1
        guard case .classes(let labels) = examples.targets else { return }
        configuration.temperature = Temperature.fitted(to: try outputs(examples), labels: labels)
    }

    /// What the network says about examples whose truth is known.
    package func judgement(_ examples: ArrayExamples) throws(TrainError) -> Judgement {
        let outputs = try outputs(examples)
        switch examples.targets {
        case .classes(let labels):
            return .classes(
                names: configuration.classNames, probabilities: outputs.map(Float.init), labels: labels)
        case .numbers(let truth): return .numbers(predicted: outputs, truth: truth)
        }
    }
}
