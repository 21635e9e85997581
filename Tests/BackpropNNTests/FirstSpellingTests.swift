import Backprop
import BackpropNN
import Testing

/// What people who know PyTorch write first.
@Suite struct FirstSpellingTests {
    private let x = Tensor.arange(12).reshaped(3, 4)

    private func expect(
        _ found: Tensor, _ shape: [Int], _ numbers: [Double], _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(found.shape == shape, sourceLocation: location)
        #expect(found.array(of: Double.self) == numbers, sourceLocation: location)
    }

    @Test func threeDotsStandForWholeAxes() {
        expect(x[..., 1], [3], [1, 5, 9])
        expect(x[...], [3, 4], (0..<12).map(Double.init))
        expect(x[1, ...], [4], [4, 5, 6, 7])
        expect(x.reshaped(3, 2, 2)[1, ..., 0], [2], [4, 6])
        #expect(x[..., .newAxis].shape == [3, 4, 1])
        var y = x
        y[..., 1] = Tensor([-1, -2, -3])
        y[0, ...] = Tensor([7])
        expect(y, [3, 4], [7, 7, 7, 7, 4, -2, 6, 7, 8, -3, 10, 11])
    }

    @Test func listsAreIndices() {
        expect(x[[2, 0], 1], [2], [9, 1])
        expect(x[0..., [3, -4]], [3, 2], [3, 0, 7, 4, 11, 8])
    }

    @Test func numbersAreAssigned() {
        let half: Float = 0.5
        let one = 1
        var y = Tensor([3.0, -1, 2, -5])
        y[y .< 0] = 0
        y[0] = half
        y[2...] = one
        expect(y, [4], [0.5, 0, 1, 1])
        #expect(y.dtype == .float32)
        var z = Tensor.zeros(2, 3)
        z[0] += 1
        z[1] -= half
        z[..., 2] = 2.5
        z[..., 1] *= 4
        z[1, 0] /= -1
        expect(z, [2, 3], [1, 4, 2.5, 0.5, -2, 2.5])
        var counts = x
        counts[0] = 100
        #expect(counts.dtype == .int64 && Int(counts[0, 3]) == 100)
    }

    @Test func numbersThatAreAssignedLetGradientsPass() {
        let slope = grad { x in
            var y = x * x
            y[0] = 10
            return y.sum()
        }
        expect(slope(Tensor([3.0, 4])), [2], [0, 8])
    }

    @Test func oneElementBecomesANumber() {
        let y = Tensor([1.5, 4])
        #expect(Float(y[0]) == 1.5 && Double(y[1]) == 4 && Int(y[1]) == 4 && Int32(x[2, 3]) == 11)
        #expect(Bool((y .> 0).all()) && !Bool((y .> 2).all()))
    }

    @Test func wholeNumbersAreCounted() {
        for (found, numbers) in [
            (Tensor.arange(2, 5), [2, 3, 4]), (Tensor.arange(5, 0, step: -2), [5, 3, 1]), (Tensor.arange(3, 3), []),
        ] as [(Tensor, [Double])] {
            expect(found, [numbers.count], numbers)
            #expect(found.dtype == .int64)
        }
        #expect(Tensor.arange(0, 2, dtype: .float32).dtype == .float32)
        #expect(Tensor.arange(0, 1, step: 0.5).dtype == .float32)
    }

    @Test func extentsOneAfterTheOther() {
        #expect(withRandomSeed(1) { [Float](Tensor.normal(5)) } == withRandomSeed(1) { [Float](Tensor.normal([5])) })
        #expect(Tensor.uniform(2, 3, low: -1).shape == [2, 3])
    }

    @Test func infinityFillsAMask() {
        let mask = Tensor([false, true])
        expect(Tensor([1.0, 2]).maskedFill(mask, -Float.infinity), [2], [1, -.infinity])
        expect(Tensor([1, 2]).maskedFill(mask, 7), [2], [1, 7])
    }

    @Test func closeness() {
        #expect(allClose(Tensor([1.0, .nan]), Tensor([1.0, .nan]), equalNaN: true))
        #expect(!allClose(Tensor([1.0, .nan]), Tensor([1.0, .nan])))
        #expect(!allClose(Tensor([1.0]), Tensor([1.1])) && allClose(Tensor([1.0]), Tensor([1.1]), absolute: 0.2))
    }

    @Test func aFunctionIsALayer() {
        let model = Sequential(Lambda(softsign), Lambda("twice") { $0 * 2 }, Lambda { $0 + 1 })
        expect(model(Tensor([1.0])), [1], [2])
    }

    @Test func trainingGoesOnAfterWrongLabels() throws {
        let model = Linear(2, 3, initializer: .ones), optimizer = SGD(model.parameters(), learningRate: 0.1)
        let wrong = crossEntropy(model(Tensor.ones(1, 2)), Tensor([7]))
        wrong.backward()
        #expect(throws: EvaluationError.self) { try evaluate(wrong) }
        optimizer.zeroGradients()
        let right = crossEntropy(model(Tensor.ones(1, 2)), Tensor([1]))
        right.backward()
        optimizer.step()
        #expect(abs(right.item() - 1.0986123) < 1e-6)
        #expect(Float(model.bias!.value[1]) > 0)
    }
}
