import Backprop

@testable import BackpropRules

/// Small problems.
enum Toy {
    /// Random inputs with random classes, from the surrounding stream.
    static func batch(features: Int, classes: Int, count: Int = 12, dtype: DType = .float64) -> RuleBatch {
        let labels = (0..<count).map { Int32($0 * 7 % classes) }
        let inputs = Tensor.normal([count, features], dtype: dtype)
        evaluateAll([inputs])
        return RuleBatch(inputs: inputs, labels: Tensor(labels))
    }

    /// Three clouds of points in eight dimensions that overlap a little.
    static let data: RuleData = withRandomSeed(7) {
        let labels = (0..<300).map { Int32($0 % 3) }
        let middles = Tensor.normal([3, 8]) * 1.2
        let points = middles.take(Tensor(labels)) + Tensor.normal([300, 8])
        evaluateAll([points])
        return RuleData(
            name: "clouds", training: points[0..<200] * 1, trainingLabels: Array(labels[..<200]),
            test: points[200..<300] * 1, testLabels: Array(labels[200...]), classCount: 3)
    }

    static func settings(_ kind: RuleKind) -> RuleSettings {
        var settings = kind.settings
        settings.hidden = settings.hidden.map { _ in kind == .naive ? 4 : 16 }
        settings.epochs = kind == .hillClimbing ? 200 : kind == .perceptron ? 4 : 10
        settings.batchSize = min(settings.batchSize, kind == .hillClimbing ? 200 : 20)
        if kind != .perceptron, kind != .hillClimbing { settings.learningRate = 0.01 }
        return settings
    }

    /// The length of the difference beside that of the second one.
    static func distance(_ a: Tensor, _ b: Tensor) -> Double {
        (((a - b) * (a - b)).sum() / (b * b).sum()).sqrt().asType(.float64).item()
    }
}
