import Backprop

extension Operators {
    /// What runs along an axis, and orders.
    static let scans: [String: Adapter] = [
        "argsort": { call in
            let x = try call.tensor("input")
            call.ignore("stable")
            let axis = try call.int("dim", default: -1), descending = try call.bool("descending", default: false)
            return [scalarSafe(x) { $0.argSort(axis: axis, descending: descending) }]
        },
        "cummax": running { $0.cummax(axis: $1) },
        "cummin": running { $0.cummin(axis: $1) },
        "cumprod": { call in
            let x = try converted(call), axis = try call.int("dim")
            return [scalarSafe(x) { $0.cumprod(axis: axis) }]
        },
        "cumsum": { call in
            let x = try converted(call), axis = try call.int("dim")
            return [scalarSafe(x) { $0.cumsum(axis: axis) }]
        },
        "cumulative_trapezoid": { call in
            let y = try call.tensor("y"), axis = try call.int("dim", default: -1)
            if let x = try call.optionalTensor("x") { return [y.cumulativeTrapezoid(at: x, axis: axis)] }
            return [y.cumulativeTrapezoid(spacing: try call.double("dx", default: 1), axis: axis)]
        },
        "kthvalue": { call in
            let rank = try call.int("k")
            return try chosen(call) { $0.kthValue(rank, axis: $1, keepDims: $2) }
        },
        "logcumsumexp": { call in
            let x = try call.tensor("input"), axis = try call.int("dim")
            return [scalarSafe(x) { $0.logCumSumExp(axis: axis) }]
        },
        "median": { call in
            guard call.has("dim") else { return [try call.tensor("input").median()] }
            return try chosen(call) { $0.median(axis: $1, keepDims: $2) }
        },
        "mode": { call in try chosen(call) { $0.mode(axis: $1, keepDims: $2) } },
        "msort": { call in [try call.tensor("input").sorted(axis: 0)] },
        "nanmedian": { call in
            guard call.has("dim") else { return [try call.tensor("input").nanMedian()] }
            return try chosen(call) { $0.nanMedian(axis: $1, keepDims: $2) }
        },
        "sort": { call in
            let x = try call.tensor("input")
            call.ignore("stable")
            let axis = try call.int("dim", default: -1), descending = try call.bool("descending", default: false)
            return scalarSafe(x) { x in
                let order = x.argSort(axis: axis, descending: descending)
                return [x.takeAlong(order, axis: axis), order]
            }
        },
        "topk": { call in
            let x = try call.tensor("input")
            call.ignore("sorted")
            let count = try call.int("k"), axis = try call.int("dim", default: -1)
            let largest = try call.bool("largest", default: true)
            return scalarSafe(x) { x in
                let (values, indices) = x.topK(count, axis: axis, largest: largest)
                return [values, indices]
            }
        },
        "trapezoid": { call in
            let y = try call.tensor("y"), axis = try call.int("dim", default: -1)
            if let x = try call.optionalTensor("x") { return [y.trapezoid(at: x, axis: axis)] }
            return [y.trapezoid(spacing: try call.double("dx", default: 1), axis: axis)]
        },
    ]

    /// PyTorch counts a number as a list of one where an axis is asked for.
    static func scalarSafe(_ x: Tensor, _ function: (Tensor) throws -> [Tensor]) rethrows -> [Tensor] {
        if x.ndim > 0 { return try function(x) }
        return try function(x.reshaped([1])).map { $0.reshaped([]) }
    }

    static func scalarSafe(_ x: Tensor, _ function: (Tensor) throws -> Tensor) rethrows -> Tensor {
        try scalarSafe(x) { [try function($0)] }[0]
    }

    private static func converted(_ call: Call) throws -> Tensor {
        let x = try call.tensor("input")
        return try call.dtype().map { x.asType($0) } ?? x
    }

    private static func running(
        _ function: @escaping @Sendable (Tensor, Int) -> (values: Tensor, indices: Tensor)
    ) -> Adapter {
        { call in
            let axis = try call.int("dim")
            return scalarSafe(try call.tensor("input")) { x in
                let (values, indices) = function(x, axis)
                return [values, indices]
            }
        }
    }

    /// One element of each line, and its position.
    private static func chosen(
        _ call: Call, _ function: (Tensor, Int, Bool) -> (values: Tensor, indices: Tensor)
    ) throws -> [Tensor] {
        let x = try call.tensor("input"), axis = try call.int("dim", default: -1)
        let keepDims = try call.bool("keepdim", default: false)
        return scalarSafe(x) { x in
            let (values, indices) = function(x, axis, keepDims)
            return [values, indices]
        }
    }
}
