import Backprop
import BackpropData

/// How rates of single classes become one number, as in scikit-learn.
public enum ClassAverage: Sendable, Hashable {
    /// The rate of the class 1.
    case positive
    /// The mean over the classes that occur among predictions or labels.
    case macro
    /// The rate of all examples together.
    case micro
    /// The mean over classes, weighted by how often each is the label.
    case weighted
    /// One value for each class.
    case perClass
}

/// A rate that follows from how often each class was predicted, was right, and would have been right: `Precision`,
/// `Recall` and `F1`. It is 0 where its denominator is.
public class ClassRate: Metric {
    public let name: String
    public let classification: Classification
    public let average: ClassAverage
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    private let counters: MetricCounters

    /// - Parameters:
    ///   - average: of the positive class where it is left out and there are two, and macro otherwise.
    ///   - name: values of single classes are `name/0` and so on.
    fileprivate init(
        _ classification: Classification, _ average: ClassAverage?, _ ignoredLabel: Int?, _ name: String,
        _ file: StaticString, _ line: UInt
    ) {
        let kind = String(describing: Self.self)
        classification.check(kind, file, line)
        let isBinary = if case .binary = classification { true } else { false }
        require(
            isBinary || average != .positive, "\(kind): only a binary classification has a positive class", file: file,
            line: line)
        (self.classification, self.ignoredLabel, self.name) = (classification, ignoredLabel, name)
        self.average = average ?? (isBinary ? .positive : .macro)
        let shape = [classification.count]
        counters = MetricCounters(
            ("right", .int64, shape), ("predicted", .int64, shape), ("actual", .int64, shape))
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        classification.check(String(describing: Self.self), outputs, labels)
        counters.update { old in
            let found = classification.decisions(outputs, labels, ignoring: ignoredLabel)
            let right = (found.predicted .== found.actual).asType(.int64) * found.counted
            return [
                old[0].scatterAdd(found.actual, right, axis: 0),
                old[1].scatterAdd(found.predicted, found.counted, axis: 0),
                old[2].scatterAdd(found.actual, found.counted, axis: 0),
            ]
        }
    }

    public func reset() { counters.reset() }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }

    /// The rate of a class, or of several together.
    fileprivate func rate(right: Int, predicted: Int, actual: Int) -> Double { 0 }

    public var values: [MetricValue] {
        let counts = counters.values.map { $0.array(of: Int.self) }
        let (right, predicted, actual) = (counts[0], counts[1], counts[2])
        let rates = right.indices.map { rate(right: right[$0], predicted: predicted[$0], actual: actual[$0]) }
        func mean(weights: [Int]) -> Double {
            let total = weights.reduce(0, +)
            return total == 0 ? 0 : zip(rates, weights).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total)
        }
        switch average {
        case .positive: return [MetricValue(name, rates[1])]
        case .macro:
            let occurs = rates.indices.map { predicted[$0] + actual[$0] > 0 ? 1 : 0 }
            return [MetricValue(name, mean(weights: occurs))]
        case .weighted: return [MetricValue(name, mean(weights: actual))]
        case .micro:
            let together = rate(
                right: right.reduce(0, +), predicted: predicted.reduce(0, +), actual: actual.reduce(0, +))
            return [MetricValue(name, together)]
        case .perClass: return rates.enumerated().map { MetricValue("\(name)/\($0.offset)", $0.element) }
        }
    }
}

/// Of the examples that were taken for a class, the share that belongs to it.
///
/// ```swift
/// let precision = Precision(.binary())
/// precision.update(Tensor([2.0, 1, -1]), Tensor([1, 0, 1]))
/// precision.value  // 0.5
/// ```
public final class Precision: ClassRate {
    public init(
        _ classification: Classification, average: ClassAverage? = nil, ignoredLabel: Int? = nil,
        name: String = "precision", file: StaticString = #fileID, line: UInt = #line
    ) { super.init(classification, average, ignoredLabel, name, file, line) }

    override fileprivate func rate(right: Int, predicted: Int, actual: Int) -> Double { share(right, of: predicted) }
}

/// Of the examples that belong to a class, the share that was taken for it.
///
/// ```swift
/// let recall = Recall(.binary())
/// recall.update(Tensor([2.0, 1, -1]), Tensor([1, 0, 1]))
/// recall.value  // 0.5
/// ```
public final class Recall: ClassRate {
    public init(
        _ classification: Classification, average: ClassAverage? = nil, ignoredLabel: Int? = nil,
        name: String = "recall", file: StaticString = #fileID, line: UInt = #line
    ) { super.init(classification, average, ignoredLabel, name, file, line) }

    override fileprivate func rate(right: Int, predicted: Int, actual: Int) -> Double { share(right, of: actual) }
}

/// The harmonic mean of precision and recall.
///
/// ```swift
/// let f1 = F1(.multiclass(3), average: .macro)
/// f1.update(Tensor([[2.0, 0, 0], [0, 1, 0], [0, 1, 0]]), Tensor([0, 1, 2]))
/// f1.value  // 0.555556
/// ```
public final class F1: ClassRate {
    public init(
        _ classification: Classification, average: ClassAverage? = nil, ignoredLabel: Int? = nil, name: String = "f1",
        file: StaticString = #fileID, line: UInt = #line
    ) { super.init(classification, average, ignoredLabel, name, file, line) }

    override fileprivate func rate(right: Int, predicted: Int, actual: Int) -> Double {
        share(2 * right, of: predicted + actual)
    }
}
