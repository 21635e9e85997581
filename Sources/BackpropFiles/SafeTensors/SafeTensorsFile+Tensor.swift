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
        let bytes = content[entry.byteRange]
        if !isCopied, let own = entry.type.dtype, SafeTensorsType(own) == entry.type, own != .bool,
            Shape.mistake(in: entry.shape) == nil
        {
            return bytes.tensor(shape: entry.shape, dtype: own)
        }
        return try withExtendedLifetime(bytes) { () throws(DataError) in
            try StoredArrays.tensor(bytes.buffer, shape: entry.shape, type: entry.type, place: place(of: entry.name))
        }
    }

    private func place(of name: String) -> String { "\(path), tensor \(Wording.quoted(name))" }
}

extension SafeTensorsFile: NamedTensors {
    package var tensors: [StoredTensor] {
        entries.map { StoredTensor(name: $0.name, shape: $0.shape, type: $0.type) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor {
        try self.tensor(self[tensor.name]!, isCopied: true)
    }
}
