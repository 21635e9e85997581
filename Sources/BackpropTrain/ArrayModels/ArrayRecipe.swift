import BackpropNN

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
    /// What the norm of all gradients is scaled down to; nil where they are taken as they are.
    package var gradientNorm: Double?
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
        let count = data.training.count, family = description.family
        let isImage = data.shape.extents.count == 3, isClassifier = !data.classNames.isEmpty
        epochs = overrides.epochs ?? Self.epochs(count, family, data.shape)
        batchSize = overrides.batchSize ?? (count < 1_000 ? 16 : count < 10_000 ? 64 : 128)
        learningRate = overrides.learningRate ?? Self.learningRate(family)
        weightDecay = overrides.weightDecay ?? 1e-2
        labelSmoothing =
            overrides.labelSmoothing
            ?? (isClassifier && isImage && family != .linear ? (count < 10_000 ? 0.1 : 0.05) : 0)
        optimizer = .adamW
        gradientNorm = family == .lstm ? 1 : nil
        augmentation = overrides.augmentation ?? (family == .linear ? .none : Self.augmentation(data.shape))
        members = 1
        // The rate is high until near the end, and the loss says little before.
        patience = overrides.patience ?? 0
        validationShare = overrides.validationShare ?? (overrides.patience == 0 ? 0 : count < 10_000 ? 0.1 : 0.05)
    }

    /// Up along a line for a quarter of the steps, and down along half a cosine.
    static func schedule(steps: Int) -> LearningRateSchedule {
        let rise = max(steps / 4, 1)
        return .linear(from: 0.04, to: 1, steps: rise).followed(after: rise, by: .cosine(steps: max(steps - rise, 1)))
    }

    private static func learningRate(_ family: ModelDescription.Family) -> Double {
        switch family {
        // Their normalizations allow it.
        case .cnn, .resnet: 6e-3
        case .linear: 1e-2
        case .lstm: 4e-3
        case .mlp, .layers: 2e-3
        }
    }

    /// Moves whole pixels of images that have many, and parts of a pixel of those that have few. Left and right are exchanged
    /// in colour alone: figures and letters become others.
    private static func augmentation(_ shape: ExampleShape) -> Augmentation {
        guard case .image(let height, let width, let channels) = shape else { return .none }
        let side = min(height, width)
        if side < 8 { return .none }
        if side <= 12 { return Augmentation(drift: 0.7, noise: 0.1) }
        return channels == 1
            ? Augmentation(shift: max(1, side / 20)) : Augmentation(shift: max(1, side / 8), flips: true)
    }

    /// A network that sees few examples needs to see them often, and colours take longer than figures.
    private static func epochs(_ count: Int, _ family: ModelDescription.Family, _ shape: ExampleShape) -> Int {
        if family == .linear { return count < 10_000 ? 60 : 10 }
        guard count >= 10_000 else { return count < 1_000 ? 60 : family == .lstm ? 40 : 30 }
        let isLarge = count >= 30_000
        switch family {
        case .cnn, .resnet, .layers: return shape.channels > 1 ? (isLarge ? 12 : 20) : isLarge ? 3 : 10
        case .mlp: return isLarge ? 10 : 20
        case .lstm: return isLarge ? 5 : 15
        case .linear: return 10
        }
    }
}
