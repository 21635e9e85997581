import Backprop
import Testing

/// A mistake is reported at the line that made it, wherever a function has a place for the line of its caller: all but
/// operators, and functions of one tensor, which people hand to others as they are.
@Suite struct CallerLineTests {
    struct Call: Sendable {
        let line: UInt
        let make: @Sendable () -> Void
    }

    private static func here(line: UInt = #line, _ make: @escaping @Sendable () -> Void) -> Call {
        Call(line: line, make: make)
    }

    private static let x = Tensor.zeros([2, 3]), y = Tensor.zeros([2, 4]), whole = Tensor.zeros([2, 3], dtype: .int32)
    private static let mask = Tensor.zeros([2, 3], dtype: .bool), image = Tensor.zeros([1, 4, 4, 6])
    private static let one = Tensor.zeros([1], dtype: .int64)
    private static let complex = ComplexTensor(real: x), other = ComplexTensor(real: y)

    static let calls: [String: Call] = [
        "maximum": here { _ = maximum(x, y) },
        "minimum": here { _ = minimum(x, y) },
        "x.maximum": here { _ = x.maximum(y) },
        "pow": here { _ = pow(x, y) },
        "pow of integers": here { _ = pow(whole, -1) },
        "x.pow": here { _ = x.pow(y) },
        "which": here { _ = which(mask, x, y) },
        "which without a mask": here { _ = which(x, x, x) },
        "atan2": here { _ = atan2(x, y) },
        "hypot": here { _ = hypot(whole, whole) },
        "lerp": here { _ = lerp(x, y, 0.5) },
        "clip": here { _ = clip(x, min: y) },
        "copysign": here { _ = copysign(x, y) },
        "isClose": here { _ = isClose(x, y) },
        "logAddExp": here { _ = logAddExp(x, y) },
        "xlogy": here { _ = xlogy(whole, whole) },
        "floorDivide": here { _ = floorDivide(x, y) },
        "remainder": here { _ = remainder(x, y) },
        "fmod": here { _ = fmod(x, y) },
        "round": here { _ = round(x, decimals: 1000) },
        "zeros": here { _ = Tensor.zeros([-1]) },
        "ones": here { _ = Tensor.ones(2, -1) },
        "full": here { _ = Tensor.full([-1], 2) },
        "eye": here { _ = Tensor.eye(-1) },
        "arange": here { _ = Tensor.arange(-1) },
        "linspace": here { _ = Tensor.linspace(0, 1, count: -1) },
        "indices": here { _ = Tensor.indices([2, 3], axis: 2) },
        "elements": here { _ = Tensor([1, 2, 3], shape: [-1, 3]) },
        "uniform": here { _ = Tensor.uniform([-1]) },
        "normal": here { _ = Tensor.normal([-1]) },
        "integers": here { _ = Tensor.integers([1], low: 3, high: 3) },
        "bernoulli": here { _ = Tensor.bernoulli([1], probability: 2) },
        "dim": here { _ = x.dim(2) },
        "item": here { _ = y.item(Float.self) },
        "sum": here { _ = x.sum(axis: 2) },
        "sorted": here { _ = x.sorted(axis: 2) },
        "reshaped": here { _ = x.reshaped(4) },
        "broadcast": here { _ = x.broadcast(to: [-1]) },
        "concatenated": here { _ = concatenated([x, y]) },
        "stacked": here { _ = stacked([x, y]) },
        "hstack": here { _ = hstack([x, Tensor.zeros([3, 3])]) },
        "cumulativeTrapezoid": here { _ = x.cumulativeTrapezoid(at: one) },
        "indexPut": here { _ = x.indexPut([.at(0)], Tensor.zeros([2])) },
        "a new axis": here { _ = Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1])[.newAxis] },
        "maskedFill": here { _ = x.maskedFill(y .== 0, 1) },
        "maskedScatter": here { _ = x.maskedScatter(mask, whole) },
        "indexFill": here { _ = x.indexFill(one, Tensor(1), axis: 0) },
        "selectScatter": here { _ = x.selectScatter(y, axis: 0, index: 0) },
        "sliceScatter": here { _ = x.sliceScatter(whole, axis: 0, 0..<2) },
        "matmul": here { _ = matmul(x, y) },
        "matmul of masks": here { _ = matmul(mask, mask) },
        "x.matmul": here { _ = x.matmul(y) },
        "addMM": here { _ = addMM(Tensor.zeros([9]), x, x.T) },
        "outer": here { _ = outer(x, whole) },
        "kron": here { _ = kron(x, whole) },
        "inner": here { _ = inner(x, y) },
        "tensordot": here { _ = tensordot(x, whole, axes: 1) },
        "det": here { _ = LinearAlgebra.det(x) },
        "solve": here { _ = LinearAlgebra.solve(Tensor.eye(2), Tensor.zeros([3])) },
        "cholesky": here { _ = LinearAlgebra.cholesky(x) },
        "conv2d": here { _ = conv2d(image, Tensor.zeros([2, 3, 3, 5])) },
        "complex sum": here { _ = complex.adding(other) },
        "complex product": here { _ = complex.multiplied(by: other) },
        "complex quotient": here { _ = complex.divided(by: other) },
        "grad": here { _ = grad { $0 * 2 }(x) },
        "valueAndGrad": here { _ = valueAndGrad({ $0[0].sum() }, argumentNumbers: [1])([x]) },
        "vjp": here { _ = vjp({ $0 }, primals: [x], cotangents: [y]) },
        "jvp": here { _ = jvp({ $0 }, primals: [x], tangents: [y]) },
        "hessian": here { _ = hessian({ $0 }, at: x) },
        "jacobian": here { _ = jacobian({ $0 }, at: whole) },
        "gradientCheck": here { _ = gradientCheck({ $0 }, at: [x]) },
        "onGradient": here { _ = grad { $0.onGradient { _ in y }.sum() }(x) },
    ]

    @Test(arguments: calls.keys.sorted()) func isTheLineOfTheMistake(_ name: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
            CallerLineTests.calls[name]!.make()
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = output.split(separator: "\n").first { $0.contains("Fatal error: ") } ?? ""
        let line = CallerLineTests.calls[name]!.line
        #expect(
            message.hasPrefix("BackpropTests/CallerLineTests.swift:\(line): "), "\(name): \(message.prefix(300))")
    }
}
