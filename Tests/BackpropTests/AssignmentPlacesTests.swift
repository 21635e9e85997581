import Testing

@testable import Backprop

/// `x[...] = values`, beside NumPy and beside writing to the places one by one.
@Suite struct AssignmentPlacesTests {
    private static let x = Tensor.arange(24).reshaped(2, 3, 4)

    /// What NumPy gives.
    @Test func asNumPyHasIt() {
        var a = Self.x
        a[.ellipsis, .every(-2)] = Tensor(100..<112).reshaped(2, 3, 2)
        #expect(
            a.array(of: Int.self) == [
                0, 101, 2, 100, 4, 103, 6, 102, 8, 105, 10, 104, 12, 107, 14, 106, 16, 109, 18, 108, 20, 111, 22, 110,
            ])
        var b = Self.x
        b[0..., .every(-1, from: -1, to: 0), .newAxis, 1...] = Tensor([-1, -2, -3])
        #expect(
            b.array(of: Int.self) == [
                0, 1, 2, 3, 4, -1, -2, -3, 8, -1, -2, -3, 12, 13, 14, 15, 16, -1, -2, -3, 20, -1, -2, -3,
            ])
        var c = Self.x
        c[1, Tensor([2, 0]), 1..<3] = Tensor([[[100], [200]]])
        #expect(c.array(of: Int.self) == Array(0..<13) + [200, 200, 15, 16, 17, 18, 19, 20, 100, 100, 23])
        var d = Self.x
        d[Tensor([[true, false, true], [false, true, false]])] = Tensor(100..<104)
        #expect(
            d.array(of: Int.self) == [
                100, 101, 102, 103, 4, 5, 6, 7, 100, 101, 102, 103, 12, 13, 14, 15, 100, 101, 102, 103, 20, 21, 22, 23,
            ])
    }

    /// Numbers that look random.
    private struct Draws {
        var state: UInt64

        mutating func below(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }

        mutating func operation(_ extent: Int) -> TensorIndexOperation {
            switch below(4) {
            case 0: return .at(below(2 * extent) - extent)
            case 1: return .gather(Tensor([below(extent), below(extent) - extent]))
            default:
                let ends = [nil] + (-6...6).map(Optional.some)
                return .slice(
                    from: ends[below(ends.count)], to: ends[below(ends.count)],
                    step: [1, 2, 3, 7, -1, -2, -3][below(7)])
            }
        }

        mutating func operations(_ shape: [Int]) -> [TensorIndexOperation] {
            let count = below(shape.count + 1), first = below(count + 1)
            var operations = (0..<first).map { operation(shape[$0]) }
            if count < shape.count || below(2) == 0 { operations.append(.wholeAxes) }
            operations += (first..<count).map { operation(shape[shape.count - count + $0]) }
            if below(3) == 0 { operations.insert(.addedAxis, at: below(operations.count + 1)) }
            return operations
        }
    }

    @Test func anyPlaces() {
        var draws = Draws(state: 7)
        for _ in 0..<400 {
            let shape = (0..<(1 + draws.below(3))).map { _ in 1 + draws.below(5) }
            let operations = draws.operations(shape)
            let x = Tensor.arange(shape.reduce(1, *)).reshaped(shape)
            let places = x.indexed(operations)
            var extents = places.shape.map { draws.below(4) == 0 ? 1 : $0 }
            extents.removeFirst(extents.isEmpty ? 0 : draws.below(extents.count + 1))
            if draws.below(5) == 0 { extents.insert(1, at: 0) }
            let values = (Tensor.arange(extents.reduce(1, *)) + 100).reshaped(extents)
            var expected = x.array(of: Int.self)
            let surplus = max(0, extents.count - places.ndim)
            let spread = values.reshaped(Array(extents.dropFirst(surplus))).broadcast(to: places.shape)
            for (place, value) in zip(places.array(of: Int.self), spread.array(of: Int.self)) {
                expected[place] = value
            }
            let result = x.replacing(operations, by: values, file: #fileID, line: #line)
            #expect(
                result.shape == shape && result.array(of: Int.self) == expected,
                "\(operations) of \(shape) by \(extents)")
        }
    }

    @Test func gradientsReachOldAndNewElements() {
        var draws = Draws(state: 11)
        for _ in 0..<30 {
            let shape = (0..<(1 + draws.below(3))).map { _ in 1 + draws.below(3) }
            let operations = draws.operations(shape)
            let old = Tensor.linspace(-1, 1, count: shape.reduce(1, *), dtype: .float64).reshaped(shape)
            let chosen = old.indexed(operations)
            let new = Tensor.linspace(0.5, 2, count: chosen.size, dtype: .float64).reshaped(chosen.shape)
            let report = gradientCheck(
                { [square($0[0].replacing(operations, by: $0[1], file: #fileID, line: #line) + 0.3)] }, at: [old, new])
            #expect(report.passed, "\(operations) of \(shape): \(report)")
        }
    }
}
