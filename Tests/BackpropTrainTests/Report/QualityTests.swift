import Testing

@testable import BackpropTrain

/// The figures beside those of scikit-learn 1.9 for the same labels and probabilities, which are rounded to float32 there too.
@Suite struct ClassQualityTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let names: [String]
        let labels: [Int32]
        let probabilities: [Float]
        let precision: [Double]
        let recall: [Double]
        let f1: [Double]
        let support: [Int]
        let macro: [Double]
        let accuracy: Double
        let balanced: Double
        let confusion: [[Int]]
        let logLoss: Double
        let brier: Double
        let area: Double?
        /// By the formula, in NumPy.
        let calibrationError: Double
        var testDescription: String { "\(names.count) classes" }
    }

    static let examples = [
        Example(
            names: ["a", "b", "c"],
            labels: [2, 1, 2, 2, 1, 2, 2, 0, 0, 0, 0, 2, 2, 0, 1, 2, 0, 2, 0, 1, 2, 0, 1, 0],
            probabilities: [
                0.235, 0.083, 0.682, 0.572, 0.247, 0.181, 0.157, 0.29, 0.553, 0.146, 0.052, 0.802, 0.292, 0.688, 0.02,
                0.111, 0.181, 0.708, 0.104, 0.298, 0.598, 0.307, 0.6, 0.093, 0.519, 0.391, 0.09, 0.576, 0.217, 0.207,
                0.164, 0.181, 0.655, 0.034, 0.374, 0.592, 0.035, 0.492, 0.473, 0.259, 0.279, 0.462, 0.099, 0.788, 0.113,
                0.248, 0.537, 0.215, 0.697, 0.108, 0.195, 0.085, 0.156, 0.759, 0.705, 0.272, 0.023, 0.065, 0.915, 0.02,
                0.048, 0.069, 0.883, 0.824, 0.09, 0.086, 0.047, 0.914, 0.039, 0.515, 0.299, 0.186,
            ],
            precision: [0.8571428571428571, 0.5714285714285714, 0.8],
            recall: [0.6666666666666666, 0.8, 0.8], f1: [0.75, 0.6666666666666666, 0.8], support: [9, 5, 10],
            macro: [0.7428571428571429, 0.7555555555555555, 0.7388888888888889], accuracy: 0.75,
            balanced: 0.7555555555555555, confusion: [[6, 1, 2], [1, 4, 0], [0, 2, 8]], logLoss: 0.6070718457435166,
            brier: 0.34386592116927267, area: nil, calibrationError: 0.1881666717429956),
        Example(
            names: ["no", "yes"], labels: [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0],
            probabilities: [
                0.143, 0.857, 0.055, 0.945, 0.299, 0.701, 0.353, 0.647, 0.293, 0.707, 0.73, 0.27, 0.184, 0.816, 0.774,
                0.226, 0.799, 0.201, 0.561, 0.439, 0.472, 0.528, 0.91, 0.09, 0.396, 0.604, 0.373, 0.627, 0.664, 0.336,
                0.427, 0.573, 0.015, 0.985, 0.024, 0.976, 0.395, 0.605, 0.946, 0.054,
            ],
            precision: [0.8571428571428571, 0.7692307692307693], recall: [0.6666666666666666, 0.9090909090909091],
            f1: [0.75, 0.8333333333333334], support: [9, 11],
            macro: [0.8131868131868132, 0.7878787878787878, 0.7916666666666667], accuracy: 0.8,
            balanced: 0.7878787878787878, confusion: [[6, 3], [1, 10]], logLoss: 0.4237577014616405,
            brier: 0.13970415704048295, area: 0.8787878787878788, calibrationError: 0.06694999635219574),
    ]

    @Test(arguments: examples) func isThatOfScikitLearn(_ example: Example) throws {
        let quality = try #require(
            ClassQuality(
                names: example.names, probabilities: example.probabilities, labels: example.labels,
                baseline: Baseline(labels: example.labels, names: example.names)))
        func near(_ value: Double?, _ expected: Double?) -> Bool {
            guard let value, let expected else { return value == nil && expected == nil }
            return abs(value - expected) < 1e-12
        }
        for (index, rates) in quality.classes.enumerated() {
            #expect(near(rates.precision, example.precision[index]) && near(rates.recall, example.recall[index]))
            #expect(near(rates.f1, example.f1[index]) && rates.support == example.support[index])
        }
        let macro = quality.macro
        #expect(zip([macro.precision, macro.recall, macro.f1], example.macro).allSatisfy { near($0, $1) })
        #expect(near(quality.accuracy, example.accuracy) && near(quality.balancedAccuracy, example.balanced))
        #expect(quality.confusion == example.confusion)
        #expect(near(quality.logLoss, example.logLoss) && near(quality.brier, example.brier))
        #expect(near(quality.areaUnderCurve, example.area))
        #expect(near(quality.calibration.error, example.calibrationError))
        #expect(quality.calibration.bins.reduce(0) { $0 + $1.count } == example.labels.count)
        let most = example.support.max()!
        #expect(near(quality.guess?.accuracy, Double(most) / Double(example.labels.count)))
        #expect(quality.mistakes.reduce(0) { $0 + $1.count } == quality.count - quality.right)
        #expect(quality.mistakes.first!.count == quality.mistakes.map(\.count).max())
    }

    @Test func bearsWhatATestPartMayHold() throws {
        func quality(_ labels: [Int32], _ probabilities: [Float], _ names: [String]) -> ClassQuality? {
            ClassQuality(names: names, probabilities: probabilities, labels: labels, baseline: nil)
        }
        #expect(quality([], [], ["a", "b"]) == nil)
        // Of two examples one has a class that training has never seen.
        let unseen = try #require(quality([0, -1], [0.9, 0.1, 0.5, 0.5], ["a", "b"]))
        #expect(unseen.count == 2 && unseen.right == 1 && unseen.unknown == 1 && unseen.areaUnderCurve == nil)
        #expect(unseen.confusion == [[1, 0], [0, 0]] && unseen.balancedAccuracy == 1)
        let nothing = try #require(quality([5, 7], [0.9, 0.1, 0.5, 0.5], ["a", "b"]))
        #expect(nothing.accuracy == 0 && nothing.logLoss == nil && nothing.calibration.bins.isEmpty)
        let certain = try #require(quality([0, 1], [1, 0, 1, 0], ["a", "b"]))
        #expect(
            abs(certain.logLoss! - 15.942385 / 2) < 1e-4 && certain.brier == 0.5 && certain.calibration.error == 0.5)
        let broken = try #require(quality([0], [.nan, .nan], ["a", "b"]))
        #expect(broken.logLoss == nil || broken.logLoss!.isFinite)
        #expect(try #require(quality([0, 0], [1, 1], ["only"])).accuracy == 1)
        let count = 200
        let labels = (0..<count).map { Int32($0) }
        var probabilities = [Float](repeating: 0, count: count * count)
        for row in 0..<count { probabilities[row * count + row / 2] = 1 }
        let many = try #require(quality(labels, probabilities, labels.map(String.init)))
        #expect(many.right == 1 && many.confusion == nil && many.mistakes.count == ClassQuality.mostMistakes)
    }
}

@Suite struct NumberQualityTests {
    static let truth = [
        64.99, 67.3, 49.21, 46.71, 48.08, 38.3, 63.18, 43.49, 49.39, 40.48, 42.49, 34.67, 65.08, 48.15, 61.59, 50.16,
        41.67, 46.08, 43.28, 50.1, 45.5, 46.4, 33.46, 40.32, 69.85,
    ]
    static let predicted = [
        61.96, 61.98, 52.23, 56.15, 40.36, 38.05, 60.39, 33.92, 54.8, 41.34, 43.92, 31.16, 68.81, 45.91, 61.73, 44.51,
        35.37, 55.09, 41.24, 52.85, 46.3, 44.75, 31.41, 45.1, 69.04,
    ]

    @Test func isThatOfScikitLearn() throws {
        let quality = try #require(
            NumberQuality(
                predicted: Self.predicted, truth: Self.truth, baseline: .middle(mean: 48.5, median: 47), seed: 1))
        #expect(abs(quality.rmse - 4.705980025456971) < 1e-12)
        #expect(abs(quality.mae - 3.7719999999999994) < 1e-12)
        #expect(abs(quality.medianAbsoluteError - 3.02) < 1e-12)
        #expect(abs(quality.r2! - 0.782711143855604) < 1e-12)
        #expect(abs(quality.bias + 0.4624) < 1e-12)
        let quantiles = [-9.57, -7.436, -3.03, -0.81, 2.75, 8.29, 9.44]
        #expect(zip(quality.residuals, quantiles).allSatisfy { abs($0.value - $1) < 1e-12 })
        #expect(abs(quality.guess!.rmse - 10.11962746349884) < 1e-12)
        #expect(abs(quality.guess!.mae - 7.6492) < 1e-12)
        // NumPy on 20,000 samples: 3.443 to 5.816, and 0.4657 to 0.9005.
        #expect(abs(quality.rmseInterval!.low - 3.443) < 0.15 && abs(quality.rmseInterval!.high - 5.816) < 0.15)
        #expect(abs(quality.r2Interval!.low - 0.466) < 0.06 && abs(quality.r2Interval!.high - 0.9) < 0.02)
        #expect(quality.pairs.count == 25 && quality.pairs.map(\.truth) == Self.truth.sorted())
    }

    @Test func followsFromTheSeed() {
        func quality(_ seed: UInt64) -> NumberQuality? {
            guard case .numbers(let predicted, let truth) = ReportSamples.numbers(count: 900) else { return nil }
            return NumberQuality(predicted: predicted, truth: truth, baseline: nil, seed: seed)
        }
        #expect(quality(3) == quality(3) && quality(3) != quality(4))
        #expect(quality(3)!.pairs.count == NumberQuality.mostPairs)
    }

    @Test func bearsWhatATestPartMayHold() throws {
        func quality(_ predicted: [Double], _ truth: [Double]) -> NumberQuality? {
            NumberQuality(predicted: predicted, truth: truth, baseline: nil, seed: 0)
        }
        #expect(quality([], []) == nil && quality([.nan], [1]) == nil)
        let one = try #require(quality([1.5], [1]))
        #expect(one.rmse == 0.5 && one.r2 == nil && one.rmseInterval == nil)
        let some = try #require(quality([1, .infinity, 3], [1, 2, 3]))
        #expect(some.count == 2 && some.unusable == 1 && some.r2 == 1)
        let constant = try #require(quality([1, 2], [5, 5]))
        #expect(constant.r2 == 0 && constant.r2Interval == nil)
    }
}

@Suite struct IntervalTests {
    /// By the formula in Python; (28, 30) is the example of a textbook.
    @Test(arguments: [
        (28, 30, 0.7867654163738308, 0.9815229762087295), (0, 10, 0, 0.2775327998628892),
        (10, 10, 0.7224672001371107, 1),
        (180, 200, 0.8505941875672826, 0.9343295513309041), (0, 0, 0, 1),
    ])
    func isThatOfWilson(_ right: Int, _ count: Int, _ low: Double, _ high: Double) {
        let interval = Interval(successes: right, of: count)
        #expect(abs(interval.low - low) < 1e-12 && abs(interval.high - high) < 1e-12)
    }

    @Test func quantilesLieBetweenElements() {
        #expect([1.0, 2, 3, 4].quantile(0.5) == 2.5 && [7.0].quantile(0.9) == 7 && [1.0, 2].quantile(1) == 2)
    }
}

@Suite struct BaselineTests {
    @Test func guessesWhatIsMostFrequentOrInTheMiddle() {
        #expect(Baseline(labels: [2, 1, 1, 2, 0], names: ["a", "b", "c"]) == .mostFrequent(name: "b"))
        #expect(Baseline(labels: [9, -1], names: ["a"]) == nil && Baseline(labels: [], names: []) == nil)
        #expect(Baseline(numbers: [1, 2, 9]) == .middle(mean: 4, median: 2))
        #expect(Baseline(numbers: [.nan]) == nil)
    }
}

@Suite struct PermutationImportanceTests {
    /// Four columns, of which the first decides, the second helps a little, and the others do nothing.
    static func model(_ columns: [[Double]], _ truth: [Double]) -> (PermutationImportance.Shuffle?) -> Judgement {
        { shuffle in
            var columns = columns
            if let shuffle { columns[shuffle.column] = shuffle.order.map { columns[shuffle.column][$0] } }
            return .numbers(predicted: truth.indices.map { 3 * columns[0][$0] + columns[1][$0] }, truth: truth)
        }
    }

    @Test func findsWhatMatters() throws {
        let columns = (0..<4).map { column in (0..<200).map { Double(($0 * (column * 14 + 7)) % 31) } }
        let truth = (0..<200).map { 3 * columns[0][$0] + columns[1][$0] }
        let names = ["most", "some", "none", "nothing"]
        let found = PermutationImportance.measure(
            columns: names, rowCount: 200, seed: 5, judge: Self.model(columns, truth))
        #expect(found.map(\.name).prefix(2) == ["most", "some"])
        #expect(found[0].loss > 2 * found[1].loss && found[1].loss > 1 && found[2].loss == 0 && found[3].deviation == 0)
        #expect(found[0].deviation > 0)
        let again = PermutationImportance.measure(
            columns: names, rowCount: 200, seed: 5, judge: Self.model(columns, truth))
        #expect(again == found)
    }

    @Test func countsAnswersOfClasses() {
        let labels: [Int32] = [0, 1, 0, 1]
        let found = PermutationImportance.measure(columns: ["x", "y"], rowCount: 4, seed: 0, repeats: 3) { shuffle in
            let isBlind = shuffle?.column == 1
            return .classes(
                names: ["a", "b"],
                probabilities: labels.flatMap { $0 == 0 || isBlind ? [0.9, 0.1] : [0.1, 0.9] as [Float] },
                labels: labels)
        }
        #expect(
            found == [
                ColumnImportance(name: "y", loss: 0.5, deviation: 0),
                ColumnImportance(name: "x", loss: 0, deviation: 0),
            ])
    }

    @Test func isBoundedInTime() {
        var calls = 0
        let found = PermutationImportance.measure(
            columns: ["a", "b"], rowCount: 10, seed: 0, repeats: 1_000, seconds: 0
        ) { _ in
            calls += 1
            return .numbers(predicted: [1], truth: [1])
        }
        #expect(found.isEmpty && calls <= 2)
        #expect(PermutationImportance.measure(columns: [], rowCount: 10, seed: 0) { _ in fatalError() }.isEmpty)
    }

    @Test func samplesInOrder() {
        #expect(PermutationImportance.sample(of: 5, seed: 0) == [0, 1, 2, 3, 4])
        #expect(PermutationImportance.sample(of: 0, seed: 0).isEmpty)
        let sample = PermutationImportance.sample(of: 100_000, seed: 9)
        #expect(sample.count == 2_000 && sample == sample.sorted() && Set(sample).count == 2_000)
        #expect(sample.last! < 100_000 && sample.last! > 99_000)
        #expect(sample != PermutationImportance.sample(of: 100_000, seed: 8))
    }
}
