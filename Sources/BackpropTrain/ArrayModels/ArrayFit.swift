import Backprop
import BackpropData
import BackpropNN

/// The training of a network on arrays.
package struct ArrayFit {
    package let data: ArrayData
    package let configuration: ArrayConfiguration
    private let training: ArrayExamples
    private let validation: ArrayExamples?

    /// Settles everything that is left open.
    ///
    /// - Parameters:
    ///   - model: nil for a network that suits the data.
    ///   - place: what named the network, for messages.
    /// - Throws: `TrainError` where the network does not fit the data, `DataError` for numbers that are not finite.
    package init(
        _ data: ArrayData, model: ModelDescription? = nil, overrides: ArrayOverrides = ArrayOverrides(), seed: UInt64,
        at place: String = "--model"
    ) throws {
        let model = (model ?? .suited(to: data.shape)).settled(for: data.shape, exampleCount: data.training.count)
        try model.check(data.shape, outputs: data.outputs, at: place)
        let recipe = ArrayRecipe(data, model, overrides)
        var (training, validation): (ArrayExamples, ArrayExamples?) = (data.training, nil)
        if recipe.validationShare > 0 {
            // Not the sequence that chose what judges the result.
            let parts = data.training.split(holdingOut: recipe.validationShare, seed: seed ^ 0x5EED_0F5E_ED0F_5EED)
            // Fewer judge by luck, and would be missed in training.
            if parts.heldOut.count >= 5, parts.rest.count >= 10 { (training, validation) = parts }
        }
        var scale = (mean: 0.0, deviation: 1.0)
        if case .numbers(let numbers) = training.targets {
            scale.mean = numbers.reduce(0, +) / Double(numbers.count)
            let spread = numbers.reduce(0) { $0 + ($1 - scale.mean) * ($1 - scale.mean) } / Double(numbers.count)
            if spread > 0 { scale.deviation = spread.squareRoot() }
        }
        self.data = data
        (self.training, self.validation) = (training, validation)
        configuration = ArrayConfiguration(
            source: data.source, shape: data.shape, classNames: data.classNames, model: model, recipe: recipe,
            normalization: try ArrayNormalization(training, data.shape, at: data.name), targetMean: scale.mean,
            targetDeviation: scale.deviation, seed: seed)
    }

    /// How many examples train, and how many decide when to stop.
    package var counts: (training: Int, validation: Int) { (training.count, validation?.count ?? 0) }

    /// Trains. The same seed gives the same weights for any number of threads, and where a training is resumed.
    ///
    /// - Parameter stepLimit: ends after so many updates, as an interruption would.
    package func perform(
        _ surroundings: TrainingSurroundings, stepLimit: Int? = nil
    ) throws -> (model: ArrayModel, report: FitReport) {
        try withRandomSeed(configuration.seed) {
            var model = ArrayModel(configuration)
            let trainer = makeTrainer(model.network)
            surroundings.apply(to: trainer)
            trainer.options.stepLimit = stepLimit
            let recipe = configuration.recipe
            let scale = (configuration.targetMean, configuration.targetDeviation)
            let loader = ArrayRows(training, data.shape, scale: scale).loader(
                batchSize: recipe.batchSize, seed: configuration.seed, augmentation: recipe.augmentation,
                isTraining: true)
            let steps = recipe.epochs * loader.batchCount
            trainer.scheduler = Scheduler(trainer.optimizer, ArrayRecipe.schedule(steps: steps))
            trainer.beginning = { progress in
                withRandomSeed(configuration.seed) {
                    let trainer = makeTrainer(ArrayModel(configuration).network)
                    trainer.scheduler = Scheduler(trainer.optimizer, ArrayRecipe.schedule(steps: steps))
                    return Checkpoint(of: trainer.parts(progress))
                }
            }
            let judge = validation.map {
                ArrayRows($0, data.shape, scale: scale).loader(
                    batchSize: ArrayModel.chunk, seed: 0, augmentation: .none, isTraining: false)
            }
            let report = try trainer.fit(
                loader, validation: judge, epochs: recipe.epochs, resuming: surroundings.resuming)
            if let validation { try model.settleTemperature(by: validation) }
            return (model, report)
        }
    }

    private func makeTrainer(_ network: ArrayNetwork) -> Trainer<ArrayNetwork, LabelledBatch> {
        let recipe = configuration.recipe, isClassifier = !configuration.classNames.isEmpty
        let optimizer: Optimizer =
            switch recipe.optimizer {
            case .adamW:
                AdamW(network.parameters(), learningRate: recipe.learningRate, weightDecay: recipe.weightDecay)
            case .sgd:
                SGD(
                    network.parameters(), learningRate: recipe.learningRate, momentum: 0.9,
                    weightDecay: recipe.weightDecay, nesterov: true)
            }
        var options = TrainerOptions()
        options.clipping = recipe.gradientNorm.map { .norm($0) }
        if validation != nil {
            options.keepsBest = true
            if recipe.patience > 0 { options.stopping = EarlyStopping(patience: recipe.patience) }
        }
        return Trainer(network, optimizer, metrics: isClassifier ? [Accuracy()] : [], options: options) {
            network, batch in
            let answers = network.answers(batch.inputs)
            let outputs = network.combined(answers)
            func loss(_ outputs: Tensor) -> Tensor {
                guard isClassifier else { return meanSquaredError(outputs, batch.labels) }
                // Smoothed in validation too: of what is trained on, the last epochs are the best, and not those in between.
                return crossEntropy(outputs, batch.labels, labelSmoothing: recipe.labelSmoothing)
            }
            // Members learn side by side; they are judged by what they say together.
            let total =
                network.isTraining ? answers.dropFirst().reduce(loss(answers[0])) { $0 + loss($1) } : loss(outputs)
            return StepOutput(loss: total, outputs: outputs, labels: batch.labels, count: batch.count)
        }
    }
}

extension ModelDescription {
    /// The family that suits examples of that shape best.
    static func suited(to shape: ExampleShape) -> ModelDescription {
        switch shape {
        case .numbers: ModelDescription(.mlp)
        case .sequence: ModelDescription(.lstm)
        case .image: ModelDescription(.cnn)
        }
    }
}
