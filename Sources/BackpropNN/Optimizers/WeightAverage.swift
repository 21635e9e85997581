import Backprop
import BackpropFiles

/// The mean of the values that parameters had at several moments: of all of them (Izmailov et al., 2018), or with a decay one
/// that forgets (Polyak and Juditsky, 1992).
///
/// ```swift
/// let average = WeightAverage(model.parameters(), decay: 0.999)
/// ...
/// optimizer.step()
/// average.update()
/// ...
/// average.inUse { print(accuracy(of: model)) }
/// ```
public final class WeightAverage {
    public let parameters: [Parameter]
    /// The share of the past; nil for a mean of all values.
    public let decay: Double?
    /// Values taken into account.
    public private(set) var count = 0
    private let averages: [Buffer]

    public init(_ parameters: [Parameter], decay: Double? = nil) {
        require(decay.map { $0 >= 0 && $0 <= 1 } ?? true, "WeightAverage: the decay \(decay ?? 0) is not from 0 to 1")
        self.parameters = parameters
        self.decay = decay
        averages = parameters.map { Buffer($0.value.dtype == .bfloat16 ? $0.value.asType(.float32) : $0.value) }
    }

    /// The average of each parameter, in float32 for bfloat16; before the first update its value at the start.
    public var values: [Tensor] { averages.map(\.value) }

    /// Takes the present values into account.
    public func update() {
        let share = count == 0 ? 1 : decay.map { 1 - $0 } ?? 1 / Double(count + 1)
        count += 1
        withoutGradients {
            for (average, parameter) in zip(averages, parameters) {
                let old = average.value, new = parameter.value.asType(old.dtype)
                // A copy, since the parameter's own memory goes on to its next value.
                average.value = share == 1 ? new * 1 : old + (new - old) * share
            }
        }
        evaluateOrStop(values)
    }

    /// Runs `body` while the parameters have their averages as values.
    public func inUse<Result>(_ body: () throws -> Result) rethrows -> Result {
        let own = parameters.map(\.value)
        for (parameter, average) in zip(parameters, averages) {
            parameter.value = average.value.asType(parameter.value.dtype)
        }
        defer { for (parameter, value) in zip(parameters, own) { parameter.value = value } }
        return try body()
    }
}

extension WeightAverage: Resumable {
    /// The number of values taken into account, and the average of each parameter under its name.
    public var savedState: SavedState {
        let keys = parameters.savedKeys
        return SavedState(
            tensors: Dictionary(zip(keys, values.map(\.kept))) { first, _ in first },
            values: ["count": .integer(count), "parameters": .list(keys.map { .text($0) })])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    public func restore(_ state: SavedState) throws(DataError) {
        let (count, values) = try contents(of: state)
        self.count = count
        for (average, value) in zip(averages, values) { average.value = value }
        evaluateOrStop(self.values)
    }

    private func contents(of state: SavedState) throws(DataError) -> (count: Int, values: [Tensor]) {
        var reader = StateReader(state, of: "WeightAverage")
        let count = reader.integer("count", in: 0...Int.max), saved = reader.texts("parameters")
        var result: [Tensor] = []
        if let places = reader.places(of: parameters.savedKeys, in: saved) {
            result = zip(values, places).map { reader.tensor(saved[$1], like: $0) }
        } else {
            reader.ignoreRest()
        }
        try reader.finish()
        return (count, result)
    }
}
