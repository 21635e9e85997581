import Backprop
import BackpropNN
import BackpropTrain

/// Options of a training that goes over its examples in epochs.
package protocol PassingOptions: LanguageRunOptions {
    var passes: PassOptions { get set }
}

extension PassingOptions {
    /// Has a trainer make its steps in this way.
    func apply<Model, Batch>(to trainer: Trainer<Model, Batch>) {
        trainer.options.accumulation = passes.accumulation
        trainer.options.stepLimit = passes.steps
        trainer.options.precision = learning.isMixed ? .bfloat16 : nil
    }

    /// A trainer of parameters whose steps grow to the largest rate and fall to nothing, under a bound of the gradient.
    ///
    /// - Parameters:
    ///   - batches: those of an epoch.
    ///   - forward: the output of a batch.
    func trainer<Model, Batch>(
        _ model: Model, learning parameters: [Parameter], batches: Int, metrics: [any Metric] = [],
        forward: @escaping (Model, Batch) throws -> StepOutput
    ) -> Trainer<Model, Batch> {
        let optimizer = AdamW(parameters, learningRate: rate, weightDecay: learning.weightDecay)
        let trainer = Trainer(model, optimizer, metrics: metrics) { (model, batch: Batch) in
            try learning.recording { try forward(model, batch) }
        }
        trainer.scheduler = Scheduler(optimizer, .warmedCosine(steps: passes.updates(batches: batches)))
        trainer.options.clipping = .norm(1)
        trainer.options.logInterval = 1
        apply(to: trainer)
        return trainer
    }
}

extension LearningRateSchedule {
    /// Up along a line for a thirtieth of the steps, and down to 0 by a cosine.
    static func warmedCosine(steps: Int) -> Self {
        let rise = max(1, steps / 30)
        return .linear(from: 1 / Double(rise + 1), to: 1, steps: rise)
            .followed(after: rise, by: .cosine(steps: max(1, steps - rise)))
    }
}
