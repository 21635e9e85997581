import Backprop

/// Mistakes under `vmap`, and in what is built on it.
extension MisuseTests {
    static let batches: [String: Mistake] = [
        "vmap item": Mistake(parts: ["vmap", "value", "float32[]"]) { _ = vmap({ $0 * $0.sum().item() })(x) },
        "vmap array": Mistake(parts: ["vmap", "value", "float32[3]"]) {
            _ = vmap({ Tensor($0.array(of: Float.self)) })(x)
        },
        "vmap evaluate": Mistake(parts: ["vmap", "value", "float32[3]"]) {
            _ = vmap({ x in
                _ = (x * 2).memoryBill
                return x
            })(x)
        },
        "vmap mask": Mistake(parts: ["vmap", "value"]) { _ = vmap({ $0[$0 .> 0] })(x) },
        "vmap escape": Mistake(parts: ["vmap", "value", "float32[3]"]) {
            var kept = x
            _ = vmap({ x in
                kept = x
                return x
            })(x)
            _ = kept.array(of: Float.self)
        },
        "vmap condition in a nested function": Mistake(parts: ["vmap", "value", "float32[]"]) {
            _ = vmap({ row in vmap({ x in row.sum().item() > 0 ? x : -x })(x) })(x)
        },
        "vmap backward": Mistake(parts: ["vmap", "backward", "mapped argument"]) {
            let weight = Parameter(x)
            _ = vmap({ x in
                (weight.value * x).sum().backward()
                return x
            })(x)
        },
        "vmap parameter": Mistake(parts: ["vmap", "parameter", "mapped argument"]) {
            let weight = Parameter(x)
            _ = vmap({ x in
                weight.value = x
                return x
            })(x)
        },
        "vmap buffer": Mistake(parts: ["vmap", "buffer", "mapped argument"]) {
            let mean = Buffer(x)
            _ = vmap({ x in
                mean.value = x
                return x
            })(x)
        },
        "vmap gradient": Mistake(parts: ["vmap", "gradient", "mapped argument"]) {
            let weight = Parameter(x)
            _ = vmap({ x in
                weight.gradient = x
                return x
            })(x)
        },
        "vmap random": Mistake(parts: ["vmap", "random", ".different"]) { _ = vmap({ $0 + Tensor.uniform([3]) })(x) },
        "vmap random in a nested function": Mistake(parts: ["vmap", "random"]) {
            _ = vmap({ vmap({ $0 + Tensor.normal([]) }, randomness: .same)($0) })(x)
        },
        "vmap axis": Mistake(parts: ["vmap", "axis 2", "[2, 3]"]) { _ = vmap({ $0 }, inAxis: 2)(x) },
        "vmap result axis": Mistake(parts: ["vmap", "axis 2", "[2, 3]"]) { _ = vmap({ $0 }, outAxis: 2)(x) },
        "vmap scalar": Mistake(parts: ["vmap", "axis 0", "[]"]) { _ = vmap({ $0 })(Tensor.zeros([])) },
        "vmap extents": Mistake(parts: ["vmap", "[2, 3]", "[3]", "[2, 3] examples"]) {
            _ = vmap({ [$0[0] + $0[1]] })([x, Tensor.zeros([3])])
        },
        "vmap of nothing": Mistake(parts: ["vmap", "none of the 1 arguments"]) { _ = vmap({ $0 }, inAxes: [nil])([x]) },
        "vmap axes": Mistake(parts: ["vmap", "1 axes for 2 arguments"]) { _ = vmap({ $0 }, inAxes: [0])([x, x]) },
        "vmap result axes": Mistake(parts: ["vmap", "2 axes for 1 results"]) {
            _ = vmap({ $0 }, outAxes: [0, 0])([x])
        },
        "vmap shared result": Mistake(parts: ["vmap", "result 0", "[3]"]) { _ = vmap({ $0 }, outAxes: [nil])([x]) },
        "vmap rank": Mistake(parts: ["vmap", "[1, 1, 1, 1, 1, 1, 1, 3]", "8 axes"]) {
            _ = vmap({ $0.reshaped([1, 1, 1, 1, 1, 1, 1, 3]) })(x)
        },
        "vmap shapes": Mistake(parts: ["add", "[3]", "[2]"]) { _ = vmap({ $0 + Tensor.zeros([2]) })(x) },
        "vmap index": Mistake(parts: ["take", "index 3", "position 1", "0..<3"]) {
            let found = vmap({ [$0[0].take($0[1])] })([x, Tensor([0, 3] as [Int32])])[0]
            _ = found.array(of: Float.self)
        },
        "jacobian": Mistake(parts: ["jacobian", "bool"]) { _ = jacobian({ $0 .> 0 }, at: x) },
        "jacobian rank": Mistake(parts: ["jacobian", "[1, 1, 1, 1, 1, 2, 3]", "[2, 3]"]) {
            _ = jacobian({ $0.reshaped([1, 1, 1, 1, 1, 2, 3]) }, at: x)
        },
        "hessian": Mistake(parts: ["gradient", "[2, 3]"]) { _ = hessian({ $0 * 2 }, at: x) },
    ]
}
