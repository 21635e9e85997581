import Backprop
import BackpropData

/// Labels as they were found, before it is known what they are.
struct ArrayLabels {
    let training: [Double]
    /// Empty where there is no test part.
    let test: [Double]
    /// Whether the dtype was one of whole numbers.
    let isInteger: Bool
    /// What errors call them.
    let place: String

    /// The most classes.
    static let mostClasses = 10_000

    /// Whether they name classes: whole numbers, few of them beside the examples, and where they are no integers, at most 20.
    var areClasses: Bool {
        guard training.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e15 }) else { return false }
        let distinct = Set(training).count
        return isInteger ? distinct <= min(2 + training.count / 10, Self.mostClasses) : distinct <= 20
    }

    /// The numbers themselves.
    ///
    /// - Throws: `DataError` for one that is not finite, and where all are the same.
    func numbers() throws(DataError) -> (training: ArrayTargets, test: ArrayTargets) {
        for (row, number) in (training + test).enumerated() where !number.isFinite {
            throw DataError(
                .badLabelCell, at: place, "example \(row) has the label \(number)",
                remedy: "leave such examples out")
        }
        try checkVariety()
        return (.numbers(training), .numbers(test))
    }

    /// Classes by the order of their numbers, named by them or by `names`, in which a number is a place.
    ///
    /// - Throws: `DataError` where there is one class only, too many, or one that is in the test part alone.
    func classes(names: [String]? = nil) throws(DataError) -> (
        names: [String], training: ArrayTargets, test: ArrayTargets
    ) {
        try checkVariety()
        let values: [Double], classNames: [String]
        if let names {
            (values, classNames) = (names.indices.map(Double.init), names)
        } else {
            values = Set(training).sorted()
            guard values.count <= Self.mostClasses, values.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e15 }) else {
                throw DataError(
                    .badLabel, at: place, "there are \(values.count) different labels, which are no classes",
                    remedy: "give whole numbers for classes, or choose --task regression")
            }
            classNames = values.map { String(Int($0)) }
        }
        let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0.element, Int32($0.offset)) })
        func targets(_ labels: [Double], _ part: String) throws(DataError) -> ArrayTargets {
            var result: [Int32] = []
            for (row, label) in labels.enumerated() {
                guard let place = places[label] else {
                    let shown = label == label.rounded() && abs(label) < 1e15 ? String(Int(label)) : "\(label)"
                    throw DataError(
                        .badLabelCell, at: self.place,
                        "example \(row) of the \(part) part has the unknown class \(shown)",
                        remedy: "leave it out, or add examples of that class to the training part")
                }
                result.append(place)
            }
            return .classes(result)
        }
        return (classNames, try targets(training, "training"), try targets(test, "test"))
    }

    private func checkVariety() throws(DataError) {
        guard training.count >= 10 else {
            throw DataError(
                .tooFew, at: place, "\(Wording.count(training.count, "example")) to train on",
                remedy: "give 10 at least")
        }
        guard training.contains(where: { $0 != training[0] }) else {
            throw DataError(
                .badLabel, at: place, "all labels are \(training[0])", remedy: "add examples with another label")
        }
    }
}
