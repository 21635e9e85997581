import Backprop
import BackpropNN

extension LayerDescription {
    /// The layer with new weights, drawn from the stream of the surrounding `withRandomSeed`; `shape` is one that it takes.
    ///
    /// - Parameter activation: what follows, which decides how weights start; nil where nothing does.
    func module(after shape: ExampleShape, followedBy activation: Activation?) -> any Module {
        let isImage = shape.extents.count == 3
        let initializer = activation?.initializer ?? .xavierUniform
        switch self {
        case .convolution(let channels, let kernel, let stride, let isPadded, let hasBias):
            let padding = isPadded ? (kernel - 1) / 2 : 0
            return Self.convolution(
                shape, channels, kernel: kernel, stride: stride, padding: padding, bias: hasBias, initializer)
        case .pool(let size, let isAverage):
            switch (isImage, isAverage) {
            case (true, true): return AveragePool2d(size)
            case (true, false): return MaxPool2d(size)
            case (false, true): return AveragePool1d(size)
            case (false, false): return MaxPool1d(size)
            }
        case .globalPool: return GlobalAveragePool()
        case .normalization: return BatchNorm(shape.extents.last ?? 1)
        case .activation(let activation): return activation
        case .dropout(let probability): return Dropout(probability)
        case .flatten: return Flatten()
        case .rows: return Flatten(start: 2, end: 3)
        case .linear(let units, let hasBias):
            return Linear(shape.extents.last ?? 1, units, bias: hasBias, initializer: initializer)
        case .lstm(let units, let isBidirectional, let keepsSteps):
            let lstm = LSTM(shape.channels, units, isBidirectional: isBidirectional)
            guard !keepsSteps else { return lstm }
            return lstm.asModule { lstm, x in
                let last = lstm(x, state: nil).state.hidden
                // One state for each direction, each where it has seen the whole sequence.
                return last.dim(0) == 1 ? last[0] : concatenated([last[0], last[1]], axis: -1)
            }
        case .residual(let channels, let kernel, let stride, let activation):
            return Self.residual(shape, channels, kernel, stride, activation)
        }
    }

    private static func convolution(
        _ shape: ExampleShape, _ channels: Int, kernel: Int, stride: Int, padding: Int, bias: Bool,
        _ initializer: Initializer
    ) -> any Module {
        shape.extents.count == 3
            ? Conv2d(
                shape.channels, channels, kernel: kernel, stride: stride, padding: padding, bias: bias,
                initializer: initializer)
            : Conv1d(
                shape.channels, channels, kernel: kernel, stride: stride, padding: padding, bias: bias,
                initializer: initializer)
    }

    private static func residual(
        _ shape: ExampleShape, _ channels: Int, _ kernel: Int, _ stride: Int, _ activation: Activation
    ) -> any Module {
        func part(_ shape: ExampleShape, kernel: Int, stride: Int) -> any Module {
            convolution(
                shape, channels, kernel: kernel, stride: stride, padding: (kernel - 1) / 2, bias: false,
                activation.initializer)
        }
        let middle = ExampleShape(extents: shape.extents.dropLast() + [channels]) ?? shape
        let isSame = stride == 1 && shape.channels == channels
        return Sequential(
            Residual(
                part(shape, kernel: kernel, stride: stride), BatchNorm(channels), activation,
                part(middle, kernel: kernel, stride: 1), BatchNorm(channels),
                shortcut: isSame
                    ? nil : Sequential(part(shape, kernel: 1, stride: stride), BatchNorm(channels))),
            activation)
    }
}
