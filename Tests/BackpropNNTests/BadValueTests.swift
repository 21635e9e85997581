import Backprop
import BackpropNN
import Testing

/// Planted values that are not finite, each traced to the line that makes it.
@Suite struct BadValueTests {
    private struct Weights: ParameterContainer {
        let w = Parameter(Tensor([0.5, -1, 0, 2]))
    }

    /// What is planted: the loss, and the line that is at fault.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let operation: String
        var isBackward = false
        var isHidden = false
        let loss: @Sendable (Tensor) -> (Tensor, UInt)
    }

    private static let data = Tensor([1.0, 2, 3, 4])

    static let cases: [Case] = [
        Case(testDescription: "the logarithm of a negative number", operation: "log") { w in
            (log(w).mean(), #line)
        },
        Case(testDescription: "zero divided by zero", operation: "divide") { w in
            let zero = relu(-square(w))
            return ((zero / zero).sum() + w.sum(), #line)
        },
        Case(testDescription: "an overflow of exp that becomes NaN later", operation: "exp") { w in
            let large = exp(w * 1000); let line: UInt = #line
            return ((large - large).sum(), line)
        },
        Case(testDescription: "the square root of zero", operation: "sqrt", isBackward: true) { w in
            (sqrt(square(w)).sum(), #line)
        },
        Case(testDescription: "the other branch of a which", operation: "log", isBackward: true, isHidden: true) { w in
            let logarithm = log(square(w)); let line: UInt = #line
            return (which(w .!= 0, logarithm, Tensor(0.0)).sum(), line)
        },
        Case(testDescription: "bad data", operation: "input") { w in
            let bad = Tensor([1, .nan, 3, 4] as [Float])
            return ((w * bad).sum(), #line)
        },
        Case(testDescription: "the power of a negative number", operation: "pow") { w in
            (pow(w, 0.3).sum(), #line)
        },
        Case(testDescription: "a root of what is zero everywhere", operation: "sqrt", isBackward: true) { w in
            (sqrt(square(w) * 0).sum() + w.sum(), #line)
        },
        Case(testDescription: "an overflow of a product", operation: "matmul") { w in
            let huge = (w * 1e30).reshaped([1, 4])
            return (matmul(huge, huge.transposed()).sum(), #line)
        },
        Case(testDescription: "a row that is masked completely", operation: "divide") { w in
            let scores = which(Tensor([false, false, false, false]), w, Tensor(-Float.infinity))
            let weights = exp(scores); return ((weights / weights.sum() * w).sum(), #line)
        },
    ]

    @Test(arguments: cases.indices)
    func areTracedToTheirLine(index: Int) throws {
        let example = Self.cases[index], weights = Weights()
        var line: UInt = 0
        let found = weights.firstBadValue { weights in
            let (loss, at) = example.loss(weights.w.value)
            line = at
            return loss
        }
        let bad = try #require(found)
        #expect(bad.operation == example.operation && bad.isBackward == example.isBackward)
        #expect(bad.location?.hasSuffix("BadValueTests.swift:\(line)") == true, "\(bad)")
        #expect((bad.hiddenBy != nil) == example.isHidden)
    }

    @Test func finiteStepsAndMasksAreLeftAlone() {
        let weights = Weights()
        #expect(weights.firstBadValue { square($0.w.value).mean() } == nil)
        // Infinite on purpose.
        let mask = Tensor([true, true, false, true])
        #expect(weights.firstBadValue { softmax(which(mask, $0.w.value, Tensor(-Float.infinity))).max() } == nil)
    }

    @Test func weightsThatAreGoneAreNamed() throws {
        let model = Sequential(Linear(4, 3), Activation.tanh, Linear(3, 2))
        let first = model.parameters()[0]
        first.value = first.value * Float.infinity
        let bad = try #require(model.firstBadValue { $0(Self.data.reshaped([1, 4])).sum() })
        #expect(bad.operation == "layers.0.weight" && !bad.isBackward, "\(bad)")
        #expect(bad.description.contains("learning rate"))
    }
}
