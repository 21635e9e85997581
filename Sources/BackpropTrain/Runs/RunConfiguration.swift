import BackpropData
import BackpropNN

/// Everything that a run was made with: enough to repeat it, and to use its weights.
package struct RunConfiguration: Codable, Sendable, Equatable {
    /// What a run learnt from.
    package enum Source: Codable, Sendable, Equatable {
        case digits
        case table(file: String, schema: TableSchema, encoding: TableEncoding, holdOut: Double)
    }

    static let currentFormat = 1

    package var format = currentFormat
    package var source: Source
    /// Units of each layer, from the inputs to the outputs.
    package var widths: [Int]
    package var activation: String
    package var epochs: Int
    package var batchSize: Int
    package var learningRate: Double
    package var weightDecay: Double
    package var variation: Variation
    package var patience: Int
    /// The share of the training examples that decides when to stop.
    package var validationShare: Double
    package var seed: UInt64

    /// The network with new weights, drawn from the stream of the surrounding `withRandomSeed`.
    package func makeNetwork() -> Sequential {
        let activation = Activation(rawValue: activation) ?? .relu
        var layers: [any Module] = []
        for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
            let isLast = index == widths.count - 2
            layers.append(
                Linear(inputs, outputs, initializer: isLast ? .xavierUniform : activation.initializer))
            if !isLast { layers.append(activation) }
        }
        return Sequential(layers)
    }

    /// "64-128-64-10, relu".
    package var networkDescription: String {
        widths.map(String.init).joined(separator: "-") + (widths.count > 2 ? ", \(activation)" : "")
    }

    /// - Throws: `TrainError` where a network of this kind cannot be made, as after somebody edited the file.
    package func check(_ place: String) throws(TrainError) {
        let (inputs, outputs): (Int, Int) =
            switch source {
            case .digits: (Digits.pixelsPerImage, Digits.classCount)
            case .table(_, _, let encoding, _):
                (encoding.oneHotWidth, encoding.classNames.isEmpty ? 1 : encoding.classNames.count)
            }
        let isSound =
            format == Self.currentFormat && widths.first == inputs && widths.last == outputs
            && widths.count >= 2
            && widths.count <= TrainingOptions.deepest + 2
            && widths.dropFirst().allSatisfy { (1...TrainingOptions.widest).contains($0) }
            && Activation(rawValue: activation) != nil
        guard isSound else {
            throw TrainError(
                .corrupt, at: place, "it does not describe a network that this program can make",
                remedy: "restore it or train again")
        }
    }
}

extension Activation {
    /// What keeps the signal alive through layers with this activation.
    var initializer: Initializer {
        switch self {
        case .relu, .relu6, .leakyRelu, .elu, .celu, .gelu, .geluTanh, .silu, .mish, .softplus, .logSigmoid, .hardswish,
            .hardshrink, .softshrink:
            .heNormal
        case .tanh, .tanhshrink, .softsign, .sigmoid, .hardtanh, .hardsigmoid, .softmax, .logSoftmax:
            .xavierUniform
        case .selu: .leCunNormal
        }
    }
}
