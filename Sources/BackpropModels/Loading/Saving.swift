import BackpropFiles

extension PretrainedModel {
    /// Writes a folder that `Pretrained.load` and transformers read: `config.json` and `model.safetensors`, in the names and
    /// arrangements of Hugging Face.
    ///
    /// - Parameters:
    ///   - folder: made where it does not exist.
    ///   - type: how floating point is written, as it is where left out.
    ///   - maximumShardBytes: the most bytes of tensors in a file; where there are more, several are written with an index.
    /// - Throws: `DataError` where the system refuses, and for a finite number beyond the range of `type`.
    public func save(
        to folder: String, as type: SafeTensorsType? = nil, maximumShardBytes: Int? = nil
    ) throws(DataError) {
        let settings = configuration.file(architecture: architecture, type: modelType)
        try save(settings, foreignTensors(), to: folder, as: type, maximumShardBytes: maximumShardBytes)
    }

    /// Writes a folder with settings and tensors of a model that has this one in it.
    func save(
        _ settings: [String: JSONValue], _ tensors: [String: Tensor], to folder: String, as type: SafeTensorsType?,
        maximumShardBytes: Int?
    ) throws(DataError) {
        do { try FileSystem.createFolders(folder) } catch { throw DataError(error) }
        var settings = settings
        settings["dtype"] = .text((type ?? SafeTensorsType(parameters().first?.dtype ?? .float32)).torchName)
        settings["torch_dtype"] = nil
        let text = Array(JSONValue.sorted(settings).lines.utf8)
        do {
            try FileSystem.writeAtomically(FileSystem.join(folder, "config.json")) { try $0.write(text) }
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: folder, "cannot write it: \(error)", remedy: "choose another place")
        }
        try saveTensors(
            tensors, to: FileSystem.join(folder, "model.safetensors"), as: type,
            metadata: ["format": "pt"], maximumShardBytes: maximumShardBytes)
    }

    /// All parameters and buffers by the names and in the arrangements of Hugging Face.
    package func foreignTensors() -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for named in namedCells() {
            let foreign = names.foreign(named.name)
            result[foreign.name] = foreign.arrangement.restored(named.cell.value)
            // How many batches running statistics have seen, which nothing depends on.
            if foreign.name.hasSuffix(".running_mean") {
                result[foreign.name.dropLast("running_mean".count) + "num_batches_tracked"] = Tensor(
                    [0] as [Int64], shape: [])
            }
        }
        return result
    }
}

extension SafeTensorsType {
    /// What PyTorch calls it.
    fileprivate var torchName: String {
        switch self {
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        case .float64: "float64"
        default: "float32"
        }
    }
}
