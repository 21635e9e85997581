import Backprop
import Foundation
import Testing

/// Reductions that are composed, over every kind of axes, and the conventions of their gradients, which are those of
/// PyTorch 2.13.
@Suite struct ReductionTests {
    private typealias Function = (Tensor) -> Tensor

    private func expect(_ found: Tensor, _ expected: [Double], _ tolerance: Double = 0, _ comment: String = "") {
        #expect(difference(found.numbers, expected) <= tolerance, "\(comment) \(found.numbers) is not \(expected)")
    }

    private let x = Tensor([1.0, -2, 0.5, 3, 4, -1, 2, 0.25, 5, -3, 1.5, 2.5], shape: [2, 3, 2], dtype: .float64)

    /// A reduction against a loop over the lines that it reduces, for all sets of axes.
    @Test func reductionsOfEverySetOfAxes() {
        func norm(_ order: Double) -> ([Double]) -> Double {
            { line in Foundation.pow(line.reduce(0) { $0 + Foundation.pow(abs($1), order) }, 1 / order) }
        }
        func variance(_ line: [Double], _ ddof: Double) -> Double {
            let mean = line.reduce(0, +) / Double(line.count)
            return line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Swift.max(0, Double(line.count) - ddof)
        }
        let cases: [(String, (Tensor, [Int]?, Bool) -> Tensor, ([Double]) -> Double)] = [
            ("product", { $0.product(axes: $1, keepDims: $2) }, { $0.reduce(1, *) }),
            ("mean", { $0.mean(axes: $1, keepDims: $2) }, { $0.reduce(0, +) / Double($0.count) }),
            ("variance", { $0.variance(axes: $1, keepDims: $2, ddof: 0.5) }, { variance($0, 0.5) }),
            ("std", { $0.std(axes: $1, keepDims: $2) }, { variance($0, 0).squareRoot() }),
            (
                "logSumExp", { $0.logSumExp(axes: $1, keepDims: $2) },
                { Foundation.log($0.reduce(0) { $0 + Foundation.exp($1) }) }
            ),
            ("nanSum", { $0.nanSum(axes: $1, keepDims: $2) }, { $0.reduce(0, +) }),
            ("nanMean", { $0.nanMean(axes: $1, keepDims: $2) }, { $0.reduce(0, +) / Double($0.count) }),
            (
                "countNonzero", { round($0).countNonzero(axes: $1, keepDims: $2) },
                { Double($0.filter { $0.rounded(.toNearestOrEven) != 0 }.count) }
            ),
            ("any", { ($0 .> 4).any(axes: $1, keepDims: $2) }, { $0.contains { $0 > 4 } ? 1 : 0 }),
            ("all", { ($0 .> -2.5).all(axes: $1, keepDims: $2) }, { $0.allSatisfy { $0 > -2.5 } ? 1 : 0 }),
            ("norm 0", { $0.vectorNorm(0, axes: $1, keepDims: $2) }, { Double($0.count) }),
            ("norm 1", { $0.vectorNorm(1, axes: $1, keepDims: $2) }, norm(1)),
            ("norm 2", { $0.vectorNorm(axes: $1, keepDims: $2) }, norm(2)),
            ("norm 0.5", { $0.vectorNorm(0.5, axes: $1, keepDims: $2) }, norm(0.5)),
            ("norm 3.5", { $0.vectorNorm(3.5, axes: $1, keepDims: $2) }, norm(3.5)),
            ("norm -2", { $0.vectorNorm(-2, axes: $1, keepDims: $2) }, norm(-2)),
            ("norm ∞", { $0.vectorNorm(.infinity, axes: $1, keepDims: $2) }, { $0.map { abs($0) }.max()! }),
            ("norm -∞", { $0.vectorNorm(-.infinity, axes: $1, keepDims: $2) }, { $0.map { abs($0) }.min()! }),
        ]
        let shape = [2, 3, 2], numbers = x.numbers, places = indices(of: shape)
        for (name, function, reference) in cases {
            for bits in 1..<8 {
                let axes = (0..<3).filter { bits & (1 << $0) != 0 }, kept = (0..<3).filter { !axes.contains($0) }
                var lines: [[Int]: [Double]] = [:]
                for (place, value) in zip(places, numbers) { lines[kept.map { place[$0] }, default: []].append(value) }
                let expected = indices(of: kept.map { shape[$0] }).map { reference(lines[$0]!) }
                expect(function(x, axes.map { $0 - 3 }, false), expected, 1e-14, "\(name) over \(axes)")
                let keptShape = (0..<3).map { axes.contains($0) ? 1 : shape[$0] }
                #expect(function(x, axes, true).shape == keptShape, "\(name) over \(axes)")
            }
            #expect(function(x, nil, false).shape == [], "\(name) over all")
        }
    }

    @Test func reductionsOfNothing() {
        let nothing = Tensor.zeros([2, 0, 3], dtype: .float64)
        let cases: [(String, Function, Double)] = [
            ("product", { $0.product(axes: [1]) }, 1), ("mean", { $0.mean(axes: [1]) }, .nan),
            ("variance", { $0.variance(axes: [1]) }, .nan), ("std", { $0.std(axes: [1]) }, .nan),
            ("logSumExp", { $0.logSumExp(axes: [1]) }, -.infinity), ("nanSum", { $0.nanSum(axes: [1]) }, 0),
            ("nanMean", { $0.nanMean(axes: [1]) }, .nan), ("any", { $0.any(axes: [1]) }, 0),
            ("all", { $0.all(axes: [1]) }, 1), ("countNonzero", { $0.countNonzero(axes: [1]) }, 0),
            ("norm 2", { $0.vectorNorm(axes: [1]) }, 0), ("norm 3", { $0.vectorNorm(3, axes: [1]) }, 0),
            ("norm ∞", { $0.vectorNorm(.infinity, axes: [1]) }, 0),
        ]
        for (name, function, value) in cases {
            #expect(function(nothing).shape == [2, 3], "\(name)")
            expect(function(nothing), [Double](repeating: value, count: 6), 0, name)
        }
        #expect(softmax(nothing, axis: 1).shape == [2, 0, 3])
        #expect(logSoftmax(nothing, axis: 1).shape == [2, 0, 3])
        expect(Tensor([2.0], dtype: .float64).variance(ddof: 1), [.nan])
        expect(Tensor([2.0, 3], dtype: .float64).variance(ddof: 3), [.infinity])
    }

    @Test func integersAndMasks() {
        let whole = Tensor([3, 0, -2, 5] as [Int32], shape: [2, 2])
        expect(whole.product(axes: [1]), [0, -10])
        #expect(whole.product().dtype == .int64)
        expect(Tensor([7, 0, 200] as [UInt8]).min(), [0])
        expect(Tensor([7, 0, 200] as [UInt8]).argMin(axis: 0), [1])
        expect(Tensor([Int32.min, 4]).min(), [Double(Int32.min)])
        expect(whole.nanSum(), [6])
        expect(whole.any(axes: [0]), [1, 1])
        expect(whole.all(axes: [0]), [1, 0])
        expect(whole.countNonzero(), [3])
        let lowest = whole.minWithIndex(axis: 1)
        expect(lowest.values, [0, -2])
        expect(lowest.indices, [1, 0])
        #expect(lowest.values.dtype == .int32 && lowest.indices.dtype == .int64)
        let masks = Tensor([true, false, false, false], shape: [2, 2]).maxWithIndex(axis: 1, keepDims: true)
        expect(masks.values, [1, 0])
        #expect(masks.values.shape == [2, 1] && masks.indices.shape == [2, 1])
    }

    @Test func gradientConventions() {
        let third = 1.0 / 3
        let cases: [(String, Function, [Double], [Double])] = [
            ("std of equal elements", { $0.std() }, [2, 2, 2], [0, 0, 0]),
            ("norm 2 of zeros", { $0.vectorNorm() }, [0, 0], [0, 0]),
            ("norm 3 of zeros", { $0.vectorNorm(3) }, [0, 0], [0, 0]),
            ("norm 0.5 beside a zero", { $0.vectorNorm(0.5) }, [0, 4], [0, 1]),
            ("norm 1.5 beside a zero", { $0.vectorNorm(1.5) }, [0, 4], [0, 1]),
            ("norm -1 beside a zero", { $0.vectorNorm(-1) }, [0, 4], [0, 0]),
            ("norm ∞ with a tie", { $0.vectorNorm(.infinity) }, [3, -3, 1], [0.5, -0.5, 0]),
            ("norm 0", { $0.vectorNorm(0) }, [3, 0], [0, 0]),
            ("norm 1", { $0.vectorNorm(1) }, [3, 0, -2], [1, 0, -1]),
            ("max with a tie", { $0.max() }, [3, 1, 3], [0.5, 0, 0.5]),
            ("max of several NaN", { $0.max() }, [.nan, 1, .nan], [0.5, 0, 0.5]),
            ("max along an axis with NaN", { $0.reshaped([1, 3]).max(axis: 1) }, [.nan, 1, 2], [.nan, .nan, .nan]),
            ("min with a tie", { $0.min() }, [1, 1, 1], [third, third, third]),
            ("first of the greatest", { $0.maxWithIndex(axis: 0).values }, [1, 3, 3], [0, 1, 0]),
            ("first of the least", { $0.minWithIndex(axis: 0).values }, [1, 3, 1], [1, 0, 0]),
            ("nanSum", { $0.nanSum() }, [1, .nan], [1, 0]),
            ("nanMean", { $0.nanMean() }, [1, .nan, 3], [0.5, 0, 0.5]),
            ("logSumExp", { $0.logSumExp() }, [-.infinity, 2, 2], [0, 0.5, 0.5]),
            ("product with a zero", { $0.product() }, [2, 0, 3], [0, 6, 0]),
            ("product with two zeros", { $0.product() }, [0, 2, 0], [0, 0, 0]),
        ]
        for (name, function, x, expected) in cases {
            expect(grad { function($0).sum() }(Tensor(x, dtype: .float64)), expected, 1e-15, name)
        }
        // d²(abc)/da db = c, also where others are 0.
        let second = grad { x in (grad { $0.product() }(x) * Tensor([1.0, 0, 0], dtype: .float64)).sum() }
        expect(second(Tensor([0.0, 0, 5], dtype: .float64)), [0, 5, 0])
    }

    @Test func derivativesAgreeWithDifferences() {
        let cases: [(String, Function)] = [
            ("product", { $0.product(axes: [0, 2]) }), ("variance", { $0.variance(axes: [1], ddof: 1) }),
            ("std", { $0.std(axes: [1, 2], keepDims: true) }), ("logSumExp", { $0.logSumExp(axes: [0]) }),
            ("nanMean", { $0.nanMean(axes: [1]) * $0.sum() }), ("norm 2", { $0.vectorNorm(axes: [1]) }),
            ("norm 3", { $0.vectorNorm(3, axes: [0, 1]) }), ("norm 0.5", { $0.vectorNorm(0.5, axes: [2]) }),
            ("norm -1.5", { $0.vectorNorm(-1.5) }), ("norm ∞", { $0.vectorNorm(.infinity, axes: [1]) * $0.sum() }),
            ("softmax", { softmax($0, axis: 1) }), ("logSoftmax", { logSoftmax($0, axis: 0) }),
            ("softmin", { softmin($0) }), ("min", { square($0).min(axes: [1]) }),
            ("maxWithIndex", { square($0).maxWithIndex(axis: 1).values }),
            ("normalized", { normalized($0, order: 2, axes: [1]) }),
            ("renormalized", { $0.renormalized(2, axis: 1, limit: 4.5) }),
            ("cosine similarity", { cosineSimilarity($0, $0 * $0 + 1, axis: 1) }),
            ("pairwise distance", { pairwiseDistance($0, $0 * $0, order: 3) }),
            ("distances", { distances($0, $0 * $0 + 0.3) }),
            ("distances of order 1.5", { distances($0, $0 * $0 + 0.3, order: 1.5) }),
        ]
        for (name, function) in cases {
            let report = gradientCheck({ [function($0[0])] }, at: [x], secondOrder: true)
            #expect(report.passed, "\(name): \(report)")
        }
    }

    @Test func distancesAndSimilarities() {
        let a = Tensor([0.0, 0, 1, 2], shape: [2, 2], dtype: .float64),
            b = Tensor([0.0, 1, 1, 2, 2, 1], shape: [3, 2], dtype: .float64)
        expect(distances(a, b), [1, 5.0.squareRoot(), 5.0.squareRoot(), 2.0.squareRoot(), 0, 2.0.squareRoot()], 1e-15)
        expect(distances(a, b, order: 0), [1, 2, 2, 2, 0, 2])
        expect(distances(a, b, order: .infinity), [1, 2, 2, 1, 0, 1])
        expect(distances(a, b, order: 1), [1, 3, 3, 2, 0, 2])
        #expect(distances(Tensor.zeros([0, 4, 5]), Tensor.zeros([1, 3, 5])).shape == [0, 4, 3])
        // Where rows are equal, the gradient is 0, whatever the order; each of several greatest differences has its own.
        for order in [0, 0.5, 1, 1.5, 2, 3, .infinity] {
            expect(
                grad { distances($0, $0, order: order).sum() }(Tensor([1.0, 2], shape: [1, 2], dtype: .float64)),
                [0, 0])
        }
        let tie = grad { distances($0, Tensor.zeros([1, 2], dtype: .float64), order: .infinity).sum() }
        expect(tie(Tensor([3.0, -3], shape: [1, 2], dtype: .float64)), [1, -1])
        expect(
            cosineSimilarity(Tensor([3.0, 4], dtype: .float64), Tensor([4.0, 3], dtype: .float64), axis: 0), [0.96],
            1e-15)
        expect(cosineSimilarity(Tensor([0.0, 0], dtype: .float64), Tensor([4.0, 3], dtype: .float64), axis: 0), [0])
        expect(normalized(Tensor([3.0, 4], dtype: .float64), axes: [0]), [0.6, 0.8], 1e-15)
        expect(
            Tensor([3.0, 4, 0.3, 0.4], shape: [2, 2], dtype: .float64).renormalized(axis: 0, limit: 1),
            [0.6, 0.8, 0.3, 0.4], 1e-7)
    }
}
