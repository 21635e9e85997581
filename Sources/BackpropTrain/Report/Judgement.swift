/// What a model said about examples whose truth is known.
package enum Judgement: Sendable, Equatable {
    /// - names: of the classes, in the order of their numbers.
    /// - probabilities: shape [labels.count, names.count]; each row sums to 1.
    case classes(names: [String], probabilities: [Float], labels: [Int32])
    /// In the label's own unit; both of the same count.
    case numbers(predicted: [Double], truth: [Double])

    /// How many examples there are.
    package var count: Int {
        switch self {
        case .classes(_, _, let labels): labels.count
        case .numbers(_, let truth): truth.count
        }
    }
}
