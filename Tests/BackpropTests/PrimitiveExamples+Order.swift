import Backprop

/// The functions by which primitives along one axis in order are tested.
func orderExamples(of primitive: Primitive) -> [Example] {
    func one(_ name: String, _ shape: [Int], _ function: @escaping @Sendable (Tensor) -> Tensor) -> Example {
        Example(name: "\(primitive.name) \(name)", shapes: [shape], range: -1...1) { function($0[0]) }
    }
    func positions(_ name: String, _ shape: [Int], _ node: @escaping @Sendable (Node) -> Node) -> Example {
        one(name, shape) { $0 * Tensor(node($0.node)).asType($0.dtype) }
    }
    switch primitive {
    case .scatterMax:
        return [
            one("rows", [5, 3]) {
                Tensor(Node.scatterMax($0.node, Tensor([2, 0, 2, 1, 2] as [Int32]).node, axis: 0, count: 3))
            },
            one("columns with ties", [2, 4]) { x in
                let twice = concatenated([x, x], axis: 1), indices = Tensor([1, 1, 0, 2, 1, 2, 2, 0] as [Int64])
                return Tensor(Node.scatterMax(twice.node, indices.node, axis: 1, count: 3))
            },
            one("places without updates", [4, 3]) { x in
                let places = Tensor(Node.scatterMax(x.node, Tensor([3, 0, 3, 3] as [Int32]).node, axis: 0, count: 5))
                return places.take(Tensor([0, 3, 3] as [Int32]))
            },
            one("transposed", [3, 4]) {
                Tensor(Node.scatterMax($0.T.node, Tensor([1, 0, 1, 1] as [Int64]).node, axis: 0, count: 2))
            },
        ]
    case .argSort:
        return [
            positions("rows", [4, 3]) { Node.argSort($0, axis: 0, descending: false) },
            positions("descending columns", [4, 5]) { Node.argSort($0, axis: 1, descending: true) },
            positions("middle", [2, 40, 3]) { Node.argSort($0, axis: 1, descending: false) },
            positions("with ties", [30, 2]) {
                Node.argSort(round(Tensor($0) * 3).node, axis: 0, descending: true)
            },
            positions("many", [1500]) { x in
                let numbers = Tensor((0..<1500).map { Double($0 * 7919 % 211) - 100 }, dtype: .float64).asType(x.dtype)
                return Node.argSort(numbers.node, axis: 0, descending: false)
            },
            positions("integers", [7, 2]) {
                Node.argSort((Tensor($0) * 9).asType(.int32).node, axis: 0, descending: true)
            },
            positions("nothing", [0, 2]) { Node.argSort($0, axis: 0, descending: false) },
        ]
    case .cumulativeArgMax, .cumulativeArgMin:
        return [
            positions("rows", [6, 3]) { Node.cumulativeArg(primitive, $0, axis: 0) },
            positions("columns", [3, 70]) { Node.cumulativeArg(primitive, $0, axis: 1) },
            positions("middle", [2, 5, 66]) { Node.cumulativeArg(primitive, $0, axis: 1) },
            positions("with ties", [30, 2]) { Node.cumulativeArg(primitive, round(Tensor($0)).node, axis: 0) },
            positions("nothing", [2, 0]) { Node.cumulativeArg(primitive, $0, axis: 1) },
        ]
    default: return recurrences(primitive)
    }
}

private func recurrences(_ primitive: Primitive) -> [Example] {
    let shapes: [([Int], [Int], Int)] = [
        ([4, 3], [4, 3], 0), ([4, 3], [4, 3], 1), ([], [2, 5], 1), ([5], [2, 5], 1), ([2, 1], [2, 5], 1),
        ([3, 1, 1], [3, 4, 2], 1), ([1, 4, 1], [3, 4, 2], 1), ([1, 1, 2], [3, 4, 2], 1), ([3, 4, 1], [3, 4, 2], 1),
        ([1, 3, 1, 2], [2, 3, 2, 2], 2), ([3, 70], [3, 70], 0), ([2, 0], [2, 0], 1), ([1, 3], [1, 3], 0),
    ]
    return shapes.flatMap { factors, terms, axis in
        [false, true].map { reversed in
            Example(
                name: "linearRecurrence of \(factors) and \(terms) along \(axis)\(reversed ? " reversed" : "")",
                shapes: [factors, terms], range: -1...1
            ) { Tensor(Node.linearRecurrence($0[0].node, $0[1].node, axis: axis, reversed: reversed)) }
        }
    }
}
