import Backprop
import BackpropNN

/// Making tensors, reading them, and differentiating, in the order of their files.
extension DocumentedExample {
    private static let creationExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.zeros([2, 2])", [0, 0, 0, 0]) { () -> Tensor in
            Tensor.zeros([2, 2])
        },
        DocumentedExample("Tensor.ones([3])", [1, 1, 1]) { () -> Tensor in
            Tensor.ones([3])
        },
        DocumentedExample("Tensor.full([2, 2], 7)", [7, 7, 7, 7]) { () -> Tensor in
            Tensor.full([2, 2], 7)
        },
        DocumentedExample("Tensor.eye(2, columns: 3)", [1, 0, 0, 0, 1, 0]) { () -> Tensor in
            Tensor.eye(2, columns: 3)
        },
        DocumentedExample("Tensor.linspace(0, 1, count: 5)", [0, 0.25, 0.5, 0.75, 1]) { () -> Tensor in
            Tensor.linspace(0, 1, count: 5)
        },
        DocumentedExample("Tensor.arange(1, 2, step: 0.25)", [1, 1.25, 1.5, 1.75]) { () -> Tensor in
            Tensor.arange(1, 2, step: 0.25)
        },
        DocumentedExample("Tensor.arange(4)", [0, 1, 2, 3]) { () -> Tensor in
            Tensor.arange(4)
        },
        DocumentedExample("Tensor.indices([2, 3], axis: 1)", [0, 1, 2, 0, 1, 2]) { () -> Tensor in
            Tensor.indices([2, 3], axis: 1)
        },
        DocumentedExample("Tensor([-1.7, 0, 2.3]).asType(.int32)", [-1, 0, 2]) { () -> Tensor in
            Tensor([-1.7, 0, 2.3]).asType(.int32)
        },
    ]

    private static let randomExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let draw = { withRandomSeed(7) { Tensor.uniform([3]) } }
            draw() .== draw()
            """, [1, 1, 1]
        ) { () -> Tensor in
            let draw = { withRandomSeed(7) { Tensor.uniform([3]) } }
            return draw() .== draw()
        },
        DocumentedExample("withRandomState(RandomState(seed: 7)) { Tensor.integers([2, 3], high: 9) }.shape", [2, 3]) {
            () -> [Int] in
            withRandomState(RandomState(seed: 7)) { Tensor.integers([2, 3], high: 9) }.shape
        },
        DocumentedExample("Tensor.uniform([2, 3], low: -1).shape", [2, 3]) { () -> [Int] in
            Tensor.uniform([2, 3], low: -1).shape
        },
        DocumentedExample("Tensor.normal([2, 3], standardDeviation: 0.02).shape", [2, 3]) { () -> [Int] in
            Tensor.normal([2, 3], standardDeviation: 0.02).shape
        },
        DocumentedExample("Tensor.truncatedNormal([2, 3]).shape", [2, 3]) { () -> [Int] in
            Tensor.truncatedNormal([2, 3]).shape
        },
        DocumentedExample("Tensor.integers([2, 2], low: 5, high: 6)", [5, 5, 5, 5]) { () -> Tensor in
            Tensor.integers([2, 2], low: 5, high: 6)
        },
        DocumentedExample("Tensor.bernoulli([3], probability: 1)", [1, 1, 1]) { () -> Tensor in
            Tensor.bernoulli([3], probability: 1)
        },
    ]

    private static let readingExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.zeros([2, 3]).dim(-1)", [3]) { () -> Int in
            Tensor.zeros([2, 3]).dim(-1)
        },
        DocumentedExample(
            """
            let x = Tensor([1.0, 2]), y = x * 2, z = x + 1
            try evaluate(y, z)
            y
            """, [2, 4]
        ) { () -> Tensor in
            let x = Tensor([1.0, 2]), y = x * 2, z = x + 1
            try evaluate(y, z)
            return y
        },
        DocumentedExample("Tensor([1.5, 2]).sum().item(Float.self)", [3.5]) { () -> Double in
            Double(Tensor([1.5, 2]).sum().item(Float.self))
        },
        DocumentedExample("Tensor([1.0, 2]).sum().item()", [3]) { () -> Double in
            Tensor([1.0, 2]).sum().item()
        },
        DocumentedExample("Tensor([1.5, 2.5]).array(of: Int32.self)", [1, 2]) { () -> [Int32] in
            Tensor([1.5, 2.5]).array(of: Int32.self)
        },
        DocumentedExample("Tensor([1.0, 2]).withUnsafeBytes { $0.count }", [8]) { () -> Int in
            Tensor([1.0, 2]).withUnsafeBytes { $0.count }
        },
    ]

    private static let transformsExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let x = Tensor([1.0, 2])
            let slope = grad({ x in gradients(of: square(x).sum(), withRespectTo: [x])[0].sum() })
            slope(x)
            """, [2, 2]
        ) { () -> Tensor in
            let x = Tensor([1.0, 2])
            let slope = grad({ x in gradients(of: square(x).sum(), withRespectTo: [x])[0].sum() })
            return slope(x)
        },
        DocumentedExample("valueAndGrad({ x in square(x[0]).sum() })([Tensor([1.0, 2])]).gradients[0]", [2, 4]) {
            () -> Tensor in
            valueAndGrad({ x in square(x[0]).sum() })([Tensor([1.0, 2])]).gradients[0]
        },
        DocumentedExample("grad({ x in square(x).sum() })(Tensor([1.0, 2]))", [2, 4]) { () -> Tensor in
            grad({ x in square(x).sum() })(Tensor([1.0, 2]))
        },
        DocumentedExample(
            "vjp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], cotangents: [Tensor([1.0, 10])]).gradients[0]",
            [2, 40]
        ) { () -> Tensor in
            vjp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], cotangents: [Tensor([1.0, 10])]).gradients[0]
        },
        DocumentedExample(
            "jvp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], tangents: [Tensor([1.0, 10])]).tangents[0]",
            [2, 40]
        ) { () -> Tensor in
            jvp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], tangents: [Tensor([1.0, 10])]).tangents[0]
        },
        DocumentedExample(
            """
            let x = Tensor([1.0, 2]), v = Tensor([1.0, 10])
            hessianVectorProduct(of: { x in pow(x[0], 3).sum() }, primals: [x], tangents: [v])[0]
            """, [6, 120]
        ) { () -> Tensor in
            let x = Tensor([1.0, 2]), v = Tensor([1.0, 10])
            return hessianVectorProduct(of: { x in pow(x[0], 3).sum() }, primals: [x], tangents: [v])[0]
        },
    ]

    private static let customFunctionExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let clipped = CustomFunction { x in
                [x[0]]
            } vjp: { _, _, cotangents in
                [clip(cotangents[0], min: -1, max: 1)]
            }
            grad({ x in 5 * clipped([x])[0] })(Tensor(3.0))
            """, [1]
        ) { () -> Tensor in
            let clipped = CustomFunction { x in
                [x[0]]
            } vjp: { _, _, cotangents in
                [clip(cotangents[0], min: -1, max: 1)]
            }
            return grad({ x in 5 * clipped([x])[0] })(Tensor(3.0))
        },
        DocumentedExample(
            """
            let double = CustomFunction { x in [x[0] * 2] } vjp: { _, _, cotangents in [cotangents[0] * 2] }
            double([Tensor([1.0, 2])])[0]
            """, [2, 4]
        ) { () -> Tensor in
            let double = CustomFunction { x in
                [x[0] * 2]
            } vjp: { _, _, cotangents in
                [cotangents[0] * 2]
            }
            return double([Tensor([1.0, 2])])[0]
        },
        DocumentedExample(
            "grad({ x in square(x.onGradient { clip($0, min: -1, max: 1) }).sum() })(Tensor([0.25, 3]))", [0.5, 1]
        ) { () -> Tensor in
            grad({ x in square(x.onGradient { clip($0, min: -1, max: 1) }).sum() })(Tensor([0.25, 3]))
        },
    ]

    private static let memoryExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let weight = Parameter(Tensor([0.5, -0.5]))
            let y = checkpoint { square(tanh(weight.value)) }
            y.sum().backward()
            weight.gradient! - grad({ square(tanh($0)).sum() })(weight.value)
            """, [0, 0]
        ) { () -> Tensor in
            let weight = Parameter(Tensor([0.5, -0.5]))
            let y = checkpoint { square(tanh(weight.value)) }
            y.sum().backward()
            return weight.gradient! - grad({ square(tanh($0)).sum() })(weight.value)
        },
        DocumentedExample(
            """
            let halves = checkpoint { [exp(Tensor([0.0])), Tensor([1.0]) * 2] }
            halves[0] + halves[1]
            """, [3]
        ) { () -> Tensor in
            let halves = checkpoint { [exp(Tensor([0.0])), Tensor([1.0]) * 2] }
            return halves[0] + halves[1]
        },
        DocumentedExample(
            "withMemoryBudget(MemoryBudget(bytes: 1_000)) { (Tensor([1.0, 2]) * 2).sum().item() }", [6]
        ) { () -> Double in
            withMemoryBudget(MemoryBudget(bytes: 1_000)) { (Tensor([1.0, 2]) * 2).sum().item() }
        },
        DocumentedExample("withDevice(.cpu) { (Tensor([1.0, 2]) * 2).sum().item() }", [6]) { () -> Double in
            withDevice(.cpu) { (Tensor([1.0, 2]) * 2).sum().item() }
        },
    ]

    private static let autocastExamples: [DocumentedExample] = [
        DocumentedExample("MemoryBill.of([Tensor([1.0, 2]) * 2]).peakBytes", [72]) { () -> Int in
            MemoryBill.of([Tensor([1.0, 2]) * 2]).peakBytes
        },
        DocumentedExample("autocast { matmul(Tensor([[1.0, 1]]), Tensor([[1.0], [0.001]])) }", [1]) { () -> Tensor in
            autocast { matmul(Tensor([[1.0, 1]]), Tensor([[1.0], [0.001]])) }
        },
        DocumentedExample(
            """
            let a = Parameter(Tensor([1.0, 2])), b = Parameter(Tensor([3.0, 4]))
            (a.value * b.value).sum().backward(for: [a])
            a.gradient! + (b.gradient ?? 0.5.tensor(like: a.value))
            """, [3.5, 4.5]
        ) { () -> Tensor in
            let a = Parameter(Tensor([1.0, 2])), b = Parameter(Tensor([3.0, 4]))
            (a.value * b.value).sum().backward(for: [a])
            return a.gradient! + (b.gradient ?? 0.5.tensor(like: a.value))
        },
    ]

    private static let gradientCheckExamples: [DocumentedExample] = [
        DocumentedExample("gradientCheck({ x in [sin(x[0])] }, at: [Tensor([0.5, 1], dtype: .float64)]).passed", [1]) {
            () -> Bool in
            gradientCheck({ x in [sin(x[0])] }, at: [Tensor([0.5, 1], dtype: .float64)]).passed
        }
    ]

    private static let batchExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let x = Tensor([1, 2] as [Float]), y = Tensor([3] as [Float])
            jacobian({ x in [x[0] * x[1]] }, at: [x, y])[0][0]
            """, [3, 0, 0, 3]
        ) { () -> Tensor in
            let x = Tensor([1, 2] as [Float]), y = Tensor([3] as [Float])
            return jacobian({ x in [x[0] * x[1]] }, at: [x, y])[0][0]
        },
        DocumentedExample("jacobian({ x in square(x) }, at: Tensor([1, 2] as [Float]))", [2, 0, 0, 4]) { () -> Tensor in
            jacobian({ x in square(x) }, at: Tensor([1, 2] as [Float]))
        },
        DocumentedExample(
            """
            let x = Tensor([2] as [Float]), y = Tensor([3] as [Float])
            hessian({ x in (square(x[0]) * x[1]).sum() }, at: [x, y])[0][1]
            """, [4]
        ) { () -> Tensor in
            let x = Tensor([2] as [Float]), y = Tensor([3] as [Float])
            return hessian({ x in (square(x[0]) * x[1]).sum() }, at: [x, y])[0][1]
        },
        DocumentedExample("hessian({ x in pow(x, 3).sum() }, at: Tensor([1, 2] as [Float]))", [6, 0, 0, 12]) {
            () -> Tensor in
            hessian({ x in pow(x, 3).sum() }, at: Tensor([1, 2] as [Float]))
        },
        DocumentedExample(
            """
            let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
            vmap({ x in [matmul(x[0], x[1])] }, inAxes: [0, nil])([x, Tensor([1, 10] as [Float])])[0]
            """, [21, 43]
        ) { () -> Tensor in
            let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
            return vmap({ x in [matmul(x[0], x[1])] }, inAxes: [0, nil])([x, Tensor([1, 10] as [Float])])[0]
        },
        DocumentedExample(
            "vmap({ x in x / x.sum() })(Tensor([1, 3, 2, 2] as [Float], shape: [2, 2]))", [0.25, 0.75, 0.5, 0.5]
        ) { () -> Tensor in
            vmap({ x in x / x.sum() })(Tensor([1, 3, 2, 2] as [Float], shape: [2, 2]))
        },
    ]

    private static let functionalExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let model = Linear(1, 1, bias: false, initializer: .constant(2))
            model.perExampleGradients(of: [Tensor([1, 2, 3] as [Float], shape: [3, 1])]) { x in
                square(model(x[0])).sum()
            }.gradients[0]
            """, [4, 16, 36]
        ) { () -> Tensor in
            let model = Linear(1, 1, bias: false, initializer: .constant(2))
            return model.perExampleGradients(of: [Tensor([1, 2, 3] as [Float], shape: [3, 1])]) { x in
                square(model(x[0])).sum()
            }.gradients[0]
        },
        DocumentedExample(
            """
            let model = Linear(1, 1, bias: false)
            let slope = grad({ w in
                model.withParameters([w]) { square(model(Tensor([3] as [Float]))).sum() }
            })
            slope(Tensor([2] as [Float], shape: [1, 1]))
            """, [36]
        ) { () -> Tensor in
            let model = Linear(1, 1, bias: false)
            let slope = grad({ (w: Tensor) in
                model.withParameters([w]) { square(model(Tensor([3] as [Float]))).sum() }
            })
            return slope(Tensor([2] as [Float], shape: [1, 1]))
        },
    ]

    private static let scopesExamples: [DocumentedExample] = [
        DocumentedExample("grad({ x in x * withoutGradients { x * x } })(Tensor(3.0))", [9]) { () -> Tensor in
            grad({ x in x * withoutGradients { x * x } })(Tensor(3.0))
        }
    ]

    private static let backwardPassExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let weight = Parameter(Tensor([1.0, 2]))
            square(weight.value).sum().backward()
            weight.gradient!
            """, [2, 4]
        ) { () -> Tensor in
            let weight = Parameter(Tensor([1.0, 2]))
            square(weight.value).sum().backward()
            return weight.gradient!
        }
    ]

    static let ofTransforms: [DocumentedExample] = [
        creationExamples, randomExamples, readingExamples, transformsExamples, customFunctionExamples,
        autocastExamples, memoryExamples, gradientCheckExamples, batchExamples, functionalExamples,
        scopesExamples, backwardPassExamples,
    ].flatMap { $0 }
}
