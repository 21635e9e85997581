import Backprop
import BackpropData
import BackpropNN

/// A training of a discrete autoencoder on the embedded digits.
public struct CodeTraining: Sendable {
    public let way: DiscreteAutoencoder.Way
    public let seed: UInt64
    public let model: DiscreteAutoencoder
    /// Nats of the test figures, mean of eight drawn codes each: codes are real choices here, however they were in training.
    public let likelihood: Double
    public let misfit: Double
    /// The same bound with codes as in training.
    public let trainedBound: Double
    public let seconds: Double

    public var bound: Double { likelihood - misfit }

    /// - Parameters:
    ///   - epochs: passes over the 3,823 figures.
    ///   - figures: how many of them are learnt from, nil for all.
    ///   - epochEnded: called after each; what it throws ends the training.
    public init(
        _ way: DiscreteAutoencoder.Way, seed: UInt64, epochs: Int = 100, figures: Int? = nil,
        _ epochEnded: () throws -> Void
    ) rethrows {
        (self.way, self.seed) = (way, seed)
        let clock = ContinuousClock(), start = clock.now
        (model, likelihood, misfit, trainedBound) = try withRandomState(RandomState(seed: seed)) {
            let model = DiscreteAutoencoder()
            let optimizer = Adam(model.parameters(), learningRate: 2e-3)
            let count = min(figures ?? Digits.training.count, Digits.training.count)
            let loader = DataLoader(
                inputs: Self.pixels(Digits.training)[0..<count] * 1,
                labels: Tensor(Digits.training.labels)[0..<count] * 1,
                batchSize: min(128, count), seed: seed, keepsPartialBatch: false)
            let steps = max(epochs * loader.batchCount, 1), rates = LearningRateSchedule.cosine(steps: steps)
            var step = 0
            for epoch in 0..<epochs {
                for batch in loader.epoch(epoch) {
                    optimizer.learningRate = rates.rate(after: step, base: 2e-3)
                    let temperature = Self.temperature(Double(step) / Double(steps))
                    (-model.bound(batch.inputs) { way.code($0, temperature: temperature) }.total).backward()
                    optimizer.step()
                    step += 1
                }
                try epochEnded()
            }
            let test = Self.pixels(Digits.test)
            func mean(_ code: (Tensor) -> Tensor) -> (likelihood: Double, misfit: Double) {
                let bounds = (0..<8).map { _ in withoutGradients { model.bound(test, code) } }
                return (
                    bounds.reduce(0) { $0 + $1.likelihood.item() } / Double(bounds.count), bounds[0].misfit.item()
                )
            }
            let real = mean { StraightThrough.choice($0) }
            let trained = mean { way.code($0, temperature: Self.temperature(1)) }
            return (model, real.likelihood, real.misfit, trained.likelihood - trained.misfit)
        }
        seconds = (clock.now - start) / .seconds(1)
    }

    /// From 1 down to a half, by the share of the training that is done.
    static func temperature(_ done: Double) -> Double { 1 - 0.5 * done }

    /// Shape [figures, 64].
    static func pixels(_ examples: Digits.Examples) -> Tensor {
        Tensor(examples.features, shape: [examples.count, Digits.pixelsPerImage])
    }
}
