import Backprop

extension Operators {
    /// Sums, means, extremes and norms along axes.
    static let reductions: [String: Adapter] = [
        "sum": reduction { x, axes, keepDims in [x.sum(axes: axes, keepDims: keepDims)] },
        "mean": reduction { x, axes, keepDims in [x.mean(axes: axes, keepDims: keepDims)] },
        "prod": reduction { x, axes, keepDims in [x.product(axes: axes, keepDims: keepDims)] },
        "nansum": reduction { x, axes, keepDims in [x.nanSum(axes: axes, keepDims: keepDims)] },
        "nanmean": reduction { x, axes, keepDims in [x.nanMean(axes: axes, keepDims: keepDims)] },
        "amax": reduction { x, axes, keepDims in [x.max(axes: axes, keepDims: keepDims)] },
        "amin": reduction { x, axes, keepDims in [x.min(axes: axes, keepDims: keepDims)] },
        "aminmax": reduction { x, axes, keepDims in
            [x.min(axes: axes, keepDims: keepDims), x.max(axes: axes, keepDims: keepDims)]
        },
        "logsumexp": reduction { x, axes, keepDims in [x.logSumExp(axes: axes, keepDims: keepDims)] },
        "all": reduction { x, axes, keepDims in [x.all(axes: axes, keepDims: keepDims)] },
        "any": reduction { x, axes, keepDims in [x.any(axes: axes, keepDims: keepDims)] },
        "count_nonzero": reduction { x, axes, keepDims in [x.countNonzero(axes: axes, keepDims: keepDims)] },
        "var": deviation { x, axes, keepDims, ddof in [x.variance(axes: axes, keepDims: keepDims, ddof: ddof)] },
        "std": deviation { x, axes, keepDims, ddof in [x.std(axes: axes, keepDims: keepDims, ddof: ddof)] },
        "var_mean": deviation { x, axes, keepDims, ddof in
            [x.variance(axes: axes, keepDims: keepDims, ddof: ddof), x.mean(axes: axes, keepDims: keepDims)]
        },
        "std_mean": deviation { x, axes, keepDims, ddof in
            [x.std(axes: axes, keepDims: keepDims, ddof: ddof), x.mean(axes: axes, keepDims: keepDims)]
        },
        "max": extremum({ $0.max() }, { $0.maxWithIndex(axis: $1, keepDims: $2) }, { maximum($0, $1) }),
        "min": extremum({ $0.min() }, { $0.minWithIndex(axis: $1, keepDims: $2) }, { minimum($0, $1) }),
        "argmax": position { $0.argMax(axis: $1, keepDims: $2) },
        "argmin": position { $0.argMin(axis: $1, keepDims: $2) },
        "trace": map { $0.trace() },
    ]

    /// Norms, distances and what is made with them.
    static let norms: [String: Adapter] = [
        "linalg.vector_norm": { call in
            let order = try call.double("ord", default: 2)
            return try reduction { x, axes, keepDims in [x.vectorNorm(order, axes: axes, keepDims: keepDims)] }(call)
        },
        "norm": { call in
            call.ignore("out")
            let order: Double
            if case .string(let word)? = call.optionalValue("p") {
                guard word == "fro" else { throw Unsupported("p = '\(word)'") }
                order = 2
            } else {
                order = try call.optionalDouble("p") ?? 2
            }
            return try reduction { x, axes, keepDims in [x.vectorNorm(order, axes: axes, keepDims: keepDims)] }(call)
        },
        "renorm": { call in
            try [
                call.tensor("input").renormalized(
                    call.double("p"), axis: call.int("dim"), limit: call.double("maxnorm"))
            ]
        },
        "nn.functional.normalize": { call in
            call.ignore("out")
            let x = try call.tensor("input")
            let lines = x.ndim == 0 ? x.reshaped([1]) : x
            let result = try normalized(
                lines, order: call.double("p", default: 2), axes: call.ints("dim", default: [1]),
                epsilon: call.double("eps", default: 1e-12))
            return [result.reshaped(x.shape)]
        },
        "nn.functional.cosine_similarity": { call in
            let (a, b) = try operands(call, "x1", "x2")
            return try [
                cosineSimilarity(
                    a.ndim == 0 ? a.reshaped([1]) : a, b.ndim == 0 ? b.reshaped([1]) : b,
                    axis: call.int("dim", default: 1), epsilon: call.double("eps", default: 1e-8))
            ]
        },
        "nn.functional.pairwise_distance": { call in
            let (a, b) = try operands(call, "x1", "x2")
            return try [
                pairwiseDistance(
                    a, b, order: call.double("p", default: 2), epsilon: call.double("eps", default: 1e-6),
                    keepDims: call.bool("keepdim", default: false))
            ]
        },
        "cdist": { call in
            call.ignore("compute_mode")
            return try [distances(call.tensor("x1"), call.tensor("x2"), order: call.double("p", default: 2))]
        },
        "dist": { call in
            let (a, b) = try operands(call)
            return try [(a - b).vectorNorm(call.double("p", default: 2))]
        },
    ]

    /// Softmax and its relatives.
    static let softmaxes: [String: Adapter] = [
        "softmax": along { softmax($0, axis: $1) },
        "log_softmax": along { logSoftmax($0, axis: $1) },
        "nn.functional.softmin": along { softmin($0, axis: $1) },
    ]

    /// The axes of "dim"; nil for all of them, which are also meant by an empty list.
    static func axes(_ call: Call, _ name: String = "dim") throws -> [Int]? {
        guard let axes = try call.optionalInts(name), !axes.isEmpty else { return nil }
        return axes
    }

    /// The input in the dtype that "dtype" asks for.
    private static func input(_ call: Call) throws -> Tensor {
        let x = try call.tensor("input")
        return try call.dtype().map { x.asType($0) } ?? x
    }

    /// A reduction over "dim" with "keepdim". PyTorch lets a number have an axis to reduce.
    private static func reduction(
        _ function: @escaping @Sendable (Tensor, [Int]?, Bool) -> [Tensor]
    ) -> Adapter {
        { call in
            let x = try input(call), axes = try axes(call)
            let keepDims = try call.optionalBool("keepdim") ?? false
            return x.ndim == 0 ? function(x, nil, false) : function(x, axes, keepDims)
        }
    }

    /// Variances and deviations: divided by the count less "correction", or less one where "unbiased" holds.
    private static func deviation(
        _ function: @escaping @Sendable (Tensor, [Int]?, Bool, Double) -> [Tensor]
    ) -> Adapter {
        { call in
            let isUnbiased = try call.optionalBool("unbiased") ?? true
            let correction = try call.optionalDouble("correction") ?? (isUnbiased ? 1 : 0)
            return try reduction { x, axes, keepDims in function(x, axes, keepDims, correction) }(call)
        }
    }

    /// `max` and `min`: of all elements, along an axis with the index, or of two tensors.
    private static func extremum(
        _ whole: @escaping @Sendable (Tensor) -> Tensor,
        _ along: @escaping @Sendable (Tensor, Int, Bool) -> (values: Tensor, indices: Tensor),
        _ pair: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) -> Adapter {
        { call in
            if call.has("other") {
                let (a, b) = try operands(call)
                return [pair(a, b)]
            }
            let x = try call.tensor("input")
            guard let axis = try call.optionalInt("dim") else { return [whole(x)] }
            let keepDims = try call.bool("keepdim", default: false)
            guard x.ndim > 0 else { return [x, Tensor(0, dtype: .int64)] }
            let result = along(x, axis, keepDims)
            return [result.values, result.indices]
        }
    }

    private static func position(_ function: @escaping @Sendable (Tensor, Int, Bool) -> Tensor) -> Adapter {
        { call in
            let x = try call.tensor("input"), keepDims = try call.optionalBool("keepdim") ?? false
            guard let axis = try call.optionalInt("dim"), x.ndim > 0 else {
                let index = function(x.flattened(), 0, false)
                return [keepDims ? index.reshaped([Int](repeating: 1, count: x.ndim)) : index]
            }
            return [function(x, axis, keepDims)]
        }
    }

    /// A function along "dim" that keeps the shape. PyTorch lets a number have an axis.
    private static func along(_ function: @escaping @Sendable (Tensor, Int) -> Tensor) -> Adapter {
        { call in
            call.ignore("_stacklevel")
            let x = try input(call)
            // Without an axis, PyTorch takes the first of one or three axes, and the second of others.
            let axis = try call.optionalInt("dim") ?? ([0, 1, 3].contains(x.ndim) ? 0 : 1)
            return [x.ndim == 0 ? function(x.reshaped([1]), 0).reshaped([]) : function(x, axis)]
        }
    }
}
