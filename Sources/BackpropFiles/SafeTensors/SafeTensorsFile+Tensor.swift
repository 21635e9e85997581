import Backprop

extension SafeTensorsFile {
    /// The tensor with that name, in the smallest dtype that holds every value of its type: F16 becomes float32, numbers of
    /// eight bits bfloat16, I8, I16 and U16 int32, U32 and U64 int64.
    ///
    /// Elements of a type that tensors have, at an address that suits them, are not copied: the tensor stands in the mapped
    /// file, which must not be changed in place while it is in use. Files that are replaced by renaming, as all writers here
    /// do, leave it alone.
    ///
    /// - Throws: `DataError` where there is none, for elements that no dtype holds, for a U64 beyond those of int64, and
    ///   for a truth value other than 0 and 1.
    public func tensor(_ name: String) throws(DataError) -> Tensor {
        guard let entry = self[name] else {
            throw DataError(
                .mismatch, at: place(of: name), "the file has no such tensor",
                remedy: "choose one of its \(entries.count)")
        }
        return try tensor(entry, isCopied: false)
    }

    /// The tensor of an entry of this file; with `isCopied` in memory of its own whatever its type.
    func tensor(_ entry: Entry, isCopied: Bool) throws(DataError) -> Tensor {
        let dtype = try dtype(of: entry)
        if !isCopied, SafeTensorsType(dtype) == entry.type, dtype != .bool,
            let tensor = borrowed(entry, dtype)
        {
            return tensor
        }
        var misfit: StoredArrays.Misfit?
        let tensor = withBytes(of: entry) { bytes in
            Tensor(shape: entry.shape, dtype: dtype) { target in
                do throws(StoredArrays.Misfit) { try StoredArrays.widen(entry.type, bytes, to: target) } catch {
                    misfit = error
                }
            }
        }
        switch misfit {
        case nil: return tensor
        case .truth:
            throw DataError(
                .badFormat, at: place(of: entry.name), "a truth value is neither 0 nor 1",
                remedy: "fetch or write the file again")
        case .range:
            throw DataError(
                .mismatch, at: place(of: entry.name), "a number is beyond the range of \(dtype)",
                remedy: "convert it to F64")
        }
    }

    private func place(of name: String) -> String { "\(path), tensor \(Wording.quoted(name))" }

    private func dtype(of entry: Entry) throws(DataError) -> DType {
        guard Shape.mistake(in: entry.shape) == nil else {
            throw DataError(
                .mismatch, at: place(of: entry.name), "its shape is \(entry.shape.prefix(9))",
                remedy: "reshape it to at most 8 axes of at most \(Int32.max) elements")
        }
        guard let dtype = entry.type.dtype else {
            let known = SafeTensorsType.allCases.filter { $0.dtype != nil }.map(\.rawValue)
            throw DataError(
                .mismatch, at: place(of: entry.name),
                "its elements are \(entry.type.rawValue), for which tensors have no dtype",
                remedy: entry.type == .complex64
                    ? "write real and imaginary parts as two tensors of F32"
                    : "convert it to one of \(known.joined(separator: " "))")
        }
        return dtype
    }

    /// Nil where the address does not suit the elements.
    private func borrowed(_ entry: Entry, _ dtype: DType) -> Tensor? {
        let bytes = UnsafeRawBufferPointer(rebasing: content.bytes[entry.byteRange])
        guard !bytes.isEmpty, Int(bitPattern: bytes.baseAddress) % dtype.byteCount == 0 else { return nil }
        return Tensor(noCopy: bytes, shape: entry.shape, dtype: dtype) { [content] in withExtendedLifetime(content) {} }
    }
}

extension SafeTensorsFile: NamedTensors {
    package var tensors: [StoredTensor] {
        entries.map { StoredTensor(name: $0.name, shape: $0.shape, type: $0.type) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor {
        try self.tensor(self[tensor.name]!, isCopied: true)
    }
}
