import Backprop

extension Operators {
    /// What moves and repeats elements, or shows them under another shape.
    static let shapes: [String: Adapter] = [
        "transpose": { call in
            let x = try call.tensor("input")
            let axes = try (call.int("dim0"), call.int("dim1"))
            return [x.ndim == 0 ? x : x.swappedAxes(axes.0, axes.1)]
        },
        "swapaxes": { try [$0.tensor("input").swappedAxes($0.int("axis0"), $0.int("axis1"))] },
        "t": map { $0.ndim < 2 ? $0 : $0.T },
        "T": map { $0.transposed() },
        "mT": map { $0.T },
        "permute": { try [$0.tensor("input").transposed(axes: $0.ints("dims"))] },
        "movedim": { call in
            let x = try call.tensor("input")
            return try [x.movedAxes(call.ints("source"), to: call.ints("destination"))]
        },
        "reshape": { try [subject($0).reshaped($0.ints("shape"))] },
        "view": { try [subject($0).reshaped($0.ints("shape"))] },
        "flatten": { call in
            try [
                call.tensor("input").flattened(
                    start: call.int("start_dim", default: 0), end: call.int("end_dim", default: -1))
            ]
        },
        "ravel": map { $0.flattened() },
        "unflatten": { try [$0.tensor("input").unflattened(axis: $0.int("dim"), $0.ints("sizes"))] },
        "squeeze": { call in
            let x = try call.tensor("input")
            guard let axes = try call.optionalInts("dim") else { return [x.squeezed()] }
            return [x.ndim == 0 ? x : x.squeezed(axes: axes)]
        },
        "unsqueeze": { try [$0.tensor("input").expandedDimensions(axis: $0.int("dim"))] },
        "expand": { try [expanded(subject($0), $0.ints($0.has("shape") ? "shape" : "size"))] },
        "broadcast_to": { try [expanded($0.tensor("input"), $0.ints("size"))] },
        "expand_as": { try [$0.tensor("input").broadcast(to: $0.tensor("other").shape)] },
        "flip": { call in
            try [call.tensor("input").reversed(axes: call.ints("dims"))]
        },
        "fliplr": map { $0.reversed(axes: [1]) },
        "flipud": map { $0.reversed(axes: [0]) },
        "roll": { call in
            let x = try call.tensor("input"), shifts = try call.ints("shifts")
            guard let axes = try call.optionalInts("dims"), !axes.isEmpty else { return [x.rolled(shifts[0])] }
            if x.ndim == 0 { return [x] }
            return [Swift.zip(shifts, axes).reduce(x) { $0.rolled($1.0, axis: $1.1) }]
        },
        "rot90": { call in
            let axes = try call.ints("dims", default: [0, 1])
            return try [call.tensor("input").rotated(quarters: call.int("k", default: 1), axes: (axes[0], axes[1]))]
        },
        "repeat": { try [subject($0).tiled($0.ints($0.has("dims") ? "dims" : "repeats"))] },
        "tile": { try [subject($0).tiled($0.ints("dims"))] },
        "repeat_interleave": { call in
            call.ignore("output_size")
            let x = try call.tensor("input"), axis = try call.optionalInt("dim")
            let source = axis == nil || x.ndim == 0 ? x.flattened() : x
            let count = source.dim(axis ?? 0)
            var counts: [Int]
            if case .tensor = try call.value("repeats") {
                counts = try call.tensor("repeats").array(of: Int64.self).map { Int($0) }
            } else {
                counts = try call.ints("repeats")
            }
            if counts.count == 1 { return [source.repeated(count: counts[0], axis: axis ?? 0)] }
            guard counts.count == count else { throw Unsupported("repeats = \(counts) for \(count) elements") }
            return [source.repeated(counts: counts, axis: axis ?? 0)]
        },
        "unfold": { call in
            let x = try call.tensor("input"), size = try call.int("size"), step = try call.int("step")
            let axis = try call.int("dimension")
            if x.ndim == 0 { return [x.reshaped([1]).narrowed(axis: 0, 0..<size)] }
            return [x.unfolded(axis: axis, size: size, step: step)]
        },
        "tril": { try [tril($0.tensor("input"), diagonal: $0.int("diagonal", default: 0))] },
        "triu": { try [triu($0.tensor("input"), diagonal: $0.int("diagonal", default: 0))] },
        "diag": { try [diag($0.tensor("input"), diagonal: $0.int("diagonal", default: 0))] },
        "diagonal": { call in
            let axes = try (call.int("dim1", default: 0), call.int("dim2", default: 1))
            return try [call.tensor("input").diagonal(offset: call.int("offset", default: 0), axes: axes)]
        },
        "linalg.diagonal": { call in
            let axes = try (call.int("dim1", default: -2), call.int("dim2", default: -1))
            return try [call.tensor("A").diagonal(offset: call.int("offset", default: 0), axes: axes)]
        },
        "diag_embed": { call in
            let axes = try (call.int("dim1", default: -2), call.int("dim2", default: -1))
            return try [call.tensor("input").diagonalMatrix(offset: call.int("offset", default: 0), axes: axes)]
        },
        "diagflat": { call in
            try [call.tensor("input").flattened().diagonalMatrix(offset: call.int("offset", default: 0))]
        },
        "nn.functional.pad": { call in
            let x = try call.tensor("input"), pairs = try call.ints("pad")
            var widths = [(low: Int, high: Int)](repeating: (0, 0), count: x.ndim)
            for pair in 0..<(pairs.count / 2) { widths[x.ndim - 1 - pair] = (pairs[2 * pair], pairs[2 * pair + 1]) }
            let value = try call.optionalDouble("value") ?? 0
            switch try call.string("mode", default: "constant") {
            case "constant": return [x.padded(widths: widths, mode: .constant(value))]
            case "reflect": return [x.padded(widths: widths, mode: .reflect)]
            case "replicate": return [x.padded(widths: widths, mode: .edge)]
            case "circular": return [x.padded(widths: widths, mode: .wrap)]
            case let mode: throw Unsupported("mode = '\(mode)'")
            }
        },
    ]

    /// What cuts tensors and joins them.
    static let joining: [String: Adapter] = [
        "cat": { call in
            let tensors = try call.tensors("tensors")
            // An empty list of numbers goes with tensors of any shape.
            let relevant = tensors.filter { $0.shape != [0] }
            let axis = try call.int("dim", default: 0)
            return [relevant.isEmpty ? tensors[0] : concatenated(relevant, axis: axis)]
        },
        "stack": { try [stacked($0.tensors("tensors"), axis: $0.int("dim", default: 0))] },
        "hstack": { try [hstack($0.tensors("tensors"))] },
        "vstack": { try [vstack($0.tensors("tensors"))] },
        "dstack": { try [dstack($0.tensors("tensors"))] },
        "column_stack": { try [columnStack($0.tensors("tensors"))] },
        "block_diag": { call in try [blockDiagonal(call.positionalTensors())] },
        "meshgrid": { call in
            let isMatrix = try call.optionalString("indexing") != "xy"
            let tensors: [Tensor]
            switch call.optionalValue("tensors") {
            case nil: tensors = try call.positionalTensors()
            case .tensor?: tensors = [try call.tensor("tensors")]
            default: tensors = try call.tensors("tensors")
            }
            return meshGrid(tensors, indexing: isMatrix ? .ij : .xy)
        },
        "split": { call in
            let x = try call.tensor(call.has("tensor") ? "tensor" : "input"), axis = try call.int("dim", default: 0)
            let name = call.has("split_size_or_sections") ? "split_size_or_sections" : "split_size"
            if try call.value(name).elements != nil { return x.split(sizes: try call.ints(name), axis: axis) }
            return x.split(every: try call.int(name), axis: axis)
        },
        "split_with_sizes": { call in
            try call.tensor("input").split(sizes: call.ints("split_sizes"), axis: call.int("dim", default: 0))
        },
        "chunk": { call in
            let x = try call.tensor("input"), axis = try call.int("dim", default: 0), parts = try call.int("chunks")
            let size = (x.dim(axis) + parts - 1) / parts
            return size == 0 ? (0..<parts).map { _ in x } : x.split(every: size, axis: axis)
        },
        "tensor_split": { try cut($0, axis: $0.int("dim", default: 0)) },
        "hsplit": { call in try cut(call, axis: call.tensor("input").ndim == 1 ? 0 : 1) },
        "vsplit": { try cut($0, axis: 0) },
        "dsplit": { try cut($0, axis: 2) },
        "unbind": { try $0.tensor("input").unstacked(axis: $0.int("dim", default: 0)) },
        "narrow": { call in
            let x = try call.tensor("input"), axis = try call.int("dim"), length = try call.int("length")
            let given = try call.int("start"), start = given < 0 ? given + x.dim(axis) : given
            return [x.narrowed(axis: axis, start..<(start + length))]
        },
        "select": { call in
            let x = try call.tensor("input"), axis = try call.int("dim"), index = try call.int("index")
            let position = index < 0 ? index + x.dim(axis) : index
            return [x.narrowed(axis: axis, position..<(position + 1)).squeezed(axis: axis)]
        },
        "slice": { call in
            let x = try call.tensor("input"), axis = try call.int("dim", default: 0), count = x.dim(axis)
            func limited(_ index: Int?, _ fallback: Int) -> Int {
                guard let index else { return fallback }
                return min(max(index < 0 ? index + count : index, 0), count)
            }
            let start = limited(try call.optionalInt("start"), 0), end = limited(try call.optionalInt("end"), count)
            let step = try call.int("step", default: 1)
            return [x.narrowed(axis: axis, start..<max(start, end), step: step)]
        },
    ]

    /// The tensor of a method, whatever the recording calls it.
    private static func subject(_ call: Call) throws -> Tensor {
        try call.tensor(["input", "self", "x"].first(where: call.has) ?? "input")
    }

    /// PyTorch's -1 leaves an axis as it is.
    private static func expanded(_ x: Tensor, _ shape: [Int]) -> Tensor {
        let added = shape.count - x.ndim
        return x.broadcast(to: shape.enumerated().map { $1 == -1 ? x.dim($0 - added) : $1 })
    }

    /// So many parts, or cuts before indices.
    private static func cut(_ call: Call, axis: Int) throws -> [Tensor] {
        let x = try call.tensor("input")
        let name = ["indices_or_sections", "tensor_indices_or_sections", "indices", "sections"].first(where: call.has)
        switch try call.value(name ?? "indices_or_sections") {
        case .tensor(let reference) where reference.shape.count == 1:
            return x.split(indices: try call.tensor(reference).array(of: Int64.self).map { Int($0) }, axis: axis)
        case .list, .tuple:
            return x.split(indices: try call.ints(name!), axis: axis)
        default:
            return x.sections(try call.int(name!), axis: axis)
        }
    }
}
