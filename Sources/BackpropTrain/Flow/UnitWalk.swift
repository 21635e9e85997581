import Backprop
import BackpropNN

/// What is said of the units of one activation.
struct UnitFacts: Sendable, Equatable {
    /// What is counted.
    enum Kind: Sendable {
        /// The greatest output of each unit of a `relu`: a unit that never gives more than 0 is dead.
        case peaks
        /// The share of outputs of `sigmoid`, `tanh` or `softmax` on the flat part of the curve.
        case saturation
    }

    let kind: Kind
    /// The place of the last parameter on the way to it, among those of the model; nil where there is none.
    let place: Int?
}

/// What is recorded of the units of one activation.
struct RecordedUnits {
    let facts: UnitFacts
    /// [units] or one number.
    let tensor: Tensor
}

/// Finds the activations of a recorded step, wherever they were written: as layers or as functions.
struct UnitWalk {
    private(set) var units: [RecordedUnits] = []
    /// The places of parameters in the order in which the forward pass reads them.
    private(set) var order: [Int] = []
    private let places: [ObjectIdentifier: Int]
    private let parameters: [NamedParameter]
    /// By node, the position in `order` of the last parameter on the way to it.
    private var origins: [ObjectIdentifier: Int] = [:]

    /// Recurrent networks have one for each place of a sequence; so many of them stand for all.
    private static let mostAlike = 4

    /// - Parameters:
    ///   - gradients: of the step, recorded only.
    ///   - values: of the parameters, as the forward pass has read them.
    init(_ gradients: [Tensor], values: [Tensor], parameters: [NamedParameter]) {
        self.parameters = parameters
        places = Dictionary(values.enumerated().map { (ObjectIdentifier($1.node), $0) }) { first, _ in first }
        var found: [(node: Node, kind: UnitFacts.Kind)] = []
        var gates: Set<ObjectIdentifier> = []
        for node in Ancestors.of(gradients) {
            follow(node)
            if let gate = Self.gate(in: node) { gates.insert(ObjectIdentifier(gate)) }
            if let kind = Self.kind(of: node) { found.append((node, kind)) }
        }
        var groups: [String: [(node: Node, kind: UnitFacts.Kind)]] = [:], names: [String] = []
        for unit in found where !gates.contains(ObjectIdentifier(unit.node)) {
            let name = "\(unit.kind) \(origins[ObjectIdentifier(unit.node)] ?? -1) \(unit.node.shape)"
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(unit)
        }
        for name in names {
            let alike = groups[name]!, step = max(1, alike.count / Self.mostAlike)
            for place in stride(from: 0, to: alike.count, by: step) {
                let (node, kind) = alike[place], parameter = origins[ObjectIdentifier(node)].map { order[$0] }
                units.append(
                    RecordedUnits(
                        facts: UnitFacts(kind: kind, place: parameter),
                        tensor: recorded(Tensor(node), kind, parameter)))
            }
        }
    }

    /// Notes which parameter was read last on the way to a node.
    private mutating func follow(_ node: Node) {
        // A gradient has its parameter as an operand, and reads nothing.
        if node.primitive == .gradient { return }
        var last: Int?
        node.forEachInput { input in
            let name = ObjectIdentifier(input)
            if let place = places[name], origins[name] == nil, node.variables & 1 != 0 {
                origins[name] = order.count
                order.append(place)
            }
            if let origin = origins[name] { last = max(last ?? origin, origin) }
        }
        if let last { origins[ObjectIdentifier(node)] = last }
    }

    /// What can be counted of an operation of the forward pass.
    private static func kind(of node: Node) -> UnitFacts.Kind? {
        guard node.variables & 1 != 0 || node.primitive == .multiply, node.shape.count > 1 else { return nil }
        switch node.primitive {
        case .sigmoid, .tanh: return .saturation
        case .select:
            // relu: 0 where x is at most 0, x elsewhere.
            guard let mask = node.input0, mask.primitive == .lessEqual, let zero = node.input1,
                isNumber(zero, 0), let x = node.input2, mask.input0 === x, let bound = mask.input1, isNumber(bound, 0)
            else { return nil }
            return .peaks
        case .maximum:
            return [node.input0, node.input1].contains { $0.map { isNumber($0, 0) } ?? false } ? .peaks : nil
        case .multiply:
            // softmax: powers times one over their sum.
            guard let powers = node.input0, powers.primitive == .exp, let inverse = node.input1,
                inverse.primitive == .divide, let one = inverse.input0, isNumber(one, 1), var sum = inverse.input1
            else { return nil }
            if sum.primitive == .maximum, let inner = sum.input0 { sum = inner }
            return sum.primitive == .sum && sum.input0 === powers ? .saturation : nil
        default: return nil
        }
    }

    private static func isNumber(_ node: Node, _ number: Double) -> Bool {
        var node = node
        while node.primitive == .broadcast, let inner = node.input0 { node = inner }
        return node.isScalarConstant && node.scalarValue == number
    }

    /// The sigmoid or tanh that a product takes beside what it is computed from, as in silu and mish: it lets through or holds
    /// back, and where it is flat the product is not.
    private static func gate(in node: Node) -> Node? {
        guard node.primitive == .multiply, let a = node.input0, let b = node.input1 else { return nil }
        for (gate, value) in [(a, b), (b, a)] where gate.primitive == .sigmoid || gate.primitive == .tanh {
            if leads(value, to: gate, depth: 6) { return gate }
        }
        return nil
    }

    private static func leads(_ value: Node, to node: Node, depth: Int) -> Bool {
        guard depth > 0 else { return false }
        var isFound = false
        node.forEachInput { input in
            if !isFound { isFound = input === value || leads(value, to: input, depth: depth - 1) }
        }
        return isFound
    }

    /// The slope that counts as flat: a twentieth of the steepest.
    private static let sigmoidEdge = 0.0127, tanhEdge = 0.9747

    private func recorded(_ outputs: Tensor, _ kind: UnitFacts.Kind, _ place: Int?) -> Tensor {
        switch (kind, outputs.node.primitive) {
        case (.peaks, _):
            // A unit is what has a parameter of its own; those of layers side by side have an axis more.
            let extents = place.map { parameters[$0].parameter.shape } ?? []
            let last = outputs.ndim - 1
            let axes = (0..<last).filter { extents.count != outputs.ndim || extents[$0] == 1 }
            return (axes.isEmpty ? outputs : outputs.max(axes: axes)).asType(.float32)
        case (.saturation, .multiply):
            // Of a softmax the row counts: it is flat where one share is nearly all.
            return (outputs.max(axis: -1) .> 1 - Self.sigmoidEdge).asType(.float32).mean().asType(.float64)
        case (.saturation, .tanh):
            return (abs(outputs) .> Self.tanhEdge).asType(.float32).mean().asType(.float64)
        case (.saturation, _):
            return (abs(outputs - 0.5) .> 0.5 - Self.sigmoidEdge).asType(.float32).mean().asType(.float64)
        }
    }
}
