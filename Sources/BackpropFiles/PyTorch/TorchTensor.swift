/// The names that the pickle of a state dictionary may use.
enum TorchName: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildTensorOfType
    case rebuildParameter
    /// A kind of storage, or a type of elements.
    case elements(SafeTensorsType)
    /// A storage of bytes, whose tensors say their type.
    case bytes

    init(_ module: String, _ name: String) throws(FormatProblem) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorOfType
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch.storage", "UntypedStorage"): self = .bytes
        case ("torch", let name):
            guard let type = Self.types[name] else { throw Self.unknown("torch", name) }
            self = .elements(type)
        default: throw Self.unknown(module, name)
        }
    }

    private static func unknown(_ module: String, _ name: String) -> FormatProblem {
        FormatProblem(
            "the pickle calls \(Wording.quoted("\(module).\(name)", limit: 80)), which no tensors need",
            remedy: "save a state dictionary: torch.save(model.state_dict(), path)")
    }

    private static let types: [String: SafeTensorsType] = [
        "BoolStorage": .bool, "ByteStorage": .uint8, "CharStorage": .int8, "ShortStorage": .int16, "IntStorage": .int32,
        "LongStorage": .int64, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32,
        "DoubleStorage": .float64, "ComplexFloatStorage": .complex64,
        "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e4m3fn": .float8e4m3,
        "float8_e5m2": .float8e5m2, "float8_e4m3fnuz": .float8e4m3fnuz, "float8_e5m2fnuz": .float8e5m2fnuz,
        "float8_e8m0fnu": .float8e8m0,
    ]
}

/// Elements in a member of the archive.
struct TorchStorage: Equatable {
    let key: String
    /// Nil where the tensors say it.
    let type: SafeTensorsType?
    /// Elements, or bytes.
    let count: Int

    /// From ('storage', kind, key, device, count).
    init(_ parts: [PickleMachine.Value]) throws(FormatProblem) {
        guard parts.count == 5, case .text("storage") = parts[0],
            case .name(let name) = parts[1], case .text(let key) = parts[2], case .integer(let count) = parts[4],
            (0...(Int.max / 16)).contains(count)
        else { throw FormatProblem("the pickle has a storage that is none") }
        switch name {
        case .elements(let type): self.type = type
        case .bytes: type = nil
        default: throw FormatProblem("the pickle has a storage that is none")
        }
        (self.key, self.count) = (key, count)
    }
}

/// A tensor in a part of a storage.
struct TorchTensor {
    let storage: TorchStorage
    let type: SafeTensorsType
    let shape: [Int]
    /// Elements from one to the next along each axis.
    private let strides: [Int]
    /// Elements before the first.
    private let offset: Int

    /// From (storage, offset, shape, strides, ...), and the type of the elements as the seventh where they are typed.
    init(
        _ arguments: [PickleMachine.Value], shape: [PickleMachine.Value], strides: [PickleMachine.Value], isTyped: Bool
    ) throws(FormatProblem) {
        let bad = FormatProblem("the pickle has a tensor that is none")
        guard arguments.count >= (isTyped ? 7 : 6), case .storage(let storage) = arguments[0],
            case .integer(let offset) = arguments[1], offset >= 0, let shape = Self.sizes(shape),
            let strides = Self.sizes(strides), shape.count == strides.count
        else { throw bad }
        var type = storage.type
        if isTyped, case .name(.elements(let own)) = arguments[6] { type = own }
        guard let type, isTyped || storage.type != nil, type.bitCount % 8 == 0 else { throw bad }
        let count = storage.type == nil ? storage.count / type.byteCount : storage.count
        guard let extent = type.extent(of: shape), extent.elements <= count else {
            throw FormatProblem("the pickle has a tensor of shape \(shape.prefix(8)) in \(count) elements")
        }
        var last = offset
        if extent.elements > 0 {
            for (size, stride) in zip(shape, strides) {
                let (way, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
                let (sum, tooLarge) = last.addingReportingOverflow(way)
                guard !tooFar, !tooLarge else { throw bad }
                last = sum
            }
            guard last < count else {
                throw FormatProblem("the pickle has a tensor that reaches beyond the \(count) elements of its storage")
            }
        }
        (self.storage, self.type, self.shape, self.strides, self.offset) = (storage, type, shape, strides, offset)
    }

    private static func sizes(_ parts: [PickleMachine.Value]) -> [Int]? {
        guard parts.count <= 64 else { return nil }
        var result: [Int] = []
        for part in parts {
            guard case .integer(let size) = part, size >= 0 else { return nil }
            result.append(size)
        }
        return result
    }

    /// Bytes of the storage.
    var storageBytes: Int { storage.type == nil ? storage.count : storage.count * type.byteCount }

    /// The bytes of the elements, in row-major order, of those of the storage.
    func elements(_ bytes: FileBytes) -> FileBytes {
        let width = type.byteCount, count = shape.contains(0) ? 0 : shape.reduce(1, *)
        if count == 0 { return bytes[0..<0] }
        if isDense { return bytes[(offset * width)..<((offset + count) * width)] }
        var result: [UInt8] = []
        result.reserveCapacity(count * width)
        var place = [Int](repeating: 0, count: shape.count), at = offset
        for _ in 0..<count {
            result.append(contentsOf: bytes.buffer[(at * width)..<((at + 1) * width)])
            var axis = shape.count - 1
            while axis >= 0 {
                // The stride of an axis of one element may be any number, and is taken back at once.
                place[axis] += 1
                at &+= strides[axis]
                if place[axis] < shape[axis] { break }
                at &-= place[axis] &* strides[axis]
                place[axis] = 0
                axis -= 1
            }
        }
        return FileBytes(result)
    }

    private var isDense: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }
}
