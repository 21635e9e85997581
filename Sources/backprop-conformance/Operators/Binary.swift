import Backprop

extension Operators {
    /// Elementwise functions of several tensors.
    static let binary: [String: Adapter] = [
        "add": { call in
            let a = try call.tensor("input")
            let b = try call.tensor("other", like: a)
            let alpha = try call.double("alpha", default: 1)
            return [alpha == 1 ? a + b : a + b * alpha]
        },
        "mul": zip { $0 * $1 },
        "div": { call in
            try call.expect("rounding_mode", nil)
            let a = try call.tensor("input")
            return [a / (try call.tensor("other", like: a))]
        },
        "maximum": zip { maximum($0, $1) },
        "minimum": zip { minimum($0, $1) },
    ]
}
