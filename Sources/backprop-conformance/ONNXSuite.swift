/// Nodes and graphs of ONNX: every line of a file `onnx*.jsonl` is a case.
struct ONNXSuite: Suite {
    static let name = SuiteName.onnx

    let labels: [CaseLabel]

    init?(folder: String) throws(BadInput) {
        guard InputFile.isFolder(folder) else { return nil }
        let roots = [folder, folder + "/onnx"].filter(InputFile.isFolder)
        var labels: [CaseLabel] = []
        var files = 0
        for root in roots {
            let isOwn = root != folder
            for name in try InputFile.names(in: root)
            where name.hasSuffix(".jsonl") && (isOwn || name.hasPrefix("onnx")) {
                files += 1
                for (index, json) in try InputFile.jsonLines(root + "/" + name).enumerated() {
                    guard let id = json["id"]?.string, let nodes = json["nodes"]?.array else {
                        throw BadInput("\(root)/\(name), case \(index + 1)", "there is no id or no list of nodes")
                    }
                    let operators = nodes.map { $0["op"]?.string ?? "?" }
                    labels.append(
                        CaseLabel(
                            id: id, name: operators.count == 1 ? operators[0] : "graph",
                            group: operators.count == 1 ? "node" : "graph"))
                }
            }
        }
        guard files > 0 else { return nil }
        self.labels = labels
    }

    func run(_ index: Int) throws { throw Unsupported("ONNX is not read") }
}
