import Backprop
import Testing

/// What `vmap` promises beside the values: axes, nesting, custom rules, random numbers, and what it records.
@Suite struct VmapSemanticsTests {
    // MARK: Axes

    @Test func axesSayWhereTheExamplesLie() {
        let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
        let sums = vmap({ [$0[0].sum(axis: 0), $0[0]] }, inAxes: [1], outAxes: [-1, 2])([x])
        #expect(sums[0].shape == [4, 3])
        #expect(sums[0].numbers == x.sum(axis: 0).T.numbers)
        #expect(sums[1].shape == [2, 4, 3])
        #expect(sums[1].numbers == x.swappedAxes(1, 2).numbers)
        #expect(vmap({ $0 * 2 }, inAxis: -1, outAxis: -1)(x).numbers == (x * 2).numbers)
    }

    @Test func whatDependsOnNoArgumentIsRepeatedOrShared() {
        let x = Tensor([1, 2, 3] as [Float]), shared = Tensor([5, 6] as [Float])
        let results = vmap({ [$0[0], shared, $0[1] + 1] }, inAxes: [0, nil], outAxes: [0, 1, nil])([x, shared])
        #expect(results[1].shape == [2, 3])
        #expect(results[1].numbers == [5, 5, 5, 6, 6, 6])
        #expect(results[2].numbers == [6, 7])
    }

    @Test func noExamplesGiveNone() {
        let x = Tensor.zeros([0, 3]), weights = Tensor.ones([3, 2])
        #expect(vmap({ matmul($0, weights) })(x).shape == [0, 2])
        let gradient = vmap(grad { (x: Tensor) in sin(matmul(x, weights)).sum() })(x)
        #expect(gradient.shape == [0, 3])
        #expect(gradient.numbers == [])
    }

    // MARK: Nesting

    private func row(_ numbers: Float...) -> Tensor { Tensor(numbers) }

    @Test func vmapNestsInItself() {
        let a = Tensor((0..<6).map { Float($0) }, shape: [2, 3]), b = Tensor((0..<4).map { Float($0 + 1) })
        // All products of an element of each row and one of b.
        let products = vmap({ row in vmap({ x in vmap({ x * $0 })(b) })(row) })(a)
        #expect(products.shape == [2, 3, 4])
        #expect(products.numbers == (a.reshaped([2, 3, 1]) * b).numbers)
        // Each example of the inner batch with each of the outer one.
        let sums = vmap({ x in vmap({ y in sin(x) * y + x })(x.reshaped([3])) })(a)
        #expect(
            difference(
                sums.numbers,
                stacked(
                    (0..<2).map { i in
                        stacked((0..<3).map { sin(a[i]) * a[i][$0] + a[i] })
                    }
                ).numbers) < 1e-7)
    }

    @Test func transformsNestInAnyOrder() {
        let x = Tensor([0.5, -1, 2, 0.25, 1.5, -0.75], shape: [3, 2], dtype: .float64)
        let f: (Tensor) -> Tensor = { (sin($0) * $0[0] + $0 * $0 * $0).sum() }
        let rows = (0..<3).map { x[$0] }
        let ones = Tensor.ones([2], dtype: .float64)
        func expect(_ mapped: Tensor, _ one: (Tensor) -> Tensor, _ name: String) {
            #expect(difference(mapped.numbers, stacked(rows.map(one)).numbers) < 1e-13, "\(name)")
        }
        expect(vmap(grad(f))(x), grad(f), "vmap of grad")
        let second = grad { (x: Tensor) in square(grad(f)(x)).sum() }
        expect(vmap(second)(x), second, "vmap of grad of grad")
        let slope: (Tensor) -> Tensor = { x in jvp({ [f($0[0])] }, primals: [x], tangents: [ones]).tangents[0] }
        expect(vmap(slope)(x), slope, "vmap of jvp")
        expect(vmap(grad(slope))(x), grad(slope), "vmap of grad of jvp")
        expect(
            jvp({ [vmap(grad(f))($0[0])] }, primals: [x], tangents: [Tensor.ones([3, 2], dtype: .float64)]).tangents[0],
            { jvp({ [grad(f)($0[0])] }, primals: [$0], tangents: [ones]).tangents[0] }, "jvp of vmap of grad")
        expect(
            grad({ (x: Tensor) in square(vmap(grad(f))(x)).sum() })(x), second, "grad of vmap of grad")
        expect(
            grad({ (x: Tensor) in sin(vmap(f)(x)).sum() })(x), grad { sin(f($0)) }, "grad of vmap")
    }

    @Test func gradientsInsideReachWhatLiesOutside() {
        // For each example the gradient for the whole of w, from which all examples were computed.
        let w = Tensor([1, 2, 3], shape: [3], dtype: .float64)
        let found = grad({ (w: Tensor) in
            vmap({ x in gradients(of: x * x * x, withRespectTo: [w])[0] })(w * 2).sum()
        })(w)
        // d/dw of 24 w².
        #expect(found.numbers == [48, 96, 144])
    }

    @Test func stoppedGradientsStayStopped() {
        let x = Tensor([1, 2, 3] as [Float])
        let gradient = grad { (x: Tensor) in
            vmap({ x in x * stopGradient(x) + withoutGradients { x * x } })(x).sum()
        }
        #expect(gradient(x).numbers == [1, 2, 3])
        #expect(vmap(grad { (x: Tensor) in x * stopGradient(x * x) })(x).numbers == [1, 4, 9])
    }

    @Test func whatAutocastRoundsStaysAsItIs() {
        let x = Tensor([1, 0.001, 2, 0.003], shape: [2, 2], dtype: .float32), w = Tensor([1, 1] as [Float])
        func mixed(_ x: Tensor) -> [Tensor] {
            [matmul(x, w), autocast { matmul(x, w) }, autocast { autocast(.float32) { matmul(x, w) } }]
        }
        for mapped in [vmap({ mixed($0[0]) })([x]), autocast { vmap({ mixed($0[0]) })([x]) }] {
            #expect(mapped[2].dtype == .float32)
            #expect(mapped[1].dtype == .bfloat16)
            #expect(mapped[1].numbers == [1, 2])
            #expect(difference(mapped[2].numbers, [1.001, 2.003]) < 1e-6)
        }
    }

    // MARK: Custom functions

    @Test func customFunctionsKeepTheirRule() {
        let clipped = CustomFunction { x in
            [x[0] * x[1]]
        } vjp: { x, _, c in
            [clip(c[0], min: -1, max: 1) * x[1], c[0] * 100]
        }
        let x = row(1, 2, 3), y = row(5, 5, 5), scale = row(0.5, 1, 4)
        let inside = vmap({ arguments in
            grad({ (clipped([$0[0], $0[1]])[0] * arguments[2]).sum() }, argumentNumbers: [0, 1])(Array(arguments))
        })([x, y, scale])
        #expect(inside[0].numbers == [2.5, 5, 5])
        #expect(inside[1].numbers == [50, 100, 400])
        // From outside, with an operand that all examples share: the rule sees each cotangent by itself.
        let outside = grad({ (arguments: [Tensor]) in
            let results = vmap({ clipped([$0[0], $0[1]]) }, inAxes: [0, nil])(arguments)
            return (results[0] * scale).sum()
        })([x, Tensor([5] as [Float])[0]])
        #expect(outside[0].numbers == [2.5, 5, 5])
        #expect(outside[1].numbers == [550])
    }

    @Test func aRuleMayHoldAnExample() {
        let x = row(1, 2, 3), y = row(10, 20, 30)
        let gradient = grad { (x: Tensor) in
            vmap({ arguments in
                let y = arguments[1]
                return CustomFunction {
                    [$0[0] * 2]
                } vjp: { _, _, c in
                    [c[0] * y]
                }([arguments[0]])
            })([x, y])[0].sum()
        }
        #expect(gradient(x).numbers == [10, 20, 30])
        let second = grad { (x: Tensor) in square(gradient(x) * x).sum() }
        #expect(second(x).numbers == [200, 1600, 5400])
    }

    @Test func rulesOfTheLibraryAreMapped() {
        let x = Tensor([-1.5, 0.5, 2], shape: [3], dtype: .float64)
        for f in [sinh, { square($0.standardDeviationOfPair) }] as [@Sendable (Tensor) -> Tensor] {
            let second = grad { (x: Tensor) in grad { f($0).sum() }(x).sum() }
            let mapped = grad { (x: Tensor) in vmap(second)(x).sum() }(x)
            let expected = stacked((0..<3).map { grad(second)(x[$0]) })
            #expect(difference(mapped.numbers, expected.numbers) < 1e-12)
        }
    }

    @Test func customFunctionsInNestedBatches() {
        let scaled = CustomFunction {
            [$0[0] * $0[1]]
        } vjp: { x, _, c in
            [c[0] * x[1] * 10, (c[0] * x[0]).sum() * 100]
        }
        let x = Tensor((1...6).map { Float($0) }, shape: [2, 3]), scales = row(2, 3)
        let function: ([Tensor]) -> Tensor = { arguments in
            vmap({ outer in
                let scale = outer[1]
                return vmap({ inner in scaled([inner[0], scale]) })([outer[0]])
            })(arguments)[0]
        }
        let gradient = grad { (arguments: [Tensor]) in function(arguments).sum() }([x, scales])
        #expect(gradient[0].numbers == [20, 20, 20, 30, 30, 30])
        #expect(gradient[1].numbers == [600, 1500])
        let tangent = jvp({ [function($0)] }, primals: [x, scales], tangents: [x, scales * 0]).tangents[0]
        #expect(tangent.numbers == [20, 40, 60, 120, 150, 180])
    }

    @Test func forwardModeAsksMappedRules() {
        let x = Tensor([-1.5, 0.5, 2], shape: [3], dtype: .float64)
        let slope = jvp({ [vmap(sinh)($0[0])] }, primals: [x], tangents: [x]).tangents[0]
        #expect(difference(slope.numbers, (cosh(x) * x).numbers) < 1e-15)
    }

    // MARK: Random numbers

    @Test func tasksMapAtOnce() async {
        let x = Tensor((0..<12).map { Float($0) }, shape: [4, 3])
        let expected = (0..<4).map { square(x[$0]).sum().item() }
        await withTaskGroup(of: [Double].self) { group in
            for task in 0..<8 {
                group.addTask {
                    let sums = vmap(
                        { x in square(x).sum() + (task % 2 == 0 ? Tensor.uniform([]) * 0 : Tensor.zeros([])) },
                        randomness: task % 2 == 0 ? .different : .error)(x)
                    return sums.numbers
                }
            }
            for await found in group { #expect(found == expected) }
        }
    }

    @Test func randomNumbersAreSharedOrNot() {
        let x = Tensor.zeros([4])
        func draw(_ randomness: VmapRandomness) -> Tensor {
            withRandomSeed(3) { vmap({ $0 + Tensor.uniform([5]) }, randomness: randomness)(x) }
        }
        let same = draw(.same), different = draw(.different)
        #expect(same.shape == [4, 5])
        #expect(same.numbers == withRandomSeed(3) { Tensor.uniform([5]) }.broadcast(to: [4, 5]).numbers)
        #expect(Set(different.numbers).count == 20)
        #expect(different.numbers == withRandomSeed(3) { Tensor.uniform([4, 5]) }.numbers)
    }

    @Test func randomNumbersInNestedBatches() {
        let x = Tensor.zeros([2, 3])
        func draw(_ outer: VmapRandomness, _ inner: VmapRandomness) -> [Double] {
            withRandomSeed(3) {
                vmap({ row in vmap({ $0 + Tensor.uniform([]) }, randomness: inner)(row) }, randomness: outer)(x)
            }.numbers
        }
        #expect(Set(draw(.different, .different)).count == 6)
        #expect(Set(draw(.same, .same)).count == 1)
        let byRow = draw(.different, .same), byColumn = draw(.same, .different)
        #expect(byRow[0] == byRow[2] && byRow[3] == byRow[5] && byRow[0] != byRow[3])
        #expect(byColumn[0] == byColumn[3] && byColumn[2] == byColumn[5] && byColumn[0] != byColumn[1])
    }

    // MARK: What is recorded

    @Test func theExamplesOfALayerAreOneProduct() async {
        await #expect(processExitsWith: .success) {
            setRandomSeed(1)
            let x = Tensor.normal([16, 8]), w1 = Tensor.normal([6, 8]), w2 = Tensor.normal([4, 6])
            func layers(_ x: Tensor) -> Tensor { matmul(tanh(matmul(x, w1, transposeB: true)), w2, transposeB: true) }
            _ = [x, w1, w2].map(\.bytes)
            let before = EngineCounters.productsRun
            let mapped = vmap(layers)(x)
            _ = mapped.bytes
            #expect(EngineCounters.productsRun - before == 2)
            #expect(mapped.bytes == layers(x).bytes)
            // Weights on the left of a column.
            let columns = vmap({ matmul(w1, $0) })(x)
            _ = columns.bytes
            #expect(EngineCounters.productsRun - before == 5)
            #expect(difference(columns.numbers, matmul(x, w1.T).numbers) < 1e-6)
        }
    }

    @Test func longChainsAreNotComputedInBetween() {
        let x = Tensor([1, 2] as [Float])
        let result = vmap({ x in (0..<6000).reduce(x) { sum, _ in sum + 1 } })(x)
        #expect(result.numbers == [6001, 6002])
    }

    @Test func anotherThreadMayMapMeanwhile() {
        let x = Tensor([1, 2, 3] as [Float])
        var elsewhere: Tensor?
        _ = vmap({ x in
            // A value without examples may be computed, also by another thread.
            onAnotherThread { elsewhere = vmap({ $0 * 3 })(Tensor([1, 2] as [Float])) }
            return x
        })(x)
        #expect(elsewhere!.numbers == [3, 6])
    }
}

extension Tensor {
    /// Of x and -x.
    fileprivate var standardDeviationOfPair: Tensor { stacked([self, -self * 2]).std(axes: [0]) }
}
