import Backprop
import BackpropFiles
import BackpropNN

/// What a head says: how many classes, or numbers, and how they are learnt.
public struct ClassSettings: Sendable, Hashable {
    /// How logits and labels become a loss.
    public enum Problem: String, Sendable, CaseIterable {
        /// The mean square of the difference.
        case regression
        /// One class for each example.
        case oneClass = "single_label_classification"
        /// Any number of classes for each example.
        case manyClasses = "multi_label_classification"
    }

    /// Names of the classes, as many as logits.
    public var names: [String]
    /// Nil where it follows from number and dtype of the labels.
    public var problem: Problem?

    public init(names: [String], problem: Problem? = nil) { (self.names, self.problem) = (names, problem) }

    /// Classes without names.
    public init(count: Int, problem: Problem? = nil) {
        self.init(names: (0..<max(0, count)).map { "LABEL_\($0)" }, problem: problem)
    }

    public var count: Int { names.count }

    /// The mean loss of logits [batch, count].
    ///
    /// - Parameter labels: integers [batch] for one class, floating point [batch, count] for many or for numbers, [batch] where
    ///   it is one number.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor {
        let problem = problem ?? (count == 1 ? .regression : labels.dtype.isInteger ? .oneClass : .manyClasses)
        switch problem {
        case .oneClass: return crossEntropy(logits, labels, ignoredLabel: ignoredLabel)
        case .regression:
            return meanSquaredError(logits, labels.reshaped(logits.shape).asType(logits.dtype))
        case .manyClasses: return binaryCrossEntropyWithLogits(logits, labels.asType(logits.dtype))
        }
    }

    var mistake: String? { names.isEmpty ? "there are no classes" : nil }

    /// The settings as `config.json` has them.
    var settings: [String: JSONValue] {
        var numbers: [String: JSONValue] = [:], labels: [String: JSONValue] = [:]
        for (index, name) in names.enumerated() {
            labels["\(index)"] = .string(name)
            numbers[name] = .integer(index)
        }
        var settings: [String: JSONValue] = ["id2label": .object(labels), "label2id": .object(numbers)]
        if let problem { settings["problem_type"] = .string(problem.rawValue) }
        return settings
    }

    init(_ reader: inout ConfigurationReader) throws(DataError) {
        let limit = 1...100_000
        var count = reader.has("num_labels") ? try reader.integer("num_labels", in: limit) : nil
        var names: [String]?
        if case .object(let labels) = reader.value("id2label"), !labels.isEmpty {
            let found = (0..<labels.count).map { index -> String? in
                if case .string(let name) = labels["\(index)"] { name } else { nil }
            }
            guard limit.contains(labels.count), !found.contains(nil) else {
                throw reader.problem("'id2label' does not give the classes from 0 to \(labels.count - 1) names")
            }
            guard count ?? labels.count == labels.count else {
                throw reader.problem("'num_labels' is \(count ?? 0) and 'id2label' has \(labels.count)")
            }
            names = found.compactMap { $0 }
            count = labels.count
        }
        let problem =
            reader.has("problem_type")
            ? try reader.word("problem_type", of: Problem.allCases.map(\.rawValue)) : nil
        self.init(count: count ?? 2)
        if let names { self.names = names }
        self.problem = problem.flatMap(Problem.init)
    }
}
