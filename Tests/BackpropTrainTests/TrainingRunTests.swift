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

    static func options(_ folder: TemporaryFolder, _ text: String) throws -> TrainingOptions {
        let path = folder.path + "/t.csv"
        try Data(text.utf8).write(to: URL(filePath: path))
        var options = TrainingOptions()
        options.data = path
        options.epochs = 30
        options.learningRate = 0.01
        options.hidden = [16]
        options.members = 2
        return options
    }

    static func train(
        _ folder: TemporaryFolder, _ options: TrainingOptions, run: String = "run"
    ) throws -> TrainingOutcome {
        try TrainingRun(options, output: folder.path + "/" + run).perform(.quiet)
    }

    static func predictions(
        of folder: TemporaryFolder, _ style: Predictions.Style = Predictions.Style()
    ) throws -> (lines: [Substring], notes: [String]) {
        var text = ""
        let predictions = Predictions(try RunPredictor(opening: folder.path + "/run"), style)
        let notes = try predictions.write(folder.path + "/t.csv", nil) { text += $0 }
        return (text.split(separator: "\n"), notes)
    }

    @Test func learnsClassesAndKeepsTheRun() throws {
        let folder = try TemporaryFolder()
        let outcome = try Self.train(folder, try Self.options(folder, Self.classes))
        #expect(outcome.testAccuracy! > 0.85 && outcome.testCount == 24)
        #expect(outcome.testRMSE == nil && outcome.testR2 == nil)
        #expect(outcome.peakBytes > 1_000)
        let run = try RunFolder(opening: outcome.run!)
        #expect(
            run.parts == [
                "configuration.json", "metrics.jsonl", "report.html", "report.json", "result.json",
                "weights.safetensors",
            ])
        #expect(folder.names("run").count == 7)
        var kept = outcome
        kept.run = nil
        #expect(try run.readJSON(TrainingOutcome.self, from: "result.json") == kept)
        let report = try run.readJSON(RunReport.self, from: "report.json")
        #expect(report.epochs.map(\.number) == Array(1...outcome.epochs))
        #expect(report.importances.count == 3 && report.importances.allSatisfy { $0.loss > 0 })
        #expect(try RunCurves.run(at: outcome.run!).epochs == report.epochs)

        let (lines, notes) = try Self.predictions(of: folder)
        let wanted = Self.classes.split(separator: "\n").dropFirst().map { $0.split(separator: ",").last! }
        let right = zip(lines.dropFirst(), wanted).count { $0.split(separator: ",").first! == $1 }
        #expect(lines.count == 121 && lines[0] == "class,probability" && right > 102)
        #expect(notes.last!.contains("(\(right) of 120"))
    }

    @Test func learnsNumbersInTheirUnit() throws {
        let folder = try TemporaryFolder()
        let outcome = try Self.train(folder, try Self.options(folder, Self.numbers))
        #expect(outcome.testAccuracy == nil)
        #expect(outcome.testR2! > 0.9 && outcome.testRMSE! < 5)
        let json = try outcome.jsonLine()
        #expect(json.contains("\"test_accuracy\":null") && json.contains("\"test_rmse\":"))
        let first = try #require(Double(try Self.predictions(of: folder).lines[1]))
        #expect(first > 60 && first < 140)
    }

    @Test func weightsFollowFromTheSeed() throws {
        let folder = try TemporaryFolder()
        var digests: [String] = []
        for (index, seed) in [1, 1, 2].enumerated() {
            var options = try Self.options(folder, Self.classes)
            options.epochs = 2
            options.seed = UInt64(seed)
            digests.append(try Self.train(folder, options, run: "run\(index)").weightsDigest)
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
        let outcome = try Self.train(folder, options)
        #expect(outcome.epochs == outcome.bestEpoch + 4)
    }

    @Test func withoutPatienceEverythingTrains() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.classes)
        options.patience = 0
        options.holdOut = 0
        options.epochs = 3
        let outcome = try Self.train(folder, options)
        #expect(outcome.epochs == 3 && outcome.testAccuracy == nil && outcome.testLoss == nil && outcome.testCount == 0)
    }

    @Test func divergenceLeavesNothing() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.numbers)
        options.activation = .relu
        options.learningRate = 1e6
        do {
            _ = try Self.train(folder, options)
            Issue.record("a rate of a million did not diverge")
        } catch let error as TrainError {
            #expect(error.reason == .diverged && isOneLine(error.description))
            #expect(error.description.contains("--learning-rate"))
            // Found in a training that began anew from its seed, since no checkpoint was kept yet.
            let bad = try #require(error.badValue)
            #expect(!bad.shape.isEmpty && error.description.contains(" gives "), "\(error)")
        }
        #expect(folder.names() == ["t.csv"])
    }

    @Test func changedWeightsAreFound() throws {
        let folder = try TemporaryFolder()
        var options = try Self.options(folder, Self.classes)
        options.epochs = 1
        let run = try Self.train(folder, options).run!
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
        options.hidden = [Int](repeating: 65_536, count: 64)
        let error = try #require(throws: TrainError.self) { try Self.train(folder, options) }
        #expect(error.reason == .tooLarge && error.description.contains("--hidden"))
        #expect(folder.names() == ["t.csv"])
        #expect(throws: TrainError.self) {
            try MemoryLimit.check(rows: 2_000_000, width: 10_000, at: "t.csv", available: 64 << 30)
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
        var style = Predictions.Style()
        style.showsAllClasses = true
        let names = ["a,\"b\"", " c"]
        let csv = PredictionLines(names, style, kept: ["class", "x\ny"])
        #expect(
            csv.head == "class,\"x\ny\",predicted class,probability,\"probability of a,\"\"b\"\"\",probability of  c\n")
        #expect(csv.line([0.75, 0.25], kept: ["7", nil]) == "7,,\"a,\"\"b\"\"\",0.750000,0.750000,0.250000\n")
        #expect(csv.line([0.25, 0.75], kept: ["-", " "]) == "-,\" \",\" c\",0.750000,0.250000,0.750000\n")
        style = Predictions.Style()
        style.isJSON = true
        let json = PredictionLines(names, style, kept: ["n"])
        #expect(json.head.isEmpty)
        #expect(
            json.line([0.75, 0.25], kept: [nil]) == "{\"n\":null,\"class\":\"a,\\\"b\\\"\",\"probability\":0.750000}\n")
        #expect(PredictionLines(nil, style, kept: []).line([2.5]) == "{\"value\":2.5}\n")
    }
}
