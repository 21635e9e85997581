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
        var numbers: [String: JSONValue] = [:], labels: [JSONValue.Member] = []
        for (index, name) in names.enumerated() {
            labels.append(.init("\(index)", .text(name)))
            numbers[name] = .integer(index)
        }
        var settings: [String: JSONValue] = ["id2label": .object(labels), "label2id": .sorted(numbers)]
        if let problem { settings["problem_type"] = .text(problem.rawValue) }
        return settings
    }

    init(_ reader: inout ConfigurationReader) throws(DataError) {
        let limit = 1...100_000
        let given = reader.has("num_labels") ? try reader.integer("num_labels", in: limit) : nil
        var names: [String]?
        if let labels = reader.value("id2label"), let count = labels.members?.count, count > 0 {
            guard limit.contains(count) else { throw reader.problem("'id2label' has \(count) classes") }
            // Members by their names at once: looking each up would go through all of them.
            let byNumber = Dictionary((labels.members ?? []).map { ($0.key, $0.value.text) }) { first, _ in first }
            let found = (0..<count).compactMap { byNumber["\($0)"] ?? nil }
            guard found.count == count else {
                throw reader.problem("'id2label' does not give the classes from 0 to \(count - 1) names")
            }
            guard given ?? count == count else {
                throw reader.problem("'num_labels' is \(given ?? 0) and 'id2label' has \(count)")
            }
            names = found
        }
        let problem =
            reader.has("problem_type")
            ? try reader.word("problem_type", of: Problem.allCases.map(\.rawValue)) : nil
        self.init(count: given ?? 2)
        if let names { self.names = names }
        self.problem = problem.flatMap(Problem.init)
    }
}
