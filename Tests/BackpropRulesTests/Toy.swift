import Backprop
import BackpropRules

/// Small problems.
enum Toy {
    /// Random inputs with random classes, from the surrounding stream.
    static func batch(features: Int, classes: Int, count: Int = 12, dtype: DType = .float64) -> RuleBatch {
        let labels = (0..<count).map { Int32($0 * 7 % classes) }
        let inputs = Tensor.normal([count, features], dtype: dtype)
        try! evaluate(inputs)
        return RuleBatch(inputs: inputs, labels: Tensor(labels))
    }

    /// The length of the difference beside that of the second one.
    static func distance(_ a: Tensor, _ b: Tensor) -> Double {
        let difference: Double = (((a - b) * (a - b)).sum() / (b * b).sum()).sqrt().item()
        return difference
    }
}
