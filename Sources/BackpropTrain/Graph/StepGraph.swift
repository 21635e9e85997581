import Backprop
import BackpropData
import BackpropNN

/// The graph of one training step: every value of the forward pass, the backward pass and the update, what its elements were
/// in one step, the kernels that compute it, and what memory holds while they run.
///
/// `html` is a page to read in a browser, `dot()` is for Graphviz.
public struct StepGraph: Sendable {
    /// What the elements of a value were.
    package struct Statistics: Sendable, Equatable, Encodable {
        /// Of those that are finite.
        package var least: Float
        package var greatest: Float
        package var mean: Float
        package var deviation: Float
        /// The share that is zero.
        package var zeros: Float
        /// How many are NaN or infinite.
        package var bad: Float
    }

    /// A value of the step.
    package struct Value: Sendable, Encodable {
        /// The operator, or what the value is called.
        package var name: String
        package var operation: String
        package var dtype: String
        package var shape: [Int]
        /// Numbers of other values, all of them smaller than its own.
        package var inputs: [Int]
        /// The path of the layer; empty outside of layers.
        package var layer: String
        package var phase: String
        package var kind: String
        package var isInput: Bool
        package var isResult: Bool
        package var isView: Bool
        /// Whether it lies in memory from the forward pass until the backward pass reads it.
        package var isKept: Bool
        /// The kernel that computes it first; nil for inputs, and for what is part of other values.
        package var kernel: Int?
        /// Kernels that compute it anew.
        package var again: [Int]
        package var statistics: Statistics?
    }

    /// What runs together.
    package struct Kernel: Sendable, Encodable {
        package var name: String
        package var wave: Int
        package var bytesRead: Int
        package var bytesWritten: Int
        package var arithmetic: Int
    }

    /// A line of the bill.
    package struct Held: Sendable, Encodable {
        package var name: String
        package var layer: String
        package var kind: String
        package var bytes: Int
        package var first: Int
        package var last: Int
        package var isAgain: Bool
    }

    /// What it is of.
    public var title: String
    package var values: [Value]
    package var kernels: [Kernel]
    package var held: [Held]
    /// The most bytes that are held at one time.
    public let peakBytes: Int
    /// The wave in which that is, and how many there are.
    package let peakWave: Int
    package let waves: Int

    /// - Parameters:
    ///   - bill: with its anatomy.
    ///   - statistics: by the identity of nodes.
    package init(_ title: String, _ bill: MemoryBill, _ statistics: [ObjectIdentifier: Statistics]) {
        self.title = title
        let anatomy = bill.anatomy!
        // Numbers are written where they are read, and are no values of their own.
        var places = [Int](repeating: -1, count: anatomy.values.count), count = 0
        for (index, value) in anatomy.values.enumerated() where !value.isNumber {
            (places[index], count) = (count, count + 1)
        }
        values = anatomy.values.filter { !$0.isNumber }.map { value in
            Value(
                name: value.name ?? (value.isInput ? "data" : value.operation), operation: value.operation,
                dtype: "\(value.dtype)", shape: value.shape, inputs: value.inputs.map { places[$0] }.filter { $0 >= 0 },
                layer: value.module, phase: value.phase.rawValue, kind: value.kind.rawValue, isInput: value.isInput,
                isResult: value.isResult, isView: value.isView, isKept: false, kernel: nil, again: [],
                statistics: statistics[value.identity])
        }
        for (index, kernel) in anatomy.kernels.enumerated() {
            for place in kernel.values.map({ places[$0] }) where place >= 0 && values[place].kernel == nil {
                values[place].kernel = index
            }
            for place in kernel.copies.map({ places[$0] }) where place >= 0 { values[place].again.append(index) }
        }
        kernels = anatomy.kernels.map {
            Kernel(
                name: $0.name, wave: $0.wave, bytesRead: $0.bytesRead, bytesWritten: $0.bytesWritten,
                arithmetic: $0.arithmetic)
        }
        held = bill.items.map {
            Held(
                name: $0.name, layer: $0.module, kind: $0.kind.rawValue, bytes: $0.bytes, first: $0.waves.lowerBound,
                last: $0.waves.upperBound, isAgain: $0.isRecomputed)
        }
        (peakBytes, peakWave, waves) = (bill.peakBytes, bill.moment.wave, bill.moment.waves)
        let waveOf = kernels.map(\.wave)
        let backward = values.compactMap { $0.phase == "backward" ? $0.kernel.map { waveOf[$0] } : nil }.min()
        for item in anatomy.workspace where item.origin >= 0 && places[item.origin] >= 0 {
            let place = places[item.origin]
            guard values[place].phase == "forward", let backward, item.last >= backward else { continue }
            values[place].isKept = values[place].kernel.map { waveOf[$0] < backward } ?? false
        }
    }

    /// The graph as one line of JSON.
    package func jsonLine() throws -> String { try JSONFile.line(of: record, keys: .convertToSnakeCase) }

    package struct Record: Encodable {
        var title: String
        var values: [Value]
        var kernels: [Kernel]
        var held: [Held]
        var peakBytes: Int
        var peakWave: Int
        var waves: Int
    }

    var record: Record {
        Record(
            title: title, values: values, kernels: kernels, held: held, peakBytes: peakBytes, peakWave: peakWave,
            waves: waves)
    }
}
