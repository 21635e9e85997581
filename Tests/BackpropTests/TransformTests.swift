import Backprop
import Synchronization
import Testing

/// Transforms of functions beside `grad`: several results, forward mode, custom rules, hooks, checks.
@Suite struct TransformTests {
    @Test func vjpContractsAllResults() {
        let x = Tensor([1.0, 2], dtype: .float64), y = Tensor([3.0, 4], dtype: .float64)
        let (outputs, gradients) = vjp(
            { [$0[0] * $0[1], $0[0].sum(), ($0[1] .> 3).asType(.int32)] }, primals: [x, y],
            cotangents: [
                Tensor([1.0, 10], dtype: .float64), Tensor(100, dtype: .float64), Tensor([0.0, 0], dtype: .float64),
            ])
        #expect(outputs[0].numbers == [3, 8])
        #expect(outputs[2].numbers == [0, 1])
        #expect(gradients[0].numbers == [103, 140])
        #expect(gradients[1].numbers == [1, 20])
    }

    @Test func vjpOfAResultThatIsAnArgument() {
        let (_, gradients) = vjp(
            { [$0[0], $0[0], $0[0] * 2] }, primals: [Tensor([1.0], dtype: .float64)],
            cotangents: [
                Tensor([1.0], dtype: .float64), Tensor([10.0], dtype: .float64), Tensor([100.0], dtype: .float64),
            ])
        #expect(gradients[0].numbers == [211])
    }

    @Test func jvpIsTheDirectionalDerivative() {
        let (outputs, tangents) = jvp(
            { [matmul($0[0], $0[1]), $0[0].max(axis: 1), $0[1] * 0 + 1] },
            primals: [
                Tensor([1.0, 2, 3, 4], shape: [2, 2], dtype: .float64),
                Tensor([1.0, 0, 0, 1], shape: [2, 2], dtype: .float64),
            ],
            tangents: [
                Tensor([1.0, 0, 0, 1], shape: [2, 2], dtype: .float64),
                Tensor([0.0, 1, 0, 0], shape: [2, 2], dtype: .float64),
            ])
        #expect(outputs[0].numbers == [1, 2, 3, 4])
        #expect(tangents[0].numbers == [1, 1, 0, 4])
        #expect(tangents[1].numbers == [0, 1])
        #expect(tangents[2].numbers == [0, 0, 0, 0])
    }

    @Test func jvpOfWhatDependsOnNoPrimalIsZero() {
        let constant = Tensor([5.0, 6], dtype: .float64)
        let (_, tangents) = jvp(
            { _ in [constant] }, primals: [Tensor([1.0], dtype: .float64)], tangents: [Tensor([1.0], dtype: .float64)])
        #expect(tangents[0].numbers == [0, 0])
    }

    @Test func jvpOfAGradientIsAHessianVectorProduct() {
        // f = x0² x1: H = [[2 x1, 2 x0], [2 x0, 0]]
        let product = hessianVectorProduct(
            of: { square($0[0]).sum() * $0[1].sum() },
            primals: [Tensor([3.0], dtype: .float64), Tensor([5.0], dtype: .float64)],
            tangents: [Tensor([1.0], dtype: .float64), Tensor([2.0], dtype: .float64)])
        #expect(product[0].numbers == [10 + 12])
        #expect(product[1].numbers == [6])
    }

    @Test func forwardModeNestsInForwardMode() {
        func derivative(_ f: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
            { x in jvp({ [f($0[0])] }, primals: [x], tangents: [x.like(1)]).tangents[0] }
        }
        let third = derivative(derivative(derivative { $0 * $0 * $0 * $0 }))
        #expect(third(Tensor(2, dtype: .float64)).item() == 48)
    }

    @Test(arguments: Primitive.allCases) func forwardAgreesWithReverse(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            let operands = example.operands(.float64)
            let tangents = operands.indices.map {
                var generator = SeededGenerator(70 + $0)
                return Tensor(
                    generator.numbers(operands[$0].size, in: -1...1), shape: operands[$0].shape, dtype: .float64)
            }
            let forward = jvp({ [example.loss($0)] }, primals: operands, tangents: tangents).tangents[0].item()
            let reverse = zip(grad(example.loss)(operands), tangents).reduce(0) { $0 + ($1.0 * $1.1).sum().item() }
            #expect(
                Swift.abs(forward - reverse) <= 1e-9 * Swift.max(1, Swift.abs(reverse)), "\(example.name)")
        }
    }

    @Test func gradientsForSomeArgumentsOnly() {
        let (value, gradients) = valueAndGrad(
            { $0[0].take($0[1]).sum() }, argumentNumbers: [0])([
                Tensor([1.0, 2, 3], dtype: .float64), Tensor([2, 2] as [Int32]),
            ])
        #expect(value.item() == 6)
        #expect(gradients.count == 1)
        #expect(gradients[0].numbers == [0, 0, 2])
    }

    @Test func aCustomRuleIsCalledOnceForAllResults() {
        let calls = Atomic(0)
        let function = CustomFunction {
            [$0[0] * 2, $0[0] * 3]
        } vjp: { _, outputs, cotangents in
            calls.add(1, ordering: .relaxed)
            #expect(outputs.map(\.shape) == [[2], [2]])
            return [cotangents[0] * 20 + cotangents[1] * 30]
        }
        let weight = Parameter(Tensor([1.0, 2], dtype: .float64))
        let results = function([weight.value])
        (results[0].sum() + (results[1] * 2).sum()).backward()
        #expect(weight.gradient!.numbers == [80, 80])
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test func aCustomRuleSeesZerosForResultsThatAreNotUsed() {
        let function = CustomFunction {
            [$0[0] * 2, $0[0] * 3]
        } vjp: { _, _, c in
            [c[0] * 20 + c[1] * 30]
        }
        #expect(grad { function([$0])[1].sum() }(Tensor([1.0], dtype: .float64)).numbers == [30])
    }

    @Test func aCustomRuleMayStopAGradient() {
        let function = CustomFunction {
            [$0[0] * $0[1]]
        } vjp: { _, _, c in
            [c[0], nil]
        }
        let found = grad { function($0)[0].sum() }([Tensor([1.0], dtype: .float64), Tensor([2.0], dtype: .float64)])
        #expect(found[0].numbers == [1])
        #expect(found[1].numbers == [0])
    }

    @Test func aCustomRuleMayReadValuesAndDifferentiate() {
        let function = CustomFunction {
            [sin($0[0])]
        } vjp: { x, y, c in
            #expect(difference(y[0].numbers, sin(x[0]).numbers) < 1e-15)
            return [vjp({ [sin($0[0])] }, primals: x, cotangents: c).gradients[0]]
        }
        let x = Tensor([0.3, -1.2], dtype: .float64)
        let found = grad { square(function([$0])[0]).sum() }(x)
        #expect(difference(found.numbers, (sin(x) * cos(x) * 2).numbers) < 1e-14)
        let weight = Parameter(x)
        let hidden = function([weight.value])[0]
        _ = hidden.numbers
        square(hidden).sum().backward()
        #expect(difference(weight.gradient!.numbers, found.numbers) < 1e-14)
    }

    @Test func hooksSeeAndChangeGradients() {
        let seen = Mutex<[[Double]]>([])
        let x = Tensor([1.0, 2], dtype: .float64)
        let gradient = grad { x in
            (x * 3).onGradient { g in
                seen.withLock { $0.append(g.numbers) }
                return g * 10
            }.sum()
        }(x)
        #expect(gradient.numbers == [30, 30])
        #expect(seen.withLock { $0 } == [[1, 1]])
    }

    @Test func gradientCheckAcceptsWhatIsRight() {
        let report = gradientCheck(
            { [sin($0[0]) * $0[1], $0[1].sum()] },
            at: [Tensor([0.5, 1, 1.5], dtype: .float64), Tensor([2.0], dtype: .float64)], secondOrder: true)
        #expect(report.passed, "\(report)")
        #expect(report.comparisons == 10)
    }

    @Test func gradientCheckNamesTheEntryThatIsWrong() {
        let wrong = CustomFunction {
            [$0[0] * $0[0]]
        } vjp: { x, _, c in
            [c[0] * x[0] * Tensor([2.0, 2, 2, 2, 3, 2], shape: [2, 3], dtype: .float64)]
        }
        let report = gradientCheck(
            { wrong([$0[1]]) },
            at: [Tensor([1.0], dtype: .float64), Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3], dtype: .float64)])
        #expect(!report.passed)
        #expect(report.mismatches.map(\.input) == [1])
        #expect(report.mismatches.map(\.entry) == [[1, 1]])
        #expect(report.description.contains("gradient of input 1 at [1, 1]"))
    }

    /// What transforms have computed is a constant for those that follow, also when its history is gone.
    @Test func descentOnPlainValues() {
        var x = Tensor([0.5, -1, 2], dtype: .float64), total = Tensor(0.0, dtype: .float64)
        var expected = [0.5, -1, 2]
        for step in 0..<4 {
            let (gradient, before) = (grad { square($0).sum() }(x), x)
            if step % 2 == 0 { evaluateOrStop(gradient) }
            x = x - gradient * 0.1
            #expect(difference(x.numbers, expected.map { $0 * 0.8 }) < 1e-12)
            expected = expected.map { $0 * 0.8 }
            total = total + grad { ($0 * before * gradient).sum() }(x).sum()
            #expect(jvp({ [$0[0] * before] }, primals: [x], tangents: [gradient]).tangents[0].numbers.count == 3)
        }
        #expect(total.item().isFinite)
    }
}
