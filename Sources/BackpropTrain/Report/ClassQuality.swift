import Backprop
import BackpropData
import BackpropNN

/// How well a classifier does on examples whose class is known. Rates are those of scikit-learn.
package struct ClassQuality: Codable, Sendable, Equatable {
    /// The rates of one class, or their mean over classes.
    package struct Rates: Codable, Sendable, Equatable {
        package let name: String
        package let precision: Double
        package let recall: Double
        package let f1: Double
        /// Examples of the class.
        package let support: Int
    }

    /// One class was taken for another.
    package struct Mistake: Codable, Sendable, Equatable {
        package let label: String
        package let taken: String
        package let count: Int
        /// Of the examples of the label.
        package let share: Double
    }

    /// Always the same answer.
    package struct Guess: Codable, Sendable, Equatable {
        package let name: String
        package let accuracy: Double
    }

    package let count: Int
    package let right: Int
    package let accuracy: Double
    /// Of the accuracy, by Wilson.
    package let interval: Interval
    package let guess: Guess?
    package let classes: [Rates]
    /// The mean over the classes that occur among predictions or labels.
    package let macro: Rates
    /// The mean recall of the classes that occur.
    package let balancedAccuracy: Double
    /// Rows are labels, columns what examples were taken for; nil of more than `mostShown` classes.
    package let confusion: [[Int]]?
    /// The most frequent first, at most `mostMistakes`.
    package let mistakes: [Mistake]
    /// Of the second of two classes; nil of more, or where one of them does not occur.
    package let areaUnderCurve: Double?
    /// The mean of -log p of the right class, where p is at least 2^-23.
    package let logLoss: Double?
    /// The mean squared distance to certainty about the right class: of the second of two, else summed over all.
    package let brier: Double?
    package let calibration: Calibration
    /// Examples of classes that training has never seen. They count as wrong, and are left out of all but the accuracy.
    package let unknown: Int

    enum CodingKeys: String, CodingKey {
        case count, right, accuracy, interval, guess, classes, macro
        case balancedAccuracy = "balanced_accuracy"
        case confusion, mistakes
        case areaUnderCurve = "auc"
        case logLoss = "log_loss"
        case brier, calibration, unknown
    }

    static let mostShown = 40
    static let mostMistakes = 12

    /// - Parameter probabilities: shape [labels.count, names.count].
    /// - Returns: nil of no examples.
    init?(names: [String], probabilities: [Float], labels: [Int32], baseline: Baseline?) {
        let width = names.count
        require(
            width > 0 && probabilities.count == labels.count * width,
            "ClassQuality: \(probabilities.count) probabilities of \(width) classes for \(labels.count) examples")
        guard !labels.isEmpty else { return nil }
        let known = labels.indices.filter { names.indices.contains(Int(labels[$0])) }
        unknown = labels.count - known.count
        var answers = Answers(classes: width)
        for row in known {
            answers.add(probabilities[(row * width)..<((row + 1) * width)], label: Int(labels[row]))
        }
        count = labels.count
        right = answers.right
        accuracy = share(right, of: count)
        interval = Interval(successes: right, of: count)
        logLoss = answers.logLoss.finite
        brier = answers.brier.finite
        calibration = Calibration(answers.sureness)
        if case .mostFrequent(let name)? = baseline, let place = names.firstIndex(of: name) {
            guess = Guess(name: name, accuracy: share(labels.count { $0 == place }, of: count))
        } else {
            guess = nil
        }

        let rates = Self.rates(
            unknown == 0
                ? probabilities
                : known.flatMap { probabilities[($0 * width)..<(($0 + 1) * width)] },
            known.map { labels[$0] }, names)
        (classes, macro) = rates
        let occurring = classes.filter { $0.support > 0 }
        balancedAccuracy = occurring.reduce(0) { $0 + $1.recall } / Double(max(occurring.count, 1))
        mistakes = answers.mistakes(names, supports: classes.map(\.support), limit: Self.mostMistakes)
        confusion = width <= Self.mostShown ? answers.confusion : nil
        areaUnderCurve = width == 2 ? Self.area(probabilities, labels, known) : nil
    }

    /// By the metrics that a training counts with.
    private static func rates(_ probabilities: [Float], _ labels: [Int32], _ names: [String]) -> ([Rates], Rates) {
        let kind = Classification.multiclass(names.count)
        func metrics(_ average: ClassAverage) -> [any Metric] {
            [Precision(kind, average: average), Recall(kind, average: average), F1(kind, average: average)]
        }
        let single = metrics(.perClass), means = metrics(.macro)
        let scores = Tensor(probabilities, shape: [labels.count, names.count]),
            labels = Tensor(labels, shape: [labels.count])
        withoutGradients {
            for metric in single + means { metric.update(scores, labels) }
        }
        var supports = [Int](repeating: 0, count: names.count)
        for label in labels.array(of: Int32.self) { supports[Int(label)] += 1 }
        let values = single.map { $0.values.map(\.value) }
        let classes = names.indices.map {
            Rates(
                name: names[$0], precision: values[0][$0], recall: values[1][$0], f1: values[2][$0],
                support: supports[$0])
        }
        let macro = Rates(
            name: "mean", precision: means[0].value, recall: means[1].value, f1: means[2].value,
            support: supports.reduce(0, +))
        return (classes, macro)
    }

    private static func area(_ probabilities: [Float], _ labels: [Int32], _ rows: [Int]) -> Double? {
        let area = AreaUnderCurve()
        area.update(
            Tensor(rows.map { probabilities[2 * $0 + 1] }, shape: [rows.count]),
            Tensor(rows.map { labels[$0] }, shape: [rows.count]))
        return area.value.finite
    }
}

/// What is added up over the examples, one by one.
private struct Answers {
    let classes: Int
    private(set) var right = 0
    private(set) var sureness: [(confidence: Double, isRight: Bool)] = []
    private var logs = 0.0
    private var squares = 0.0
    /// By label times `classes` plus what it was taken for.
    private var counts: [Int: Int] = [:]

    init(classes: Int) { self.classes = classes }

    mutating func add(_ probabilities: ArraySlice<Float>, label: Int) {
        let start = probabilities.startIndex
        var best = start
        for place in probabilities.indices where probabilities[place] > probabilities[best] { best = place }
        let taken = best - start
        if taken == label { right += 1 }
        sureness.append((Double(probabilities[best]), taken == label))
        let own = Double(probabilities[start + label])
        logs -= ScalarMath.log(max(own, Double(Float.ulpOfOne)))
        if classes == 2 {
            let second = Double(probabilities[start + 1]) - (label == 1 ? 1 : 0)
            squares += second * second
        } else {
            for (place, probability) in probabilities.enumerated() {
                let distance = (place == label ? 1 : 0) - Double(probability)
                squares += distance * distance
            }
        }
        counts[label * classes + taken, default: 0] += 1
    }

    var logLoss: Double { logs / Double(sureness.count) }
    var brier: Double { squares / Double(sureness.count) }

    var confusion: [[Int]] {
        (0..<classes).map { label in (0..<classes).map { counts[label * classes + $0] ?? 0 } }
    }

    func mistakes(_ names: [String], supports: [Int], limit: Int) -> [ClassQuality.Mistake] {
        counts.filter { $0.key / classes != $0.key % classes }
            .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
            .prefix(limit)
            .map {
                let label = $0.key / classes
                return ClassQuality.Mistake(
                    label: names[label], taken: names[$0.key % classes], count: $0.value,
                    share: share($0.value, of: supports[label]))
            }
    }
}
