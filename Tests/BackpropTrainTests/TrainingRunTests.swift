import Backprop
import BackpropData
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct TrainingRunTests {
    /// Points above and below a line, with a column of names that matters too.
    static func table(_ count: Int = 120, label: (Int, Double, Double, String) -> String) -> String {
        var generator = SplitMix64(seed: 7)
        var text = "a,b,colour,y\n"
        for row in 0..<count {
            let (a, b) = (
                Double(generator.below(2_001)) / 1_000 - 1, Double(generator.below(2_001)) / 1_000 - 1
            )
            let colour = ["red", "green"][generator.below(2)]
            text += "\(a),\(b),\(colour),\(label(row, a, b, colour))\n"
        }
        return text
    }

    static let classes = table { $1 + $2 + ($3 == "red" ? 0.5 : -0.5) > 0 ? "above" : "below" }
    static let numbers = table { "\(100 + 20 * $1 - 10 * $2 + ($3 == "red" ? 5 : 0))" }

    static func options(_ folder: TemporaryFolder, _ text: String, run: String = "run") throws
        -> TrainingOptions
    {
        let path = folder.path + "/t.csv"
        try Data(text.utf8).write(to: URL(filePath: path))
        var options = TrainingOptions()
        options.data = path
        options.label = "y"
        options.epochs = 30
        options.learningRate = 0.01
        options.hidden = [16]
        options.output = folder.path + "/" + run
        return options
    }

    @Test func learnsClassesAndKeepsTheRun() throws {
        let folder = try TemporaryFolder()
        let outcome = try TrainingRun(try Self.options(folder, Self.classes)).perform(.quiet)
        #expect(outcome.testAccuracy! > 0.85)
        #expect(outcome.testRMSE == nil && outcome.testR2 == nil)
        #expect(outcome.peakBytes > 1_000)
        let run = try RunFolder(opening: outcome.run!)
        #expect(
            run.parts == [
                "configuration.json", "loss.svg", "metrics.jsonl", "result.json", "weights.safetensors",
            ])
        var kept = outcome
        kept.run = nil
        #expect(try run.readJSON(TrainingOutcome.self, from: "result.json") == kept)
        #expect(try run.metrics(as: EpochRecord.self).map(\.epoch) == Array(1...outcome.epochs))
        _ = try PictureContent(String(decoding: try run.read("loss.svg"), as: UTF8.self))

        let predictor = try RunPredictor(opening: outcome.run!)
        let predictions = try predictor.predict(csv: folder.path + "/t.csv")
        let wanted = Self.classes.split(separator: "\n").dropFirst().map { $0.split(separator: ",").last! }
        var right = 0
        for (prediction, label) in zip(predictions, wanted) {
            guard case .category(let name, let probability) = prediction else { continue }
            #expect(probability > 0.49 && probability <= 1)
            if name == label { right += 1 }
        }
        #expect(predictions.count == 120 && right > 102)
        #expect(predictions.csv.hasPrefix("class,probability\n"))
        #expect(predictions.jsonLines.split(separator: "\n").count == 120)
    }

    @Test func learnsNumbersInTheirUnit() throws {
        let folder = try TemporaryFolder()
        let outcome = try TrainingRun(try Self.options(folder, Self.numbers)).perform(.quiet)
        #expect(outcome.testAccuracy == nil)
        #expect(outcome.testR2! > 0.9 && outcome.testRMSE! < 5)
        let json = try outcome.jsonLine()
        #expect(json.contains("\"test_accuracy\":null") && json.contains("\"test_rmse\":"))
        let predictions = try RunPredictor(opening: outcome.run!).predict(csv: folder.path + "/t.csv")
        guard case .value(let first) = predictions[0] else { Issue.record("no number"); return }
        #expect(first > 60 && first < 140)
    }

    @Test func weightsFollowFromTheSeed() throws {
        let folder = try TemporaryFolder()
        var digests: [String] = []
        for (index, seed) in [1, 1, 2].enumerated() {
            var options = try Self.options(folder, Self.classes, run: "run\(index)")
            options.epochs = 2
            options.seed = UInt64(seed)
            digests.append(try TrainingRun(options).perform(.quiet).weightsDigest)
        }
        #expect(digests[0] == digests[1] && digests[0] != digests[2])
    }

    @Test func stopsEarlyAndKeepsTheBest() throws {
        let folder = try TemporaryFolder()
        // Labels by chance: after the first epochs the validation loss can only rise.
        var coin = SplitMix64(seed: 3)
        let sides = (0..<120).map { _ in coin.below(2) == 0 ? "heads" : "tails" }
        var options = try Self.options(folder, Self.table { row, _, _, _ in sides[row] })
        options.epochs = 400
        options.patience = 4
        options.hidden = [64, 64]
        let outcome = try TrainingRun(options).perform(.quiet)
        #expect(outcome.epochs == outcome.bestEpoch + 4)
    }

    @Test func withoutPatienceEverythingTrains() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.classes)
        options.patience = 0
        options.holdOut = 0
        options.epochs = 3
        let training = try TrainingRun(options)
        #expect(training.data.training.count == 120 && training.data.validation.isEmpty)
        let outcome = try training.perform(.quiet)
        #expect(outcome.epochs == 3 && outcome.testAccuracy == nil && outcome.testLoss == nil)
    }

    @Test func divergenceLeavesNothing() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.numbers)
        options.activation = .relu
        options.learningRate = 1e6
        let training = try TrainingRun(options)
        do {
            _ = try training.perform(.quiet)
            Issue.record("a rate of a million did not diverge")
        } catch let error as TrainError {
            #expect(error.reason == .diverged && isOneLine(error.description))
            #expect(error.description.contains("--learning-rate"))
        }
        #expect(folder.names() == ["t.csv"])
    }

    @Test func changedWeightsAreFound() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.classes)
        options.epochs = 1
        let run = try TrainingRun(options).perform(.quiet).run!
        let path = run + "/weights.safetensors"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: URL(filePath: path))
        do {
            _ = try RunPredictor(opening: run)
            Issue.record("changed weights were accepted")
        } catch let error as TrainError {
            #expect(error.reason == .corrupt && error.description.contains("weights.safetensors"))
        }
    }

    @Test func refusesWhatDoesNotFitInMemory() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.classes)
        options.hidden = [65_536, 65_536, 65_536, 65_536, 65_536, 65_536, 65_536, 65_536]
        let configuration = try #require(try? PreparedSource(options).configuration)
        #expect(throws: TrainError.self) {
            try MemoryLimit.check(configuration, exampleCount: 100, available: 64 << 30)
        }
        #expect(throws: TrainError.self) {
            try MemoryLimit.check(rows: 1_000_000, width: 10_000, at: "t.csv", available: 64 << 30)
        }
        try MemoryLimit.check(rows: 1_000, width: 10, at: "t.csv", available: 64 << 30)
    }

    @Test(arguments: ["", "0", "12,", "1.5", "x", "-4", "99999999999999999999", "65537"])
    func sizesAreWholeNumbers(_ text: String) {
        #expect(throws: TrainError.self) { try TrainingOptions.sizes(text) }
    }

    @Test func sizesMayHaveBlanks() throws { #expect(try TrainingOptions.sizes("128, 64") == [128, 64]) }
}

@Suite struct PredictionTextTests {
    @Test func cellsAreQuotedWhereNeeded() {
        let predictions: [RunPredictor.Prediction] = [
            .category("a,\"b\"", probability: 0.5), .category(" c", probability: 1),
            .category("d", probability: 0.25),
        ]
        #expect(
            predictions.csv == "class,probability\n\"a,\"\"b\"\"\",0.500000\n\" c\",1.000000\nd,0.250000\n")
        #expect(predictions.jsonLines.hasPrefix("{\"class\":\"a,\\\"b\\\"\",\"probability\":0.500000}\n"))
    }
}

@Suite struct VariationTests {
    @Test func movesFiguresByPartsOfAPixel() {
        let figure = Tensor((0..<64).map { Float($0 == 27 ? 1 : 0) }, shape: [1, 64])
        for seed in 0..<4 as Range<UInt64> {
            let moved = withRandomSeed(seed) { Variation(shift: 0.7).inputs(figure).array(of: Float.self) }
            #expect(abs(moved.reduce(0, +) - 1) < 1e-5)
            #expect(moved[27] > 0.08 && moved[27] < 1)
            let touched = moved.indices.filter { moved[$0] != 0 }
            #expect(touched.allSatisfy { abs($0 % 8 - 3) <= 1 && abs($0 / 8 - 3) <= 1 })
        }
        #expect(Variation.none.inputs(figure).array(of: Float.self) == figure.array(of: Float.self))
    }
}
