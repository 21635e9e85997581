import Backprop
import BackpropData
import BackpropNN

/// One training of one rule.
public struct RuleRun: Sendable {
    public let kind: RuleKind
    public let data: RuleData
    public let settings: RuleSettings
    /// What weights, feedback, order and noise follow from.
    public let seed: UInt64
    /// Examples on which angles are measured, the same ones all along.
    private static let probeCount = 256

    /// - Parameter settings: what suits the rule where left out.
    public init(_ kind: RuleKind, _ data: RuleData, settings: RuleSettings? = nil, seed: UInt64) {
        (self.kind, self.data, self.settings, self.seed) = (kind, data, settings ?? kind.settings, seed)
    }

    /// What it came to.
    public struct Result: Sendable, Codable, Equatable {
        /// The mean loss of each epoch, as the rule measures it.
        public var losses: [Double] = []
        /// The share of test examples whose class was wrong: before training, then after each epoch.
        public var testErrors: [Double] = []
        /// Degrees between the update and the true gradient: before training, then after each epoch; for each layer, nil where
        /// the rule leaves it alone.
        public var angles: [[Double?]] = []
        /// Seconds of training alone, without judging and angles.
        public var seconds = 0.0
        /// Steps done.
        public var steps = 0
        /// What a step holds in memory at most.
        public var peakBytes = 0

        /// After the last epoch.
        public var testError: Double { testErrors.last ?? 1 }
    }

    /// Trains.
    public func callAsFunction(measuresAngles: Bool = true) -> Result {
        callAsFunction(measuresAngles: measuresAngles) { _ in }
    }

    /// Trains, and says how it goes.
    ///
    /// - Parameters:
    ///   - measuresAngles: whether the update is compared with the true gradient after each epoch.
    ///   - epochEnded: called with what is there so far; what it throws ends the training.
    public func callAsFunction(
        measuresAngles: Bool = true, _ epochEnded: (Result) throws -> Void
    ) rethrows -> Result {
        try withRandomState(RandomState(seed: seed)) {
            let rule = kind.make(data, settings)
            let batchSize = min(settings.batchSize, data.trainingLabels.count)
            let loader = DataLoader(
                inputs: data.training, labels: Tensor(data.trainingLabels), batchSize: batchSize, seed: seed,
                keepsPartialBatch: false)
            let probe = probe
            let optimizers = withRandomSeed(seed) { rule.movedStages(probe) }.map(settings.optimizer)
            var result = Result()
            func judge() {
                result.testErrors.append(testError(of: rule))
                if measuresAngles { result.angles.append(angles(of: rule, probe)) }
            }
            judge()
            result.peakBytes = peakBytes(rule, probe.first(batchSize))
            let clock = ContinuousClock(), stepCount = settings.epochs * loader.batchCount
            for epoch in 0..<settings.epochs {
                let start = clock.now
                var losses: [Tensor] = []
                for batch in loader.epoch(epoch) {
                    let rate = settings.rate(result.steps, of: stepCount)
                    for optimizer in optimizers { optimizer.learningRate = rate }
                    losses.append(rule.step(noisy(batch), optimizers))
                    result.steps += 1
                }
                result.losses.append(stacked(losses).mean().item())
                result.seconds += (clock.now - start) / .seconds(1)
                judge()
                try epochEnded(result)
            }
            return result
        }
    }

    private func noisy(_ batch: LabelledBatch) -> RuleBatch {
        var inputs = batch.inputs
        if settings.noise > 0 { inputs = inputs + Tensor.normal(inputs.shape, standardDeviation: settings.noise) }
        return RuleBatch(inputs: inputs, labels: batch.labels, smoothing: settings.smoothing)
    }

    private var probe: RuleBatch {
        let count = min(Self.probeCount, data.trainingLabels.count)
        return RuleBatch(
            inputs: data.training[0..<count] * 1, labels: Tensor(Array(data.trainingLabels[0..<count])),
            smoothing: settings.smoothing)
    }

    private func testError(of rule: any LearningRule) -> Double {
        let answers = withoutGradients { rule.scores(data.test).argMax(axis: 1) }
        let wrong = (answers.asType(.int32) .!= Tensor(data.testLabels)).asType(.float64)
        return wrong.mean().item()
    }

    /// Both draw from a stream of their own, so that whether angles are measured changes nothing in the training.
    private func angles(of rule: any LearningRule, _ probe: RuleBatch) -> [Double?] {
        withRandomSeed(seed) {
            let update = withoutGradients { rule.update(probe) }
            return zip(update.weights, rule.trueGradient(probe)).map { direction, gradient in
                direction.flatMap { angle($0, gradient) }
            }
        }
    }

    private func peakBytes(_ rule: any LearningRule, _ batch: RuleBatch) -> Int {
        withRandomSeed(seed) {
            // That of all stages at once, by an optimizer that is there for the bill alone.
            let optimizer = settings.optimizer(rule.movedStages(batch).flatMap(\.self))
            _ = rule.handOver(withoutGradients { rule.update(batch) })
            defer { optimizer.zeroGradients() }
            return optimizer.memoryBill().peakBytes
        }
    }
}

extension RuleBatch {
    func first(_ count: Int) -> RuleBatch {
        let count = min(count, self.count)
        return RuleBatch(inputs: inputs[0..<count] * 1, labels: labels[0..<count] * 1, smoothing: smoothing)
    }
}
