import Backprop
import BackpropData
import BackpropModels

/// Whole models with weights, a batch, and what PyTorch made of it: a folder in models/ for each.
struct ModelSuite: Suite {
    static let name = SuiteName.models

    private struct Folder {
        let label: CaseLabel
        let path: String
        let architecture: String
        let reference: JSON
    }

    private let folders: [Folder]

    init?(folder: String) throws(BadInput) {
        let root = folder + "/models"
        guard InputFile.isFolder(root) else { return nil }
        var folders: [Folder] = []
        for name in try InputFile.names(in: root) where InputFile.isFolder(root + "/" + name) {
            let path = root + "/" + name
            let config = try InputFile.json(path + "/config.json")
            let reference = try InputFile.json(path + "/reference.json")
            for file in try InputFile.names(in: path) where file.hasSuffix(".safetensors") {
                do { _ = try SafeTensorsFile(path: path + "/" + file) } catch { throw BadInput(error) }
            }
            let type = config["model_type"]?.string ?? "?"
            let architecture = reference["class"]?.string ?? config["architectures"]?.array?.first?.string ?? type
            folders.append(
                Folder(
                    label: CaseLabel(id: name, name: type, group: type), path: path, architecture: architecture,
                    reference: reference))
        }
        self.folders = folders
    }

    var labels: [CaseLabel] { folders.map(\.label) }

    func run(_ index: Int) throws {
        let folder = folders[index]
        guard Pretrained.architectures.contains(folder.architecture) else {
            throw Unsupported("no architecture \(folder.architecture)")
        }
        let check = try ModelCheck(
            path: folder.path, architecture: folder.architecture, reference: folder.reference)
        try check.run()
    }
}
