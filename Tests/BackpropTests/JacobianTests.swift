import Backprop
import Synchronization
import Testing

/// Jacobians and Hessians against loops of single sweeps, and against numbers worked out by PyTorch.
@Suite struct JacobianTests {
    private let x = Tensor([0.5, -1, 2], shape: [3], dtype: .float64)
    private let a = Tensor([1, 2, 3, 4, 5, 6].map { $0 / 4 }, shape: [2, 3], dtype: .float64)

    private static func unit(_ position: Int, like x: Tensor) -> Tensor {
        Tensor((0..<x.size).map { $0 == position ? 1 : 0 }, shape: x.shape, dtype: x.dtype)
    }

    private func f(_ x: [Tensor]) -> [Tensor] {
        [sin(matmul(x[1], x[0])) * x[0][0], tanh(x[1]) * x[0], (x[0] * x[0]).sum()]
    }

    @Test func reverseModeIsALoopOfSweepsBack() {
        let (outputs, found) = (f([x, a]), jacobian(f, at: [x, a], mode: .reverse))
        for (i, output) in outputs.enumerated() {
            let rows = (0..<output.size).map { position in
                vjp(
                    f, primals: [x, a],
                    cotangents: outputs.indices.map {
                        $0 == i ? Self.unit(position, like: output) : outputs[$0] * 0
                    }
                ).gradients
            }
            for (j, input) in [x, a].enumerated() {
                #expect(found[i][j].shape == output.shape + input.shape)
                #expect(found[i][j].numbers == stacked(rows.map { $0[j] }).numbers, "\(i) for \(j)")
            }
        }
    }

    @Test func forwardModeIsALoopOfSweepsForward() {
        let (outputs, found) = (f([x, a]), jacobian(f, at: [x, a], mode: .forward))
        for (j, input) in [x, a].enumerated() {
            let columns = (0..<input.size).map { position in
                jvp(
                    f, primals: [x, a],
                    tangents: [x, a].indices.map { $0 == j ? Self.unit(position, like: input) : [x, a][$0] * 0 }
                ).tangents
            }
            for (i, output) in outputs.enumerated() {
                #expect(found[i][j].shape == output.shape + input.shape)
                #expect(
                    found[i][j].numbers == stacked(columns.map { $0[i] }, axis: -1).numbers, "\(i) for \(j)")
            }
        }
    }

    @Test func bothModesAgree() {
        let reverse = jacobian(f, at: [x, a], mode: .reverse), forward = jacobian(f, at: [x, a], mode: .forward)
        for (reverse, forward) in zip(reverse.joined(), forward.joined()) {
            #expect(difference(reverse.numbers, forward.numbers) < 1e-15)
        }
    }

    /// Going back, a custom rule sees the gradients of all results at once, as one example of them; going forward it is
    /// only transposed.
    @Test func theModeFollowsFromTheSizes() {
        let examples = Atomic(0)
        let double = CustomFunction {
            [$0[0] * 2]
        } vjp: { _, _, c in
            if c[0].node.isExample { examples.add(1, ordering: .relaxed) }
            return [c[0] * 2]
        }
        let wide = jacobian({ (x: Tensor) in double([x.broadcast(to: [2, 3])])[0] }, at: x)
        #expect(wide.numbers == [2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 0, 0, 0, 2, 0, 0, 0, 2])
        #expect(examples.load(ordering: .relaxed) == 0)
        let narrow = jacobian({ (x: Tensor) in double([x])[0].sum() }, at: x)
        #expect(narrow.numbers == [2, 2, 2])
        #expect(examples.load(ordering: .relaxed) == 1)
        let chosen = jacobian({ (x: Tensor) in double([x])[0].sum() }, at: x, mode: .forward)
        #expect(chosen.numbers == [2, 2, 2])
        #expect(examples.load(ordering: .relaxed) == 1)
    }

    @Test func whatDoesNotDependOnAnArgumentHasZeros() {
        let constant = Tensor([1, 2], shape: [2], dtype: .float64)
        for mode in [DifferentiationMode.reverse, .forward] {
            let found = jacobian({ [$0[0] * 2, constant] }, at: [x, a], mode: mode)
            #expect(found[0][1].shape == [3, 2, 3])
            #expect(found[0][1].numbers.allSatisfy { $0 == 0 })
            #expect(found[1][0].numbers == [Double](repeating: 0, count: 6))
        }
    }

    @Test func hessiansAreLoopsOfProducts() {
        let f: ([Tensor]) -> Tensor = { sin(matmul($0[1], $0[0])).sum() * ($0[0] * $0[0]).sum() }
        let found = hessian(f, at: [x, a])
        for (j, input) in [x, a].enumerated() {
            let columns = (0..<input.size).map { position in
                hessianVectorProduct(
                    of: f, primals: [x, a],
                    tangents: [x, a].indices.map { $0 == j ? Self.unit(position, like: input) : [x, a][$0] * 0 })
            }
            for (i, other) in [x, a].enumerated() {
                #expect(found[i][j].shape == other.shape + input.shape)
                #expect(
                    difference(found[i][j].numbers, stacked(columns.map { $0[i] }, axis: -1).numbers) < 1e-15,
                    "\(i), \(j)")
            }
        }
        let diagonal = hessian({ (x: Tensor) in pow(x, 3).sum() }, at: x)
        #expect(diagonal.numbers == [3, 0, 0, 0, -6, 0, 0, 0, 12])
    }

    @Test func jacobiansNest() {
        let cubes: (Tensor) -> Tensor = { $0 * $0 * $0 }
        let third = jacobian({ x in jacobian({ jacobian(cubes, at: $0) }, at: x) }, at: x)
        #expect(third.shape == [3, 3, 3, 3])
        let expected = (0..<81).map { $0 % 40 == 0 ? 6.0 : 0 }
        #expect(third.numbers == expected)
        // Of each example of a batch.
        let ofRows = vmap({ row in jacobian(cubes, at: row) })(a)
        #expect(ofRows.numbers == stacked((0..<2).map { jacobian(cubes, at: a[$0]) }).numbers)
        // And differentiated.
        let slope = grad { (x: Tensor) in jacobian(cubes, at: x).sum() }(x)
        #expect(slope.numbers == [3, -6, 12])
    }

    @Test func symmetricFunctionsOfMatricesHaveHessians() {
        let matrix = Tensor([2, 0.5, 0.5, 1], shape: [2, 2], dtype: .float64)
        // The Hessian of log det A is -A⁻ᵀ ⊗ A⁻¹, with axes in the order of the matrix.
        let found = hessian({ (a: Tensor) in log(LinearAlgebra.det(a)) }, at: matrix)
        let inverse = LinearAlgebra.inverse(matrix)
        let expected = -(inverse.T.reshaped([2, 1, 1, 2]) * inverse.reshaped([1, 2, 2, 1]))
        #expect(found.shape == [2, 2, 2, 2])
        #expect(difference(found.numbers, expected.numbers) < 1e-12, "\(found.numbers) \(expected.numbers)")
    }
}
