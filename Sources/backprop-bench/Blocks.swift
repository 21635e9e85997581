import Backprop
import BackpropNN

/// Times fused elementwise work and row reductions, forward and backward, and a fused optimizer update. `gb_per_s` counts
/// every array once that has to be read or written.
func measureBlocks(seconds: Double, _ report: Report) {
    let copy = copyBandwidth(seconds: seconds)

    func add(_ name: String, bytes: Int, _ timing: Timing) {
        report.add(
            Measurement(fields: [
                ("workload", .text("blocks")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)),
                ("min_ms", .number(timing.minimum * 1e3)),
                ("gb_per_s", .number(Double(bytes) / timing.median / 1e9)), ("copy_gb_per_s", .number(copy)),
                ("threads", .integer(Processor.threads)),
            ]))
    }

    /// The forward pass, and the backward pass by itself. That one starts, as PyTorch's does, where the forward pass has
    /// ended: the result has been read, so what the gradients need lies in memory.
    func forwardAndBackward(
        _ name: String, _ shape: [Int], weights: [Tensor] = [], _ function: @escaping ([Tensor]) -> Tensor
    ) {
        let cotangent = Tensor.normal(shape)
        let parameters = ([Tensor.normal(shape)] + weights).map { Parameter($0) }
        let bytes = cotangent.size * 4
        evaluateOrStop(parameters.map(\.value) + [cotangent])
        func forward() -> Tensor { function(parameters.map(\.value)) }
        add(name, bytes: 2 * bytes, time(during: seconds) { withoutGradients { evaluateOrStop(forward()) } })
        let result = forward()
        evaluateOrStop(result)
        let backward = time(during: seconds) {
            let loss = (result * cotangent).sum()
            // Nobody differentiates the gradients once more.
            evaluateOrStop(withoutGradients { gradients(of: loss, withRespectTo: parameters.map(\.value)) })
        }
        add(name + "-backward", bytes: 3 * bytes, backward)
    }

    forwardAndBackward("gelu", [8, 256, 1536]) { gelu($0[0]) }
    forwardAndBackward("gelu-tanh", [8, 256, 1536]) { geluTanh($0[0]) }
    forwardAndBackward("softmax", [12288, 256]) { softmax($0[0]) }
    forwardAndBackward("layer-norm", [2048, 384], weights: [.normal([384]), .normal([384])]) {
        layerNorm($0[0], weight: $0[1], bias: $0[2])
    }

    let parameter = Parameter(.normal([11_000_000]))
    let gradient = Tensor.normal([11_000_000])
    let optimizer = AdamW([parameter])
    evaluateOrStop(gradient)
    let update = time(during: seconds) {
        parameter.gradient = gradient
        optimizer.step()
    }
    add("adamw", bytes: 7 * 44_000_000, update)
}

/// Gigabytes a second of reading one large array and writing another.
private func copyBandwidth(seconds: Double) -> Double {
    let x = Tensor.normal([4096, 4096])
    evaluateOrStop(x)
    let timing = time(during: seconds) { evaluateOrStop(-x) }
    return 2 * Double(x.size * 4) / timing.median / 1e9
}
