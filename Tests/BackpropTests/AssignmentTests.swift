import Backprop
import Testing

/// `x[...] = y` beside a loop over the places.
@Suite struct AssignmentTests {
    private static let shape = [3, 4, 5]

    /// Indices, and values that broadcast to what they choose.
    private static let cases: [(name: String, items: [any TensorIndex & Sendable], values: [Int])] = [
        ("a row", [1], [4, 5]), ("from the end", [-1], [4, 5]), ("one element", [0, 1, 2], []),
        ("a range", [1..<3], [2, 4, 5]), ("ranges", [0..<2, 1...2], [2, 2, 5]),
        ("every second", [.every(2)], [2, 4, 5]),
        ("backward", [.every(-1)], [3, 4, 5]), ("backward by two", [2, .every(-2, from: 3)], [2, 5]),
        ("the last axis", [.ellipsis, 3], [3, 4]), ("between", [0, .ellipsis, 2...], [4, 3]),
        ("one axis more", [.newAxis, 1], [1, 4, 5]), ("nothing", [1..<1], [0, 4, 5]),
        ("a row from one value", [1], [1]), ("columns from a column", [.ellipsis, 1..<3], [4, 1]),
        ("long steps", [.every(99)], [1, 4, 5]),
    ]

    @Test(arguments: cases.indices) func agreesWithALoop(_ number: Int) {
        let (name, items, extents) = AssignmentTests.cases[number]
        let count = Self.shape.reduce(1, *)
        let x = Tensor.arange(count).reshaped(Self.shape)
        let values = -(Tensor.arange(extents.reduce(1, *)).reshaped(extents) + 1)
        let operations = items.map(\.tensorIndexOperation)
        // The places are read with the same indices.
        let places = x.indexed(operations)
        var expected = x.array(of: Int.self)
        for (place, value) in zip(places.array(of: Int.self), values.broadcast(to: places.shape).array(of: Int.self)) {
            expected[place] = value
        }
        let found = x.replacing(operations, by: values, file: #fileID, line: #line)
        #expect(found.shape == Self.shape && found.array(of: Int.self) == expected, "\(name)")
    }

    @Test func throughSubscripts() {
        var x = Tensor.zeros(2, 3)
        let before = x
        x[0, 1..<3] = Tensor([7.0, 8])
        x[Tensor([1, 1]), Tensor([0, 2])] = Tensor([5.0, 6])
        #expect([[Float]](x) == [[0, 7, 8], [5, 0, 6]])
        x[x .> 6] = Tensor(-1.0)
        #expect([[Float]](x) == [[0, -1, -1], [5, 0, 6]])
        x[x .< 0] = Tensor([2.0, 3])
        #expect([[Float]](x) == [[0, 2, 3], [5, 0, 6]])
        x[Tensor([true, false])] = Tensor(9.0)
        #expect([[Float]](x) == [[9, 9, 9], [5, 0, 6]])
        x[1] += 1
        #expect([[Float]](x) == [[9, 9, 9], [6, 1, 7]])
        #expect(before.array(of: Float.self) == [0, 0, 0, 0, 0, 0])
    }

    @Test func gradientsGoToOldAndNew() {
        let x = Tensor([[1.0, 2, 3], [4, 5, 6]], dtype: .float64), y = Tensor([0.5, 0.25], dtype: .float64)
        let mask = Tensor([[true, false, true], [false, false, true]])
        let functions: [(String, @Sendable ([Tensor]) -> [Tensor])] = [
            (
                "block",
                {
                    var z = $0[0]; z[1, .every(2)] = $0[1]; return [square(z)]
                }
            ),
            (
                "reversed",
                {
                    var z = $0[0]; z[.ellipsis, .every(-1, from: 1)] = $0[1]; return [square(z)]
                }
            ),
            (
                "mask",
                {
                    var z = $0[0]; z[mask] = $0[1][0]; return [square(z)]
                }
            ),
            (
                "indices",
                {
                    var z = $0[0]; z[0, Tensor([2, 0])] = $0[1]; return [square(z)]
                }
            ),
        ]
        for (name, function) in functions {
            #expect(gradientCheck(function, at: [x, y], secondOrder: true).passed, "\(name)")
        }
    }
}
