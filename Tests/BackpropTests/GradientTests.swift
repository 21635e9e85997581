import Backprop
import Testing

/// Gradients of every primitive against differences of values.
@Suite struct GradientTests {
    @Test(arguments: Primitive.allCases)
    func firstOrder(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            let operands = example.operands(.float64)
            let gradients = grad(example.loss)(operands)
            for (position, operand) in operands.enumerated() {
                #expect(gradients[position].shape == operand.shape, "\(example.name)")
                let numbers = operand.numbers, step = 1e-5
                let expected = numbers.indices.map { index in
                    let values = [step, -step].map { step in
                        var moved = numbers
                        moved[index] += step
                        var arguments = operands
                        arguments[position] = Tensor(moved, shape: operand.shape, dtype: .float64)
                        return example.loss(arguments).item()
                    }
                    return (values[0] - values[1]) / (2 * step)
                }
                let error = difference(gradients[position].numbers, expected)
                #expect(error < 1e-7, "\(example.name), operand \(position)")
            }
        }
    }

    /// The analytic gradient is differentiated along a fixed direction, and compared with its own differences.
    @Test(arguments: Primitive.allCases)
    func secondOrder(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            let operands = example.operands(.float64)
            let directions = operands.map { Example.weights(like: $0, seed: 5) }
            let gradient = grad(example.loss)
            let curvature = grad { (variables: [Tensor]) in
                zip(gradient(variables), directions).reduce(Tensor(0, dtype: .float64)) { $0 + ($1.0 * $1.1).sum() }
            }(operands)
            let step = 1e-5
            let forward = gradient(zip(operands, directions).map { $0 + $1 * step })
            let backward = gradient(zip(operands, directions).map { $0 - $1 * step })
            for position in operands.indices {
                let expected = ((forward[position] - backward[position]) / (2 * step)).numbers
                let error = difference(curvature[position].numbers, expected)
                #expect(error < 1e-6, "\(example.name), operand \(position)")
            }
        }
    }

    @Test(arguments: Primitive.allCases)
    func valuesAgreeWithTheReference(_ primitive: Primitive) {
        for example in examples(of: primitive) {
            for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-5)] {
                let result = example.function(example.operands(dtype))
                let expected = ReferenceInterpreter.values(of: result)
                #expect(difference(result.numbers, expected) < tolerance, "\(example.name) in \(dtype)")
            }
            // Errors of eight bits add up, so operations are compared one by one.
            let worst = evaluateNodeByNode([example.function(example.operands(.bfloat16))])
            #expect(worst.error < 0x1p-7, "\(example.name) in bfloat16: \(worst)")
        }
    }
}
