import Backprop
import BackpropData
import BackpropFiles
import BackpropNN
import Synchronization
import Testing

@testable import BackpropTrain

private final class Recorder: TrainerCallback {
    var steps = 0
    var change: (Int) -> Void = { _ in }
    func stepEnded(_ moment: TrainerMoment) {
        steps += 1
        change(moment.step)
    }
}

/// Trainings that diverge, and what doing their steps again says about them.
@Suite struct ReplayTests {
    /// Forty examples in five batches an epoch. In the bad epoch one example has `badNumber` at its place 1.
    private struct Trial {
        let model: Sequential
        let trainer: Trainer<Sequential, LabelledBatch>
        let loader: DataLoader<LabelledBatch>
        /// The batch that holds the bad example in its epoch, from 1.
        let badBatch: Int
        let recorder = Recorder()

        init(
            bad badNumber: Float = 0.5, inEpoch badEpoch: Int = 2, rate: Double = 0.05,
            loss: @escaping (Sequential, Tensor, Tensor) -> Tensor
        ) throws {
            let numbers = (0..<160).map { Float(($0 * 37) % 11 + 1) / 11 }
            loader = DataLoader(Array(0..<40), batchSize: 8, seed: 5) { index, key in
                var row = Array(numbers[index * 4..<index * 4 + 4])
                if key.epoch == badEpoch, index == 17 { row[1] = badNumber }
                return row
            } collate: { (rows: [[Float]]) in
                let labels: [Int] = rows.map { (row: [Float]) -> Int in row[0] > 0.5 ? 1 : 0 }
                return LabelledBatch(inputs: Tensor(rows), labels: Tensor(labels))
            }
            var batches = loader.epoch(badEpoch).makeIterator(), place = 0, found = 0
            while let batch = try batches.nextBatch() {
                place += 1
                let column = batch.inputs[0..., 1].array(of: Float.self)
                if column.contains(where: { $0 == badNumber || $0.isNaN && badNumber.isNaN }) { found = place }
            }
            badBatch = found
            model = withRandomSeed(11) { Sequential(Linear(4, 16), Activation.tanh, Dropout(0.2), Linear(16, 2)) }
            trainer = Trainer(model, SGD(model.parameters(), learningRate: rate, momentum: 0.9)) { model, batch in
                let value = loss(model, batch.inputs, batch.labels)
                return StepOutput(loss: value, labels: batch.labels)
            }
            trainer.options.progress = .quiet
            trainer.callbacks = [recorder]
        }

        /// The error of the training; nil where it goes well.
        func error(epochs: Int = 3) throws -> TrainError? {
            do {
                try withRandomSeed(7) { _ = try trainer.fit(loader, epochs: epochs) }
                return nil
            } catch let error as TrainError { return error }
        }

        var digest: String { Weights(of: model).digest }
    }

    /// Where the steps are done again from.
    enum Origin: CaseIterable {
        case checkpoint, middleOfAnEpoch
    }

    @Test(arguments: Origin.allCases)
    func badDataAreFoundInTheirBatch(_ origin: Origin) throws {
        let folder = try TemporaryFolder(), line = Mutex<UInt>(0)
        func trial() throws -> Trial {
            try Trial(bad: .nan) { model, inputs, labels in
                let scaled = inputs * 2; line.withLock { $0 = #line }
                return crossEntropy(model(scaled), labels)
            }
        }
        let trial = try trial()
        switch origin {
        case .checkpoint: trial.trainer.checkpoints = CheckpointFolder(folder.path)
        case .middleOfAnEpoch:
            trial.trainer.checkpoints = CheckpointFolder(folder.path)
            trial.trainer.options.checkpointInterval = .steps(3)
        }
        let error = try #require(try trial.error()), bad = try #require(error.badValue)
        #expect(error.reason == .diverged && isOneLine(error.description))
        #expect(error.description.hasPrefix("epoch 2, batch \(trial.badBatch): the loss became nan; first, "))
        #expect(error.description.contains("look at the data"))
        #expect(bad.operation == "input" && bad.badCount == 1 && bad.entries.first?.index.last == 1, "\(bad)")
        #expect(bad.location?.hasSuffix("ReplayTests.swift:\(line.withLock { $0 })") == true, "\(bad)")
        // Nobody was called for a step that was done again, and the weights are those before the bad one.
        #expect(trial.recorder.steps == 4 + trial.badBatch)
        let other = try self.weights(before: 5 + trial.badBatch, trial: trial)
        #expect(trial.digest == other)
    }

    private func weights(before step: Int, trial: Trial) throws -> String {
        let other = try Trial(bad: .nan) { model, inputs, labels in crossEntropy(model(inputs * 2), labels) }
        other.trainer.options.stepLimit = step - 1
        _ = try other.error()
        return other.digest
    }

    @Test func anOperatorIsNamedWithItsLineLayerAndOperand() throws {
        let line = Mutex<UInt>(0)
        let trial = try Trial(bad: -3) { model, inputs, labels in
            let logarithm = log(inputs); line.withLock { $0 = #line }
            return crossEntropy(model(logarithm), labels)
        }
        trial.trainer.options.replay = .fromStart
        trial.trainer.options.accumulation = 2
        let error = try #require(try trial.error()), bad = try #require(error.badValue)
        #expect(bad.operation == "log" && !bad.isBackward && bad.operands[0].range?.lowerBound == -3)
        #expect(bad.location?.hasSuffix("ReplayTests.swift:\(line.withLock { $0 })") == true, "\(bad)")
        #expect(error.description.contains("log gives nan at") && error.description.contains("from [8, 4] from -3.0"))
    }

    @Test func aGradientIsFoundInTheStepWhoseLossWasFinite() throws {
        let line = Mutex<UInt>(0)
        // The root has no slope at zero, which the input is once.
        let trial = try Trial(bad: 0) { model, inputs, labels in
            let root = sqrt(square(inputs[0..., 1]) * model.parameters()[0].value[0, 0]); line.withLock { $0 = #line }
            return crossEntropy(model(inputs), labels) + root.mean() * 0.01
        }
        trial.model.parameters()[0].value = abs(trial.model.parameters()[0].value) + 1
        trial.trainer.options.replay = .fromStart
        let error = try #require(try trial.error()), bad = try #require(error.badValue)
        #expect(bad.operation == "sqrt" && bad.isBackward, "\(bad)")
        #expect(bad.location?.hasSuffix("ReplayTests.swift:\(line.withLock { $0 })") == true, "\(bad)")
        // It was noticed one batch later.
        let next = trial.badBatch == 5 ? "epoch 3, batch 1" : "epoch 2, batch \(trial.badBatch + 1)"
        #expect(
            error.description.hasPrefix(next) && error.description.contains("in epoch 2, batch \(trial.badBatch), "))
    }

    @Test func theLastStepIsLookedAtToo() throws {
        let trial = try Trial(bad: 0, inEpoch: 1) { model, inputs, labels in
            crossEntropy(model(inputs), labels)
                + sqrt(square(inputs[0..., 1]) * square(model.parameters()[0].value[0, 0])).mean()
        }
        trial.trainer.options.replay = .fromStart
        trial.trainer.options.stepLimit = trial.badBatch
        let error = try #require(try trial.error(epochs: 1))
        #expect(error.description.contains("epoch 1, batch \(trial.badBatch): the last step made weights"))
        #expect(error.badValue?.operation == "sqrt" && error.badValue?.isBackward == true, "\(error)")
    }

    @Test func aRateThatIsTooLargeIsTracedToWhatOverflows() throws {
        let line = Mutex<UInt>(0)
        let trial = try Trial(rate: 1e30) { model, inputs, labels in
            let outputs = model(inputs); line.withLock { $0 = #line }
            return square(outputs).mean()
        }
        trial.trainer.options.replay = .fromStart
        let error = try #require(try trial.error()), bad = try #require(error.badValue)
        #expect(bad.operation == "multiply" || bad.operation == "square" || bad.operation == "matmul", "\(bad)")
        #expect(bad.location?.contains("ReplayTests.swift:") == true, "\(bad)")
        #expect(error.description.contains("learning rate"), "\(error)")
    }

    @Test func saysWhyNothingWasFound() throws {
        func trial() throws -> Trial {
            try Trial(bad: .nan) { model, inputs, labels in crossEntropy(model(inputs), labels) }
        }
        let plain = try trial(), error = try #require(try plain.error())
        #expect(error.badValue == nil && error.description.hasSuffix("options.replay = .fromStart finds the operator"))
        let never = try trial()
        never.trainer.options.replay = .never
        #expect(try #require(try never.error()).description.hasSuffix("or clip the gradients"))
        let late = try trial()
        late.trainer.options.replay = .fromStart
        late.trainer.options.replayLimit = 0
        #expect(try #require(try late.error()).description.contains("more than trainer.options.replayLimit"))
        // What a callback does is not done again.
        let other = try Trial { model, inputs, labels in crossEntropy(model(inputs), labels) }
        other.trainer.options.replay = .fromStart
        let parameter = other.model.parameters()[0]
        other.recorder.change = { if $0 == 4 { parameter.value = parameter.value * Float.nan } }
        #expect(try #require(try other.error()).description.contains("something changes them"))
    }
}
