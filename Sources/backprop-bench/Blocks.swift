import Backprop
import BackpropNN

/// Times fused elementwise work and row reductions, forward and backward, and a fused optimizer update. `gb_per_s` counts
/// every array once that has to be read or written.
func measureBlocks(seconds: Double, _ report: Report) {
    let copy = copyBandwidth(seconds: seconds)

    func add(_ name: String, bytes: Int, _ body: @escaping () -> Void) {
        let timing = time(during: seconds, body)
        report.add(
            Measurement(fields: [
                ("workload", .text("blocks")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)),
                ("min_ms", .number(timing.minimum * 1e3)),
                ("gb_per_s", .number(Double(bytes) / timing.median / 1e9)), ("copy_gb_per_s", .number(copy)),
                ("threads", .integer(Processor.threads)),
            ]))
    }

    /// The forward pass, and the gradient from input and cotangent alone.
    func forwardAndBackward(
        _ name: String, _ shape: [Int], weights: [Tensor] = [], _ function: @escaping ([Tensor]) -> Tensor
    ) {
        let x = Tensor.normal(shape), cotangent = Tensor.normal(shape)
        let arguments = [x] + weights
        evaluate(arguments + [cotangent])
        add(name, bytes: 2 * x.size * 4) { withoutGradients { evaluate(function(arguments)) } }
        let derivative = grad { (arguments: [Tensor]) in (function(arguments) * cotangent).sum() }
        add(name + "-backward", bytes: 3 * x.size * 4) { evaluate(derivative(arguments)) }
    }

    forwardAndBackward("gelu", [8, 256, 1536]) { gelu($0[0]) }
    forwardAndBackward("gelu-tanh", [8, 256, 1536]) { geluTanh($0[0]) }
    forwardAndBackward("softmax", [12288, 256]) { softmax($0[0]) }
    forwardAndBackward("layer-norm", [2048, 384], weights: [.normal([384]), .normal([384])]) { arguments in
        let x = arguments[0]
        let centered = x - x.mean(axis: -1, keepDims: true)
        let normalized = centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
        return normalized * arguments[1] + arguments[2]
    }

    let parameter = Parameter(.normal([11_000_000]))
    let gradient = Tensor.normal([11_000_000])
    let optimizer = AdamW([parameter])
    evaluate(gradient)
    add("adamw", bytes: 7 * 44_000_000) {
        parameter.gradient = gradient
        optimizer.step()
    }
}

/// Gigabytes a second of reading one large array and writing another.
private func copyBandwidth(seconds: Double) -> Double {
    let x = Tensor.normal([4096, 4096])
    evaluate(x)
    let timing = time(during: seconds) { evaluate(-x) }
    return 2 * Double(x.size * 4) / timing.median / 1e9
}
