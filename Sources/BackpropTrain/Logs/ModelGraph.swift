import Backprop
import BackpropNN

/// The operations that a model records for an input, in the scopes of its layers, as a GraphDef for TensorBoard's page of
/// graphs. Numbers, and names for values that exist already, are left out.
struct ModelGraph {
    /// An operation, a parameter, the input or the output.
    struct Operation: Equatable {
        /// Path with slashes, such as `layers.0[Linear]/matmul`.
        let name: String
        let kind: String
        let inputs: [String]
        /// The extents of the result.
        let shape: [Int]
        let dtype: DType
    }

    private(set) var operations: [Operation] = []
    private let calls: [LayerCall]
    /// By call.
    private var scopes: [String] = []
    /// By node, the innermost call that it is part of.
    private var callOfNode: [ObjectIdentifier: Int] = [:]
    private var names: [ObjectIdentifier: String] = [:]
    private var taken: [String: Int] = [:]
    private let parameters: [ObjectIdentifier: String]

    /// Records the model on an input, of which only shape and dtype matter. Nothing is computed.
    init(_ model: some Module, inputs: Tensor) {
        // Held while nodes are known by their addresses.
        let calls = model.layerCalls(inputs: inputs)
        self.calls = calls
        let cells =
            model.namedParameters().map { ($0.name, $0.parameter.value) }
            + model.namedBuffers().map { ($0.name, $0.buffer.value) }
        parameters = Dictionary(cells.map { (ObjectIdentifier($0.1.node), $0.0) }) { first, _ in first }
        withExtendedLifetime((calls, cells)) {
            nameScopes()
            placeNodes()
            names[ObjectIdentifier(inputs.node)] = add("input", "input", [], inputs.node)
            for output in calls[0].outputs {
                let last = name(of: output.node)
                _ = add("output", "output", last.map { [$0] } ?? [], output.node)
            }
        }
    }

    /// The path of each layer in the layer around it with its type, which the page cuts off first. The model itself has none: the page then shows its layers
    /// at once.
    private mutating func nameScopes() {
        var open: [(scope: String, path: String)] = []
        for call in calls {
            open.removeLast(open.count - min(open.count, call.depth))
            var scope = ""
            if let outer = open.last {
                let prefix = outer.path.isEmpty ? "" : outer.path + "."
                let path = call.name.hasPrefix(prefix) ? String(call.name.dropFirst(prefix.count)) : call.name
                let name = path.isEmpty ? call.typeName : "\(path)[\(call.typeName)]"
                scope = unique(outer.scope.isEmpty ? name : outer.scope + "/" + name)
            }
            scopes.append(scope)
            open.append((scope, call.name))
        }
    }

    /// Walks each call from what it gave back to what it was called with; inner calls come later and take their part.
    private mutating func placeNodes() {
        var outer: [Int] = []
        for (index, call) in calls.enumerated() {
            outer.removeLast(outer.count - min(outer.count, call.depth))
            let inputs = Set(call.inputs.map { ObjectIdentifier($0.node) })
            var pending = call.outputs.map(\.node)
            while let node = pending.popLast() {
                let id = ObjectIdentifier(node)
                if inputs.contains(id) || callOfNode[id] != outer.last { continue }
                callOfNode[id] = index
                if !node.isParameter { node.forEachInput { pending.append($0) } }
            }
            outer.append(index)
        }
    }

    /// The name of what a node computes, with all that it is computed from added before; nil for a number.
    private mutating func name(of root: Node) -> String? {
        // Without recursion, since graphs are deep.
        var pending = [root]
        while let node = pending.last {
            let id = ObjectIdentifier(node)
            let operands = Self.operands(of: node, isKnown: parameters[id] != nil)
            if names[id] != nil || Self.isNumber(node) {
                pending.removeLast()
            } else if let missing = operands.first(where: { names[ObjectIdentifier($0)] == nil && !Self.isNumber($0) })
            {
                pending.append(missing)
            } else {
                pending.removeLast()
                names[id] = addOperation(node, operands.compactMap { names[ObjectIdentifier($0)] })
            }
        }
        return names[ObjectIdentifier(root)]
    }

    /// What flows into a node; of a custom function the value, not the call.
    private static func operands(of node: Node, isKnown: Bool) -> [Node] {
        if isKnown || node.isParameter { return [] }
        if node.primitive == .customResult { return node.input0.map { [$0] } ?? [] }
        var operands: [Node] = []
        node.forEachInput { operands.append($0) }
        return operands
    }

    /// Numbers are part of what reads them.
    private static func isNumber(_ node: Node) -> Bool { node.isScalarConstant }

    private mutating func addOperation(_ node: Node, _ inputs: [String]) -> String {
        let scope = callOfNode[ObjectIdentifier(node)].map { scopes[$0] } ?? ""
        if let path = parameters[ObjectIdentifier(node)] {
            let own = path.split(separator: ".").last.map(String.init) ?? path
            return add(scope.isEmpty ? path : scope + "/" + own, "parameter", [], node)
        }
        // Another name for a value is none here.
        if node.primitive == .alias || node.primitive == .customResult, inputs.count == 1 { return inputs[0] }
        let kind = node.primitive.name
        return add(scope.isEmpty ? kind : scope + "/" + kind, kind, inputs, node)
    }

    private mutating func add(_ name: String, _ kind: String, _ inputs: [String], _ node: Node) -> String {
        let name = unique(name)
        operations.append(
            Operation(name: name, kind: kind, inputs: inputs, shape: node.shape.array, dtype: node.dtype))
        return name
    }

    private mutating func unique(_ name: String) -> String {
        let count = taken[name, default: 0]
        taken[name] = count + 1
        return count == 0 ? name : unique("\(name)_\(count)")
    }

    /// A message GraphDef. Numbers of fields are those of graph.proto, node_def.proto and attr_value.proto.
    var definition: [UInt8] {
        ProtocolBuffer { graph in
            for operation in operations { graph.data(1, Self.node(operation)) }
            // The version of the format that readers ask for.
            graph.message(4) { $0.integer(1, 22) }
        }.bytes
    }

    private static func node(_ operation: Operation) -> [UInt8] {
        let shape = ProtocolBuffer {
            for extent in operation.shape { $0.message(2) { $0.integer(1, extent) } }
        }
        return ProtocolBuffer { node in
            node.text(1, operation.name)
            node.text(2, operation.kind)
            for input in operation.inputs { node.text(3, input) }
            node.message(5) {
                $0.text(1, "_output_shapes")
                $0.message(2) { $0.message(1) { $0.data(7, shape.bytes) } }
            }
            node.message(5) {
                $0.text(1, "dtype")
                $0.message(2) { $0.text(2, "\(operation.dtype)") }
            }
        }.bytes
    }
}

extension TensorBoardLog {
    /// Writes the graph of a model for the page of graphs: the operations that it records for an input of this shape, in the
    /// scopes of its layers. Nothing is computed.
    public func write(graphOf model: some Module, inputs shape: [Int], dtype: DType = .float32) {
        write(graphOf: model, inputs: .zeros(shape, dtype: dtype))
    }

    /// The same for a sample of the inputs, of which only shape and dtype matter.
    public func write(graphOf model: some Module, inputs: Tensor) {
        write(graph: ModelGraph(model, inputs: inputs).definition)
    }
}
