import Backprop

/// Computes what a step records operator by operator, and goes from a bad result back to where it came up.
final class BadValueSearch {
    /// An operation as it was recorded. Holds the node, since evaluations forget how it was computed.
    private struct Operation {
        let node: Node
        let inputs: [Node]
        /// In a backward pass, the operation whose gradient rule has recorded it.
        let source: Node?
        let site: CallSite
    }

    private final class Recording {
        var operations: [Operation] = []
        var places: [ObjectIdentifier: Int] = [:]
    }

    let observer: RecordingObserver
    private let recording = Recording()
    private let parameters: [NamedParameter]
    private var layers: [ObjectIdentifier: String] = [:]
    private var known: [ObjectIdentifier: Count] = [:]

    /// How many elements of a value are not finite.
    private struct Count {
        var nans = 0
        var infinities = 0
        var isBad: Bool { nans + infinities > 0 }
    }

    /// Operations that are computed together.
    private static let portion = 64
    /// Bad entries that are reported.
    private static let mostEntries = 5
    /// Operations between a value and a choice that may hide it.
    private static let farthestChoice = 4

    init(_ model: some ParameterContainer) {
        parameters = model.namedParameters()
        observer = RecordingObserver { [recording] node, source in
            var inputs: [Node] = []
            node.forEachInput { inputs.append($0) }
            recording.places[ObjectIdentifier(node)] = recording.operations.count
            recording.operations.append(Operation(node: node, inputs: inputs, source: source, site: CallSite()))
        }
    }

    func firstBadValue(of loss: Tensor, layers: [ObjectIdentifier: String]) -> BadValue? {
        self.layers = layers
        var ends = [loss.node]
        let trained = parameters.map(\.parameter.value).filter(\.node.isParameter)
        if loss.node.variables & 1 != 0 {
            ends += observer.observe { gradients(of: loss, withRespectTo: trained) }.map(\.node)
        }
        compute()
        var found: [(place: Int, value: Node)] = []
        for end in ends where count(end).isBad {
            let origin = origin(of: end)
            found.append((recording.places[ObjectIdentifier(origin)] ?? -1, origin))
            // The forward pass comes first, and what is wrong there makes everything behind it wrong.
            if end === loss.node { break }
        }
        return found.min { $0.place < $1.place }.map { report($0.value) }
    }

    private func compute() {
        let nodes = recording.operations.map(\.node).filter { $0.primitive != .customCall && !$0.isScalarConstant }
        for start in stride(from: 0, to: nodes.count, by: Self.portion) {
            Graph.evaluate(Array(nodes[start..<min(start + Self.portion, nodes.count)]))
        }
    }

    // MARK: Going back

    /// From a bad value to the one in which that came up: the first NaN, or where that has come of an infinite value that
    /// was computed, the first infinite one.
    private func origin(of end: Node) -> Node {
        let first = firstOnTheWay(from: end) {
            self.count(end).nans > 0 ? self.count($0).nans > 0 : self.count($0).isBad
        }
        guard let infinite = inputs(of: first).first(where: { count($0).infinities > 0 }) else { return first }
        let cause = firstOnTheWay(from: infinite) { self.count($0).isBad }
        // What is infinite by itself was meant to be: a number, as in a mask.
        return isMeant(cause) ? first : cause
    }

    /// The value furthest back on a way through such values.
    private func firstOnTheWay(from end: Node, _ isBad: (Node) -> Bool) -> Node {
        var met: Set<ObjectIdentifier> = [ObjectIdentifier(end)]
        var pending = [end], last = end, place = Int.max
        while let node = pending.popLast() {
            let before = inputs(of: node).filter(isBad)
            if before.isEmpty {
                let own = recording.places[ObjectIdentifier(node)] ?? -1
                if own < place { (last, place) = (node, own) }
            }
            for input in before where met.insert(ObjectIdentifier(input)).inserted { pending.append(input) }
        }
        return last
    }

    private func inputs(of node: Node) -> [Node] {
        guard let place = recording.places[ObjectIdentifier(node)] else { return [] }
        let inputs = recording.operations[place].inputs
        // The result of a custom function is its first operand, seen through.
        return node.primitive == .customResult ? [inputs[0]] : inputs.filter { $0.primitive != .customCall }
    }

    private func isMeant(_ node: Node) -> Bool {
        if node.isScalarConstant { return true }
        guard node.primitive.isView || node.primitive == .select || node.primitive == .convert else { return false }
        let infinite = inputs(of: node).filter { count($0).isBad }
        return !infinite.isEmpty && infinite.allSatisfy(isMeant)
    }

    private func count(_ node: Node) -> Count {
        if let count = known[ObjectIdentifier(node)] { return count }
        var count = Count()
        if node.dtype.isFloatingPoint, node.primitive != .customCall {
            for number in Tensor(node).array(of: Float.self) where !number.isFinite {
                if number.isNaN { count.nans += 1 } else { count.infinities += 1 }
            }
        }
        known[ObjectIdentifier(node)] = count
        return count
    }

    // MARK: Reporting

    private func report(_ node: Node) -> BadValue {
        let place = recording.places[ObjectIdentifier(node)]
        let operation = place.map { recording.operations[$0] }
        let source = operation?.source
        let origin = source.flatMap { recording.places[ObjectIdentifier($0)] }.map { recording.operations[$0] }
        let numbers = Tensor(node).array(of: Double.self)
        let bad = numbers.indices.filter { !Float(numbers[$0]).isFinite }
        let shape = node.shape.array
        let entries = bad.prefix(Self.mostEntries).map { (index: Self.index($0, shape), value: numbers[$0]) }
        let site = (origin ?? operation)?.site ?? firstReader(of: node)?.site
        var result = BadValue(
            operation: name(of: node, source), isBackward: source != nil, location: site?.location,
            layer: layers[ObjectIdentifier(source ?? node)] ?? "", shape: shape, badCount: bad.count, entries: entries,
            operands: (operation == nil ? [] : inputs(of: node)).filter { $0.dtype.isFloatingPoint }.map {
                operand($0, at: entries.first?.index)
            })
        if let source, let entry = entries.first { result.hiddenBy = choice(hiding: source, at: entry.index) }
        return result
    }

    private func name(of node: Node, _ source: Node?) -> String {
        if let source {
            return source.primitive == .customCall ? "a function with a rule of its own" : source.primitive.name
        }
        if recording.places[ObjectIdentifier(node)] != nil { return node.primitive.name }
        return parameters.first { $0.parameter.value.node === node }?.name ?? "input"
    }

    private func firstReader(of node: Node) -> Operation? {
        recording.operations.first { $0.inputs.contains { $0 === node } }
    }

    private func operand(_ node: Node, at index: [Int]?) -> BadValue.Operand {
        let numbers = Tensor(node).array(of: Double.self), shape = node.shape.array
        let finite = numbers.filter(\.isFinite)
        var operand = BadValue.Operand(
            shape: shape, range: finite.min().flatMap { least in finite.max().map { least...$0 } },
            badCount: numbers.count - finite.count)
        if let index, let place = Self.place(of: index, in: shape) { operand.atEntry = numbers[place] }
        return operand
    }

    /// What a `which` does to a value of the forward pass at an entry, where it does not choose it.
    private func choice(hiding node: Node, at index: [Int]) -> String? {
        var reached = [node]
        for _ in 0..<Self.farthestChoice {
            var next: [Node] = []
            for operation in recording.operations where operation.source == nil {
                guard let position = operation.inputs.firstIndex(where: { input in reached.contains { $0 === input } })
                else { continue }
                if operation.node.primitive == .select, position > 0 {
                    let condition = operation.inputs[0]
                    guard let place = Self.place(of: index, in: condition.shape.array) else { continue }
                    let isTrue = Tensor(condition).array(of: Float.self)[place] != 0
                    if isTrue == (position == 1) { continue }
                    let at = operation.site.location.map { " at \($0)" } ?? ""
                    return
                        "hidden by a which\(at) that does not choose this entry: its gradient there is 0, times infinity"
                }
                next.append(operation.node)
            }
            reached = next
        }
        return nil
    }

    private static func index(_ place: Int, _ shape: [Int]) -> [Int] {
        var rest = place
        return shape.reversed().map { extent in
            defer { rest /= extent }
            return rest % extent
        }.reversed()
    }

    /// The place of an entry of a result in an operand that is broadcast to it; nil where the operand has another form.
    private static func place(of index: [Int], in shape: [Int]) -> Int? {
        guard shape.count <= index.count else { return nil }
        var place = 0
        for (position, extent) in zip(index.suffix(shape.count), shape) {
            guard extent == 1 || position < extent else { return nil }
            place = place * extent + (extent == 1 ? 0 : position)
        }
        return place
    }
}
