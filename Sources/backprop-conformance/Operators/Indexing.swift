import Backprop
import BackpropNN

extension Operators {
    /// What reads and writes elements by index.
    static let indexing: [String: Adapter] = [
        "__getitem__": { call in
            let x = try call.tensor("input")
            return [x.indexed(try indexOperations(call, try call.value("index")))]
        },
        "diagonal_scatter": { call in
            let axes = (try call.int("dim1", default: 0), try call.int("dim2", default: 1))
            return [
                try call.tensor("input").diagonalScatter(
                    try call.tensor("src"), offset: try call.int("offset", default: 0), axes: axes)
            ]
        },
        "gather": { call in
            let x = try call.tensor("input"), axis = try call.int("dim"), index = try call.tensor("index")
            call.ignore("sparse_grad")
            return [gathered(withAxis(x), withAxis(index), axis).reshaped(index.shape)]
        },
        "index_add": { call in
            let axis = try call.int("dim"), index = try call.tensor("index"), source = try call.tensor("source")
            let scale = try call.double("alpha", default: 1)
            return [
                scalarSafe(try call.tensor("input")) {
                    $0.indexAdd(withAxis(index), withAxis(source), axis: axis, scale: scale)
                }
            ]
        },
        "index_copy": { call in
            let axis = try call.int("dim"), index = try call.tensor("index"), source = try call.tensor("source")
            return [
                scalarSafe(try call.tensor("input")) {
                    $0.indexCopy(withAxis(index), withAxis(source), axis: axis)
                }
            ]
        },
        "index_fill": { call in
            let x = try call.tensor("input"), axis = try call.int("dim"), index = try call.tensor("index")
            let value = try call.tensor("value", like: x)
            return [scalarSafe(x) { $0.indexFill(counted(withAxis(index), $0, axis), value, axis: axis) }]
        },
        "index_put": { call in
            let x = try call.tensor("input"), operations = try indexOperations(call, try call.value("indices"))
            let accumulating = try call.bool("accumulate", default: false)
            return [x.indexPut(operations, try call.tensor("values"), accumulating: accumulating)]
        },
        "index_select": { call in
            let axis = try call.int("dim"), index = try call.tensor("index")
            return [scalarSafe(try call.tensor("input")) { $0.take(withAxis(index), axis: axis) }]
        },
        "masked_fill": { call in
            let x = try call.tensor("input")
            return [x.maskedFill(try call.tensor("mask"), try call.tensor("value", like: x).asType(x.dtype))]
        },
        "masked_scatter": { call in
            [try call.tensor("input").maskedScatter(try call.tensor("mask"), try call.tensor("source"))]
        },
        "masked_select": { call in [try call.tensor("input").maskedSelect(try call.tensor("mask"))] },
        "nn.functional.embedding": { call in
            try call.expect("max_norm", nil)
            call.ignore("norm_type", "sparse")
            // PyTorch's function has the weights second, its recordings may have them first.
            let table = try call.tensor("weight")
            return [
                embedding(
                    table, try call.tensor(call.has("indices") ? "indices" : "input"),
                    paddingIndex: try call.optionalInt("padding_idx"),
                    scalesGradientByFrequency: try call.bool("scale_grad_by_freq", default: false))
            ]
        },
        "nn.functional.embedding_bag": { call in
            try call.expect("max_norm", nil)
            call.ignore("norm_type", "sparse")
            let reductions: [String: EmbeddingReduction] = ["sum": .sum, "mean": .mean, "max": .max]
            guard let reduction = reductions[try call.string("mode", default: "mean")] else {
                throw Unsupported("mode")
            }
            return [
                embeddingBag(
                    try call.tensor("weight"), try call.tensor(call.has("indices") ? "indices" : "input"),
                    offsets: try call.optionalTensor("offsets"), reduction: reduction,
                    weights: try call.optionalTensor("per_sample_weights"),
                    paddingIndex: try call.optionalInt("padding_idx"),
                    includesLastOffset: try call.bool("include_last_offset", default: false),
                    scalesGradientByFrequency: try call.bool("scale_grad_by_freq", default: false))
            ]
        },
        "scatter": { call in
            let x = try call.tensor("input"), axis = try call.int("dim"), index = try call.tensor("index")
            let reduction = try call.optionalString("reduce")
            let name = call.has("src") ? "src" : "value"
            let source = try call.tensor(name, like: x)
            return [
                try scalarSafe(x) { x in
                    let index = withAxis(index)
                    let values = source.ndim == 0 ? source.broadcast(to: index.shape) : source
                    if index.size == 0 { return x }
                    switch reduction {
                    case nil: return x.scatter(index, values, axis: axis)
                    case "add": return x.scatterAdd(index, values, axis: axis)
                    case "multiply": return x.scatterReduce(index, values, axis: axis, .product)
                    case let reduction?: throw Unsupported("reduce = \(reduction)")
                    }
                }
            ]
        },
        "scatter_add": { call in
            let axis = try call.int("dim"), index = try call.tensor("index"), source = try call.tensor("src")
            return [
                scalarSafe(try call.tensor("input")) {
                    $0.scatterAdd(withAxis(index), withAxis(source), axis: axis)
                }
            ]
        },
        "scatter_reduce": { call in
            let axis = try call.int("dim"), index = try call.tensor("index"), source = try call.tensor("src")
            let reductions: [String: ScatterReduction] = [
                "sum": .sum, "prod": .product, "mean": .mean, "amax": .max, "amin": .min,
            ]
            guard let reduction = reductions[try call.string("reduce")] else { throw Unsupported("reduce") }
            let includeSelf = try call.bool("include_self", default: true)
            return [
                scalarSafe(try call.tensor("input")) {
                    $0.scatterReduce(withAxis(index), withAxis(source), axis: axis, reduction, includeSelf: includeSelf)
                }
            ]
        },
        "select_scatter": { call in
            [
                try call.tensor("input").selectScatter(
                    try call.tensor("src"), axis: try call.int("dim"), index: try call.int("index"))
            ]
        },
        "slice_scatter": { call in
            let x = try call.tensor("input"), axis = try call.int("dim", default: 0), count = x.dim(axis)
            func place(_ name: String, _ fallback: Int) throws -> Int {
                let value = try call.optionalInt(name) ?? fallback
                return min(max(value < 0 ? value + count : value, 0), count)
            }
            let low = try place("start", 0), high = max(low, try place("end", count))
            return [
                x.sliceScatter(
                    try call.tensor("src"), axis: axis, low..<high, step: try call.int("step", default: 1))
            ]
        },
        "take": { call in
            let x = try call.tensor("input").flattened()
            return [x.take(counted(try call.tensor("index"), x, 0))]
        },
        "take_along_dim": { call in
            let x = try call.tensor("input"), indices = try call.tensor("indices")
            guard let axis = try call.optionalInt("dim") else {
                return [x.flattened().takeAlong(indices.flattened(), axis: 0)]
            }
            return [scalarSafe(x) { $0.takeAlong(wrapped(withAxis(indices), $0.dim(axis)), axis: axis) }]
        },
    ]

    /// A number as a list of one.
    private static func withAxis(_ x: Tensor) -> Tensor { x.ndim == 0 ? x.reshaped([1]) : x }

    /// Indices that may count from the end as ones that do not.
    private static func counted(_ index: Tensor, _ x: Tensor, _ axis: Int) -> Tensor {
        which(index .< 0, index + Double(x.dim(axis)), index)
    }

    /// Indices beyond either end as ones inside, as `take_along_dim` has it.
    private static func wrapped(_ index: Tensor, _ extent: Int) -> Tensor {
        let turns = floor(index.asType(.float64) / Double(max(1, extent))).asType(index.dtype)
        return index - turns * Double(extent)
    }

    /// PyTorch's gather: along all other axes the indices may be shorter.
    private static func gathered(_ x: Tensor, _ index: Tensor, _ axis: Int) -> Tensor {
        let axis = axis < 0 ? axis + x.ndim : axis
        // Indices without elements need not have the same axes.
        if index.size == 0 { return Tensor.zeros(index.shape, dtype: x.dtype) }
        var cut = x
        for other in 0..<x.ndim where other != axis { cut = cut.narrowed(axis: other, 0..<index.dim(other)) }
        return cut.takeAlong(index, axis: axis)
    }

    /// What stands between the brackets; one element alone need not be in a tuple.
    private static func indexOperations(_ call: Call, _ value: PythonValue) throws -> [TensorIndexOperation] {
        if case .tuple(let elements) = value { return try elements.map { try indexOperation(call, $0) } }
        // The list of `index_put` holds one entry an axis.
        if case .list(let elements) = value, elements.allSatisfy({ !isNumber($0) }) {
            return try elements.map { try indexOperation(call, $0, none: .slice(from: nil, to: nil, step: 1)) }
        }
        return [try indexOperation(call, value)]
    }

    private static func isNumber(_ value: PythonValue) -> Bool {
        switch value {
        case .int, .bool, .list: true
        default: false
        }
    }

    private static func indexOperation(
        _ call: Call, _ value: PythonValue, none: TensorIndexOperation = .addedAxis
    ) throws -> TensorIndexOperation {
        func number(_ value: PythonValue) throws -> Int? {
            switch value {
            case .nothing: return nil
            case .int(let number): return number
            case .tensor(let reference): return Int(try call.tensor(reference).item())
            default: throw Unsupported("a slice between other things than whole numbers")
            }
        }
        switch value {
        case .nothing: return none
        case .int(let number): return .at(number)
        case .bool(let flag): return .gather(Tensor([flag], shape: []))
        case .ellipsis: return .wholeAxes
        case .slice(let start, let end, let step):
            return .slice(from: try number(start), to: try number(end), step: try number(step) ?? 1)
        case .tensor(let reference):
            let index = try call.tensor(reference)
            return .gather(index.dtype == .uint8 ? index.asType(.bool) : index)
        case .list(let elements), .tuple(let elements):
            return .gather(try indexTensor(elements))
        default: throw Unsupported("an index of another kind")
        }
    }

    /// A list of numbers or flags, or of such lists, as a tensor.
    private static func indexTensor(_ elements: [PythonValue]) throws -> Tensor {
        if elements.allSatisfy({ if case .bool = $0 { true } else { false } }), !elements.isEmpty {
            return Tensor(elements.map { if case .bool(true) = $0 { true } else { false } })
        }
        let parts: [Tensor] = try elements.map { element in
            switch element {
            case .int(let number): return Tensor([Int64(number)], shape: [])
            case .list(let inner), .tuple(let inner): return try indexTensor(inner)
            default: throw Unsupported("a list of other things than whole numbers as an index")
            }
        }
        return parts.isEmpty ? Tensor([] as [Int64]) : stacked(parts)
    }
}
