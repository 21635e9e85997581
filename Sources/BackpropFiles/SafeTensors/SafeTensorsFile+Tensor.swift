import Backprop

extension SafeTensorsFile {
    /// The tensor with that name, read into memory with its own dtype.
    ///
    /// - Throws: `DataError` where there is none, or where its elements are of a type that no `DType` stands for.
    public func tensor(_ name: String) throws(DataError) -> Tensor {
        let place = "\(path), tensor \(Wording.quoted(name))"
        guard let entry = self[name] else {
            throw DataError(
                .mismatch, at: place, "the file has no such tensor", remedy: "choose one of its \(entries.count)")
        }
        guard entry.shape.count <= 8, entry.shape.allSatisfy({ $0 <= Int32.max }) else {
            throw DataError(
                .mismatch, at: place, "its shape is \(entry.shape.prefix(9))",
                remedy: "reshape it to at most 8 axes of at most \(Int32.max) elements")
        }
        guard let dtype = entry.type.dtype else {
            throw DataError(
                .mismatch, at: place, "its elements are \(entry.type.rawValue)",
                remedy: "convert it to BOOL, U8, I32, I64, F32 or F64")
        }
        return withBytes(of: entry) { bytes in
            Tensor(shape: entry.shape, dtype: dtype) { $0.copyMemory(from: bytes) }
        }
    }
}

extension SafeTensorsType {
    /// The dtype of tensors whose elements are stored like this; nil where there is none.
    var dtype: DType? {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .int32: .int32
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .int8, .float8e5m2, .float8e4m3, .int16, .uint16, .float16, .bfloat16, .uint32, .uint64: nil
        }
    }
}
