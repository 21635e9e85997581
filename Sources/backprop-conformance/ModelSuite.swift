import Backprop
import BackpropData

/// Whole models with weights, a batch, and what PyTorch made of it: a folder in models/ for each.
struct ModelSuite: Suite {
    static let name = SuiteName.models

    private struct Folder {
        let label: CaseLabel
        let architecture: String
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
            folders.append(Folder(label: CaseLabel(id: name, name: type, group: type), architecture: architecture))
        }
        self.folders = folders
    }

    var labels: [CaseLabel] { folders.map(\.label) }

    func run(_ index: Int) throws {
        throw Unsupported("no architecture \(folders[index].architecture)")
    }
}
