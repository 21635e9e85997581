import Backprop
import Synchronization

/// What layers report to while a summary is made. Outside of that a report costs the reading of one number.
enum LayerTrace {
    /// Summaries that are being made, in all threads.
    private static let open = Atomic<Int>(0)
    @TaskLocal static var current: LayerRecorder?

    @inline(__always)
    static var isOff: Bool { open.load(ordering: .relaxed) == 0 }

    /// Runs `body` with the layers that it calls reported to `recorder`.
    static func record<Result>(with recorder: LayerRecorder, _ body: () throws -> Result) rethrows -> Result {
        open.add(1, ordering: .relaxed)
        defer { open.subtract(1, ordering: .relaxed) }
        return try $current.withValue(recorder, operation: body)
    }
}

extension ParameterContainer {
    /// The result of `body`, which is what the layer does, reported where a summary is made.
    ///
    /// - Parameters:
    ///   - inputs: what the layer is called with.
    ///   - label: its name in the layer that calls it, where that one knows.
    @inline(__always)
    func reported(
        _ inputs: @autoclosure () -> [Tensor], label: @autoclosure () -> String? = nil, _ body: () -> Tensor
    ) -> Tensor {
        let recorder = LayerTrace.isOff ? nil : announced(inputs(), label: label())
        let result = body()
        if let recorder { recorder.leave([result]) }
        return result
    }

    /// The same for layers whose result is several tensors.
    @inline(__always)
    func reported<Result>(
        _ inputs: @autoclosure () -> [Tensor], outputs: (Result) -> [Tensor], _ body: () -> Result
    ) -> Result {
        let recorder = LayerTrace.isOff ? nil : announced(inputs(), label: nil)
        let result = body()
        if let recorder { recorder.leave(outputs(result)) }
        return result
    }

    /// Whom the call is reported to, now that it begins.
    private func announced(_ inputs: [Tensor], label: String?) -> LayerRecorder? {
        enter(ErasedLayer(self), inputs, label: label)
    }
}

@inline(never)
private func enter(_ layer: ErasedLayer, _ inputs: [Tensor], label: String?) -> LayerRecorder? {
    let recorder = LayerTrace.current
    recorder?.enter(layer, inputs, label: label)
    return recorder
}

/// What a module makes of x, reported under its name in the layer that calls it.
@inline(__always)
func called(_ layer: any Module, _ x: Tensor, _ label: @autoclosure () -> String) -> Tensor {
    LayerTrace.isOff ? layer(x) : layer.reported([x], label: label()) { layer(x) }
}

/// Modules one after the other, reported under their places.
@inline(__always)
func applied(_ layers: [any Module], to x: Tensor) -> Tensor {
    var y = x
    if LayerTrace.isOff {
        for index in layers.indices { y = layers[index](y) }
    } else {
        for index in layers.indices { y = called(layers[index], y, "layers.\(index)") }
    }
    return y
}

/// The calls of layers under one summary, in the order in which they begin.
final class LayerRecorder: Sendable {
    private struct State {
        var rows: [ModelSummary.Row] = []
        /// The calls that have begun.
        var open: [Call] = []
        var census = Census()
        /// By row, what was recorded in it and not in a layer within it.
        var counts: [Census.Count] = []
        /// By row, what the layer was called with and what it gave.
        var operands: [(inputs: [Tensor], outputs: [Tensor])] = []
        /// By what was recorded, the path of the layer.
        var modules: [ObjectIdentifier: String] = [:]

        /// Counts what these tensors are computed from to the layer of a row.
        mutating func count(_ tensors: [Tensor], row: Int) {
            let (count, nodes) = census.count(tensors)
            counts[row] += count
            for node in nodes { modules[ObjectIdentifier(node)] = rows[row].name }
        }
    }

    private struct Call {
        var row: Int
        /// Whether its caller has announced the layer, which may report the same call itself next.
        var isAnnounced = false
        /// Whether it is such a second report, which has no row of its own.
        var isEcho = false
    }

    private let state = Mutex(State())
    /// The path of every parameter, buffer and mode of the model.
    private let paths: [ObjectIdentifier: String]

    init(_ model: some ParameterContainer) {
        var search = PropertySearch()
        search.visit(model, "")
        paths = search.paths
    }

    /// What was there before is none of the model's.
    func exclude(_ tensors: [Tensor]) { state.withLock { $0.census.exclude(tensors) } }

    func enter(_ erased: ErasedLayer, _ inputs: [Tensor], label: String?) {
        let layer = erased.layer
        let type = typeName(of: layer), text = layer.layerDescription
        let parameters = layer.parametersWithoutNaming()
        let path = path(of: layer, label)
        state.withLock { state in
            if let caller = state.open.last, caller.isAnnounced, state.rows[caller.row].typeName == type {
                state.open[state.open.count - 1].isAnnounced = false
                state.open.append(Call(row: caller.row, isEcho: true))
                return
            }
            if let caller = state.open.last {
                state.open[state.open.count - 1].isAnnounced = false
                state.count(inputs, row: caller.row)
            }
            let parent = state.open.last.map { state.rows[$0.row] }
            let name = label.flatMap { label in parent.map { $0.name.isEmpty ? label : "\($0.name).\(label)" } } ?? path
            let row = ModelSummary.Row(
                name: name, layer: text, typeName: type, depth: state.open.filter { !$0.isEcho }.count,
                outputShapes: [], parameterCount: parameters.reduce(0) { $0 + $1.value.size },
                isRepeated: !parameters.isEmpty && state.rows.contains { $0.name == name && $0.layer == text },
                multiplyAdds: 0, keptBytes: 0)
            state.rows.append(row)
            state.counts.append(Census.Count())
            state.operands.append((inputs, []))
            state.open.append(Call(row: state.rows.count - 1, isAnnounced: label != nil || state.rows.count == 1))
        }
    }

    func leave(_ outputs: [Tensor]) {
        state.withLock { state in
            let call = state.open.removeLast()
            state.count(outputs, row: call.row)
            state.rows[call.row].outputShapes = outputs.map(\.shape)
            state.operands[call.row].outputs = outputs
        }
    }

    /// The path of the layer that recorded each value which a result is computed from, by the identity of its node. Lets go
    /// of all values, so that evaluations are what they would be without the trace.
    func takeModules(of result: Tensor) -> [ObjectIdentifier: String] {
        state.withLock { state in
            var census = Census()
            var modules: [ObjectIdentifier: String] = [:]
            for node in census.count([result]).nodes {
                modules[ObjectIdentifier(node)] = state.modules[ObjectIdentifier(node)]
            }
            state = State()
            return modules
        }
    }

    /// The calls with their tensors, which are recorded only.
    var calls: [LayerCall] {
        state.withLock { state in
            zip(state.rows, state.operands).map { row, operands in
                LayerCall(
                    name: row.name, typeName: row.typeName, depth: row.depth, inputs: operands.inputs,
                    outputs: operands.outputs)
            }
        }
    }

    /// The rows, each with what the layers within it have recorded.
    func finished() -> [ModelSummary.Row] {
        state.withLock { state in
            for index in state.rows.indices {
                var total = state.counts[index]
                let depth = state.rows[index].depth
                for inner in (index + 1)..<max(index + 1, state.rows.count) {
                    if state.rows[inner].depth <= depth { break }
                    total += state.counts[inner]
                }
                state.rows[index].multiplyAdds = total.multiplyAdds
                state.rows[index].keptBytes = total.keptBytes
            }
            state.census = Census()
            return state.rows
        }
    }

    /// Where a layer is in the model, by something that it holds; empty where it holds nothing.
    private func path(of layer: any ParameterContainer, _ label: String?) -> String {
        var search = PropertySearch()
        search.visit(layer, "")
        for (id, inner) in search.paths.sorted(by: { $0.value < $1.value }) {
            guard let outer = paths[id], outer.hasSuffix("." + inner) else { continue }
            return String(outer.dropLast(inner.count + 1))
        }
        return label ?? ""
    }
}

/// One call of a layer, with what it was called with and what it gave.
package struct LayerCall {
    /// The path of the layer in the model; empty for the model itself.
    package let name: String
    package let typeName: String
    /// Layers around it.
    package let depth: Int
    package let inputs: [Tensor]
    package let outputs: [Tensor]
}

extension ParameterContainer {
    /// All parameters; leaves alone under which names they are known.
    func parametersWithoutNaming() -> [Parameter] {
        var search = PropertySearch()
        search.visit(self, "")
        return search.cells.compactMap { $0.cell as? Parameter }
    }
}
