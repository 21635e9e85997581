import Backprop

extension Operators {
    /// Elementwise functions of one tensor.
    static let unary: [String: Adapter] = [
        "abs": map { abs($0) },
        "neg": map { -$0 },
        "positive": map { $0 },
        "sign": map { sign($0) },
        "sgn": map { sign($0) },
        "floor": map { floor($0) },
        "ceil": map { ceil($0) },
        "trunc": map { trunc($0) },
        "frac": map { frac($0) },
        "round": { call in try [round(call.tensor("input"), decimals: call.int("decimals", default: 0))] },
        "exp": map { exp($0) },
        "exp2": map { exp2($0) },
        "expm1": map { expm1($0) },
        "log": map { log($0) },
        "log2": map { log2($0) },
        "log10": map { log10($0) },
        "log1p": map { log1p($0) },
        "sqrt": map { sqrt($0) },
        "rsqrt": map { rsqrt($0) },
        "square": map { square($0) },
        "reciprocal": map { reciprocal($0) },
        "sin": map { sin($0) },
        "cos": map { cos($0) },
        "tan": map { tan($0) },
        "asin": map { asin($0) },
        "acos": map { acos($0) },
        "atan": map { atan($0) },
        "sinh": map { sinh($0) },
        "cosh": map { cosh($0) },
        "tanh": map { tanh($0) },
        "asinh": map { asinh($0) },
        "acosh": map { acosh($0) },
        "atanh": map { atanh($0) },
        "sinc": map { sinc($0) },
        "deg2rad": map { radians($0) },
        "rad2deg": map { degrees($0) },
        "sigmoid": map { sigmoid($0) },
        "logit": { call in try [logit(call.tensor("input"), epsilon: call.optionalDouble("eps"))] },
        "erf": map { erf($0) },
        "erfc": map { erfc($0) },
        "erfinv": map { erfInverse($0) },
        "lgamma": map { logGamma($0) },
        "digamma": map { digamma($0) },
        "polygamma": { call in try [polygamma(call.int("n"), call.tensor("input"))] },
        "isnan": map { isNaN($0) },
        "isinf": map { isInfinite($0) },
        "isfinite": map { isFinite($0) },
        "nan_to_num": { call in
            try [
                nanToNum(
                    call.tensor("input"), nan: call.optionalDouble("nan") ?? 0,
                    positiveInfinity: call.optionalDouble("posinf"), negativeInfinity: call.optionalDouble("neginf"))
            ]
        },
    ]
}
