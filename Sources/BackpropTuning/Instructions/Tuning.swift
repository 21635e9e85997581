import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// Tunes a language model on examples of what it shall answer.
package struct Tuning: LanguageTraining {
    package let run: LanguageRun<TuningOptions>

    package init(_ run: LanguageRun<TuningOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        let speaker = try TextGenerator(options.model)
        let context = min(options.context, speaker.model.positionLimit)
        let data = try InstructionData(
            options.data, PromptWriter(speaker), context: context, holdOut: options.learning.holdOut,
            seed: options.learning.seed)
        try say(
            "Data",
            "\(FileSystem.name(of: options.data)): \(Wording.count(data.count, "example")) in \(Wording.count(data.training.count, "row")) of \(context) tokens to train and \(data.validation.count) held out, \(NumberFormat.fixed(data.filling * 100, digits: 0)) % full"
        )
        if data.skipped > 0 {
            try say(
                "Note",
                "\(Wording.count(data.skipped, "example")) left out, whose answers begin behind \(context) tokens")
        }
        let learner = try withRandomSeed(options.learning.seed) { try TunedModel(speaker.model, options.learner) }
        try say("Model", "\(speaker.model.architecture), \(learner.words); seed \(options.learning.seed)")
        let training = data.loader(
            data.training, batchSize: options.learning.batchSize, shuffles: true, seed: options.learning.seed)
        let validation = data.loader(
            data.validation, batchSize: options.learning.batchSize, shuffles: false, seed: 0)
        let trainer = options.trainer(learner, learning: learner.learning, batches: training.batchCount) {
            (model, batch: PackedTokens) in
            StepOutput(loss: model.loss(batch), count: batch.ids.dim(0))
        }
        surroundings.apply(to: trainer)
        trainer.options.pace = ("tokens", options.learning.batchSize * context)
        let pace = TokenPace(tokensPerStep: options.learning.batchSize * context * options.passes.accumulation)
        trainer.callbacks = [pace]
        let before = data.validation.isEmpty ? nil : try trainer.evaluate(validation).first?.value
        if let before { try say("Before", "loss \(NumberFormat.fixed(before, digits: 4)) on what is held out") }
        let report = try withRandomSeed(options.learning.seed) {
            try trainer.fit(
                training, validation: data.validation.isEmpty ? nil : validation, epochs: options.passes.epochs,
                resuming: surroundings.resuming)
        }
        // A limit may end it within an epoch, which is judged then.
        let after = data.validation.isEmpty ? nil : try trainer.evaluate(validation).first?.value
        if let after { try say("After", "loss \(NumberFormat.fixed(after, digits: 4)) on what is held out") }
        if let line = pace.line { try say("Speed", line) }
        for part in try learner.save(to: draft.path, base: options.model, speaker) { _ = try draft.path(forPart: part) }
        return TrainingOutcome(
            data: FileSystem.name(of: options.data), label: "answer",
            model: "\(FileSystem.name(of: options.model)), \(learner.words)", seed: options.learning.seed,
            testLoss: after,
            testCount: data.validation.reduce(0) { $0 + $1.count }, epochs: report.epochs.count,
            bestEpoch: report.bestEpoch ?? 0, end: report.end, seconds: 0, peakBytes: 0,
            weightsDigest: learner.weights.digest)
    }
}
