import Backprop
import BackpropNN
import Foundation
import Testing

/// Models as functions of their parameters, and the gradients of single examples. Recorded numbers are those of
/// torch.func, PyTorch 2.13, in float64.
@Suite struct FunctionalTests {
    private static func float64(_ numbers: [Double], _ shape: [Int]) -> Tensor {
        Tensor(numbers.map(Float.init), shape: shape).asType(.float64)
    }

    /// Eighths between -5/8 and 5/8, as the recorded numbers start from.
    private static func eighths(_ shape: [Int], _ start: Int) -> Tensor {
        float64((0..<shape.reduce(1, *)).map { Double((start + 7 * $0) % 11 - 5) / 8 }, shape)
    }

    private static let weights = [eighths([3, 2], 1), eighths([3], 2), eighths([2, 3], 3), eighths([2], 4)]
    private static let inputs = eighths([4, 2], 5)
    private static let labels = Tensor([0, 1, 1, 0] as [Int32])

    /// 2-3-2 with tanh.
    private static func network() -> Sequential {
        let model = Sequential(Linear(2, 3, dtype: .float64), Activation.tanh, Linear(3, 2, dtype: .float64))
        for (parameter, value) in zip(model.parameters(), weights) { parameter.value = value }
        return model
    }

    private static func loss(_ model: Sequential, _ x: Tensor, _ y: Tensor) -> Tensor { crossEntropy(model(x), y) }

    private func difference(_ a: Tensor, _ b: Tensor) -> Double {
        a.shape == b.shape ? difference(a, b.array(of: Double.self)) : .infinity
    }

    private func difference(_ a: Tensor, _ b: [Double]) -> Double {
        let numbers = a.array(of: Double.self)
        if numbers.count != b.count { return .infinity }
        return zip(numbers, b).map { Swift.abs($0 - $1) }.reduce(0) { $1.isNaN ? .infinity : Swift.max($0, $1) }
    }

    // MARK: withParameters

    @Test func givenValuesStandInForThoseOfTheModel() {
        let model = Self.network(), x = Self.inputs
        let doubled = Self.network()
        for parameter in doubled.parameters() { parameter.value = parameter.value * 2 }
        let before = model(x)
        let found = model.withParameters(model.parameters().map { $0.value * 2 }) { model(x) }
        #expect(difference(found, doubled(x)) == 0)
        #expect(difference(model(x), before) == 0)
        let named = model.withParameters(["layers.0.weight": doubled.parameters()[0].value]) { model(x) }
        #expect(difference(named, doubled(x)) > 0.01 && difference(named, before) > 0.01)
        doubled.withParameters(
            Dictionary(
                uniqueKeysWithValues: model.namedParameters().dropFirst().map {
                    ($0.name, $0.parameter.value)
                })
        ) {
            #expect(difference(doubled(x), named) == 0)
        }
    }

    @Test func valuesNestAndEnd() throws {
        struct Failure: Error {}
        let model = Linear(1, 1, dtype: .float64)
        let one = Tensor.ones([1, 1], dtype: .float64)
        func product() -> Double { model(one).item() }
        func with<Result>(_ weight: Double, _ body: () throws -> Result) rethrows -> Result {
            try model.withParameters(["weight": one * weight], body)
        }
        let own = product()
        with(2) {
            #expect(product() == 2)
            model.withParameters(["bias": Tensor.ones([1], dtype: .float64)]) {
                #expect(product() == 3)
                with(5) { #expect(product() == 6) }
                #expect(product() == 3)
            }
            #expect(product() == 2)
            #expect(throws: Failure.self) { try with(7) { throw Failure() } }
            #expect(product() == 2)
        }
        #expect(product() == own)
    }

    @Test func otherThreadsAndTasksSeeNothing() async {
        let model = Linear(1, 1, bias: false, dtype: .float64)
        let weight = model.weight, own = weight.value.item()
        let (onThread, inTask) = model.withParameters([Tensor.zeros([1, 1], dtype: .float64)]) {
            let finished = DispatchSemaphore(value: 0), seen = Seen()
            Thread {
                seen.value = weight.value.item()
                finished.signal()
            }.start()
            finished.wait()
            #expect(model.weight.value.item() == 0)
            return (seen.value, Task.detached { weight.value.item() })
        }
        #expect(onThread == own)
        #expect(await inTask.value == own)
    }

    /// Written by one thread before another one reads it.
    private final class Seen: @unchecked Sendable { var value = 0.0 }

    @Test func frozenParametersCanBeGivenValuesToo() {
        let model = Linear(2, 1, bias: false, dtype: .float64)
        model.freeze()
        let slope = grad { (w: Tensor) in model.withParameters([w]) { model(Self.inputs).sum() } }
        #expect(difference(slope(Self.float64([1, 2], [1, 2])), Self.inputs.sum(axis: 0, keepDims: true)) < 1e-15)
        model.withParameters([Self.float64([1, 2], [1, 2])]) { model.unfreeze() }
        #expect(model.weight.isTrainable)
        #expect(model.weight.value.item(at: 0) != 1)
    }

    @Test func gradientsFlowThroughAnInnerStep() {
        // MAML: what the start of a step of descent on two examples means for the loss of two others after it.
        let model = Self.network(), (x, y) = (Self.inputs, Self.labels)
        func loss(_ values: [Tensor], _ examples: Range<Int>) -> Tensor {
            model.withParameters(values) {
                let rows = { (t: Tensor) in t.narrowed(axis: 0, examples) }
                return Self.loss(model, rows(x), rows(y)) * 2
            }
        }
        let found = grad { (values: [Tensor]) in
            let slopes = grad { (values: [Tensor]) in loss(values, 0..<2) }(values)
            return loss(zip(values, slopes).map { $0 - 0.5 * $1 }, 2..<4)
        }(Self.weights)
        let expected: [[Double]] = [
            [
                -0.07262752502362883, -0.03744176270839316, -0.04407709035387156, -0.015175869850187257,
                -0.017997203616715265, -0.005722942006483674,
            ],
            [0.020765443639959143, -0.04995922509207913, 0.005085154387280856],
            [
                0.0800335299812894, 0.11063919518078559, -0.033396802773440204, -0.0800335299812894,
                -0.11063919518078559, 0.033396802773440176,
            ],
            [0.026270871143704327, -0.026270871143704216],
        ]
        for (found, expected) in zip(found, expected) { #expect(difference(found, expected) < 1e-14) }
    }

    @Test func curvatureOfAModelTimesAVector() {
        let model = Self.network()
        let loss = { (values: [Tensor]) in
            model.withParameters(values) { Self.loss(model, Self.inputs, Self.labels) }
        }
        let v = Self.weights.map { sin($0 * 3) }
        let found = hessianVectorProduct(of: loss, primals: Self.weights, tangents: v)
        let step = 1e-5
        let ahead = grad(loss)(zip(Self.weights, v).map { $0 + $1 * step })
        let behind = grad(loss)(zip(Self.weights, v).map { $0 - $1 * step })
        for position in found.indices {
            #expect(difference(found[position], (ahead[position] - behind[position]) / (2 * step)) < 1e-9)
        }
        let whole = hessian(loss, at: Self.weights)
        let product = (0..<4).map { column in
            tensordot(whole[0][column], v[column], axes: v[column].ndim)
        }.reduce(Tensor.zeros([3, 2], dtype: .float64), +)
        #expect(difference(product, found[0]) < 1e-14)
    }

    // MARK: Gradients of single examples

    @Test func examplesOfANetworkAgreeWithPyTorch() {
        let model = Self.network()
        let (losses, gradients) = model.perExampleGradients(of: [Self.inputs, Self.labels]) {
            Self.loss(model, $0[0], $0[1])
        }
        let expected: [[Double]] = [
            [
                0.0, 0.01707680682140526, 0.0, 0.012686421120606998, 0.0, 0.022717661221753515, 0.020617880366818837,
                -0.006872626788939612, 0.022346938852354052, -0.007448979617451351, 0.028817325426140947,
                -0.009605775142046982, -0.04907214876091889, 0.019628859504367557, -0.041319359983726475,
                0.01652774399349059, -0.04684261233061696, 0.018737044932246785, 0.011879122897894208,
                -0.02969780724473552, 0.011650115069238172, -0.02912528767309543, 0.011331108160005458,
                -0.028327770400013646,
            ],
            [
                -0.03415361364281052, -0.025372842241213996, -0.04543532244350703, 0.0549810143115169,
                0.05959183693961081, 0.07684620113637586, 0.07851543801747023, 0.06611097597396236,
                0.07494817972898714, -0.04751649159157683, -0.046600460276952686, -0.04532443264002183,
            ],
        ]
        for (found, expected) in zip(gradients, expected) { #expect(difference(found, expected) < 1e-15) }
        let all = crossEntropy(model(Self.inputs), Self.labels)
        #expect(difference(losses.mean(), all) < 1e-15)
        #expect(gradients.map(\.shape) == [[4, 3, 2], [4, 3], [4, 2, 3], [4, 2]])
    }

    /// The same by one backward pass for each example.
    private func expectThoseOfALoop(
        _ model: some ParameterContainer, _ examples: [Tensor], within bound: Double,
        _ loss: @escaping ([Tensor]) -> Tensor
    ) {
        let found = model.perExampleGradients(of: examples, loss: loss)
        let values = model.parameters().map(\.value)
        let rows = (0..<examples[0].dim(0)).map { row -> (Tensor, [Tensor]) in
            let loss = loss(examples.map { $0[row] })
            return (loss, gradients(of: loss, withRespectTo: values))
        }
        #expect(difference(found.losses, stacked(rows.map(\.0))) <= bound)
        for (position, gradient) in found.gradients.enumerated() {
            let error = difference(gradient, stacked(rows.map { $0.1[position] }))
            #expect(error <= bound, "parameter \(position): \(error)")
        }
    }

    @Test func examplesOfAPerceptron() {
        let model = withRandomSeed(5) {
            Sequential(Linear(20, 12), Activation.relu, Linear(12, 12), Activation.gelu, Linear(12, 4))
        }
        let x = withRandomSeed(6) { Tensor.normal([9, 20]) }
        let y = Tensor((0..<9).map { Int32($0 % 4) })
        // A product of one row adds in another order than one of many.
        expectThoseOfALoop(model, [x, y], within: 1e-6) { crossEntropy(model($0[0]), $0[1]) }
        expectThoseOfALoop(model, [x, y], within: 1e-6) { l1Loss(model($0[0]), $0[0].narrowed(axis: 0, 3..<7)) }
    }

    private struct SmallConvolutionalNetwork: Module {
        let first = Parameter(Initializer.heNormal([6, 3, 3, 2]))
        let second = Parameter(Initializer.heNormal([8, 3, 3, 3]))
        let output = Linear(8, 3)

        /// Images [batch, 8, 8, 2].
        func callAsFunction(_ x: Tensor) -> Tensor {
            let edges = relu(conv2d(x, first.value, padding: .same))
            let parts = relu(conv2d(maxPool(edges, window: 2), second.value, groups: 2))
            return output(parts.mean(axes: [1, 2]))
        }
    }

    @Test func examplesOfAConvolutionalNetwork() {
        let model = withRandomSeed(7) { SmallConvolutionalNetwork() }
        let x = withRandomSeed(8) { Tensor.normal([5, 8, 8, 2]) }, y = Tensor([0, 1, 2, 1, 0] as [Int32])
        expectThoseOfALoop(model, [x, y], within: 1e-6) { example in
            let scores = model(example[0].expandedDimensions(axis: 0))
            return crossEntropy(scores, example[1].expandedDimensions(axis: 0))
        }
    }

    private struct Reader: ParameterContainer {
        let embedding = Embedding(11, 8)
        let queries = Linear(8, 8), keys = Linear(8, 8), values = Linear(8, 8)
        let norm = LayerNorm(8)
        let output = Linear(8, 3)

        /// Words [steps], of which 0 is padding.
        func callAsFunction(_ words: Tensor) -> Tensor {
            let isWord = words .!= 0, x = embedding(words)
            let seen = scaledDotProductAttention(
                queries: queries(x), keys: keys(x), values: values(x),
                mask: .tensor(isWord.expandedDimensions(axis: 0).broadcast(to: [words.size, words.size])))
            let kept = norm(x + seen) * isWord.asType(.float32).expandedDimensions(axis: 1)
            return output(kept.sum(axis: 0))
        }
    }

    @Test func examplesOfAnEmbeddingWithMaskedAttention() {
        let model = withRandomSeed(9) { Reader() }
        let words = Tensor([3, 1, 4, 1, 0, 5, 9, 0, 0, 0, 2, 6, 5, 3, 10, 8, 8, 0, 0, 0] as [Int32], shape: [4, 5])
        let labels = Tensor([2, 0, 1, 1] as [Int32])
        expectThoseOfALoop(model, [words, labels], within: 2e-6) { crossEntropy(model($0[0]), $0[1]) }
    }

    @Test func backwardReachesParametersThroughABatch() {
        let (model, other) = (Self.network(), Self.network())
        let losses = vmap({ [Self.loss(model, $0[0], $0[1])] })([Self.inputs, Self.labels])[0]
        losses.mean().backward()
        Self.loss(other, Self.inputs, Self.labels).backward()
        for (mine, theirs) in zip(model.parameters(), other.parameters()) {
            #expect(difference(mine.gradient!, theirs.gradient!) < 1e-15)
        }
    }

    @Test func onlyTrainableParametersHaveGradientsOfExamples() {
        let model = Self.network()
        (model.layers[0] as! Linear).freeze()
        let (losses, gradients) = model.perExampleGradients(of: [Self.inputs, Self.labels]) {
            Self.loss(model, $0[0], $0[1])
        }
        #expect(gradients.map(\.shape) == [[4, 2, 3], [4, 2]])
        #expect(losses.shape == [4])
    }

    @Test func examplesDrawNumbersOfTheirOwn() {
        let model = withRandomSeed(1) { Sequential(Linear(4, 50), Dropout(0.5), Linear(50, 1)) }
        let x = Tensor.ones([6, 4])
        let bias = withRandomSeed(2) {
            model.perExampleGradients(of: [x], randomness: .different) { model($0[0]).sum() }.gradients[1]
        }
        let dropped = (bias .== 0).asType(.float32).sum(axis: 1)
        #expect(dropped.min().item() > 10 && dropped.max().item() < 40)
        let rows = (0..<6).map { bias[$0].array(of: Float.self) }
        #expect(Set(rows).count == 6)
    }
}

extension Tensor {
    fileprivate func item(at position: Int) -> Double { array(of: Double.self)[position] }
}
