import Backprop

/// Writes a canonical graph as a function of StableHLO, value by value.
struct GraphLowering {
    let graph: CanonicalGraph
    var module = ModuleWriter()
    /// The numbers that are data of the program.
    let numbers: NumberVectors
    /// What was found in the module for each value of the graph.
    private var known: [ModuleValue?]
    /// For each value, the one whose elements it has, maybe under another shape or in another order.
    private var origins: [Int]
    /// Ranges of indices that the program checks.
    private(set) var checks: [IndexCheck] = []
    /// For each of them the position of the first index that is wrong, or -1, and that index.
    private var findings: [ModuleValue] = []
    private var numberArguments: [ElementType: ModuleValue] = [:]

    private init(_ graph: CanonicalGraph) {
        self.graph = graph
        numbers = NumberVectors(graph)
        known = [ModuleValue?](repeating: nil, count: graph.values.count)
        origins = Array(graph.values.indices)
    }

    /// The program of a graph; nil, and the primitives that have no form, where there are such.
    static func lower(_ graph: CanonicalGraph) -> Result<LoweredGraph, UnsupportedPrimitives> {
        let live = LiveValues(graph)
        let names = live.values.compactMap { index -> String? in
            guard graph.values[index].shape.count > 0, case .unsupported = graph.values[index].primitive.stableHLO
            else {
                return nil
            }
            return graph.values[index].primitive.name
        }
        if !names.isEmpty { return .failure(UnsupportedPrimitives(names: names)) }
        var lowering = GraphLowering(graph)
        return .success(lowering.lowered(live))
    }

    private mutating func lowered(_ live: LiveValues) -> LoweredGraph {
        let outputs = OutputPlan(graph)
        var arguments: [(value: ModuleValue, leaf: Int)] = []
        for index in live.values where graph.values[index].primitive == .constant {
            let value = graph.values[index]
            known[index] = module.argument(ElementType(value.dtype), value.shape.array)
            arguments.append((known[index]!, value.source))
        }
        for (type, count) in numbers.counts { numberArguments[type] = module.argument(type, [count]) }
        for index in live.values where known[index] == nil { known[index] = written(graph.values[index], at: index) }
        var results = outputs.computed.map { known[graph.outputs[$0]]! }
        if !findings.isEmpty { results.append(module.concatenate(findings, axis: 0)) }
        let donors = outputs.donors(arguments.map(\.leaf))
        let signature =
            arguments.map { value, leaf in
                donors[leaf].map { "\(value.name): \(value.typeText) {tf.aliasing_output = \($0) : i32}" }
                    ?? "\(value.name): \(value.typeText)"
            } + numbers.counts.map { "\(numberArguments[$0.type]!.name): \(numberArguments[$0.type]!.typeText)" }
        let types = results.map(\.typeText).joined(separator: ", ")
        let body =
            module.lines.map { "    " + $0 }
            + ["    \"func.return\"(\(results.map(\.name).joined(separator: ", "))) : (\(types)) -> ()"]
        let text =
            (["module @graph {", "  func.func public @main(\(signature.joined(separator: ", "))) -> (\(types)) {"]
            + body + ["  }", "}", ""]).joined(separator: "\n")
        return LoweredGraph(
            text: text, leaves: arguments.map(\.leaf), leafTypes: arguments.map(\.value), numbers: numbers,
            outputs: outputs, donors: donors, checks: checks,
            resultBytes: outputs.computed.reduce(0) { sum, output in
                let value = graph.values[graph.outputs[output]]
                return sum + value.shape.count * value.dtype.byteCount
            })
    }

    private mutating func written(_ value: Value, at index: Int) -> ModuleValue {
        // What has no elements reads none.
        if value.shape.count == 0 { return module.constant(0, ElementType(value.dtype), value.shape.array) }
        switch value.primitive {
        case .alias, .customCall, .customResult, .gradient, .reshape, .transpose, .broadcast, .checkIndices:
            origins[index] = origins[value.inputs[0]]
        default: break
        }
        switch value.primitive.stableHLO {
        case .source: return number(value)
        case .same: return operand(value, 0)
        case .operation(let name):
            let operands = value.inputs.indices.map { spread(operand(value, $0), value) }
            return module.operation(name, operands, operands[0].type, value.shape.array)
        case .comparison(let direction):
            return module.compare(direction, spread(operand(value, 0), value), spread(operand(value, 1), value))
        case .written(let write): return write(&self, value)
        case .unsupported: preconditionFailure("\(value.primitive) has been looked for before")
        }
    }

    /// A number: an element of the program's data, or one that the graph knows.
    private mutating func number(_ value: Value) -> ModuleValue {
        let type = ElementType(value.dtype)
        if value.source >= graph.scalarCount {
            let cell = graph.literals[value.source - graph.scalarCount]
            let number =
                cell.dtype.isFloatingPoint
                ? type.literal(Double(bitPattern: cell.bits)) : type.literal(integer: cell.bits)
            return module.constant(literal: number, type)
        }
        if let known = NumberVectors.knownNumber(value) { return module.constant(known, type) }
        let (vector, place) = numbers.places[value.source]!
        let element = module.slice(numberArguments[vector]!, axis: 0, place..<(place + 1))
        return module.convert(module.reshape(element, []), to: type)
    }

    // MARK: What the functions of the table are made of

    func operand(_ value: Value, _ position: Int) -> ModuleValue { known[value.inputs[position]]! }

    mutating func spread(_ operand: ModuleValue, _ value: Value) -> ModuleValue {
        module.broadcast(operand, to: value.shape.array)
    }

    /// An operand in the dtype in which sums of it are taken: bfloat16 is too narrow for that.
    mutating func wide(_ operand: ModuleValue) -> ModuleValue {
        operand.type == .bfloat16 ? module.convert(operand, to: .float32) : operand
    }

    /// The result in the dtype of its value.
    mutating func narrowed(_ result: ModuleValue, _ value: Value) -> ModuleValue {
        module.convert(result, to: ElementType(value.dtype))
    }

    /// Has the program find the first element of an operand that lies outside of 0..<count.
    mutating func check(_ value: Value, _ position: Int, below count: Int, in name: String) {
        let indices = operand(value, position), origin = origins[value.inputs[position]]
        if indices.count == 0 || checks.contains(where: { $0.origin == origin && $0.count == count }) { return }
        checks.append(IndexCheck(name: name, count: count, origin: origin))
        findings.append(wrongIndex(indices, below: count))
    }
}

/// A range that indices are checked for.
struct IndexCheck: Sendable {
    var name: String
    var count: Int
    /// The value that the indices come from.
    fileprivate var origin: Int

    init(name: String, count: Int, origin: Int) { (self.name, self.count, self.origin) = (name, count, origin) }

    /// What is wrong with an index.
    func message(index: Int64, position: Int64) -> String {
        "\(name): index \(index) at position \(position) lies outside of 0..<\(count)"
    }
}

/// Primitives of a graph that have no form in StableHLO.
struct UnsupportedPrimitives: Error {
    var names: [String]
}

extension ElementType {
    /// A whole number as an element of a constant.
    fileprivate func literal(integer bits: UInt64) -> String {
        self == .bool ? (bits == 0 ? "false" : "true") : String(Int64(bitPattern: bits))
    }
}
