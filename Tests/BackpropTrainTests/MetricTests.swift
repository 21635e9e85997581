import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

/// The values of metrics beside those of scikit-learn 1.9.1.
@Suite struct MetricTests {
    struct Data: Sendable {
        var outputs: [[Double]], labels: [[Double]]

        private static func fraction(_ a: Int, _ b: Int) -> Double { Double(a) / Double(b) }

        /// 40 examples of five classes, of which one is no label and two are never right.
        static let classes: Data = {
            let labels = (0..<40).map { ($0 * 5 + $0 / 3) % 4 }
            let scores = (0..<40).map { i in
                (0..<5).map { j in
                    let score = fraction((i * 37 + j * 23 + i * j * 11) % 19, 4) - (j == 4 ? 9 : 0)
                    return i % 3 == 0 && j == labels[i] ? score + 2 : score
                }
            }
            return Data(outputs: scores, labels: labels.map { [Double($0)] })
        }()

        /// 40 logits, many of which are equal.
        static let binary: Data = {
            let labels = (0..<40).map { ($0 * $0 * 7 + $0) % 5 < 2 ? 1.0 : 0 }
            let logits = (0..<40).map { i in
                fraction((i * 29) % 23 - 11, 4) + (i % 4 == 0 ? 1.5 * labels[i] : 0)
            }
            return Data(outputs: logits.map { [$0] }, labels: labels.map { [$0] })
        }()

        /// 40 pairs of numbers far from 0.
        static let numbers: Data = {
            let labels = (0..<40).map { i in (0..<2).map { 1e6 + fraction((i * 13) % 17, 8) + Double($0) } }
            let outputs = (0..<40).map { i in (0..<2).map { labels[i][$0] + fraction((i * 7 + $0 * 3) % 11 - 5, 16) } }
            return Data(outputs: outputs, labels: labels)
        }()

        /// Batches of 17, 17 and 6 examples.
        func feed(_ metric: any Metric, _ shape: Shape, labels dtype: DType) {
            for start in stride(from: 0, to: outputs.count, by: 17) {
                let rows = start..<min(start + 17, outputs.count)
                var x = Tensor(Array(outputs[rows]), dtype: .float64), y = Tensor(Array(labels[rows]), dtype: dtype)
                if shape != .pairs { y = y.squeezed(axis: -1) }
                if shape == .single { x = x.squeezed(axis: -1) }
                metric.update(x, y)
            }
        }
    }

    enum Shape: Sendable { case rows, single, pairs }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let data: Data
        let shape: Shape
        let metric: @Sendable () -> any Metric
        let expected: [Double]
        var testDescription: String { name }
    }

    private static func classes(_ name: String, _ expected: [Double], _ metric: @escaping @Sendable () -> any Metric)
        -> Case
    {
        Case(name: name, data: .classes, shape: .rows, metric: metric, expected: expected)
    }
    private static func binary(_ name: String, _ expected: Double, _ metric: @escaping @Sendable () -> any Metric)
        -> Case
    {
        Case(name: name, data: .binary, shape: .single, metric: metric, expected: [expected])
    }
    private static func numbers(_ name: String, _ expected: Double, _ metric: @escaping @Sendable () -> any Metric)
        -> Case
    {
        Case(name: name, data: .numbers, shape: .pairs, metric: metric, expected: [expected])
    }

    private static let ofClasses: [Case] = [
        classes("accuracy", [0.425]) { Accuracy() },
        classes("accuracy of five", [0.425]) { Accuracy(.multiclass(5)) },
        classes("accuracy without 2", [0.4444444444444444]) { Accuracy(ignoredLabel: 2) },
        classes("top 1", [0.425]) { TopKAccuracy(1) },
        classes("top 2", [0.7]) { TopKAccuracy(2) },
        classes("top 3", [0.9]) { TopKAccuracy(3) },
        classes("top 5", [1]) { TopKAccuracy(5) },
        classes("top 2 without 2", [0.7407407407407407]) { TopKAccuracy(2, ignoredLabel: 2) },
        classes("top 3 without 2", [0.9259259259259259]) { TopKAccuracy(3, ignoredLabel: 2) },
        classes("precision, macro", [0.446875]) { Precision(.multiclass(5)) },
        classes("precision, micro", [0.425]) { Precision(.multiclass(5), average: .micro) },
        classes("precision, weighted", [0.595]) { Precision(.multiclass(5), average: .weighted) },
        classes("precision of each", [0.5625, 0.6, 0.625, 0, 0]) { Precision(.multiclass(5), average: .perClass) },
        classes("recall, macro", [0.31456043956043955]) { Recall(.multiclass(5)) },
        classes("recall, micro", [0.425]) { Recall(.multiclass(5), average: .micro) },
        classes("recall, weighted", [0.425]) { Recall(.multiclass(5), average: .weighted) },
        classes("recall of each", [0.6428571428571429, 0.23076923076923078, 0.38461538461538464, 0, 0]) {
            Recall(.multiclass(5), average: .perClass)
        },
        classes("f1, macro", [0.35238095238095235]) { F1(.multiclass(5)) },
        classes("f1, micro", [0.425]) { F1(.multiclass(5), average: .micro) },
        classes("f1, weighted", [0.4730952380952381]) { F1(.multiclass(5), average: .weighted) },
        classes("f1 of each", [0.6, 0.3333333333333333, 0.47619047619047616, 0, 0]) {
            F1(.multiclass(5), average: .perClass)
        },
        classes("precision without 2", [0.4375]) { Precision(.multiclass(5), ignoredLabel: 2) },
        classes("recall of each without 2", [0.6428571428571429, 0.23076923076923078, 0, 0, 0]) {
            Recall(.multiclass(5), average: .perClass, ignoredLabel: 2)
        },
        classes("f1 without 2, weighted", [0.5395299145299145]) {
            F1(.multiclass(5), average: .weighted, ignoredLabel: 2)
        },
        classes("perplexity", [4.05967087798535]) { Perplexity() },
        classes("perplexity without 2", [3.8372532816602725]) { Perplexity(ignoredLabel: 2) },
    ]

    private static let ofTwo: [Case] = [
        binary("binary accuracy", 0.6) { Accuracy(.binary()) },
        binary("binary precision", 0.8636363636363636) { Precision(.binary()) },
        binary("binary recall", 0.59375) { Recall(.binary()) },
        binary("binary f1", 0.7037037037037037) { F1(.binary()) },
        binary("binary accuracy above 0.8", 0.35) { Accuracy(.binary(threshold: 0.8)) },
        binary("binary precision above 0.8", 0.8) { Precision(.binary(threshold: 0.8)) },
        binary("binary recall above 0.8", 0.25) { Recall(.binary(threshold: 0.8)) },
        binary("binary f1 above 0.8", 0.38095238095238093) { F1(.binary(threshold: 0.8)) },
        binary("recall of all above 0", 1) { Recall(.binary(threshold: 0)) },
        binary("precision of none above 1", 0) { Precision(.binary(threshold: 1)) },
        binary("area under the curve", 0.595703125) { AreaUnderCurve() },
    ]

    private static let ofNumbers: [Case] = [
        numbers("absolute error", 0.17265625) { MeanAbsoluteError() },
        numbers("squared error", 0.19948664585630788) { RootMeanSquaredError() },
        numbers("explained variance of each", 0.8980332299069163) { R2(outputs: 2) },
        numbers("explained variance of all", 0.937846989201391) { R2() },
    ]

    private static let all: [Case] = ofClasses + ofTwo + ofNumbers

    private static func isEqual(_ values: [Double], _ expected: [Double]) -> Bool {
        values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) }
    }

    @Test(arguments: all.indices) func theValueIsThatOfScikitLearn(_ index: Int) {
        let test = Self.all[index], metric = test.metric()
        for dtype: DType in test.shape == .pairs
            ? [.float64] : test.shape == .single ? [.float32, .bool, .int64] : [.int64, .int32, .uint8]
        {
            metric.reset()
            test.data.feed(metric, test.shape, labels: dtype)
            let values = metric.values.map(\.value)
            #expect(Self.isEqual(values, test.expected), "\(test.name): \(values), not \(test.expected)")
        }
    }

    /// In another object, half way, with the bits it would have had.
    @Test(arguments: all.indices) func theStateGoesOnElsewhere(_ index: Int) throws {
        let test = Self.all[index], whole = test.metric(), first = test.metric(), second = test.metric()
        let dtype: DType = test.shape == .pairs ? .float64 : .int64
        test.data.feed(whole, test.shape, labels: dtype)
        test.data.feed(whole, test.shape, labels: dtype)
        test.data.feed(first, test.shape, labels: dtype)
        let kept = first.savedState
        try second.restore(kept)
        test.data.feed(second, test.shape, labels: dtype)
        #expect(second.values == whole.values)
        #expect(second.savedState == whole.savedState)
        // Later batches have not changed what was kept.
        #expect(kept == first.savedState)
        #expect(throws: DataError.self) { try second.restore(SavedState(tensors: ["other": Tensor(1.0)])) }
        #expect(second.values == whole.values)
    }

    @Test func confusionIsCountedAndPrinted() {
        let confusion = ConfusionMatrix(.multiclass(5)), partial = ConfusionMatrix(.multiclass(5), ignoredLabel: 2)
        Data.classes.feed(confusion, .rows, labels: .int64)
        Data.classes.feed(partial, .rows, labels: .int64)
        #expect(
            confusion.counts == [
                [9, 0, 1, 4, 0], [3, 3, 2, 5, 0], [4, 2, 5, 2, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
            ])
        #expect(
            partial.counts == [
                [9, 0, 1, 4, 0], [3, 3, 2, 5, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
            ])
        let binary = ConfusionMatrix(.binary(threshold: 0.8), classNames: ["no", "yes"])
        Data.binary.feed(binary, .single, labels: .float32)
        #expect(binary.counts == [[6, 2], [24, 8]])
        #expect(
            binary.description == """
                label \\ taken for  no  yes  recall
                -----------------  --  ---  ------
                no                  6    2  0.7500
                yes                24    8  0.2500

                """)
        #expect(binary.value.isNaN)
    }

    @Test func nothingHasTheValueOfNothing() {
        let zero: [any Metric] = [
            Accuracy(), TopKAccuracy(2), Precision(.binary()), Recall(.multiclass(3)),
            F1(.multiclass(3), average: .micro),
        ]
        for metric in zero { #expect(metric.value == 0, "\(metric.name)") }
        let none: [any Metric] = [
            MeanAbsoluteError(), RootMeanSquaredError(), R2(), Perplexity(), AreaUnderCurve(),
            MeanOf("loss") { $0 - $1 },
        ]
        for metric in none { #expect(metric.value.isNaN, "\(metric.name)") }
    }

    @Test func specialScoresAreOrdered() {
        func top(_ k: Int, _ scores: [Double], _ label: Int) -> Double {
            let metric = TopKAccuracy(k)
            metric.update(Tensor([scores]), Tensor([label]))
            return metric.value
        }
        #expect(top(1, [1, 1, 0], 0) == 1)
        #expect(top(1, [1, 1, 0], 1) == 0)
        #expect(top(2, [1, 1, 0], 1) == 1)
        #expect(top(1, [1, .nan, 0], 0) == 0)
        #expect(top(2, [1, .nan, 0], 0) == 1)
        #expect(top(2, [1, .nan, 0], 1) == 0)
        #expect(top(1, [.infinity, 1, 0], 0) == 1)
        #expect(top(2, [-.infinity, -.infinity, 0], 0) == 1)
        let area = AreaUnderCurve()
        area.update(Tensor([1, Double.nan]), Tensor([1, 0]))
        #expect(area.value.isNaN)
        area.reset()
        area.update(Tensor([Double.infinity, -Double.infinity, 3]), Tensor([1, 0, 0]))
        #expect(area.value == 1)
    }

    @Test func aMeanWeighsItsBatches() {
        let mean = RunningMean("loss")
        mean.add(Tensor(2.0), count: 3)
        mean.add(Tensor([1.0, 4]))
        mean.add(Tensor([5.0, 7]), weights: Tensor([0.0, 2]))
        #expect(mean.value == 25.0 / 7)
        let each = MeanOf("error") { abs($0 - $1) }
        each.update(Tensor([1.0, 2]), Tensor([0.0, 0]))
        each.update(Tensor([6.0]), Tensor([0.0]))
        #expect(each.value == 3)
    }

    /// A sum in float32 would stop growing at 2^24.
    @Test func sumsStayExact() {
        let mean = RunningMean("loss")
        mean.add(Tensor(16_777_216.0), count: 1)
        for _ in 0..<15 { mean.add(Tensor(1.0)) }
        #expect(mean.value == 16_777_231.0 / 16)
    }

    @Test func aBatchThatFailsIsForgotten() throws {
        let accuracy = Accuracy(), scores = Tensor([[1.0, 2]]), loss = crossEntropy(scores, Tensor([7]))
        accuracy.update(scores, Tensor([7]))
        #expect(throws: EvaluationError.self) { try evaluate(loss) }
        accuracy.reset()
        accuracy.update(scores, Tensor([1]))
        #expect(crossEntropy(scores, Tensor([1])).item() < 0.32)
        #expect(accuracy.value == 1)
    }

    @Test func misuseNamesTheMetric() async {
        await #expect(processExitsWith: .failure) {
            let area = AreaUnderCurve()
            area.update(Tensor([1.0, 2]), Tensor([0, 2]))
            _ = area.value
        }
        await #expect(processExitsWith: .failure) {
            let accuracy = Accuracy(.binary())
            accuracy.update(Tensor([1.0, 2]), Tensor([0, 0.5]))
            _ = accuracy.value
        }
        await #expect(processExitsWith: .failure) { Accuracy().update(Tensor([[1.0, 2]]), Tensor([[0, 1]])) }
        await #expect(processExitsWith: .failure) { Accuracy().update(Tensor([[1.0, 2]]), Tensor([0.0])) }
        await #expect(processExitsWith: .failure) { F1(.multiclass(3)).update(Tensor([[1.0, 2]]), Tensor([0])) }
        await #expect(processExitsWith: .failure) { Recall(.binary()).update(Tensor([[1.0]]), Tensor([1])) }
        await #expect(processExitsWith: .failure) { _ = Precision(.multiclass(3), average: .positive) }
        await #expect(processExitsWith: .failure) { _ = Precision(.binary(threshold: 2)) }
        await #expect(processExitsWith: .failure) { _ = TopKAccuracy(0) }
        await #expect(processExitsWith: .failure) { R2(outputs: 2).update(Tensor([1.0]), Tensor([1.0])) }
        await #expect(processExitsWith: .failure) {
            let confusion = ConfusionMatrix(.multiclass(2))
            confusion.update(Tensor([[1.0, 2]]), Tensor([-1]))
            _ = confusion.counts
        }
    }
}
