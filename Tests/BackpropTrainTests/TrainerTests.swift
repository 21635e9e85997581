import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

/// A small problem with everything that a training depends on: dropout, batch statistics, shuffling.
struct Problem {
    let model: Sequential
    let optimizer: SGD
    let loader: DataLoader<LabelledBatch>
    let validation: DataLoader<LabelledBatch>

    init(batchSize: Int = 8) {
        (model, loader, validation) = withRandomSeed(3) {
            let x = Tensor.normal([52, 4]), y = (x.sum(axis: 1) .> 0).asType(.int64)
            let model = Sequential(Linear(4, 16), BatchNorm(16), Activation.relu, Dropout(0.2), Linear(16, 2))
            return (
                model, DataLoader(inputs: x[0..<40], labels: y[0..<40], batchSize: batchSize, seed: 5),
                DataLoader(inputs: x[40..<52], labels: y[40..<52], batchSize: 8, shuffles: false)
            )
        }
        optimizer = SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)
    }

    var digest: String { Weights(of: model).digest }

    func trainer(_ change: (Trainer<Sequential, LabelledBatch>) -> Void = { _ in }) -> Trainer<
        Sequential, LabelledBatch
    > {
        let trainer = Trainer(model, optimizer, loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
        trainer.options.progress = .quiet
        change(trainer)
        return trainer
    }
}

/// Stops a training after some steps, as Ctrl-C does.
final class Stopper: TrainerCallback {
    let step: Int
    init(after step: Int) { self.step = step }
    func stepEnded(_ moment: TrainerMoment) { if moment.step == step { moment.stop() } }
}

private final class Recorder: TrainerCallback, TrainingLog {
    var calls: [String] = []
    var scalars: [(values: [String: Double], step: Int)] = []
    let failure: DataError? = nil

    func trainingBegins(_ moment: TrainerMoment) { calls.append("begin \(moment.epoch)") }
    func stepEnded(_ moment: TrainerMoment) { calls.append("step \(moment.step) batch \(moment.batch)") }
    func epochEnded(_ moment: TrainerMoment) { calls.append("epoch \(moment.values.map(\.name))") }
    func trainingEnded(_ moment: TrainerMoment) { calls.append("end") }
    func write(_ scalars: [String: Double], step: Int) { self.scalars.append((scalars, step)) }
    func flush() { calls.append("flush") }
    func close() {}
}

@Suite struct TrainerTests {
    @Test func isTheLoopThatOneWouldWrite() throws {
        let problem = Problem(), byHand = Problem()
        try withRandomSeed(1) {
            let trainer = problem.trainer { $0.options.clipping = .norm(0.5) }
            trainer.scheduler = Scheduler(problem.optimizer, .cosine(steps: 15))
            let report = try trainer.fit(problem.loader, epochs: 3)
            #expect(report.end == .completed && report.stepCount == 15 && report.epochs.count == 3)
        }
        withRandomSeed(1) {
            let scheduler = Scheduler(byHand.optimizer, .cosine(steps: 15))
            for epoch in 1...3 {
                for batch in byHand.loader.epoch(epoch) {
                    crossEntropy(byHand.model(batch.inputs), batch.labels).backward()
                    clipGradientNorm(byHand.model.parameters(), to: 0.5)
                    byHand.optimizer.step()
                    scheduler.step()
                }
            }
        }
        #expect(problem.digest == byHand.digest)
    }

    @Test func severalBatchesMakeOneUpdate() throws {
        // Without batch statistics and dropout the mean over parts is the mean over all.
        func weights(_ batchSize: Int, accumulation: Int) throws -> [Double] {
            let problem = Problem(batchSize: batchSize)
            let model = withRandomSeed(2) { Linear(4, 2) }
            let trainer = Trainer(
                model, SGD(model.parameters(), learningRate: 0.1), loss: { crossEntropy($0, $1) })
            trainer.options.progress = .quiet
            trainer.options.accumulation = accumulation
            let report = try trainer.fit(problem.loader, epochs: 2)
            #expect(report.stepCount == 4)
            return model.weight.value.array(of: Double.self)
        }
        let whole = try weights(20, accumulation: 1), parts = try weights(4, accumulation: 5)
        #expect(zip(whole, parts).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    /// What a training may be made of, each of which has a state of its own.
    static let variations: [(name: String, change: @Sendable (Trainer<Sequential, LabelledBatch>) -> Void)] = [
        ("plain", { _ in }),
        ("schedule", { $0.scheduler = Scheduler($0.optimizer, .cosine(steps: 20)) }),
        ("plateau", { $0.plateau = PlateauScheduler($0.optimizer, patience: 0) }),
        ("average", { $0.average = WeightAverage($0.model.parameters(), decay: 0.9) }),
        ("best weights", { $0.options.keepsBest = true }),
        ("accumulation", { $0.options.accumulation = 2 }),
        ("mixed precision", { $0.options.precision = .bfloat16 }),
    ]

    @Test(arguments: variations.indices, [1, 5, 7, 10])
    func goesOnWithTheSameBits(variation: Int, stop: Int) throws {
        func train(_ folder: String, stopping: Int?, resuming: Bool) throws -> (digest: String, report: FitReport) {
            let problem = Problem()
            // Another seed after a resume makes no difference: the state of the stream is a part of the checkpoint.
            return try withRandomSeed(resuming ? 99 : 1) {
                let trainer = problem.trainer(Self.variations[variation].change)
                trainer.checkpoints = CheckpointFolder(folder)
                trainer.options.checkpointInterval = .steps(1_000)
                if let stopping { trainer.callbacks = [Stopper(after: stopping)] }
                let report = try trainer.fit(
                    problem.loader, validation: problem.validation, epochs: 4, resuming: resuming)
                return (problem.digest, report)
            }
        }
        let folder = try TemporaryFolder()
        let undisturbed = try train(folder.path + "/a", stopping: nil, resuming: false)
        let first = try train(folder.path + "/b", stopping: stop, resuming: false)
        #expect((first.report.end == .interrupted) == (stop <= first.report.stepCount))
        let second = try train(folder.path + "/b", stopping: nil, resuming: true)
        #expect(second.report.end == .completed)
        #expect(second.digest == undisturbed.digest)
        #expect(second.report.epochs == undisturbed.report.epochs)
        #expect(second.report.bestEpoch == undisturbed.report.bestEpoch)
    }

    @Test func stopsEarlyAndKeepsTheBest() throws {
        let problem = Problem()
        var bestSeen: (loss: Double, digest: String)?
        final class Watcher: TrainerCallback {
            var seen: (TrainerMoment) -> Void = { _ in }
            func epochEnded(_ moment: TrainerMoment) { seen(moment) }
        }
        let watcher = Watcher()
        watcher.seen = { moment in
            let loss = moment.values.first { $0.name == "validation/loss" }!.value
            if bestSeen == nil || loss < bestSeen!.loss { bestSeen = (loss, problem.digest) }
        }
        let trainer = problem.trainer {
            $0.options.stopping = EarlyStopping(patience: 2)
            $0.options.keepsBest = true
            $0.callbacks = [watcher]
        }
        let report = try withRandomSeed(1) {
            try trainer.fit(problem.loader, validation: problem.validation, epochs: 500)
        }
        #expect(report.end == .stoppedEarly)
        #expect(report.epochs.count == report.bestEpoch! + 2)
        #expect(problem.digest == bestSeen?.digest)
    }

    /// What counts against the patience and what is best are two things.
    @Test func aSmallChangeIsBetterAndDoesNotCount() {
        let progress = TrainerProgress(data: [:]), monitor = Monitor("loss", .lower)
        let losses = [3, 2, 1.95, 1.9, 1.5, 1.6, .nan]
        let isBest = losses.map { progress.finish([MetricValue("loss", $0)], monitor) }
        #expect(isBest == [true, true, true, true, true, false, false])
        #expect(progress.bestEpoch(by: monitor) == 5)
        #expect(progress.failures(by: monitor, 0) == 2)
        #expect(progress.failures(by: monitor, 0.4) == 2)
        #expect(progress.failures(by: monitor, 0.7) == 5)
        #expect(progress.bestEpoch(by: Monitor("loss", .higher)) == 1)
    }

    @Test func reportsAreReadable() {
        let epochs = [(1, 0.6931, 0.5), (2, 1e-5, 1.0)].map { number, loss, accuracy in
            FitReport.Epoch(number: number, values: [MetricValue("loss", loss), MetricValue("accuracy", accuracy)])
        }
        let report = FitReport(end: .stoppedEarly, epochs: epochs, bestEpoch: 2, stepCount: 10, seconds: 1.5)
        #expect(
            "\(report)" == """
                epoch 1: loss 0.6931, accuracy 0.5000
                epoch 2: loss 1e-5, accuracy 1.000
                stopped early after 10 steps in 1.50 s, best in epoch 2
                """)
        let none = FitReport(end: .interrupted, epochs: [], bestEpoch: nil, stepCount: 1, seconds: 0)
        #expect("\(none)" == "interrupted after 1 step in 0.00 s")
    }

    @Test func endsByStepsAndTime() throws {
        let problem = Problem()
        let trainer = problem.trainer { $0.options.stepLimit = 7 }
        #expect(try trainer.fit(problem.loader, epochs: 9).stepCount == 7)
        let folder = try TemporaryFolder()
        trainer.checkpoints = CheckpointFolder(folder.path)
        #expect(try trainer.fit(problem.loader, epochs: 9).stepCount == 7)
        #expect(try trainer.fit(problem.loader, epochs: 9, resuming: true).stepCount == 7)
        trainer.checkpoints = nil
        trainer.options.stepLimit = nil
        trainer.options.timeLimit = 0
        let report = try trainer.fit(problem.loader, epochs: 9)
        #expect(report.end == .timeLimit && report.stepCount == 1)
    }

    @Test func callsAndLogsInOrder() throws {
        let problem = Problem(batchSize: 20), recorder = Recorder()
        let trainer = problem.trainer {
            $0.options.logInterval = 2
            $0.callbacks = [recorder]
            $0.logs = [recorder]
        }
        try trainer.fit(problem.loader, validation: problem.validation, epochs: 1)
        #expect(
            recorder.calls == [
                "begin 1", "step 1 batch 1", "step 2 batch 2",
                #"epoch ["loss", "accuracy", "validation/loss", "validation/accuracy"]"#, "end", "flush",
            ])
        #expect(recorder.scalars.map(\.step) == [2, 2])
        #expect(recorder.scalars[0].values.keys.sorted() == ["step/learning rate", "step/loss"])
        #expect(
            recorder.scalars[1].values.keys.sorted()
                == ["train/accuracy", "train/loss", "validation/accuracy", "validation/loss"])
    }

    @Test func logsGoOnWhereTheTrainingDoes() throws {
        func train(_ folder: String, stopping: Int?, resuming: Bool) throws {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.logInterval = 1
                $0.checkpoints = CheckpointFolder(folder + "/checkpoints")
                $0.options.checkpointInterval = .steps(4)
                if let stopping { $0.options.stepLimit = stopping }
                $0.openLogs = { step in [try JSONLinesLog(folder + "/log.jsonl", resumingAt: step)] }
            }
            try withRandomSeed(1) { _ = try trainer.fit(problem.loader, epochs: 3, resuming: resuming) }
        }
        func steps(_ folder: String) throws -> [Substring] {
            try String(contentsOfFile: folder + "/log.jsonl", encoding: .utf8).split(separator: "\n").map { line in
                line.split(separator: ",").first { $0.contains("\"step\":") } ?? ""
            }
        }
        let folder = try TemporaryFolder()
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        try train(folder.path + "/a", stopping: nil, resuming: false)
        try train(folder.path + "/b", stopping: 7, resuming: false)
        try train(folder.path + "/b", stopping: nil, resuming: true)
        #expect(try steps(folder.path + "/a").count == 18)
        #expect(try steps(folder.path + "/a") == steps(folder.path + "/b"))
    }

    @Test func evaluatesAsInUse() throws {
        let problem = Problem()
        let trainer = problem.trainer()
        try trainer.fit(problem.loader, epochs: 1)
        let values = try trainer.evaluate(problem.validation)
        problem.model.eval()
        var loss = 0.0, right = 0.0
        for batch in problem.validation.epoch(1) {
            let scores = withoutGradients { problem.model(batch.inputs) }
            loss += crossEntropy(scores, batch.labels).item() * Double(batch.count) / 12
            right += (scores.argMax(axis: 1) .== batch.labels).asType(.float64).sum().item() / 12
        }
        #expect(values.map(\.name) == ["loss", "accuracy"])
        #expect(abs(values[0].value - loss) < 1e-6 && abs(values[1].value - right) < 1e-12)
        // Layers have the mode again that they had.
        let dropout = problem.model.layers[3], ones = Tensor.ones(1_000)
        #expect(dropout(ones).sum().item() == 1_000)
        problem.model.train()
        _ = try trainer.evaluate(problem.validation)
        #expect(dropout(ones).min().item() == 0)
    }

    @Test func saysWhatStandsInTheWay() throws {
        let folder = try TemporaryFolder()
        let problem = Problem()
        let trainer = problem.trainer { $0.checkpoints = CheckpointFolder(folder.path) }
        try trainer.fit(problem.loader, epochs: 1)
        #expect {
            try problem.trainer { $0.checkpoints = CheckpointFolder(folder.path) }.fit(problem.loader, epochs: 1)
        } throws: {
            ($0 as? TrainError)?.reason == .targetExists && isOneLine("\($0)") && "\($0)".contains("resuming: true")
        }

        let rate = problem.optimizer.learningRate
        problem.optimizer.learningRate = .infinity
        #expect {
            try problem.trainer().fit(problem.loader, epochs: 2)
        } throws: {
            ($0 as? TrainError)?.reason == .diverged && isOneLine("\($0)")
                && "\($0)".contains("epoch 1, batch 2: the loss became nan;")
        }
        problem.optimizer.learningRate = rate
    }

    @Test func otherBatchesAreNotResumedInTheMiddle() throws {
        let folder = try TemporaryFolder()
        func train(_ batchSize: Int, stopping: Int?) throws {
            let problem = Problem(batchSize: batchSize)
            let trainer = problem.trainer { $0.checkpoints = CheckpointFolder(folder.path) }
            trainer.options.stepLimit = stopping
            try trainer.fit(problem.loader, epochs: 3, resuming: true)
        }
        try train(8, stopping: 2)
        #expect {
            try train(4, stopping: nil)
        } throws: {
            $0 is DataError && isOneLine("\($0)") && "\($0)".contains("the loader's batchSize was 8, now 4")
        }
        try train(8, stopping: 5)
    }

    @Test func anotherModelIsNotResumed() throws {
        let folder = try TemporaryFolder()
        let problem = Problem()
        try problem.trainer { $0.checkpoints = CheckpointFolder(folder.path) }.fit(problem.loader, epochs: 1)
        let other = Linear(4, 2)
        let before = Weights(of: other).digest
        let trainer = Trainer(
            other, SGD(other.parameters(), learningRate: 0.1), loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
        trainer.checkpoints = CheckpointFolder(folder.path)
        #expect {
            try trainer.fit(problem.loader, epochs: 2, resuming: true)
        } throws: {
            $0 is DataError && isOneLine("\($0)") && "\($0)".contains("layers.0.weight")
        }
        #expect(Weights(of: other).digest == before)
    }
}
