import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// Aligns a language model by pairs of answers, without a reward model (DPO and its relatives).
package struct PreferenceTraining: LanguageTraining {
    package let run: LanguageRun<PreferenceOptions>

    package init(_ run: LanguageRun<PreferenceOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        let (speaker, data, learner) = try options.begin(say)
        var pairs = data
        // Before anything has moved, the model is the reference.
        let start = ContinuousClock.now
        func referenced(_ pairs: [PreferencePair]) throws -> [PreferencePair] {
            try pairs.referenced(by: speaker.model, batchSize: options.learning.batchSize) {
                try Interruption.check(options.pairs.data)
            }
        }
        pairs.training = try referenced(pairs.training)
        pairs.validation = try referenced(pairs.validation)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try say("Before", "log-probabilities of both answers kept after \(NumberFormat.fixed(seconds, digits: 1)) s")
        let training = pairs.loader(pairs.training, options, shuffles: true)
        let validation = pairs.loader(pairs.validation, options, shuffles: false)
        let trainer = trainer(learner, batches: training.batchCount)
        surroundings.apply(to: trainer)
        trainer.options.pace = ("pairs", options.learning.batchSize)
        let report = try withRandomSeed(options.learning.seed) {
            try trainer.fit(
                training, validation: validation, epochs: options.passes.epochs, resuming: surroundings.resuming)
        }
        let values = try trainer.evaluate(validation)
        try say("After", values.words)
        if let kl = try divergence(learner, pairs.validation) {
            try say("KL", "\(NumberFormat.significant(kl)) nats a token of the better answers that were held out")
        }
        for part in try learner.save(to: draft.path, base: options.pairs.model, speaker) {
            _ = try draft.path(forPart: part)
        }
        return options.outcome(
            "preference", learner, report, values, judged: pairs.validation.count, digest: learner.weights.digest)
    }

    private func trainer(_ learner: TunedModel, batches: Int) -> Trainer<TunedModel, PairBatch> {
        let (beta, loss) = (options.beta, options.loss)
        return options.trainer(
            learner, learning: learner.learning, batches: batches, metrics: PreferenceMetrics.all
        ) { (learner, batch: PairBatch) in
            let sums = learner.inUse {
                learner.model.logProbability(batch.tokens.ids, labels: batch.tokens.labels).asType(.float32)
            }
            let (chosen, rejected) = batch.halves(sums)
            let losses = loss(
                chosen: chosen, rejected: rejected, referenceChosen: batch.referenceChosen,
                referenceRejected: batch.referenceRejected, beta: beta)
            let rewards = stacked(
                [(chosen - batch.referenceChosen) * beta, (rejected - batch.referenceRejected) * beta], axis: 1)
            return StepOutput(loss: losses.mean(), outputs: rewards, labels: batch.referenceChosen, count: batch.count)
        }
    }

    /// How far what the model says has moved from what it said, over the tokens of the better answers: the mean of
    /// KL(model || reference) over whole distributions. Nil where the reference is gone because its weights have learnt.
    private func divergence(_ learner: TunedModel, _ pairs: [PreferencePair]) throws -> Double? {
        guard learner.adapters != nil else { return nil }
        var total = 0.0, count = 0.0
        for begin in stride(from: 0, to: pairs.count, by: options.learning.batchSize) {
            let tokens = PaddedTokens(pairs[begin..<min(begin + options.learning.batchSize, pairs.count)].map(\.chosen))
            let (sum, number) = withoutGradients { () -> (Tensor, Tensor) in
                let own = learner.inUse { logSoftmax(learner.model(tokens.ids)) }
                let reference = logSoftmax(learner.model(tokens.ids)), length = tokens.ids.dim(1)
                let each = (exp(own) * (own - reference)).sum(axis: -1).narrowed(axis: 1, 0..<(length - 1))
                let counts = (tokens.labels.narrowed(axis: 1, 1..<length) .!= ignoredLabel).asType(each.dtype)
                return ((each * counts).sum(), counts.sum())
            }
            evaluateOrStop([sum, number])
            total += sum.asType(.float64).item()
            count += number.asType(.float64).item()
        }
        return total / max(count, 1)
    }
}

/// The numbers that people watch, of rewards [pairs, 2]: what the better answer got, and what the other one did.
enum PreferenceMetrics {
    static var all: [any Metric] {
        func column(_ rewards: Tensor, _ place: Int) -> Tensor {
            rewards.narrowed(axis: 1, place..<(place + 1)).squeezed(axis: 1)
        }
        return [
            MeanOf("rewards/chosen") { rewards, _ in column(rewards, 0) },
            MeanOf("rewards/rejected") { rewards, _ in column(rewards, 1) },
            MeanOf("rewards/margins") { rewards, _ in column(rewards, 0) - column(rewards, 1) },
            MeanOf("rewards/accuracy") { rewards, _ in (column(rewards, 0) .> column(rewards, 1)).asType(.float32) },
        ]
    }
}

extension [MetricValue] {
    subscript(name: String) -> Double? { first { $0.name == name }?.value }

    /// All with their names, on one line.
    var words: String { map { "\($0.name) \(NumberFormat.significant($0.value))" }.joined(separator: ", ") }
}
