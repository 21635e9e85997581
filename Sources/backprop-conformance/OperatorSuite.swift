import Backprop
import BackpropData

/// Recorded calls of operators: opinfo.jsonl with opinfo.safetensors.
struct OperatorSuite: Suite {
    static let name = SuiteName.opinfo

    private let cases: [OperatorCase]
    private let file: SafeTensorsFile

    init?(folder: String) throws(BadInput) {
        let list = folder + "/opinfo.jsonl"
        guard InputFile.exists(list) else { return nil }
        var cases: [OperatorCase] = []
        for (index, json) in try InputFile.jsonLines(list).enumerated() {
            do {
                cases.append(try OperatorCase(json))
            } catch {
                throw BadInput("\(list), case \(index + 1)", "there is \(error.found)")
            }
        }
        do { file = try SafeTensorsFile(path: folder + "/opinfo.safetensors") } catch { throw BadInput(error) }
        self.cases = cases
        for one in cases { try checkTensors(of: one, list) }
    }

    /// So that no case can trip over its own files later.
    private func checkTensors(of one: OperatorCase, _ list: String) throws(BadInput) {
        for reference in one.argumentReferences + one.outputs {
            guard let entry = file[reference.key] else {
                throw BadInput("\(list), case \(one.label.id)", "\(file.path) has no tensor '\(reference.key)'")
            }
            guard entry.shape == reference.shape else {
                throw BadInput(
                    "\(list), case \(one.label.id)",
                    "tensor '\(reference.key)' is of shape \(reference.shape), in \(file.path) it is \(entry.shape)")
            }
        }
        for key in one.referenceKeys where file[key] == nil {
            throw BadInput("\(list), case \(one.label.id)", "\(file.path) has no tensor '\(key)'")
        }
    }

    var labels: [CaseLabel] { cases.map(\.label) }

    func run(_ index: Int) throws {
        guard let adapter = Operators.adapters[cases[index].label.name] else { throw Unsupported("no such operator") }
        try OperatorCheck(cases[index], adapter) { key in try file.tensor(key) }.run()
    }
}
