import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

private final class Watcher: TrainerCallback {
    var step: (TrainerMoment) throws -> Void = { _ in }
    var epoch: (TrainerMoment) throws -> Void = { _ in }
    func stepEnded(_ moment: TrainerMoment) throws { try step(moment) }
    func epochEnded(_ moment: TrainerMoment) throws { try epoch(moment) }
}

private final class Names: TrainingLog {
    var names: Set<String> = []
    let failure: DataError? = nil
    func write(_ scalars: [String: Double], step: Int) { names.formUnion(scalars.keys) }
    func flush() {}
    func close() {}
}

/// What is kept where a training ends or is cut off, and how it goes on from there.
@Suite struct TrainerEndTests {
    @Test func whatHasStoppedEarlyIsOver() throws {
        let folder = try TemporaryFolder()
        func train(resuming: Bool) throws -> FitReport {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.stopping = EarlyStopping(patience: 1, smallestChange: 100)
                $0.checkpoints = CheckpointFolder(folder.path)
            }
            return try trainer.fit(problem.loader, epochs: 50, resuming: resuming)
        }
        let first = try train(resuming: false), second = try train(resuming: true)
        #expect(first.end == .stoppedEarly && second.end == .stoppedEarly)
        #expect(first.epochs == second.epochs && first.stepCount == second.stepCount)
    }

    @Test func logsAreOnDiskBeforeTheCheckpointThatCountsOnThem() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/log.jsonl", watcher = Watcher()
        var seen = ""
        watcher.step = { if $0.step == 3 { seen = try String(contentsOfFile: path, encoding: .utf8) } }
        let problem = Problem()
        let trainer = problem.trainer {
            $0.options.logInterval = 1
            $0.options.checkpointInterval = .steps(2)
            $0.options.stepLimit = 3
            $0.checkpoints = CheckpointFolder(folder.path + "/checkpoints")
            $0.openLogs = { _ in [try JSONLinesLog(path)] }
            $0.callbacks = [watcher]
        }
        try trainer.fit(problem.loader, epochs: 1)
        for step in 1...2 { #expect(seen.contains("\"step\":\(step),"), "step \(step)") }
    }

    /// Five steps an epoch: the last one of each is when a checkpoint is due.
    @Test func aCheckpointAfterTheLastStepOfAnEpochHoldsTheEpoch() throws {
        let folder = try TemporaryFolder()
        func train(_ limit: Int?, resuming: Bool) throws -> FitReport {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.stepLimit = limit
                $0.options.checkpointInterval = .steps(5)
                $0.checkpoints = CheckpointFolder(folder.path, keepingLast: 9, keepingBest: .lower)
            }
            return try trainer.fit(problem.loader, validation: problem.validation, epochs: 2, resuming: resuming)
        }
        func measures() throws -> [Double?] {
            try CheckpointFolder(folder.path).paths().map { try Checkpoint(reading: $0).measure }
        }
        let report = try train(7, resuming: false)
        // After seven steps no epoch has ended with these weights.
        #expect(try measures() == [report.epochs[0]["validation/loss"], nil])
        let rest = try train(nil, resuming: true)
        #expect(try measures().last == rest.epochs[1]["validation/loss"])
        #expect(try train(nil, resuming: true).epochs == rest.epochs)
        #expect(try measures().count == 3)
    }

    @Test func valuesOfSingleClassesAreLoggedOfBothKindsOfData() throws {
        let problem = Problem(), log = Names()
        let trainer = Trainer(
            problem.model, problem.optimizer, loss: { crossEntropy($0, $1) },
            metrics: [Recall(.multiclass(2), average: .perClass)])
        trainer.options.progress = .quiet
        trainer.logs = [log]
        try trainer.fit(problem.loader, validation: problem.validation, epochs: 1)
        #expect(
            log.names.filter { $0.contains("recall") }.sorted() == [
                "train/recall/0", "train/recall/1", "validation/recall/0", "validation/recall/1",
            ])
    }

    @Test func theModelHasItsBestWeightsWhereTheLastCheckpointCannotBeWritten() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/checkpoints", watcher = Watcher()
        let problem = Problem()
        var best = ""
        watcher.epoch = { moment in
            if moment.epoch == 1 { best = problem.digest }
            // A file stands where the folder is needed.
            if moment.epoch == 2 { try "".write(toFile: path, atomically: true, encoding: .utf8) }
        }
        let trainer = problem.trainer {
            $0.options.keepsBest = true
            // The loss falls, so the first epoch is the best by this measure.
            $0.options.monitor = Monitor("loss", .higher)
            $0.options.checkpointInterval = .epochs(9)
            $0.checkpoints = CheckpointFolder(path)
            $0.callbacks = [watcher]
        }
        #expect(throws: DataError.self) { try trainer.fit(problem.loader, epochs: 2) }
        #expect(problem.digest == best)
    }

    @Test func bestWeightsOfACheckpointAreLeftWhereNobodyWantsThem() throws {
        let folder = try TemporaryFolder()
        func train(keepsBest: Bool, epochs: Int) throws -> String {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.keepsBest = keepsBest
                $0.options.monitor = Monitor("loss", .higher)
                $0.checkpoints = CheckpointFolder(folder.path)
            }
            try trainer.fit(problem.loader, epochs: epochs, resuming: true)
            return problem.digest
        }
        let best = try train(keepsBest: true, epochs: 2)
        #expect(try train(keepsBest: false, epochs: 3) != best)
    }

    @Test func samplesThatAreOthersAreNotResumedInTheMiddle() throws {
        let folder = try TemporaryFolder()
        func train(_ positions: [Int], stopping: Int?) throws {
            let problem = Problem()
            let batch = try #require(
                try {
                    var all = problem.loader.epoch(1).makeIterator(); return try all.nextBatch()
                }())
            let loader = DataLoader(
                inputs: batch.inputs, labels: batch.labels, batchSize: 1, sampler: .subset(positions))
            let trainer = problem.trainer {
                $0.options.stepLimit = stopping
                $0.checkpoints = CheckpointFolder(folder.path)
            }
            problem.model.eval()
            try trainer.fit(loader, epochs: 1, resuming: true)
        }
        try train([0, 1, 2, 3], stopping: 2)
        #expect {
            try train([4, 5, 6, 7], stopping: nil)
        } throws: {
            $0 is DataError && isOneLine("\($0)") && "\($0)".contains("the loader's order")
        }
        try train([0, 1, 2, 3], stopping: nil)
    }

    @Test func validationTakesTimeAsWell() throws {
        let problem = Problem(), watcher = Watcher()
        var seconds = 0.0
        watcher.epoch = { seconds = $0.seconds }
        let slow = problem.validation.map { batch in
            Thread.sleep(forTimeInterval: 0.1)
            return batch
        }
        try problem.trainer { $0.callbacks = [watcher] }.fit(problem.loader, validation: slow, epochs: 1)
        #expect(seconds >= 0.2)
    }

    @Test func aPlateauOfTheOtherDirectionStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.monitor = Monitor("accuracy", .higher)
                $0.plateau = PlateauScheduler(problem.optimizer)
            }
            try trainer.fit(problem.loader, epochs: 1)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("takes lower measures for better, the monitor higher ones"), "\(message.prefix(300))")
        #expect(message.contains("TrainerEndTests.swift"))
    }

    @Test func anUpdateIsTheMeanOfTheBatchesThatThereAre() throws {
        func weights(_ samples: Range<Int>, accumulation: Int) throws -> [Double] {
            let model = withRandomSeed(2) { Linear(1, 1) }
            let loader = DataLoader<LabelledBatch>(
                samples, batchSize: 1, shuffles: false, skipsBadSamples: true,
                load: { number, _ in
                    struct Bad: Error {}
                    if number > 0 { throw Bad() }
                    return number
                },
                collate: { _ in
                    LabelledBatch(index: 0, inputs: Tensor([[1.0]]), labels: Tensor([[1.0]]))
                })
            let trainer = Trainer(
                model, SGD(model.parameters(), learningRate: 0.1), loss: { meanSquaredError($0, $1) })
            trainer.options.progress = .quiet
            trainer.options.accumulation = accumulation
            try trainer.fit(loader, epochs: 1)
            return model.weight.value.array(of: Double.self)
        }
        #expect(try weights(0..<4, accumulation: 4) == weights(0..<1, accumulation: 1))
    }
}
