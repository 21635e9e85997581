import Backprop
import Testing

/// Mistakes of the caller stop the program with a message that names the operator and the shapes.
@Suite struct TrapTests {
    private func message(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    private func expect(_ result: ExitTest.Result?, toName parts: String...) {
        let message = message(result)
        for part in parts { #expect(message.contains(part), "the message is: \(message.prefix(300))") }
    }

    @Test func additionOfShapesThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]) + Tensor.zeros([4])
        }
        expect(result, toName: "add", "[2, 3]", "[4]")
    }

    @Test func additionOfDTypesThatDiffer() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2]) + Tensor.zeros([2], dtype: .float64)
        }
        expect(result, toName: "add", "float32", "float64", "asType")
    }

    @Test func productOfMatricesThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
        }
        expect(result, toName: "matmul", "[2, 3]", "[4, 5]")
    }

    @Test func productOfBatchesThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Tensor.zeros([2, 3, 4]), Tensor.zeros([3, 4, 5]))
        }
        expect(result, toName: "matmul", "[2, 3, 4]", "[3, 4, 5]")
    }

    @Test func productWithAScalar() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = matmul(Tensor(1.0), Tensor.zeros([4, 5]))
        }
        expect(result, toName: "matmul", "[]", "[4, 5]")
    }

    @Test func reshapingToAnotherNumberOfElements() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).reshaped([4, -1])
        }
        expect(result, toName: "reshaped", "[2, 3]", "[4, -1]")
    }

    @Test func concatenationOfShapesThatDiffer() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = concatenated([Tensor.zeros([2, 3]), Tensor.zeros([2, 4])], axis: 0)
        }
        expect(result, toName: "concatenated", "[2, 3]", "[2, 4]")
    }

    @Test func anAxisThatDoesNotExist() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).sum(axis: 2)
        }
        expect(result, toName: "sum", "axis 2", "[2, 3]")
    }

    @Test func anIndexOutsideOfTheTable() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            evaluateOrStop(Tensor.zeros([3, 2]).take(Tensor([0, 3] as [Int32])))
        }
        expect(result, toName: "take", "index 3", "position 1", "0..<3")
    }

    @Test func aNegativeIndex() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            evaluateOrStop(Tensor.zeros([3, 2]).take(Tensor([-1] as [Int64])))
        }
        expect(result, toName: "take", "index -1", "0..<3")
    }

    @Test func backwardFromMoreThanOneNumber() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Parameter(Tensor.zeros([2])).value.backward()
        }
        expect(result, toName: "backward", "[2]", "sum")
    }

    @Test func backwardWithoutParameters() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Tensor.zeros([2]).sum().backward()
        }
        expect(result, toName: "backward", "no trainable parameter")
    }

    @Test func backwardThroughAReleasedGraph() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let weight = Parameter(Tensor([1.0], dtype: .float64))
            let hidden = weight.value * 2
            hidden.sum().backward()
            weight.value = weight.value - weight.takeGradient()!
            evaluateOrStop(weight.value)
            square(hidden).sum().backward()
        }
        expect(result, toName: "backward", "used up", "keepingGraph", "detached()")
    }

    @Test func anItemOfManyElements() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 2]).item()
        }
        expect(result, toName: "item", "[2, 2]")
    }

    @Test func aFractionBesideIntegers() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.arange(3) * 0.5
        }
        expect(result, toName: "0.5", "int64")
    }

    @Test func moreThanEightAxes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([Int](repeating: 1, count: 9))
        }
        expect(result, toName: "at most 8 axes")
    }

    @Test func anEquationThatDoesNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = einsum("ij,jk->ik", Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
        }
        expect(result, toName: "einsum", "ij,jk->ik", "[2, 3]", "[4, 5]")
    }

    @Test func theGreatestOfNothing() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 0]).max(axis: 1)
        }
        expect(result, toName: "max", "[2, 0]")
    }

    @Test func aReflectionWiderThanTheAxis() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([3]).padded(widths: [(3, 0)], mode: .reflect)
        }
        expect(result, toName: "padded", "[3]", "reflect")
    }

    @Test func anAxisThatDoesNotDivide() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 5]).unflattened(axis: 1, [2, -1])
        }
        expect(result, toName: "unflattened", "[2, 5]", "[2, -1]")
    }

    /// More than an address can say: what there is of memory does not matter, and no report of a crash helps.
    @Test func memoryThatRunsOutIsSaidInOneLine() async {
        let result = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
            _ = Storage(byteCount: 1 << 60)
        }
        #expect(message(result).contains("out of memory: 1152921504606846976 bytes for tensors"))
        #expect(!message(result).contains("Fatal"))
    }
}
