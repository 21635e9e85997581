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
                ("workload", .text("blocks")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)), ("min_ms", .number(timing.minimum * 1e3)),
                ("gb_per_s", .number(Double(bytes) / timing.median / 1e9)), ("copy_gb_per_s", .number(copy)),
                ("threads", .integer(Processor.threads)),
            ]))
    }

    func forwardAndBackward(_ name: String, _ shape: [Int], _ function: @escaping (Tensor) -> Tensor) {
        let x = Tensor.normal(shape), g = Tensor.normal(shape)
        evaluate(x, g)
        let array = x.size * 4
        add(name, bytes: 2 * array) { withoutGradients { evaluate(function(x)) } }
        let derivative = grad { (x: Tensor) in (function(x) * g).sum() }
        add(name + "_backward", bytes: 3 * array) { evaluate(derivative(x)) }
    }

    forwardAndBackward("gelu", [8, 256, 1536]) { gelu($0) }
    forwardAndBackward("gelu_tanh", [8, 256, 1536]) { geluTanh($0) }
    forwardAndBackward("softmax", [12288, 256]) { softmax($0) }
    forwardAndBackward("layer_norm", [2048, 384]) { x in
        let centered = x - x.mean(axis: -1, keepDims: true)
        return centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
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
