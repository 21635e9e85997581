import Backprop
import BackpropData

/// How often examples of each class were taken for each class. Printed, it is a table.
///
/// ```swift
/// let confusion = ConfusionMatrix(.multiclass(2), classNames: ["cat", "dog"])
/// confusion.update(Tensor([[2.0, 0], [0, 1], [0, 1]]), Tensor([0, 1, 0]))
/// confusion.counts  // [[1, 1], [0, 1]]
/// ```
public final class ConfusionMatrix: Metric, CustomStringConvertible {
    public let name: String
    public let classification: Classification
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    /// What the table calls the classes.
    public let classNames: [String]
    private let counters: MetricCounters

    /// - Parameter classNames: the numbers of the classes where left out. Another number of names stops it.
    public init(
        _ classification: Classification, ignoredLabel: Int? = nil, classNames: [String]? = nil,
        name: String = "confusion", file: StaticString = #fileID, line: UInt = #line
    ) {
        classification.check("ConfusionMatrix", file, line)
        let count = classification.count
        require(
            classNames == nil || classNames!.count == count,
            "ConfusionMatrix: \(classNames?.count ?? 0) names for \(count) classes", file: file, line: line)
        (self.classification, self.ignoredLabel, self.name) = (classification, ignoredLabel, name)
        self.classNames = classNames ?? (0..<count).map(String.init)
        counters = MetricCounters(("counts", .int64, [count, count]))
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        classification.check("ConfusionMatrix", outputs, labels)
        let count = classification.count
        counters.update { old in
            let found = classification.decisions(outputs, labels, ignoring: ignoredLabel)
            let place = found.actual * count + found.predicted
            return [old[0].flattened().scatterAdd(place, found.counted, axis: 0).reshaped([count, count])]
        }
    }

    public func reset() { counters.reset() }

    /// Rows are labels, columns what examples were taken for. Computes what is recorded.
    public var counts: [[Int]] { [[Int]](counters.values[0]) }

    /// Nothing: a table is no number.
    public var values: [MetricValue] { [] }

    /// A row for each class with the number of its examples, and the share of them that is right. Computes what is
    /// recorded.
    public var description: String {
        let counts = counts
        let table = TextTable(
            columns: [.left("label \\ taken for")] + classNames.map { .right($0) } + [.right("recall")])
        return table.text(
            counts.indices.map { row in
                let recall = share(counts[row][row], of: counts[row].reduce(0, +))
                return [classNames[row]] + counts[row].map(String.init) + [NumberFormat.fixed(recall, digits: 4)]
            })
    }

    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}
