import BackpropData
import BackpropNN

/// A network as a person chooses it: a family and sizes, or a list of layers. What is nil is chosen to suit the data.
///
/// ```swift
/// let cnn = ModelDescription(.cnn).settled(for: .image(height: 28, width: 28, channels: 1), exampleCount: 60_000)
/// try cnn.check(shape, outputs: 10, at: "--model")
/// let model = withRandomSeed(1) { cnn.makeModel(shape, outputs: 10) }
/// ```
package struct ModelDescription: Sendable, Equatable {
    /// The kinds of networks that have a name.
    package enum Family: String, Sendable, CaseIterable {
        /// Hidden layers of units.
        case mlp
        /// Convolutions that pool, and hidden layers behind them.
        case cnn
        /// Residual blocks that halve the extents from stage to stage (He et al., 2016).
        case resnet
        /// Layers of an LSTM, whose last state decides.
        case lstm
        /// The outputs are linear in the inputs.
        case linear
        /// The layers are listed.
        case layers
    }

    package var family: Family
    /// Units of the hidden layers of `mlp` and `cnn`, or of the layers of `lstm`.
    package var hidden: [Int]?
    /// Channels of each convolution of `cnn`, or of each stage of `resnet`.
    package var channels: [Int]?
    /// Residual blocks of each stage of `resnet`.
    package var blocks: Int?
    /// Places along each axis of a convolution; odd.
    package var kernel: Int?
    /// The probability with which the inputs of the last layer are lost in training.
    package var dropout: Double?
    package var activation: Activation?
    /// Whether an `lstm` goes through sequences from both ends.
    package var isBidirectional: Bool?
    /// The layers of the family `layers`, without the last one, which has as many units as there are outputs.
    package var layers: [LayerDescription]?

    package init(_ family: Family) { self.family = family }

    /// The same description with nothing left open.
    package func settled(for shape: ExampleShape, exampleCount: Int) -> ModelDescription {
        var result = self
        let isSmall = exampleCount < 10_000
        switch family {
        case .linear, .layers: break
        case .mlp:
            result.hidden = hidden ?? (isSmall ? [256, 128] : [512, 256])
            result.dropout = dropout ?? (isSmall ? 0.2 : 0.1)
            result.activation = activation ?? .relu
        case .cnn:
            result.channels = channels ?? Self.channels(for: shape)
            result.kernel = kernel ?? 3
            result.hidden = hidden ?? [128]
            result.dropout = dropout ?? 0.25
            result.activation = activation ?? .relu
        case .resnet:
            result.channels = channels ?? [16, 32, 64]
            result.blocks = blocks ?? (isSmall ? 1 : 2)
            result.kernel = kernel ?? 3
            result.dropout = dropout ?? 0
            result.activation = activation ?? .relu
        case .lstm:
            result.hidden = hidden ?? [128]
            result.isBidirectional = isBidirectional ?? false
            result.dropout = dropout ?? 0.1
        }
        return result
    }

    /// Twice as many channels each time the extents are halved, as long as there is something to halve.
    private static func channels(for shape: ExampleShape) -> [Int] {
        let smallest = shape.extents.dropLast().min() ?? 1
        let count = smallest >= 28 ? 3 : smallest >= 8 ? 2 : 1
        let first = shape.channels > 1 || count < 3 ? 32 : 16
        return (0..<count).map { first << $0 }
    }

    // MARK: Layers

    /// All layers for examples of that shape, the last one included. The description is settled.
    func allLayers(for shape: ExampleShape, outputs: Int) -> [LayerDescription] {
        let activation = activation ?? .relu, kernel = kernel ?? 3
        let flat: [LayerDescription] = shape.extents.count > 1 ? [.flatten] : []
        let last: [LayerDescription] = lost + [.linear(units: outputs)]
        func dense() -> [LayerDescription] { (hidden ?? []).flatMap { [.linear(units: $0), .activation(activation)] } }
        switch family {
        case .linear: return flat + last
        case .mlp: return flat + dense() + last
        case .cnn:
            var result: [LayerDescription] = []
            var extent = shape.extents.dropLast().min() ?? 0
            for count in channels ?? [] {
                result.append(.convolution(channels: count, kernel: kernel, hasBias: false))
                // Pooled first, normalization and activation have a quarter of the work and the same result.
                if extent >= 4 {
                    result.append(.pool())
                    extent /= 2
                }
                result += [.normalization, .activation(activation)]
            }
            return result + [.flatten] + dense() + last
        case .resnet:
            var result: [LayerDescription] = []
            for (stage, count) in (channels ?? []).enumerated() {
                if stage == 0 {
                    result = [
                        .convolution(channels: count, kernel: kernel, hasBias: false), .normalization,
                        .activation(activation),
                    ]
                }
                for block in 0..<(blocks ?? 1) {
                    result.append(
                        .residual(
                            channels: count, kernel: kernel, stride: stage > 0 && block == 0 ? 2 : 1,
                            activation: activation))
                }
            }
            return result + [.globalPool] + last
        case .lstm:
            let rows: [LayerDescription] = shape.extents.count == 3 ? [.rows] : []
            let sizes = hidden ?? []
            return rows
                + sizes.enumerated().map {
                    .lstm(
                        units: $1, isBidirectional: isBidirectional ?? false, keepsSteps: $0 < sizes.count - 1)
                } + last
        case .layers:
            let listed = layers ?? []
            if case .linear(outputs, _)? = listed.last { return listed }
            return listed + [.linear(units: outputs)]
        }
    }

    private var lost: [LayerDescription] { (dropout ?? 0) > 0 ? [.dropout(dropout ?? 0)] : [] }

    /// The network with new weights, drawn from the stream of the surrounding `withRandomSeed`. It takes
    /// [examples] + extents and gives [examples, outputs]; `check` has found nothing wrong.
    package func makeModel(_ shape: ExampleShape, outputs: Int) -> Sequential {
        let layers = allLayers(for: shape, outputs: outputs)
        var shape = shape
        var modules: [any Module] = []
        for (place, layer) in layers.enumerated() {
            modules.append(layer.module(after: shape, followedBy: Self.activation(after: place, in: layers)))
            shape = (try? layer.output(of: shape)) ?? shape
        }
        return Sequential(modules)
    }

    /// The activation that the outputs of a layer go through next; nil where another layer comes before one.
    private static func activation(after place: Int, in layers: [LayerDescription]) -> Activation? {
        for layer in layers[(place + 1)...] {
            switch layer {
            case .activation(let activation): return activation
            case .convolution, .linear, .lstm, .residual: return nil
            case .pool, .globalPool, .normalization, .dropout, .flatten, .rows: continue
            }
        }
        return nil
    }
}
