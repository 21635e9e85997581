import Backprop
import BackpropNN

/// Trajectories of optimizers, schedules, clipping, averaging and loss scaling: optim.json. Every entry is a case.
struct OptimizerSuite: Suite {
    static let name = SuiteName.optim

    /// The parts of the file that are lists, in the order of their cases.
    private static let lists = ["trajectories", "param_groups", "schedulers", "clipping", "averaging", "lbfgs"]

    private struct Entry {
        let label: CaseLabel
        let kind: String
        let json: JSON
    }

    private let entries: [Entry]
    private let gradients: TrainingProblem

    init?(folder: String) throws(BadInput) {
        let path = folder + "/optim.json"
        guard InputFile.exists(path) else { return nil }
        let json = try InputFile.json(path)
        guard let problem = TrainingProblem(json) else {
            throw BadInput(path, "it lacks shapes, initial values or gradients")
        }
        gradients = problem
        var entries: [Entry] = []
        for kind in Self.lists {
            guard let list = json[kind] else { continue }
            guard let elements = list.array else { throw BadInput(path, "'\(kind)' is no list") }
            for (index, element) in elements.enumerated() {
                let name = Self.name(of: element, kind)
                let label = CaseLabel(id: "\(kind)/\(index) \(name)", name: name, group: kind)
                entries.append(Entry(label: label, kind: kind, json: element))
            }
        }
        if let scaler = json["loss_scaler"] {
            let label = CaseLabel(id: "loss_scaler", name: "LossScaler", group: "loss_scaler")
            entries.append(Entry(label: label, kind: "loss_scaler", json: scaler))
        }
        self.entries = entries
    }

    private static func name(of entry: JSON, _ kind: String) -> String {
        let name = entry["optimizer"]?.string ?? entry["scheduler"]?.string ?? entry["kind"]?.string
        return name ?? (kind == "lbfgs" ? "LBFGS" : kind)
    }

    var labels: [CaseLabel] { entries.map(\.label) }

    func run(_ index: Int) throws {
        let entry = entries[index]
        switch entry.kind {
        case "trajectories": try TrajectoryCheck(gradients, entry.json).run()
        case "param_groups": try GroupCheck(problem: gradients, json: entry.json).run()
        case "schedulers": try ScheduleCheck(entry.json).run()
        case "clipping": try ClippingCheck(problem: gradients, json: entry.json).run()
        case "averaging": try AveragingCheck(json: entry.json).run()
        case "lbfgs": try LBFGSCheck(json: entry.json).run()
        case "loss_scaler": try LossScalerCheck(json: entry.json).run()
        default: throw Unsupported("no \(entry.label.name) for \(entry.kind)")
        }
    }
}

/// Initial parameters, and the gradients of every step.
struct TrainingProblem {
    let shapes: [[Int]]
    let initial: [[Double]]
    /// By step and parameter.
    let gradients: [[[Double]]]

    /// Nil where something is missing or does not fit.
    init?(_ json: JSON) {
        guard let shapes = json["shapes"]?.array?.map(\.ints), let initial = json["initial"]?.array?.map(\.doubles),
            let gradients = json["gradients"]?.array?.map({ $0.array?.map(\.doubles) ?? [nil] })
        else { return nil }
        self.shapes = shapes.compactMap(\.self)
        self.initial = initial.compactMap(\.self)
        self.gradients = gradients.map { $0.compactMap(\.self) }
        let sizes = self.shapes.map(Self.size)
        guard self.shapes.count == shapes.count, self.initial.map(\.count) == sizes,
            self.gradients.allSatisfy({ $0.map(\.count) == sizes })
        else { return nil }
    }

    private static func size(_ shape: [Int]) -> Int {
        var size = 1
        for extent in shape {
            guard (0...1_000_000).contains(extent) else { return -1 }
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow else { return -1 }
            size = product
        }
        return size
    }

    func parameters() -> [Parameter] {
        zip(initial, shapes).map { Parameter(Tensor($0, shape: $1, dtype: .float64)) }
    }

    func gradient(step: Int, parameter: Int) -> Tensor {
        Tensor(gradients[step][parameter], shape: shapes[parameter], dtype: .float64)
    }
}
