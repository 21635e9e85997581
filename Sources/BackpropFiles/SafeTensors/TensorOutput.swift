import Backprop

/// Tensors on their way to one safetensors file, or to several with an index.
package struct TensorOutput {
    private let tensors: [String: Tensor]
    private let writers: [SafeTensorsWriter]
    private let totalBytes: Int

    /// - Parameters:
    ///   - type: how floating point is written; as it is where left out.
    ///   - limit: the most bytes of tensors in a file, but for a tensor that has more by itself. One file where left out.
    package init(
        _ tensors: [String: Tensor], as type: SafeTensorsType? = nil, metadata: [String: String] = [:],
        limit: Int? = nil
    ) throws(DataError) {
        var writers = [SafeTensorsWriter(metadata: metadata)], filled = 0, total = 0
        for (name, tensor) in tensors.sorted(by: {
            $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
        }) {
            let stored =
                tensor.dtype.isFloatingPoint ? type ?? SafeTensorsType(tensor.dtype) : SafeTensorsType(tensor.dtype)
            let bytes = tensor.size * stored.byteCount
            if let limit, filled > 0, bytes > limit - filled {
                writers.append(SafeTensorsWriter(metadata: metadata))
                filled = 0
            }
            try writers[writers.count - 1].declare(name, type: stored, shape: tensor.shape)
            filled += bytes
            total += bytes
        }
        (self.tensors, self.writers, totalBytes) = (tensors, writers, total)
    }

    /// The only writer of tensors without a limit.
    package var single: SafeTensorsWriter { writers[0] }

    /// The elements of a tensor as they are written.
    package func provide(
        _ declaration: SafeTensorsWriter.Declaration, _ emit: SafeTensorsWriter.Emit
    ) throws {
        let tensor = tensors[declaration.name]!, type = declaration.type
        let width = tensor.dtype.byteCount
        try tensor.withUnsafeBytes { bytes in
            if type == SafeTensorsType(tensor.dtype) { return try emit(bytes) }
            // Piece by piece, so that a large tensor is not in memory twice.
            let piece = 1 << 16
            var stored = [UInt8](repeating: 0, count: min(piece, tensor.size) * type.byteCount)
            for start in stride(from: 0, to: tensor.size, by: piece) {
                let count = min(piece, tensor.size - start)
                let source = UnsafeRawBufferPointer(rebasing: bytes[(start * width)..<((start + count) * width)])
                try stored.withUnsafeMutableBytes { all in
                    let target = UnsafeMutableRawBufferPointer(rebasing: all[..<(count * type.byteCount)])
                    do throws(StoredArrays.Misfit) {
                        try StoredArrays.store(source, tensor.dtype, as: type, to: target)
                    } catch {
                        throw DataError(
                            .mismatch, at: "tensor \(Wording.quoted(declaration.name))",
                            "a number is beyond the range of \(type.rawValue)",
                            remedy: "write it as BF16, F32 or its own dtype")
                    }
                    try emit(UnsafeRawBufferPointer(target))
                }
            }
        }
    }

    /// Writes the file, or the files and then their index; nothing has changed at the path where that fails.
    ///
    /// - Returns: the paths of the files with tensors.
    package func write(to path: String) throws(DataError) -> [String] {
        do {
            if writers.count == 1 {
                try writers[0].write(to: path) { try provide($0, $1) }
                return [path]
            }
            return try writeShards(path)
        } catch let error as DataError {
            throw error
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another place")
        }
    }

    private func writeShards(_ path: String) throws -> [String] {
        let ending = ".safetensors"
        let stem = path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path
        let folder = FileSystem.parent(of: path)
        var temporary: [String] = []
        defer { for path in temporary { FileSystem.removeFile(path) } }
        var shards: [String] = [], places: [(name: String, file: String)] = []
        for (index, writer) in writers.enumerated() {
            let shard = "\(stem)-\(Self.fiveDigits(index + 1))-of-\(Self.fiveDigits(writers.count))\(ending)"
            let hidden = FileSystem.join(folder, FileSystem.temporaryName(for: FileSystem.name(of: shard)))
            temporary.append(hidden)
            try writer.write(to: hidden, known: shard) { try provide($0, $1) }
            shards.append(shard)
            places += writer.declarations.map { ($0.name, FileSystem.name(of: shard)) }
        }
        for (hidden, shard) in zip(temporary, shards) { try FileSystem.move(hidden, to: shard) }
        let index = index(places)
        try FileSystem.writeAtomically(stem + SafeTensorsIndex.ending) { try $0.write(index) }
        return shards
    }

    private func index(_ places: [(name: String, file: String)]) -> [UInt8] {
        let lines = places.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
            "    \(JSONText.quoted($0.name)): \(JSONText.quoted($0.file))"
        }
        let head = "{\n  \"metadata\": {\n    \"total_size\": \(totalBytes)\n  },\n  \"weight_map\": {\n"
        return Array((head + lines.joined(separator: ",\n") + "\n  }\n}\n").utf8)
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// Writes tensors to a safetensors file by their names.
///
/// - Parameters:
///   - path: of the file, all of which is written or nothing.
///   - type: how floating point is written: `.float16`, `.bfloat16`, `.float32`, `.float64` or numbers of eight bits, rounded
///     to nearest with ties to even. As it is where left out. Other types stop it.
///   - metadata: what is noted about the file.
///   - maximumShardBytes: the most bytes of tensors in a file. Where they are more, `model.safetensors` becomes
///     `model-00001-of-00003.safetensors` and so on, with `model.safetensors.index.json`, as Hugging Face does; a tensor that
///     is larger has a file of its own.
/// - Returns: the paths of the files with tensors.
/// - Throws: `DataError` where the system refuses, for a name that the format has for itself, and for a finite number beyond
///   the range of `type`.
@discardableResult
public func saveTensors(
    _ tensors: [String: Tensor], to path: String, as type: SafeTensorsType? = nil, metadata: [String: String] = [:],
    maximumShardBytes: Int? = nil, file: StaticString = #fileID, line: UInt = #line
) throws(DataError) -> [String] {
    requireWritable(type, maximumShardBytes, "saveTensors", file: file, line: line)
    return try TensorOutput(tensors, as: type, metadata: metadata, limit: maximumShardBytes).write(to: path)
}

/// Stops where floating point cannot be written as a type, or a file would hold no bytes.
package func requireWritable(
    _ type: SafeTensorsType?, _ limit: Int?, _ name: String, file: StaticString, line: UInt
) {
    let known = SafeTensorsType.allCases.filter(\.takesFloatingPoint).map { ".\($0)" }.joined(separator: " ")
    require(
        type?.takesFloatingPoint ?? true, "\(name): floating point is not written as .\(type!), but as one of \(known)",
        file: file, line: line)
    require(
        limit ?? 1 > 0, "\(name): files of at most \(limit!) bytes hold no tensor", file: file, line: line)
}
