import Backprop

extension Operators {
    /// Elementwise functions of several tensors.
    static let binary: [String: Adapter] = [
        "add": { call in
            let (a, b) = try operands(call)
            let alpha = try call.double("alpha", default: 1)
            return [alpha == 1 ? a + b : a + b * alpha]
        },
        "sub": { call in
            let (a, b) = try operands(call)
            let alpha = try call.double("alpha", default: 1)
            return [alpha == 1 ? a - b : a - b * alpha]
        },
        "rsub": { call in
            let (a, b) = try operands(call)
            let alpha = try call.double("alpha", default: 1)
            return [alpha == 1 ? b - a : b - a * alpha]
        },
        "mul": zip { $0 * $1 },
        "div": { call in
            let (a, b) = try operands(call)
            switch try call.optionalString("rounding_mode") {
            case nil: return [a / b]
            case "floor": return [floorDivide(a, b)]
            case "trunc": return [truncatedDivide(a, b)]
            case let mode?: throw Unsupported("rounding_mode = '\(mode)'")
            }
        },
        "true_divide": zip { $0 / $1 },
        "floor_divide": zip { floorDivide($0, $1) },
        "remainder": zip { remainder($0, $1) },
        "fmod": zip { fmod($0, $1) },
        "pow": { call in
            let name = call.has("exponent") ? "exponent" : "other"
            if case .tensor = try call.value(name) {
                let (a, b) = try operands(call, "input", name)
                return [pow(a, b)]
            }
            return [pow(try call.tensor("input"), try call.double(name))]
        },
        "maximum": zip { maximum($0, $1) },
        "minimum": zip { minimum($0, $1) },
        "fmax": zip { which(isNaN($0), $1, which(isNaN($1), $0, maximum($0, $1))) },
        "fmin": zip { which(isNaN($0), $1, which(isNaN($1), $0, minimum($0, $1))) },
        "atan2": zip { atan2($0, $1) },
        "hypot": zip { hypot($0, $1) },
        "copysign": zip { copysign($0, $1) },
        "logaddexp": zip { logAddExp($0, $1) },
        "logaddexp2": zip { logAddExp2($0, $1) },
        "xlogy": zip { xlogy($0, $1) },
        "special.xlog1py": zip { xlog1py($0, $1) },
        "lerp": { call in
            let (a, b) = try operands(call, "input", "end")
            guard case .tensor = try call.value("weight") else { return [lerp(a, b, try call.double("weight"))] }
            return [lerp(a, b, try call.tensor("weight"))]
        },
        "addcmul": { call in
            let product = try call.tensor("tensor1") * call.tensor("tensor2")
            return [try call.tensor("input") + product * call.double("value", default: 1)]
        },
        "addcdiv": { call in
            let quotient = try call.tensor("tensor1") / call.tensor("tensor2")
            return [try call.tensor("input") + quotient * call.double("value", default: 1)]
        },
    ]

    /// Comparisons, and what chooses between elements.
    static let selections: [String: Adapter] = [
        "eq": zip { $0 .== $1 },
        "ne": zip { $0 .!= $1 },
        "lt": zip { $0 .< $1 },
        "le": zip { $0 .<= $1 },
        "gt": zip { $0 .> $1 },
        "ge": zip { $0 .>= $1 },
        "isclose": { call in
            let (a, b) = try operands(call)
            return try [
                isClose(
                    a, b, relative: call.double("rtol", default: 1e-5), absolute: call.double("atol", default: 1e-8),
                    equalNaN: call.bool("equal_nan", default: false))
            ]
        },
        "logical_and": zip { $0.asType(.bool) .& $1.asType(.bool) },
        "logical_or": zip { $0.asType(.bool) .| $1.asType(.bool) },
        "logical_xor": zip { $0.asType(.bool) .!= $1.asType(.bool) },
        "logical_not": map { .!$0.asType(.bool) },
        "where": { call in
            let (a, b) = try operands(call)
            return [which(try call.tensor("condition").asType(.bool), a, b)]
        },
        "masked_fill": { call in
            let x = try call.tensor("input")
            return [x.maskedFill(try call.tensor("mask"), try call.tensor("value", like: x).asType(x.dtype))]
        },
        "clamp": { call in
            let x = try call.tensor("input")
            return [clip(x, min: try bound(call, "min", x), max: try bound(call, "max", x))]
        },
        "clamp_min": { call in
            let x = try call.tensor("input")
            return [clip(x, min: try bound(call, "min", x))]
        },
        "clamp_max": { call in
            let x = try call.tensor("input")
            return [clip(x, max: try bound(call, "max", x))]
        },
        // A square root that sees no negative number, inside of a choice.
        "where_guard": { call in
            let x = try call.tensor("x")
            let isPositive = x .> 0
            return [which(isPositive, sqrt(which(isPositive, x, Tensor(1, dtype: x.dtype))), x)]
        },
    ]

    /// Two operands in one dtype: a number takes that of the tensor beside it, and integers become floating point beside
    /// floating point.
    static func operands(
        _ call: Call, _ first: String = "input", _ second: String = "other"
    ) throws -> (Tensor, Tensor) {
        let a: Tensor, b: Tensor
        if case .tensor = try call.value(first) {
            a = try call.tensor(first)
            b = try call.tensor(second, like: a)
        } else {
            b = try call.tensor(second)
            a = try call.tensor(first, like: b)
        }
        if a.dtype == b.dtype { return (a, b) }
        return a.dtype.rawValue > b.dtype.rawValue ? (a, b.asType(a.dtype)) : (a.asType(b.dtype), b)
    }

    /// A limit in the dtype of what it limits.
    private static func bound(_ call: Call, _ name: String, _ x: Tensor) throws -> Tensor? {
        try call.optionalTensor(name, like: x)?.asType(x.dtype)
    }
}
