import Backprop
import BackpropNN
import Testing

/// What a first program gets wrong: it is stopped where it cannot be meant, and told once where it may be.
@Suite struct FirstProgramTests {
    struct Mistake: Sendable {
        /// What the message has to contain.
        let parts: [String]
        /// Whether the program goes on.
        let goesOn: Bool
        let make: @Sendable () -> Void

        static func stop(_ parts: String..., make: @escaping @Sendable () -> Void) -> Mistake {
            Mistake(parts: parts, goesOn: false, make: make)
        }
        static func warning(_ parts: String..., make: @escaping @Sendable () -> Void) -> Mistake {
            Mistake(parts: parts, goesOn: true, make: make)
        }
    }

    private static let logits = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    private static let labels = Tensor([0, 2] as [Int64])
    private static func network() -> Sequential { Sequential(Linear(3, 4), Dropout(0.5), Linear(4, 3)) }

    static let mistakes: [String: Mistake] = [
        "labels of floats": .stop("crossEntropy", "float32[2]", "asType(.int64)") {
            _ = crossEntropy(logits, Tensor([0, 2] as [Float]))
        },
        "one-hot labels": .stop(
            "crossEntropy", "float32[2, 3]", "probabilities: labels,", "argMax(axis: -1)"
        ) { _ = crossEntropy(logits, Tensor([1, 0, 0, 0, 0, 1] as [Float], shape: [2, 3])) },
        "one-hot labels of integers": .stop("crossEntropy", "int64[2, 3]", "probabilities: labels.asType(.float32)") {
            _ = crossEntropy(logits, Tensor([1, 0, 0, 0, 0, 1] as [Int64], shape: [2, 3]))
        },
        "one-hot labels of negativeLogLikelihood": .stop("negativeLogLikelihood", "int64[2, 3]", "argMax(axis: -1)") {
            _ = negativeLogLikelihood(logits, Tensor([1, 0, 0, 0, 0, 1] as [Int64], shape: [2, 3]))
        },
        "labels in a column": .stop("crossEntropy", "int64[2, 1]", "squeezed(axis: -1)") {
            _ = crossEntropy(logits, Tensor([0, 2] as [Int64], shape: [2, 1]))
        },
        "targets in a column": .stop("meanSquaredError", "[3]", "[3, 1]", "targets", "squeezed(axis: -1)") {
            _ = meanSquaredError(Tensor.zeros([3]), Tensor.zeros([3, 1]))
        },
        "predictions in a column": .stop("l1Loss", "[3, 1]", "[3]", "predictions", "squeezed(axis: -1)") {
            _ = l1Loss(Tensor.zeros([3, 1]), Tensor.zeros([3]))
        },
        "logits after softmax": .warning("FirstProgramTests.swift", "crossEntropy", "softmax", "leave the softmax out")
        {
            let weight = Parameter(logits)
            for _ in 0..<3 { _ = crossEntropy(softmax(weight.value), labels) }
        },
        "logits after a layer of softmax": .warning("crossEntropy", "softmax") {
            let model = Sequential(Linear(3, 3), Activation.softmax)
            for _ in 0..<3 { crossEntropy(model(logits), labels).backward() }
        },
        "probabilities after softmax": .warning("crossEntropy", "softmax") {
            _ = crossEntropy(softmax(logits), probabilities: softmax(logits))
        },
        "softmax in negativeLogLikelihood": .warning("negativeLogLikelihood", "logSoftmax") {
            _ = negativeLogLikelihood(softmax(logits), labels)
        },
        "logits after sigmoid": .warning("binaryCrossEntropyWithLogits", "sigmoid", "leave the sigmoid out") {
            for _ in 0..<2 { _ = binaryCrossEntropyWithLogits(sigmoid(logits), Tensor.ones([2, 3])) }
        },
        "without backward": .stop("FirstProgramTests", "AdamW.step", "no parameter has a gradient", "backward()") {
            let model = network(), optimizer = AdamW(model.parameters())
            _ = crossEntropy(model(logits), labels)
            optimizer.step()
        },
        "step twice": .warning("SGD.step", "backward() has not been called since the last step") {
            let model = network(), optimizer = SGD(model.parameters(), learningRate: 0.1)
            crossEntropy(model(logits), labels).backward()
            for _ in 0..<4 { optimizer.step() }
        },
        "zeroGradients too late": .warning("SGD.step", "zeroGradients() came after backward()") {
            let model = network(), optimizer = SGD(model.parameters(), learningRate: 0.1)
            for _ in 0..<3 {
                crossEntropy(model(logits), labels).backward()
                optimizer.zeroGradients()
                optimizer.step()
            }
        },
        "the loss of another model": .warning("SGD.step", "computed from none of the 4 parameters", "parameters()") {
            let model = network(), optimizer = SGD(network().parameters(), learningRate: 0.1)
            for _ in 0..<3 {
                crossEntropy(model(logits), labels).backward()
                optimizer.step()
            }
        },
        "everything frozen": .warning("SGD.step", "frozen", "unfreeze()") {
            let model = network(), optimizer = SGD(model.parameters(), learningRate: 0.1)
            model.freeze()
            for _ in 0..<3 { optimizer.step() }
        },
        "training in eval mode": .warning("Adam.step", "eval mode", "call train()") {
            let model = network(), optimizer = Adam(model.parameters())
            for step in 0..<5 {
                if step == 2 { model.eval() }
                crossEntropy(model(logits), labels).backward()
                optimizer.step()
            }
        },
        "parameters that no loss reaches": .warning(
            "SGD.step", "does not depend on layers.2.weight, layers.2.bias;", "freeze()"
        ) {
            let model = network(), optimizer = SGD(model.parameters(), learningRate: 0.1)
            for _ in 0..<3 {
                model.layers[0](logits).sum().backward()
                optimizer.step()
            }
        },
        "a parameter without name that no loss reaches": .warning("number 1 of shape [7]") {
            let used = Parameter(.ones([2])), optimizer = SGD([used, Parameter(.ones([7]))], learningRate: 0.1)
            used.value.sum().backward()
            optimizer.step()
        },
    ]

    @Test(arguments: mistakes.keys.sorted()) func saysWhatToDo(_ name: String) async {
        let mistake = FirstProgramTests.mistakes[name]!
        let result = await #expect(
            processExitsWith: mistake.goesOn ? .success : .failure, observing: [\.standardErrorContent]
        ) { [name] in FirstProgramTests.mistakes[name]!.make() }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = output.split(separator: "\n").filter { $0.contains(mistake.goesOn ? "warning: " : "Fatal error: ") }
        #expect(lines.count == 1, "\(name): not one line but \(lines)")
        for part in mistake.parts {
            #expect(lines.first?.contains(part) == true, "\(name): \"\(part)\" is not in: \(lines.first ?? "")")
        }
    }

    /// Programs that are right are not warned.
    @Test func saysNothingWithoutReason() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let model = FirstProgramTests.network(), x = FirstProgramTests.logits, labels = FirstProgramTests.labels
            let optimizer = AdamW(model.parameters())
            for _ in 0..<3 {
                model.train()
                for _ in 0..<2 {
                    optimizer.zeroGradients()
                    let logits = model(x)
                    _ = softmax(logits).array(of: Float.self)
                    let loss = crossEntropy(logits, labels)
                    loss.backward()
                    optimizer.step()
                    _ = loss.item()
                }
                model.eval()
                _ = withoutGradients { crossEntropy(model(x), labels).item() }
            }
            // Attention and mixtures go through softmax on the way, and other products of exponentials are no softmax.
            let attention = MultiHeadAttention(3, heads: 1)
            _ = crossEntropy(attention(x), labels)
            _ = crossEntropy(exp(x) * (1 / x.sum(axis: -1, keepDims: true)), labels)
            _ = crossEntropy(exp(x) * (1 / exp(x).sum(axis: 0, keepDims: true)), labels)
            _ = crossEntropy(softmax(x, axis: 0), labels)
            _ = crossEntropy(softmax(x) * 2, labels)
            _ = crossEntropy(logSoftmax(x), labels)
            _ = negativeLogLikelihood(logSoftmax(x), labels)
            _ = crossEntropy(sigmoid(x), labels)
            // Part of a model in eval mode, and part of it frozen.
            let body = Sequential(Linear(3, 3), BatchNorm(3)), head = Sequential(Dropout(0.1), Linear(3, 3))
            let whole = Sequential(body, head)
            body.freeze()
            body.eval()
            let fineTuning = SGD(whole.parameters(), learningRate: 0.1)
            crossEntropy(whole(x), labels).backward()
            fineTuning.step()
            // Two optimizers in turn.
            let first = Linear(3, 3), second = Linear(3, 3)
            let optimizers = [first, second].map { SGD($0.parameters(), learningRate: 0.1) }
            for (layer, optimizer) in zip([first, second], optimizers) {
                crossEntropy(layer(x), labels).backward()
                optimizer.step()
            }
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(!output.contains("warning: "), "\(output.prefix(500))")
    }

    /// Printing between the parts of a step changes no bit of it.
    @Test func printingChangesNothing() async {
        await #expect(processExitsWith: .success) {
            func train(_ look: (Any) -> Void) -> [[Float]] {
                withRandomSeed(3) {
                    let model = Sequential(Linear(3, 8), BatchNorm(8), Activation.gelu, Dropout(0.2), Linear(8, 3))
                    let optimizer = AdamW(model.parameters(), learningRate: 0.05)
                    for _ in 0..<4 {
                        look(model)
                        let logits = model(FirstProgramTests.logits)
                        look(logits)
                        let loss = crossEntropy(logits, FirstProgramTests.labels)
                        look(loss)
                        loss.backward()
                        look(loss)
                        look(optimizer)
                        look(model.parameters()[0].gradient!)
                        optimizer.step()
                        look(loss)
                        for parameter in model.parameters() { look(parameter) }
                        for buffer in model.namedBuffers() { look(buffer.buffer) }
                    }
                    return model.namedCells().map { $0.cell.value.array() }
                }
            }
            let plain = train { _ in }
            var text = ""
            precondition(plain == train { Swift.print($0, to: &text) })
            precondition(plain == train { debugPrint($0, to: &text) })
            precondition(text.contains("float32[2, 3]"))
        }
    }
}
