import BackpropData
import BackpropNN

/// The model of a run as other programs read it.
package struct RunExport {
    /// What `model.json` holds.
    struct Description: Encodable {
        let format = "backprop-model"
        let version = 1
        /// One line about the model.
        let model: String
        /// What it predicts.
        let label: String
        /// All that was decided: sizes, names, and how examples become numbers.
        let subject: RunConfiguration.Subject
        let tensors: [Tensor]
        let weightsDigest: String

        struct Tensor: Encodable {
            let name: String
            let shape: [Int]
        }
    }

    private let run: String
    private let description: Description
    private let weights: String

    /// - Throws: `TrainError` and `DataError` where the folder holds no sound run.
    package init(_ run: String) throws {
        let predictor = try RunPredictor(opening: run)
        weights = try RunFolder(opening: run).path(of: "weights.safetensors")
        let entries = try SafeTensorsFile(path: weights).entries
        description = Description(
            model: predictor.outcome.model, label: predictor.outcome.label, subject: predictor.configuration.subject,
            tensors: entries.map { Description.Tensor(name: $0.name, shape: $0.shape) },
            weightsDigest: predictor.outcome.weightsDigest)
        self.run = run
    }

    /// Writes the folder, which must not be there yet.
    ///
    /// - Returns: its path.
    package func write(to output: String?) throws -> String {
        let path = output ?? "\(FileSystem.name(of: run))-model"
        guard try RunFolder.look(at: path) == nil else {
            throw TrainError(
                .targetExists, at: path, "there is something with that name already",
                remedy: "choose another folder with --output")
        }
        let json = try JSONFile.bytes(of: description, at: FileSystem.join(path, "model.json"))
        do {
            // Nobody sees half a folder.
            let hidden = FileSystem.join(
                FileSystem.parent(of: path), FileSystem.temporaryName(for: FileSystem.name(of: path)))
            try FileSystem.createFolders(FileSystem.parent(of: path))
            try FileSystem.createFolder(hidden)
            defer { FileSystem.removeTree(hidden) }
            let content = try FileSystem.read(weights)
            try FileSystem.writeAtomically(FileSystem.join(hidden, "model.safetensors")) { file in
                try file.write(content)
            }
            try FileSystem.writeAtomically(FileSystem.join(hidden, "model.json")) { try $0.write(json) }
            try FileSystem.move(hidden, to: path)
        } catch let failure as SystemFailure { throw TrainError(failure, at: path) }
        return path
    }
}
