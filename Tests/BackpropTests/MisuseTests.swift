import Backprop
import Testing

/// One mistake of each kind for each operator: all of them stop at once, with a message that names the operator and what
/// it was given.
@Suite struct MisuseTests {
    struct Mistake: Sendable {
        /// What the message has to contain.
        let parts: [String]
        let make: @Sendable () -> Void
    }

    static let x = Tensor.zeros([2, 3])
    static let whole = Tensor.zeros([2, 3], dtype: .int32)
    static let mask = Tensor.zeros([2, 3], dtype: .bool)

    static let mistakes = [operators, arrangements, indices, sizes, matrices, windows, batches, numbers].reduce([:]) {
        $0.merging($1) { first, second in
            Mistake(parts: first.parts + second.parts + ["one name for two mistakes"]) {}
        }
    }

    private static let operators: [String: Mistake] = [
        // Shapes that do not go together.
        "subtract": Mistake(parts: ["subtract", "[2, 3]", "[2]"]) { _ = x - Tensor.zeros([2]) },
        "multiply": Mistake(parts: ["multiply", "[2, 3]", "[4]"]) { _ = x * Tensor.zeros([4]) },
        "divide": Mistake(parts: ["divide", "[2, 3]", "[3, 3]"]) { _ = x / Tensor.zeros([3, 3]) },
        "power": Mistake(parts: ["pow:", "[2, 3]", "[2]"]) { _ = pow(x, Tensor.zeros([2])) },
        "maximum": Mistake(parts: ["maximum", "[2, 3]", "[2]"]) { _ = maximum(x, Tensor.zeros([2])) },
        "less": Mistake(parts: ["less", "[2, 3]", "[2]"]) { _ = x .< Tensor.zeros([2]) },
        "which": Mistake(parts: ["which", "[2, 3]", "[4]"]) { _ = which(mask, x, Tensor.zeros([4])) },
        "broadcast": Mistake(parts: ["broadcast", "[2, 3]", "[2, 4]"]) { _ = x.broadcast(to: [2, 4]) },
        "reshaped": Mistake(parts: ["reshaped", "[2, 3]", "[5]"]) { _ = x.reshaped([5]) },
        "stacked": Mistake(parts: ["stacked:", "[2, 3]", "[3, 2]"]) {
            _ = stacked([x, Tensor.zeros([3, 2])])
        },
        "einsum shapes": Mistake(parts: ["einsum", "[2, 3]", "[4, 5]"]) {
            _ = einsum("ij,jk->ik", x, Tensor.zeros([4, 5]))
        },
        "tensordot": Mistake(parts: ["tensordot", "[2, 3]", "[4, 5]"]) {
            _ = tensordot(x, Tensor.zeros([4, 5]), axes: 1)
        },
        "split": Mistake(parts: ["split", "[2, 3]"]) { _ = x.split(sizes: [1, 1], axis: 1) },
        "unflattened": Mistake(parts: ["unflattened", "[2, 3]"]) { _ = x.unflattened(axis: 1, [2, 2]) },
        "diagonal": Mistake(parts: ["diagonal", "[3]"]) { _ = Tensor.zeros([3]).diagonal() },
        "tril": Mistake(parts: ["tril", "[3]"]) { _ = tril(Tensor.zeros([3])) },
        "isClose": Mistake(parts: ["isClose:", "[2, 3]", "[2, 4]"]) { _ = isClose(x, Tensor.zeros([2, 4])) },
        "copysign": Mistake(parts: ["copysign:", "[2, 3]", "[2, 4]"]) { _ = copysign(x, Tensor.zeros([2, 4])) },
        "floorDivide": Mistake(parts: ["floorDivide:", "[2, 3]", "[2, 4]"]) {
            _ = floorDivide(x, Tensor.zeros([2, 4]))
        },
        "truncatedDivide": Mistake(parts: ["truncatedDivide:", "[2, 3]", "[2, 4]"]) {
            _ = truncatedDivide(x, Tensor.zeros([2, 4]))
        },
        "fmod": Mistake(parts: ["fmod:", "[2, 3]", "[2, 4]"]) { _ = fmod(x, Tensor.zeros([2, 4])) },
        "logAddExp": Mistake(parts: ["logAddExp:", "[2, 3]", "[2, 4]"]) { _ = logAddExp(x, Tensor.zeros([2, 4])) },
        "logAddExp2": Mistake(parts: ["logAddExp2:", "[2, 3]", "[2, 4]"]) { _ = logAddExp2(x, Tensor.zeros([2, 4])) },
        "xlogy": Mistake(parts: ["xlogy:", "[2, 3]", "[2, 4]"]) { _ = xlogy(x, Tensor.zeros([2, 4])) },
        "xlog1py": Mistake(parts: ["xlog1py:", "[2, 3]", "[2, 4]"]) { _ = xlog1py(x, Tensor.zeros([2, 4])) },
        "hypot": Mistake(parts: ["hypot:", "[2, 3]", "[2, 4]"]) { _ = hypot(x, Tensor.zeros([2, 4])) },
        "pairwiseDistance": Mistake(parts: ["pairwiseDistance:", "[2, 3]", "[2, 4]"]) {
            _ = pairwiseDistance(x, Tensor.zeros([2, 4]))
        },
        "clip": Mistake(parts: ["clip:", "[2, 3]", "[2, 4]"]) { _ = clip(x, max: Tensor.zeros([2, 4])) },
        "clip dtype": Mistake(parts: ["clip:", "float32", "int32"]) { _ = clip(x, min: whole) },
        "copysign dtype": Mistake(parts: ["copysign:", "float32", "int32"]) { _ = copysign(x, whole) },
        "lerp": Mistake(parts: ["lerp:", "[2, 3]", "[2, 4]"]) { _ = lerp(x, Tensor.zeros([2, 4]), 0.5) },
        "lerp weight": Mistake(parts: ["lerp:", "[2, 3]", "[2, 4]"]) { _ = lerp(x, x, Tensor.zeros([2, 4])) },
        // Axes that do not exist, or are named twice.
        "sum": Mistake(parts: ["sum", "axis 2", "[2, 3]"]) { _ = x.sum(axis: 2) },
        "mean": Mistake(parts: ["mean", "axis -3", "[2, 3]"]) { _ = x.mean(axis: -3) },
        "max": Mistake(parts: ["max", "axis 2", "[2, 3]"]) { _ = x.max(axis: 2) },
        "argMax": Mistake(parts: ["argMax", "axis 2", "[2, 3]"]) { _ = x.argMax(axis: 2) },
        "variance": Mistake(parts: ["variance", "axis 5", "[2, 3]"]) { _ = x.variance(axes: [5]) },
        "std": Mistake(parts: ["std", "axis 5", "[2, 3]"]) { _ = x.std(axes: [5]) },
        "product": Mistake(parts: ["product", "axis 5", "[2, 3]"]) { _ = x.product(axis: 5) },
        "logSumExp": Mistake(parts: ["logSumExp", "axis 5", "[2, 3]"]) { _ = x.logSumExp(axes: [5]) },
        "vectorNorm": Mistake(parts: ["vectorNorm", "axis 5", "[2, 3]"]) { _ = x.vectorNorm(axes: [5]) },
        "transposed": Mistake(parts: ["transposed", "[2, 3]"]) { _ = x.transposed(axes: [0, 0]) },
        "swappedAxes": Mistake(parts: ["swappedAxes", "axis 2", "[2, 3]"]) { _ = x.swappedAxes(0, 2) },
        "movedAxis": Mistake(parts: ["axis 4", "[2, 3]"]) { _ = x.movedAxis(4, to: 0) },
        "squeezed": Mistake(parts: ["squeezed", "[2, 3]"]) { _ = x.squeezed(axis: 0) },
        "expandedDimensions": Mistake(parts: ["expandedDimensions", "4", "[2, 3]"]) {
            _ = x.expandedDimensions(axis: 4)
        },
        "narrowed": Mistake(parts: ["narrowed", "[2, 3]"]) { _ = x.narrowed(axis: 1, 1..<4) },
        "rolled": Mistake(parts: ["rolled", "axis 2", "[2, 3]"]) { _ = x.rolled(1, axis: 2) },
        "reversed": Mistake(parts: ["reversed", "axis 2", "[2, 3]"]) { _ = x.reversed(axes: [2]) },
        "flattened": Mistake(parts: ["flattened", "[2, 3]"]) { _ = x.flattened(start: 1, end: 4) },
        "unfolded": Mistake(parts: ["unfolded", "[2, 3]"]) { _ = x.unfolded(axis: 1, size: 4, step: 1) },
        // Element types that an operator does not have.
        "exp": Mistake(parts: ["exp", "int32"]) { _ = exp(whole) },
        "sqrt": Mistake(parts: ["sqrt", "int32"]) { _ = sqrt(whole) },
        "atan2": Mistake(parts: ["atan2", "int32"]) { _ = atan2(whole, whole) },
        "mixed dtypes": Mistake(parts: ["multiply", "float32", "int32"]) { _ = x * whole },
        "and": Mistake(parts: ["and", "float32"]) { _ = x .& mask },
        "condition": Mistake(parts: ["which", "float32", "bool"]) { _ = which(x, x, x) },
        "arithmetic on masks": Mistake(parts: ["add", "bool"]) { _ = mask + mask },
        "take dtype": Mistake(parts: ["take", "float32"]) { _ = x.take(x) },
        "uniform": Mistake(parts: ["uniform", "int32"]) { _ = Tensor.uniform([2], dtype: .int32) },
        "integers": Mistake(parts: ["integers", "float32"]) { _ = Tensor.integers([2], high: 3, dtype: .float32) },
        "grad": Mistake(parts: ["gradient", "int32"]) { _ = grad { $0.asType(.float32).sum() }(whole) },
        // Numbers that are too large, too small or none.
        "elements": Mistake(parts: ["[2147483647, 2147483647, 2147483647]", "too many"]) {
            _ = Tensor.zeros([2_147_483_647, 2_147_483_647, 2_147_483_647]).size
        },
        "extent": Mistake(parts: ["2147483648"]) { _ = Tensor.zeros([2_147_483_648]) },
        "negative extent": Mistake(parts: ["-1"]) { _ = Tensor.zeros([-1]) },
        "padded": Mistake(parts: ["padded", "[2, 3]"]) { _ = x.padded(widths: [(0, 0), (-2, -2)]) },
        "repeated": Mistake(parts: ["repeated"]) { _ = x.repeated(count: -1, axis: 0) },
        "tiled": Mistake(parts: ["tiled"]) { _ = x.tiled([-1]) },
        "fraction": Mistake(parts: ["0.5", "int32"]) { _ = whole + 0.5 },
        "max of nothing": Mistake(parts: ["max", "[0, 3]"]) { _ = Tensor.zeros([0, 3]).max(axis: 0) },
        "argMax of nothing": Mistake(parts: ["argMax", "[0, 3]"]) { _ = Tensor.zeros([0, 3]).argMax(axis: 0) },
        "concatenation of nothing": Mistake(parts: ["concatenated"]) { _ = concatenated([]) },
        "einsum letters": Mistake(parts: ["einsum", "ij->ik"]) { _ = einsum("ij->ik", x) },
        "einsum operands": Mistake(parts: ["einsum", "ij,jk->ik"]) { _ = einsum("ij,jk->ik", x) },
        "stacked axis": Mistake(parts: ["stacked", "axis 3", "[2, 3]"]) { _ = stacked([x, x], axis: 3) },
        "negate": Mistake(parts: ["negate", "bool", ".!"]) { _ = -mask },
        "T": Mistake(parts: ["T:", "[3]"]) { _ = Tensor.zeros([3]).T },
        "tan": Mistake(parts: ["tan needs", "int32"]) { _ = tan(whole) },
        "asin": Mistake(parts: ["asin needs", "int32"]) { _ = asin(whole) },
        "sinh": Mistake(parts: ["sinh needs", "int32"]) { _ = sinh(whole) },
        "log2": Mistake(parts: ["log2 needs", "int32"]) { _ = log2(whole) },
        "exp2": Mistake(parts: ["exp2 needs", "int32"]) { _ = exp2(whole) },
        "logit": Mistake(parts: ["logit needs", "int32"]) { _ = logit(whole) },
        "sinc": Mistake(parts: ["sinc needs", "int32"]) { _ = sinc(whole) },
        "normal shape": Mistake(parts: ["normal:", "-1"]) { _ = Tensor.normal([-1]) },
        "bernoulli shape": Mistake(parts: ["bernoulli:", "-1"]) { _ = Tensor.bernoulli([-1], probability: 0.5) },
        "outer dtypes": Mistake(parts: ["outer:", "float32", "int32"]) { _ = outer(x, whole) },
        "kron dtypes": Mistake(parts: ["kron:", "float32", "int32"]) { _ = kron(x, whole) },
        "addMM shapes": Mistake(parts: ["addMM:", "[9]", "[2, 2]"]) { _ = addMM(Tensor.zeros([9]), x, x.T) },
        "complex": Mistake(parts: ["adding:", "[2, 3]", "[4]"]) {
            _ = ComplexTensor(real: x).adding(ComplexTensor(real: Tensor.zeros([4])))
        },
        "gradient of a hook": Mistake(parts: ["onGradient", "[2]", "[2, 3]"]) {
            _ = grad { $0.onGradient { _ in Tensor.zeros([2]) }.sum() }(x)
        },
        // Indices out of range, found when the values are known.
        "take": Mistake(parts: ["take", "index 7", "position 1", "0..<2"]) {
            _ = x.take(Tensor([0, 7] as [Int32])).array(of: Float.self)
        },
        // Transforms.
        "vjp": Mistake(parts: ["vjp", "[2]", "[2, 3]"]) {
            _ = vjp({ $0 }, primals: [x], cotangents: [Tensor.zeros([2])])
        },
        "jvp": Mistake(parts: ["jvp", "[2]", "[2, 3]"]) {
            _ = jvp({ $0 }, primals: [x], tangents: [Tensor.zeros([2])])
        },
        "custom rule": Mistake(parts: ["custom function", "2 gradients", "1 input"]) {
            let rule = CustomFunction {
                $0
            } vjp: { _, _, c in
                [c[0], c[0]]
            }
            _ = grad { rule([$0])[0].sum() }(x)
        },
        "custom gradient": Mistake(parts: ["custom function", "[2, 3]", "[6]"]) {
            let rule = CustomFunction {
                [$0[0].flattened()]
            } vjp: { _, _, c in
                [c[0]]
            }
            _ = grad { rule([$0])[0].sum() }(x)
        },
        "gradientCheck": Mistake(parts: ["gradientCheck", "float32", "float64"]) { _ = gradientCheck({ $0 }, at: [x]) },
    ]

    @Test(arguments: mistakes.keys.sorted()) func stopsWithAMessage(_ name: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
            MisuseTests.mistakes[name]!.make()
        }
        // What is printed behind the message, such as a backtrace with names of functions, does not count.
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = output.split(separator: "\n").first { $0.contains("Fatal error: ") } ?? ""
        #expect(message.hasPrefix("Backprop"), "\(name): not a message of ours: \(output.prefix(300))")
        for part in MisuseTests.mistakes[name]!.parts {
            #expect(message.contains(part), "\(name): \"\(part)\" is not in: \(message.prefix(300))")
        }
    }
}
