/// How a network on arrays is trained, with nothing left open.
package struct ArrayRecipe: Codable, Sendable, Equatable {
    package enum Optimizer: String, Codable, Sendable { case adamW, sgd }

    package var epochs: Int
    package var batchSize: Int
    /// The highest rate: it rises to it and falls along half a cosine (Smith and Topin, 2019).
    package var learningRate: Double
    package var weightDecay: Double
    package var labelSmoothing: Double
    package var optimizer: Optimizer
    package var augmentation: Augmentation
    /// Networks that are trained side by side and whose probabilities are averaged.
    package var members: Int
    /// Epochs without a better validation loss before training stops; 0 for never.
    package var patience: Int
    /// The share of the training examples that decides when to stop.
    package var validationShare: Double
}

/// What a person has decided about a training on arrays; what is nil is chosen to suit the data.
package struct ArrayOverrides: Sendable, Equatable {
    package var epochs: Int?
    package var batchSize: Int?
    package var learningRate: Double?
    package var weightDecay: Double?
    package var labelSmoothing: Double?
    package var augmentation: Augmentation?
    package var patience: Int?
    package var validationShare: Double?

    package init() {}
}

extension ArrayRecipe {
    /// What has worked for data of that size and kind, except where something else was decided.
    init(_ data: ArrayData, _ description: ModelDescription, _ overrides: ArrayOverrides = ArrayOverrides()) {
        let count = data.training.count
        let isClasses = !data.classNames.isEmpty
        let isDeep = [.cnn, .resnet, .layers].contains(description.family)
        epochs = overrides.epochs ?? Self.epochs(count, description.family, data.shape)
        batchSize = overrides.batchSize ?? (count < 1_000 ? 16 : count < 10_000 ? 64 : 128)
        learningRate = overrides.learningRate ?? (isDeep ? 6e-3 : description.family == .linear ? 1e-2 : 2e-3)
        weightDecay = overrides.weightDecay ?? 1e-2
        labelSmoothing = overrides.labelSmoothing ?? (isClasses && isDeep ? (count < 10_000 ? 0.1 : 0.05) : 0)
        optimizer = .adamW
        augmentation = overrides.augmentation ?? Self.augmentation(data.shape)
        members = 1
        // The rate is high until near the end, and the loss says little before.
        patience = overrides.patience ?? 0
        validationShare = overrides.validationShare ?? (overrides.patience == 0 ? 0 : count < 10_000 ? 0.1 : 0.05)
    }

    private static func augmentation(_ shape: ExampleShape) -> Augmentation {
        guard case .image(let height, let width, let channels) = shape else { return .none }
        let side = min(height, width)
        if side <= 12 { return Augmentation(drift: 0.7, noise: 0.1) }
        return Augmentation(shift: max(1, side / (channels == 1 ? 14 : 8)), flips: channels == 3)
    }

    private static func epochs(_ count: Int, _ family: ModelDescription.Family, _ shape: ExampleShape) -> Int {
        count >= 30_000 ? 3 : count >= 10_000 ? 10 : 40
    }
}
