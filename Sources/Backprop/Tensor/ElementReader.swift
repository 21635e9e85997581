/// Single elements of a tensor, wherever they lie: a view of what is in memory is looked through, not copied, and nothing is
/// computed or converted but what is asked for.
struct ElementReader {
    private enum Source {
        case memory(Storage)
        case number(Node)
        case positions(axis: Int)
    }

    /// A view on the way from the tensor to the source.
    private struct View {
        let primitive: Primitive
        let bits: UInt64
        let list: [Int]?
        /// Of what is viewed.
        let shape: Shape
    }

    let dtype: DType
    let shape: Shape
    private let source: Source
    private var views: [View] = []
    /// Of the source.
    private let strides: [Int]

    /// A reader of what is in memory, or of numbers that need none; nil where something would have to be computed.
    init?(_ node: Node) {
        dtype = node.dtype
        shape = node.shape
        var views: [View] = []
        // Others may finish a node, and drop its inputs, meanwhile.
        let end = Graph.state.withLock { _ -> (source: Source, shape: Shape)? in
            var node = node
            while true {
                if let storage = node.storage { return storage.isReady ? (.memory(storage), node.shape) : nil }
                switch node.primitive {
                case .scalar: return (.number(node), node.shape)
                case .iota: return (.positions(axis: node.axis), node.shape)
                case .reshape, .transpose, .broadcast, .slice, .reverse, .alias, .customResult:
                    guard let input = node.input0 else { return nil }
                    views.append(
                        View(primitive: node.primitive, bits: node.bits, list: node.list, shape: input.shape))
                    node = input
                default: return nil
                }
            }
        }
        guard let end else { return nil }
        source = end.source
        strides = end.shape.denseStrides
        self.views = views
    }

    /// A reader of all elements in memory.
    init(_ storage: Storage, _ dtype: DType, _ shape: Shape) {
        self.dtype = dtype
        self.shape = shape
        source = .memory(storage)
        strides = shape.denseStrides
    }

    /// The element at an index, exact for every dtype whose elements a Double holds.
    func number(at index: [Int]) -> Double {
        let place = place(of: index)
        switch source {
        case .number(let node): return node.scalarValue
        case .positions(let axis): return Double(place[axis])
        case .memory(let storage):
            let bytes = storage.pointer + offset(place)
            switch dtype {
            case .bool, .uint8: return Double(bytes.load(as: UInt8.self))
            case .int32: return Double(bytes.load(as: Int32.self))
            case .int64: return Double(bytes.load(as: Int64.self))
            case .float32: return Double(bytes.load(as: Float.self))
            case .float64: return bytes.load(as: Double.self)
            case .bfloat16: return Double(Float(bytes.load(as: BFloat16.self)))
            }
        }
    }

    /// The element of an integer or bool tensor at an index.
    func integer(at index: [Int]) -> Int64 {
        let place = place(of: index)
        switch source {
        case .number(let node): return Int64(bitPattern: node.bits)
        case .positions(let axis): return Int64(place[axis])
        case .memory(let storage):
            let bytes = storage.pointer + offset(place)
            switch dtype {
            case .int64: return bytes.load(as: Int64.self)
            case .int32: return Int64(bytes.load(as: Int32.self))
            default: return Int64(bytes.load(as: UInt8.self))
            }
        }
    }

    private func offset(_ place: [Int]) -> Int {
        zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 } * dtype.byteCount
    }

    /// The index in the source.
    private func place(of index: [Int]) -> [Int] {
        var index = index, shape = shape
        for view in views {
            let inner = view.shape
            switch view.primitive {
            case .reshape:
                var rest = zip(index, shape.denseStrides).reduce(0) { $0 + $1.0 * $1.1 }
                index = inner.denseStrides.map { stride in
                    defer { rest %= stride }
                    return rest / stride
                }
            case .transpose:
                var place = [Int](repeating: 0, count: inner.rank)
                for (axis, origin) in Node.permutation(view.bits, rank: inner.rank).enumerated() {
                    place[origin] = index[axis]
                }
                index = place
            case .broadcast:
                index = Array(index.suffix(inner.rank))
                for axis in index.indices where inner[axis] == 1 { index[axis] = 0 }
            case .slice:
                for axis in index.indices {
                    index[axis] = view.list![axis] + view.list![axis + inner.rank] * index[axis]
                }
            case .reverse:
                for axis in AxisSet(bits: UInt8(truncatingIfNeeded: view.bits)).axes {
                    index[axis] = inner[axis] - 1 - index[axis]
                }
            default:
                break
            }
            shape = inner
        }
        return index
    }
}
