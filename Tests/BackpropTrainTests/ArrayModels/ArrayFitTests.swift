import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct ArrayFitTests {
    static func data(_ count: Int = 80, side: Int = 8, channels: Bool = true) -> ArrayData {
        let (training, test) = (sides(count, side: side), sides(40, side: side, seed: 2))
        return ArrayData(
            .idx(folder: "sides"), name: "sides", shape: .image(height: side, width: side, channels: 1),
            classNames: ["left", "right"],
            training: ArrayExamples(inputs: training.inputs, targets: .classes(training.labels)),
            test: ArrayExamples(inputs: test.inputs, targets: .classes(test.labels)))
    }

    static func small(_ family: ModelDescription.Family) -> ModelDescription {
        var model = ModelDescription(family)
        switch family {
        case .mlp: model.hidden = [16]
        case .cnn: (model.channels, model.hidden) = ([4], [8])
        case .resnet: (model.channels, model.blocks) = ([4, 8], 1)
        case .lstm: model.hidden = [8]
        case .linear, .layers: break
        }
        return model
    }

    static func fit(
        _ family: ModelDescription.Family, epochs: Int = 6, seed: UInt64 = 1, _ data: ArrayData = data(),
        change: (inout ArrayOverrides) -> Void = { _ in }
    ) throws -> ArrayFit {
        var overrides = ArrayOverrides()
        (overrides.epochs, overrides.batchSize, overrides.learningRate) = (epochs, 16, 0.02)
        overrides.augmentation = Augmentation.none
        change(&overrides)
        return try ArrayFit(data, model: small(family), overrides: overrides, seed: seed)
    }

    static func accuracy(_ judgement: Judgement) -> Double {
        guard case .classes(let names, let probabilities, let labels) = judgement else { return 0 }
        var right = 0
        for (row, label) in labels.enumerated() {
            let answers = probabilities[(row * names.count)..<((row + 1) * names.count)]
            #expect(abs(answers.reduce(0, +) - 1) < 1e-5)
            if answers.firstIndex(of: answers.max()!)! - answers.startIndex == Int(label) { right += 1 }
        }
        return Double(right) / Double(labels.count)
    }

    @Test(arguments: [ModelDescription.Family.mlp, .cnn, .resnet, .lstm, .linear])
    func learnsWithEveryFamily(_ family: ModelDescription.Family) throws {
        let fit = try Self.fit(family, epochs: 8)
        let (model, report) = try fit.perform(TrainingSurroundings())
        #expect(report.end == .completed && report.epochs.count == 8)
        #expect(fit.counts == (72, 8))
        #expect(Self.accuracy(try model.judgement(fit.data.test!)) > 0.9)
        let values = try #require(report.last)
        for name in ["loss", "accuracy", "validation/loss", "validation/accuracy"] { #expect(values[name] != nil) }
    }

    @Test func learnsNumbersOfSequencesInTheirUnit() throws {
        // The sum of what was seen, far from zero.
        var generator = SplitMix64(seed: 4)
        var steps: [Double] = [], sums: [Double] = []
        for _ in 0..<200 {
            let row = (0..<10).map { _ in Double(generator.below(1_000)) / 500 - 1 }
            steps += row
            sums.append(1_000 + 20 * row.reduce(0, +))
        }
        let examples = ArrayExamples(
            inputs: Tensor(steps, shape: [200, 5, 2], dtype: .float64), targets: .numbers(sums))
        let data = ArrayData(
            .arrays(path: "sums"), shape: .sequence(steps: 5, features: 2), classNames: [], training: examples,
            test: nil,
            holdOut: 0.2, seed: 3)
        let fit = try Self.fit(.lstm, epochs: 25, data)
        let (model, report) = try fit.perform(TrainingSurroundings())
        #expect(report.last?["accuracy"] == nil)
        guard case .numbers(let predicted, let truth) = try model.judgement(data.test!) else {
            Issue.record("no numbers")
            return
        }
        func spread(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 } }
        let mean = truth.reduce(0, +) / Double(truth.count)
        let explained = 1 - spread(zip(predicted, truth).map { $0 - $1 }) / spread(truth.map { $0 - mean })
        #expect(explained > 0.8, "\(explained)")
    }

    /// The weights are the same bits for any number of threads, and where a training is interrupted and resumed.
    @Test func isTheSameForThreadsAndAfterResuming() throws {
        func digest(_ surroundings: TrainingSurroundings = TrainingSurroundings(), epochs: Int = 4) throws -> String {
            let fit = try Self.fit(.cnn, epochs: epochs) {
                $0.augmentation = Augmentation(shift: 1, flips: true, drift: 0.5, noise: 0.1)
            }
            return Weights(of: try fit.perform(surroundings).model.network).digest
        }
        let threads = Processor.threads
        defer { Processor.threads = threads }
        Processor.threads = 1
        let wanted = try digest()
        Processor.threads = 3
        #expect(try digest() == wanted)
        let folder = try TemporaryFolder()
        var surroundings = TrainingSurroundings()
        surroundings.checkpoints = CheckpointFolder(folder.path + "/c")
        let stopped = try Self.fit(.cnn, epochs: 4) {
            $0.augmentation = Augmentation(shift: 1, flips: true, drift: 0.5, noise: 0.1)
        }
        let report = try stopped.perform(surroundings, stepLimit: 7).report
        #expect(report.stepCount == 7 && report.epochs.count == 1)
        surroundings.resuming = true
        #expect(try digest(surroundings) == wanted)
    }

    @Test func saysTheSameAboutAnExampleAmongAnyOthers() throws {
        for family in [ModelDescription.Family.mlp, .cnn, .resnet, .lstm] {
            let fit = try Self.fit(family, epochs: 1)
            let model = try fit.perform(TrainingSurroundings()).model
            let inputs = sides(ArrayModel.chunk + 30, seed: 9).inputs
            let all = try model.outputs(inputs)
            for (range, name) in [(0..<1, "one"), (127..<130, "across"), (20..<153, "many"), (157..<158, "last")] {
                let some = try model.outputs(inputs[range])
                #expect(some == Array(all[(range.lowerBound * 2)..<(range.upperBound * 2)]), "\(family) \(name)")
            }
            // Other dtypes of the same numbers are the same examples.
            #expect(try model.outputs(inputs[0..<9].asType(.float32)) == Array(all.prefix(18)))
            #expect(try model.outputs(inputs[0..<9].asType(.float64)).count == 18)
        }
    }

    @Test func membersAnswerTogether() throws {
        var configuration = try Self.fit(.mlp).configuration
        configuration.recipe.members = 3
        #expect(configuration.summary.hasPrefix("3 x mlp 64-16-2, relu"))
        let model = withRandomSeed(5) { ArrayModel(configuration) }
        let inputs = sides(7).inputs
        let each = model.network.evaluating { model.network.answers(inputs).map { softmax($0).array(of: Double.self) } }
        let together = try model.outputs(inputs)
        for place in together.indices {
            #expect(abs(together[place] - each.reduce(0) { $0 + $1[place] } / 3) < 1e-6)
        }
    }

    @Test func configurationIsWrittenAndUsed() throws {
        let fit = try Self.fit(.cnn, epochs: 2)
        let (model, _) = try fit.perform(TrainingSurroundings())
        let bytes = try JSONEncoder().encode(fit.configuration)
        let configuration = try JSONDecoder().decode(ArrayConfiguration.self, from: bytes)
        #expect(configuration == fit.configuration)
        // What somebody has edited is found before a network is made of it.
        let edits: [(inout ArrayConfiguration) -> Void] = [
            { $0.normalization = ArrayNormalization(means: [0, 0], deviations: [1, 1]) },
            { $0.normalization = ArrayNormalization(means: [0], deviations: [0]) },
            { $0.normalization = ArrayNormalization(means: [.nan], deviations: [1]) }, { $0.recipe.members = 0 },
            { $0.targetDeviation = 0 }, { $0.shape = .numbers(64) },
            { $0.model.hidden = [Int](repeating: 65_536, count: 200) },
        ]
        try configuration.check("run")
        for edit in edits {
            var edited = configuration
            edit(&edited)
            let error = #expect(throws: TrainError.self) { try edited.check("run") }
            #expect(error.map { isOneLine($0.description) } == true)
        }
        let other = withRandomSeed(77) { ArrayModel(configuration) }
        let inputs = sides(5).inputs
        #expect(try other.outputs(inputs) != model.outputs(inputs))
        try Weights(of: model.network).restore(to: other.network)
        #expect(try other.outputs(inputs) == model.outputs(inputs))
    }

    @Test func normalizesByTheTrainingPart() throws {
        let numbers: [Double] = [1, 100, 3, 100, 5, 100, 900, 900]
        for dtype in [DType.uint8, .int32, .int64, .float32, .float64] {
            let inputs = Tensor(numbers.map { dtype == .uint8 ? min($0, 255) : $0 }, shape: [4, 2]).asType(dtype)
            let examples = ArrayExamples(inputs: inputs, targets: .classes([0, 1, 0]), rows: [0, 1, 2])
            let found = try ArrayNormalization(examples, .numbers(2), at: "x")
            #expect(found.means == [3, 100] && abs(found.deviations[0] - (8.0 / 3).squareRoot()) < 1e-12)
            // A column that is always the same tells nothing.
            #expect(found.deviations[1] == 1)
            let normalized = found.normalized(inputs[0..<3]).array(of: Double.self)
            #expect(abs(normalized[0] + 1.2247449) < 1e-6 && normalized[1] == 0 && normalized[2] == 0)
        }
        // Seconds since 1970: float32 has too few digits for them.
        let times = Tensor([1_700_000_001.0, 1_700_000_003], shape: [2, 1], dtype: .float64)
        let found = try ArrayNormalization(
            ArrayExamples(inputs: times, targets: .classes([0, 1])), .numbers(1), at: "x")
        #expect(found.normalized(times).array(of: Double.self) == [-1, 1])
        let bad = ArrayExamples(inputs: Tensor([[1.0, .nan]]), targets: .classes([0]))
        let error = #expect(throws: DataError.self) { try ArrayNormalization(bad, .numbers(2), at: "x") }
        #expect(
            error?.description
                == "x: example 0 holds the number nan; replace it, as numpy.nan_to_num does, or leave the example out")
    }

    @Test func movesAndTurnsImages() {
        // 3 x 4 pixels of 2 channels.
        let source = (0..<24).map { UInt8($0) }
        var seen: Set<[UInt8]> = []
        for seed in 0..<400 {
            var target = [UInt8](repeating: 255, count: 24)
            var generator = SampleGenerator(seed: UInt64(seed))
            Augmentation(shift: 1, flips: true).copy(
                source, to: &target, height: 3, width: 4, pixelBytes: 2, &generator)
            seen.insert(target)
        }
        // Nine places, each turned or not.
        var wanted: Set<[UInt8]> = []
        for down in -1...1 {
            for right in -1...1 {
                for isTurned in [false, true] {
                    var image: [UInt8] = []
                    for index in 0..<24 {
                        let column = isTurned ? 3 - index % 8 / 2 : index % 8 / 2
                        let fromRow = min(max(index / 8 - down, 0), 2)
                        let fromColumn = min(max(column + (isTurned ? right : -right), 0), 3)
                        image.append(UInt8(fromRow * 8 + fromColumn * 2 + index % 2))
                    }
                    wanted.insert(image)
                }
            }
        }
        #expect(seen == wanted && wanted.count == 18)
        // A shift beyond the image repeats its edge.
        var target = [UInt8](repeating: 255, count: 24)
        for seed in 0..<50 {
            var generator = SampleGenerator(seed: UInt64(seed))
            Augmentation(shift: 9).copy(source, to: &target, height: 3, width: 4, pixelBytes: 2, &generator)
            #expect(target.allSatisfy { $0 < 24 })
        }
    }

    @Test func refusesANetworkThatDoesNotFit() throws {
        let data = ArrayData(
            .arrays(path: "a"), name: "a", shape: .numbers(3), classNames: ["0", "1"],
            training: ArrayExamples(
                inputs: Tensor.zeros([20, 3]), targets: .classes((0..<20).map { Int32($0 % 2) })), test: nil)
        #expect(throws: TrainError.self) { try ArrayFit(data, model: ModelDescription(.cnn), seed: 0) }
        #expect(try ArrayFit(data, seed: 0).configuration.model.family == .mlp)
        #expect(try ArrayFit(Self.data(), seed: 0).configuration.model.family == .cnn)
    }
}
