import BackpropNN

/// How gradients flow through a model: figures of each parameter and layer over a window of steps, and what they say.
///
/// Printed, it is a table with a line for each layer, and what is wrong with what to try.
public struct GradientFlow: Sendable, Codable, Equatable {
    /// Of a parameter, or of the parameters of a layer together. Means over the window are roots of mean squares, but for the
    /// update, of which it is the median.
    public struct Figures: Sendable, Codable, Equatable {
        /// Elements.
        public var count: Int
        /// Of the gradient; NaN or infinite where an element was at any step.
        public var gradientNorm: Double
        /// Of the value before the step.
        public var weightNorm: Double
        /// The norm of what a step changes, over that of the weight; nil where all weights are 0.
        public var updateRatio: Double?
        /// The share of the gradient's elements that are exactly 0.
        public var zeroShare: Double

        /// The norm for an element.
        public var gradientRMS: Double { gradientNorm / Double(max(count, 1)).squareRoot() }
        /// The norm for an element.
        public var weightRMS: Double { weightNorm / Double(max(count, 1)).squareRoot() }
        /// The same over the elements that are not 0: an embedding has a gradient for the rows that were looked up.
        var activeRMS: Double {
            let active = Double(count) * (1 - zeroShare)
            return active < 0.5 ? 0 : gradientNorm / active.squareRoot()
        }

        enum CodingKeys: String, CodingKey {
            case count
            case gradientNorm = "gradient_norm"
            case weightNorm = "weight_norm"
            case updateRatio = "update_ratio"
            case zeroShare = "zero_share"
        }
    }

    /// Why a parameter moves, or does not.
    public enum Reach: String, Sendable, Codable {
        /// It had a gradient at some step of the window.
        case trained
        /// `freeze()` was called.
        case frozen
        /// It is trainable, and no loss was computed from it, or no optimizer has it.
        case unreached
    }

    /// A parameter of the model.
    public struct Parameter: Sendable, Codable, Equatable {
        /// `layers.0.weight`.
        public let name: String
        public let shape: [Int]
        public let reach: Reach
        public let figures: Figures
    }

    /// The units of the activations behind a layer.
    public struct Units: Sendable, Codable, Equatable {
        /// Units of `relu` that were 0 for every example of every step of the window, as a share of all; nil without `relu`.
        public var dead: Double?
        /// Outputs of `sigmoid` and `tanh`, and rows of `softmax`, that are where the slope is less than a twentieth of the
        /// steepest, as a share of all; nil without any.
        public var saturated: Double?
    }

    /// Parameters that a layer holds itself.
    public struct Layer: Sendable, Codable, Equatable {
        /// `layers.0`.
        public let name: String
        public let parameters: [Parameter]
        /// Of all its parameters that are trained.
        public let figures: Figures
        public let units: Units
        public internal(set) var verdict: Verdict

        var reach: Reach {
            if parameters.contains(where: { $0.reach == .trained }) { return .trained }
            return parameters.contains { $0.reach == .unreached } ? .unreached : .frozen
        }
    }

    /// What is to be said about a layer.
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        case healthy
        /// Its gradient is a thousand times smaller than that of a layer nearer to the loss, or zero.
        case vanishing
        /// Its gradient is no finite number, a thousand times larger than that of the last layer, a hundred times larger than
        /// its weights, or than it used to be.
        case exploding
        /// Two fifths of its `relu` units, or more, gave 0 at every example.
        case dead
        /// Half of its outputs, or more, are on the flat part of their curve.
        case saturated
        /// A step moves it by more than a tenth of its norm.
        case unsteady
        /// As asked.
        case frozen
        /// No loss depends on it, or no optimizer has it.
        case unreached
    }

    /// Neighbouring steps, and how large gradients were.
    public struct Column: Sendable, Codable, Equatable {
        public let firstStep: Int
        public internal(set) var lastStep: Int
        /// Of all elements of a layer together, by the layer's name.
        public internal(set) var gradientRMS: [String: Double]

        enum CodingKeys: String, CodingKey {
            case firstStep = "first_step"
            case lastStep = "last_step"
            case gradientRMS = "gradient_rms"
        }
    }

    /// What watching costs: medians of the steps that were watched and of those between them.
    public struct Cost: Sendable, Codable, Equatable {
        public let watchedSeconds: Double
        public let otherSeconds: Double
        public let watchedSteps: Int
        public let otherSteps: Int

        /// What it adds to the time of a training, as a share of the time without; below 0 where it is less than what steps
        /// differ by.
        public var share: Double {
            let part = Double(watchedSteps) / Double(max(watchedSteps + otherSteps, 1))
            return part * (watchedSeconds / otherSeconds - 1)
        }

        enum CodingKeys: String, CodingKey {
            case watchedSeconds = "watched_seconds"
            case otherSeconds = "other_seconds"
            case watchedSteps = "watched_steps"
            case otherSteps = "other_steps"
        }
    }

    /// In the order in which the forward pass reads them.
    public let layers: [Layer]
    /// The first and the last step of the window; nil before any was watched.
    public let steps: ClosedRange<Int>?
    /// Steps that the figures are of.
    public let sampleCount: Int
    /// Every so many steps one is looked at by now.
    public let every: Int
    public let history: [Column]
    /// Nil before there was something to compare.
    public let cost: Cost?

    enum CodingKeys: String, CodingKey {
        case layers, steps
        case sampleCount = "samples"
        case every, history, cost
    }

    private enum AddedKeys: String, CodingKey {
        case findings
    }

    /// What is stored, with what was found beside it for whoever reads it.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(layers, forKey: .layers)
        try fields.encodeIfPresent(steps, forKey: .steps)
        try fields.encode(sampleCount, forKey: .sampleCount)
        try fields.encode(every, forKey: .every)
        try fields.encode(history, forKey: .history)
        try fields.encodeIfPresent(cost, forKey: .cost)
        var added = encoder.container(keyedBy: AddedKeys.self)
        try added.encode(findings, forKey: .findings)
    }

    /// The same without how it was over time.
    package var withoutHistory: GradientFlow {
        GradientFlow(
            layers: layers, steps: steps, sampleCount: sampleCount, every: every, history: [], cost: cost)
    }

    /// The parameters of all layers.
    public var parameters: [Parameter] { layers.flatMap(\.parameters) }

    /// The figures of all parameters below a module: of `blocks.3` those of `blocks.3.norm` too. Nil where none is trained.
    public func figures(of module: String) -> Figures? {
        let inner = parameters.filter { ($0.name == module || $0.name.hasPrefix(module + ".")) && $0.reach == .trained }
        return inner.isEmpty ? nil : Figures(inner.map(\.figures))
    }

    /// The layer that holds a parameter: its path without the last name.
    static func layerName(of parameter: String) -> String {
        parameter.lastIndex(of: ".").map { String(parameter[..<$0]) } ?? parameter
    }
}

extension GradientFlow.Figures {
    static let none = GradientFlow.Figures(count: 0, gradientNorm: 0, weightNorm: 0, updateRatio: nil, zeroShare: 0)

    /// Those of several parameters together.
    init(_ parts: [GradientFlow.Figures]) {
        self = .none
        var gradients = 0.0, weights = 0.0, updates = 0.0, zeros = 0.0
        for part in parts {
            count += part.count
            gradients += part.gradientNorm * part.gradientNorm
            weights += part.weightNorm * part.weightNorm
            let update = (part.updateRatio ?? 0) * part.weightNorm
            updates += update * update
            zeros += part.zeroShare * Double(part.count)
        }
        gradientNorm = gradients.squareRoot()
        weightNorm = weights.squareRoot()
        updateRatio = weights > 0 ? (updates / weights).squareRoot() : nil
        zeroShare = zeros / Double(max(count, 1))
    }
}
