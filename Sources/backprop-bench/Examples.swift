import Backprop
import BackpropNN

/// Times the gradients of every example of a batch: by `perExampleGradients`, beside a loop over the examples. Both keep all
/// gradients; `norms` are those that differential privacy clips by, where nobody asks for the gradients themselves.
func measureExamples(seconds: Double, _ report: Report) {
    let batch = 256
    let model = withRandomSeed(1) {
        Sequential(Linear(784, 128, initializer: .heUniform), Activation.relu, Linear(128, 10))
    }
    let inputs = Tensor.normal([batch, 784]), labels = Tensor((0..<batch).map { Int32($0 * 7 % 10) })
    let parameters = model.parameters()
    evaluate(parameters.map(\.value) + [inputs])

    func together() -> [Tensor] {
        model.perExampleGradients(of: [inputs, labels]) { crossEntropy(model($0[0]), $0[1]) }.gradients
    }
    func ofExample(_ number: Int) -> [Tensor] {
        let loss = crossEntropy(model(inputs[number]), labels[number])
        return withoutGradients { gradients(of: loss, withRespectTo: parameters.map(\.value)) }
    }
    func squares(_ gradients: [Tensor], from axis: Int) -> Tensor {
        gradients.reduce(Tensor.zeros([])) { $0 + square($1).sum(axes: Array(axis..<$1.ndim)) }
    }
    func add(_ name: String, _ timing: Timing, loop: Timing) {
        report.add(
            Measurement(fields: [
                ("workload", .text("examples")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)),
                ("loop_ms", .number(loop.median * 1e3)), ("ratio", .number(loop.median / timing.median)),
                ("threads", .integer(Processor.threads)),
            ]))
    }
    add(
        "gradients", time(during: seconds) { evaluate(together()) },
        loop: time(during: seconds) {
            var kept: [[Tensor]] = []
            for number in 0..<batch {
                kept.append(ofExample(number))
                evaluate(kept[number])
            }
        })
    add(
        "norms", time(during: seconds) { evaluate(squares(together(), from: 1)) },
        loop: time(during: seconds) {
            for number in 0..<batch { evaluate(squares(ofExample(number), from: 0)) }
        })
}
