import Backprop

extension GGUFFile {
    /// The tensor with that name, as float32, which holds every value of the types that are read: F32, F16, BF16, Q8_0, Q4_0, Q4_1,
    /// Q4_K and Q6_K. F32 at an address that suits it stands in the mapped file.
    ///
    /// - Throws: `DataError` where there is none, and for other types.
    public func tensor(_ name: String) throws(DataError) -> Tensor {
        guard let entry = self[name] else {
            throw DataError(
                .mismatch, at: place(of: name), "the file has no such tensor",
                remedy: "choose one of its \(entries.count)")
        }
        guard GGUFBlocks.isReadable(entry.type) else {
            let known = GGUFType.allCases.filter(GGUFBlocks.isReadable).map(\.name).joined(separator: " ")
            throw DataError(
                .mismatch, at: place(of: name), "its elements are \(entry.type.name), which is not read",
                remedy: "use a file of \(known)")
        }
        if let mistake = Shape.mistake(in: entry.shape) {
            throw DataError(.mismatch, at: place(of: name), mistake, remedy: "fetch or write the file again")
        }
        let bytes = bytes(of: entry)
        if entry.type == .float32 { return bytes.tensor(shape: entry.shape, dtype: .float32) }
        return withExtendedLifetime(bytes) {
            Tensor(shape: entry.shape, dtype: .float32) { target in
                guard let start = target.bindMemory(to: Float.self).baseAddress else { return }
                GGUFBlocks.widen(bytes.buffer, entry.type, to: start)
            }
        }
    }

    private func place(of name: String) -> String { "\(path), tensor \(Wording.quoted(name))" }
}

extension GGUFFile: NamedTensors {
    package var tensors: [StoredTensor] {
        entries.map { StoredTensor(name: $0.name, shape: $0.shape, type: .float32) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor { try self.tensor(tensor.name) }
}
