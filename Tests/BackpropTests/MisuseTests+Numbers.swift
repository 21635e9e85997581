import Backprop
import Testing

/// Numbers that make no tensor, and values that do not go where they are assigned.
extension MisuseTests {
    static let numbers: [String: Mistake] = [
        "ragged rows": Mistake(parts: ["element 1 has shape [2]", "element 0 has [1]"]) {
            _ = Tensor([[1.0], [1, 2]])
        },
        "too large for uint8": Mistake(parts: ["uint8", "300"]) { _ = Tensor([300], dtype: .uint8) },
        "too large for int32": Mistake(parts: ["int32", "1099511627776"]) { _ = Tensor(1 << 40, dtype: .int32) },
        "no integer": Mistake(parts: ["int64", "nan"]) { _ = Tensor([Double.nan], dtype: .int64) },
        "too few elements": Mistake(parts: ["[3]", "3 elements", "not 2"]) { _ = Tensor([1.0, 2], shape: [3]) },
        "a large number beside bytes": Mistake(parts: ["256", "uint8"]) { _ = Tensor([1] as [UInt8]) + 256 },
        "a matrix as numbers": Mistake(parts: ["one axis", "[2, 3]", "array(of:)"]) { _ = [Float](x) },
        "numbers as a matrix": Mistake(parts: ["two axes", "[2]"]) { _ = [[Float]](Tensor([1.0, 2])) },
        "assigned dtype": Mistake(parts: ["x[...]", "int64", "float32", "asType"]) {
            var y = x
            y[0, 1] = Tensor(9)
        },
        "assigned shape": Mistake(parts: ["x[...]", "[2]", "[3]", "[2, 3]"]) {
            var y = x
            y[0] = Tensor([1.0, 2])
        },
        "assigned mask": Mistake(parts: ["x[mask]", "[3]", "[2, 3]"]) {
            var y = x
            y[Tensor([true, false, true])] = Tensor(1.0)
        },
        "bytes of another size": Mistake(parts: ["float32[2]", "8 bytes", "not 4"]) {
            withUnsafeBytes(of: Float(1)) { _ = Tensor(noCopy: $0, shape: [2], dtype: .float32) {} }
        },
        "a plain tensor": Mistake(parts: ["gradients", "input 0", "float32[2, 3]", "Parameter"]) {
            let weight = Parameter(Tensor([1.0, 2, 3]))
            _ = gradients(of: (x * weight.value).sum(), withRespectTo: [x])
        },
        "a frozen parameter": Mistake(parts: ["backward(for:)", "frozen"]) {
            let weight = Parameter(x), other = Parameter(x, isTrainable: false)
            (weight.value * other.value).sum().backward(for: [other])
        },
    ]
}
