import Backprop
import BackpropData

/// The named tensors that a metric counts in: they are computed together with the step that they are recorded in.
final class MetricCounters {
    /// A name, the dtype and the extents.
    typealias Counter = (name: String, dtype: DType, shape: [Int])

    private let counters: [Counter]
    private let cells: [Buffer]
    /// Updates since the counters were last seen in memory.
    private var recorded = 0
    /// More batches than a backward pass starts from: gradients that add up over batches are computed from the second on.
    private static let longestRecording = 8

    /// Zeros, all of them.
    init(_ counters: Counter...) {
        self.counters = counters
        cells = counters.map { Buffer(Self.zeros($0)) }
        reset()
    }

    /// In memory from the start, so that the first step has the same plan as all others.
    private static func zeros(_ counter: Counter) -> Tensor {
        Tensor(shape: counter.shape, dtype: counter.dtype) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }

    func reset() {
        for (cell, counter) in zip(cells, counters) { cell.restore(Self.zeros(counter)) }
        recorded = 0
    }

    /// Records new values, which `body` makes of the present ones without gradients.
    func update(_ body: ([Tensor]) -> [Tensor]) {
        computeEarlierBatches()
        withoutGradients {
            for (cell, value) in zip(cells, body(cells.map(\.value))) { cell.value = value }
        }
    }

    /// Records sums of the counters and one term each, which `terms` records without gradients.
    func add(_ terms: () -> [Tensor]) { update { old in zip(old, terms()).map { $0 + $1 } } }

    /// Without a backward pass nobody would compute one batch before the next: a whole epoch would become one graph.
    private func computeEarlierBatches() {
        if cells.allSatisfy(\.isComputed) { recorded = 0 }
        if recorded > 0, !gradientsAreOn || recorded >= Self.longestRecording {
            evaluateOrStop(cells.map(\.value))
            recorded = 0
        }
        recorded += 1
    }

    /// The values now. Computes what is recorded, as one plan.
    var values: [Tensor] {
        let values = cells.map(\.value)
        evaluateOrStop(values)
        recorded = 0
        return values
    }

    /// The elements of one counter.
    func integers(_ position: Int) -> [Int] { values[position].array(of: Int.self) }

    /// The elements of one counter.
    func numbers(_ position: Int) -> [Double] { values[position].array(of: Double.self) }

    var savedState: SavedState {
        SavedState(tensors: Dictionary(uniqueKeysWithValues: zip(counters.map(\.name), values)))
    }

    /// - Parameter metric: the name in messages.
    func restore(_ state: SavedState, of metric: String) throws(DataError) {
        var mistakes: [String] = []
        for counter in counters {
            guard let tensor = state.tensors[counter.name] else {
                mistakes.append("'\(counter.name)' is missing")
                continue
            }
            if tensor.dtype != counter.dtype || tensor.shape != counter.shape {
                mistakes.append(
                    "'\(counter.name)' is \(tensor.dtype)\(tensor.shape), not \(counter.dtype)\(counter.shape)")
            }
        }
        let known = Set(counters.map(\.name))
        mistakes += (state.tensors.keys.filter { !known.contains($0) } + state.values.keys).sorted().map {
            "\(Wording.quoted($0)) is unknown"
        }
        guard mistakes.isEmpty else {
            throw DataError(
                .mismatch, at: metric, mistakes.joined(separator: ", "),
                remedy: "restore it into a metric that was made with the same options")
        }
        for (cell, counter) in zip(cells, counters) { cell.restore(state.tensors[counter.name]!) }
        recorded = 0
    }
}
