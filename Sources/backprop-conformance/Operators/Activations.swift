import Backprop
import BackpropNN

extension Operators {
    /// Activation functions.
    static let activations: [String: Adapter] = piecewiseLinear.merging(smooth) { first, _ in first }

    private static let piecewiseLinear: [String: Adapter] = [
        "nn.functional.relu": activation { x, _ in relu(x) },
        "nn.functional.relu6": activation { x, _ in relu6(x) },
        "nn.functional.leaky_relu": activation { try leakyRelu($0, slope: $1.double("negative_slope", default: 0.01)) },
        "nn.functional.prelu": { call in
            let x = try call.tensor("input")
            let slope = try call.tensor("weight")
            guard slope.size > 1 else { return [prelu(x, slope: slope)] }
            return [channelsFirst(prelu(channelsLast(x), slope: slope))]
        },
        "nn.functional.rrelu": activation { x, call in
            try call.expect("training", false)
            let lower = try call.double("lower", default: 1.0 / 8), upper = try call.double("upper", default: 1.0 / 3)
            return rrelu(x, lower: lower, upper: upper)
        },
        "nn.functional.threshold": activation { x, call in
            try threshold(x, above: call.double("threshold"), otherwise: call.double("value"))
        },
        "nn.functional.hardtanh": activation { x, call in
            try hardtanh(x, min: call.double("min_val", default: -1), max: call.double("max_val", default: 1))
        },
        "nn.functional.hardsigmoid": activation { x, _ in hardsigmoid(x) },
        "nn.functional.hardswish": activation { x, _ in hardswish(x) },
        "nn.functional.hardshrink": activation { try hardshrink($0, threshold: $1.double("lambd", default: 0.5)) },
        "nn.functional.softshrink": activation { try softshrink($0, threshold: $1.double("lambd", default: 0.5)) },
    ]

    private static let smooth: [String: Adapter] = [
        "nn.functional.elu": activation { try elu($0, alpha: $1.double("alpha", default: 1)) },
        "nn.functional.selu": activation { x, _ in selu(x) },
        "nn.functional.celu": activation { try celu($0, alpha: $1.double("alpha", default: 1)) },
        "nn.functional.gelu": activation { x, call in
            switch try call.string("approximate", default: "none") {
            case "none": gelu(x)
            case "tanh": geluTanh(x)
            case let other: throw Unsupported("approximate = '\(other)'")
            }
        },
        "nn.functional.silu": activation { x, _ in silu(x) },
        "nn.functional.mish": activation { x, _ in mish(x) },
        "nn.functional.softplus": activation { x, call in
            let beta = try call.double("beta", default: 1), bound = try call.double("threshold", default: 20)
            return softplus(x, beta: beta, threshold: bound)
        },
        "nn.functional.softsign": activation { x, _ in softsign(x) },
        "nn.functional.tanhshrink": activation { x, _ in tanhshrink(x) },
        "nn.functional.logsigmoid": activation { x, _ in logSigmoid(x) },
        "nn.functional.tanh": activation { x, _ in tanh(x) },
        "nn.functional.sigmoid": activation { x, _ in sigmoid(x) },
        "nn.functional.glu": activation { try glu($0, axis: $1.int("dim", default: -1)) },
    ]

    private static func activation(_ function: @escaping @Sendable (Tensor, Call) throws -> Tensor) -> Adapter {
        { call in
            call.ignore("inplace")
            return [try function(call.tensor("input"), call)]
        }
    }
}
