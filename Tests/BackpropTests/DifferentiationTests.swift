import Backprop
import Testing

/// What a reverse sweep gives beside the rules of primitives: accumulation, scopes, targets, conventions.
@Suite struct DifferentiationTests {
    private func parameter(_ numbers: [Double]) -> Parameter { Parameter(Tensor(numbers, dtype: .float64)) }

    @Test func gradientsAddUpOverBackwardPasses() {
        let weight = parameter([1, 2, 3])
        for factor in [1.0, 2, 4] { (weight.value * weight.value * factor).sum().backward() }
        #expect(weight.gradient!.numbers == [14, 28, 42])
    }

    @Test func aUseOfOneTensorTwiceAddsBothGradients() {
        let x = Tensor([3.0, 4], dtype: .float64)
        #expect(grad { ($0 * $0 + $0).sum() }(x).numbers == [7, 9])
    }

    @Test func valuesAlongTheWayAreTargetsToo() {
        let weight = parameter([1, 2])
        let hidden = weight.value * 3
        let loss = (hidden * hidden).sum()
        let found = gradients(of: loss, withRespectTo: [hidden, weight.value])
        #expect(found[0].numbers == [6, 12])
        #expect(found[1].numbers == [18, 36])
    }

    @Test func aParameterMadeFromAnotherIsALeaf() {
        let source = parameter([1, 2])
        let copy = Parameter(source.value * 2)
        let found = gradients(of: square(copy.value).sum(), withRespectTo: [copy.value])
        #expect(found[0].numbers == [4, 8])
        square(copy.value).sum().backward()
        #expect(source.gradient == nil)
        #expect(copy.gradient!.numbers == [4, 8])
    }

    @Test func whatTheLossDoesNotDependOnHasZeros() {
        let weight = parameter([1, 2]), other = parameter([5, 6, 7])
        let found = gradients(of: weight.value.sum(), withRespectTo: [weight.value, other.value])
        #expect(found[0].numbers == [1, 1])
        #expect(found[1].numbers == [0, 0, 0])
    }

    @Test func frozenParametersGetNoGradient() {
        let frozen = parameter([1, 2]), weight = parameter([3, 4])
        frozen.isTrainable = false
        (frozen.value * weight.value).sum().backward()
        #expect(frozen.gradient == nil)
        #expect(weight.gradient!.numbers == [1, 2])
        frozen.isTrainable = true
        (frozen.value * weight.value).sum().backward()
        #expect(frozen.gradient!.numbers == [3, 4])
    }

    @Test func nothingFlowsThroughStopGradient() {
        let gradient = grad { ($0 * stopGradient($0)).sum() }(Tensor([2.0, 3], dtype: .float64))
        #expect(gradient.numbers == [2, 3])
    }

    @Test func withoutGradientsRecordsConstants() {
        let weight = parameter([2, 3])
        let constant = withoutGradients { weight.value * 2 }
        (constant * weight.value).sum().backward()
        #expect(weight.gradient!.numbers == [4, 6])
    }

    @Test func transformsNest() {
        let third = grad { (x: Tensor) in grad { (y: Tensor) in grad { pow($0, 4.0).sum() }(y).sum() }(x).sum() }
        #expect(difference(third(Tensor([1.0, 2], dtype: .float64)).numbers, [24, 48]) < 1e-12)
    }

    @Test func transformsOfOuterVariablesSeeThem() {
        // d/dx (x · d/dy (x y²)) = d/dx 2 x² y = 4 x y
        let x = Tensor(3.0, dtype: .float64), y = Tensor(5.0, dtype: .float64)
        let mixed = grad { (x: Tensor) in x * grad { (y: Tensor) in x * y * y }(y) }(x)
        #expect(mixed.item() == 60)
    }

    @Test func aTransformInsideOfWithoutGradientsStillDifferentiates() {
        let gradient = withoutGradients { grad { square($0).sum() }(Tensor([1.0, 2], dtype: .float64)) }
        #expect(gradient.numbers == [2, 4])
    }

    @Test func parametersCapturedByATransformGetNothingFromIt() {
        let weight = parameter([2, 3])
        let gradient = grad { ($0 * weight.value).sum() }(Tensor([1.0, 1], dtype: .float64))
        #expect(gradient.numbers == [2, 3])
        #expect(weight.gradient == nil)
    }

    @Test func aSecondPassNeedsTheGraphKept() {
        let weight = parameter([2])
        let loss = square(weight.value).sum()
        loss.backward(keepingGraph: true)
        #expect(weight.gradient!.numbers == [4])
        loss.backward()
        #expect(weight.gradient!.numbers == [8])
    }

    @Test func readingBetweenForwardAndBackwardChangesNothing() {
        let weight = parameter([0.5, -0.25])
        let hidden = tanh(weight.value * 2)
        _ = hidden.numbers
        let loss = (hidden * hidden).sum()
        _ = loss.item()
        loss.backward()
        let reference = grad { x in square(tanh(x * 2)).sum() }(Tensor([0.5, -0.25], dtype: .float64))
        #expect(difference(weight.gradient!.numbers, reference.numbers) < 1e-14)
    }

    @Test func conventionsAtKinks() {
        let zero = Tensor([0.0], dtype: .float64)
        #expect(grad { abs($0).sum() }(zero).numbers == [0])
        #expect(grad { clip($0, min: 0, max: 1).sum() }(zero).numbers == [1])
        #expect(grad { clip($0, min: -1, max: 0).sum() }(zero).numbers == [1])
        #expect(grad { maximum($0, Tensor([0.0], dtype: .float64)).sum() }(zero).numbers == [0.5])
        #expect(grad { pow($0, Tensor([0.0], dtype: .float64)).sum() }(zero).numbers == [0])
        #expect(grad { pow($0, Tensor([3.0], dtype: .float64)).sum() }(zero).numbers == [0])
        #expect(grad { pow(Tensor([0.0], dtype: .float64), $0).sum() }(Tensor([2.0], dtype: .float64)).numbers == [0])
        #expect(grad { sqrt($0).sum() }(zero).numbers == [.infinity])
        #expect(grad { $0.max() }(Tensor([1.0, 3, 3], dtype: .float64)).numbers == [0, 0.5, 0.5])
        #expect(grad { $0.min() }(Tensor([1.0, 3, 1], dtype: .float64)).numbers == [0.5, 0, 0.5])
    }

    @Test func theValueThatIsNotTakenGetsZero() {
        let x = Tensor([-1.0, 0, 4], dtype: .float64)
        let gradient = grad { which($0 .> 0, sqrt(which($0 .> 0, $0, $0.like(1))), $0 * 2).sum() }(x)
        #expect(gradient.numbers == [2, 2, 0.25])
    }

    @Test func productsWithZerosHaveExactGradients() {
        let gradient = grad { $0.product(axis: 0) }(Tensor([2.0, 0, 3, 4, 5], dtype: .float64))
        #expect(gradient.numbers == [0, 120, 0, 0, 0])
    }

    @Test func float32ParametersGetFloat32Gradients() {
        let weight = Parameter(Tensor([1, 2] as [Float]))
        weight.value.asType(.float64).sum().backward()
        #expect(weight.gradient!.dtype == .float32)
    }
}
