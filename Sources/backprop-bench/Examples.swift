import Backprop
import BackpropNN

/// Times the gradients of every example of a batch: by `perExampleGradients`, beside loops over the examples. All keep the
/// gradients, but for `norms`, those that differential privacy clips by. The loop takes examples that are tensors of their
/// own, so one plan serves all; `positions` is the loop that takes them out of the batch by their places, which makes a plan
/// for each.
func measureExamples(seconds: Double, _ report: Report) {
    let batch = 256
    let model = withRandomSeed(1) {
        Sequential(Linear(784, 128, initializer: .heUniform), Activation.relu, Linear(128, 10))
    }
    let inputs = Tensor.normal([batch, 784]), labels = Tensor((0..<batch).map { Int32($0 * 7 % 10) })
    let parameters = model.parameters()
    evaluateOrStop(parameters.map(\.value) + [inputs, labels])

    func together() -> [Tensor] {
        model.perExampleGradients(of: [inputs, labels]) { crossEntropy(model($0[0]), $0[1]) }.gradients
    }
    let rows = (0..<batch).map { inputs[$0] * 1 }, classes = (0..<batch).map { labels[$0] * 1 }
    evaluateOrStop(rows + classes)
    func ofExample(_ x: Tensor, _ label: Tensor) -> [Tensor] {
        let loss = crossEntropy(model(x), label)
        return withoutGradients { gradients(of: loss, withRespectTo: parameters.map(\.value)) }
    }
    func oneByOne(_ example: (Int) -> [Tensor]) {
        var kept: [[Tensor]] = []
        for number in 0..<batch {
            kept.append(example(number))
            evaluateOrStop(kept[number])
        }
    }
    func squares(_ gradients: [Tensor], from axis: Int) -> Tensor {
        gradients.reduce(Tensor.zeros([])) { $0 + square($1).sum(axes: Array(axis..<$1.ndim)) }
    }
    func add(_ name: String, _ timing: Timing, loop: Timing) {
        report.add(
            Measurement(fields: [
                ("workload", .text("examples")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)),
                ("min_ms", .number(timing.minimum * 1e3)),
                ("loop_ms", .number(loop.median * 1e3)), ("loop_min_ms", .number(loop.minimum * 1e3)),
                ("ratio", .number(loop.median / timing.median)),
                ("threads", .integer(Processor.threads)),
            ]))
    }
    let all = time(during: seconds) { evaluateOrStop(together()) }
    add("gradients", all, loop: time(during: seconds) { oneByOne { ofExample(rows[$0], classes[$0]) } })
    add("positions", all, loop: time(during: seconds) { oneByOne { ofExample(inputs[$0], labels[$0]) } })
    let kernels = Parameter(.normal([16, 3, 3, 1], standardDeviation: 0.3)), head = Linear(16, 10)
    let images = inputs.reshaped([batch, 28, 28, 1]), weights = [kernels] + head.parameters()
    func imageLoss(_ image: Tensor, _ label: Tensor) -> Tensor {
        let channels = relu(conv2d(image.expandedDimensions(axis: 0), kernels.value))
        return crossEntropy(head(channels.mean(axes: [0, 1, 2])), label)
    }
    struct Network: ParameterContainer { let kernels: Parameter, head: Linear }
    add(
        "convolution",
        time(during: seconds) {
            evaluateOrStop(
                Network(kernels: kernels, head: head).perExampleGradients(of: [images, labels]) {
                    imageLoss($0[0], $0[1])
                }.gradients)
        },
        loop: time(during: seconds) {
            for number in 0..<batch {
                let loss = imageLoss(rows[number].reshaped([28, 28, 1]), classes[number])
                evaluateOrStop(withoutGradients { gradients(of: loss, withRespectTo: weights.map(\.value)) })
            }
        })
    add(
        "norms", time(during: seconds) { evaluateOrStop(squares(together(), from: 1)) },
        loop: time(during: seconds) {
            for number in 0..<batch { evaluateOrStop(squares(ofExample(rows[number], classes[number]), from: 0)) }
        })
}
