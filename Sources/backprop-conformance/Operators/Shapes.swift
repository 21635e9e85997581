import Backprop

extension Operators {
    /// What moves, cuts and repeats elements.
    static let shapes: [String: Adapter] = [
        "cat": { call in
            let tensors = try call.tensors("tensors")
            // An empty list of numbers goes with tensors of any shape.
            let relevant = tensors.filter { $0.shape != [0] }
            let axis = try call.int("dim", default: 0)
            return [relevant.isEmpty ? tensors[0] : concatenated(relevant, axis: axis)]
        },
        "flip": { call in
            try [call.tensor("input").reversed(axes: call.ints("dims"))]
        },
        "transpose": { call in
            try [call.tensor("input").swappedAxes(call.int("dim0"), call.int("dim1"))]
        },
    ]
}
