import Backprop

extension Operators {
    /// Elementwise functions of one tensor.
    static let unary: [String: Adapter] = [
        "abs": map { abs($0) },
        "neg": map { -$0 },
        "sign": map { sign($0) },
        "floor": map { floor($0) },
        "ceil": map { ceil($0) },
        "round": map { round($0) },
        "exp": map { exp($0) },
        "expm1": map { expm1($0) },
        "log": map { log($0) },
        "log1p": map { log1p($0) },
        "sqrt": map { sqrt($0) },
        "rsqrt": map { rsqrt($0) },
        "square": map { square($0) },
        "sin": map { sin($0) },
        "cos": map { cos($0) },
        "tanh": map { tanh($0) },
        "sigmoid": map { sigmoid($0) },
        "erf": map { erf($0) },
    ]
}
