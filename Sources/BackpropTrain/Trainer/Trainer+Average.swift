import Backprop
import BackpropNN

extension Trainer {
    /// Runs `body` with the averages of the weights, where there are any.
    func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let average else { return try body() }
        return try average.inUse(body)
    }

    /// Makes the averages the weights, where there are any.
    func adoptAverage() {
        guard let average else { return }
        for (parameter, value) in zip(average.parameters, average.values) {
            parameter.value = value.asType(parameter.dtype)
        }
    }
}
