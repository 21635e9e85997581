import BackpropNN

/// One layer of a network, as a person describes it. What it takes follows from the layer before.
package enum LayerDescription: Sendable, Equatable {
    /// A convolution over images or sequences, with zeros around the edge that keep the extents unless `isPadded` is false.
    case convolution(channels: Int, kernel: Int = 3, stride: Int = 1, isPadded: Bool = true, hasBias: Bool = true)
    /// The greatest or the mean of each window of `size` places, one window beside the other.
    case pool(size: Int = 2, isAverage: Bool = false)
    /// The mean of each channel over all places.
    case globalPool
    /// Batch normalization of each channel.
    case normalization
    case activation(Activation)
    case dropout(Double)
    case flatten
    /// Rows of an image as steps of a sequence.
    case rows
    case linear(units: Int, hasBias: Bool = true)
    /// Gives what it has at the last step, or with `keepsSteps` at each of them.
    case lstm(units: Int, isBidirectional: Bool = false, keepsSteps: Bool = false)
    /// Two convolutions of that kernel with a way around them (He et al., 2016).
    case residual(channels: Int, kernel: Int = 3, stride: Int = 1, activation: Activation = .relu)

    /// Why a layer cannot follow what is before it.
    struct Mismatch: Error, Equatable {
        let found: String
        let remedy: String
    }

    /// What comes out of an example of that shape.
    func output(of shape: ExampleShape) throws(Mismatch) -> ExampleShape {
        switch self {
        case .convolution(let channels, let kernel, let stride, let isPadded, _):
            return try convolved(shape, channels, kernel, stride, isPadded)
        case .residual(let channels, let kernel, let stride, _):
            return try convolved(shape, channels, kernel, stride, true)
        case .pool(let size, _):
            switch shape {
            case .numbers: throw needsPlaces(shape)
            case .sequence(let steps, let features):
                guard steps >= size else { throw tooSmall(shape, size) }
                return .sequence(steps: steps / size, features: features)
            case .image(let height, let width, let channels):
                guard min(height, width) >= size else { throw tooSmall(shape, size) }
                return .image(height: height / size, width: width / size, channels: channels)
            }
        case .globalPool:
            guard shape.extents.count > 1 else { throw needsPlaces(shape) }
            return .numbers(shape.channels)
        case .normalization, .activation, .dropout: return shape
        case .flatten: return .numbers(shape.count)
        case .rows:
            guard case .image(let height, let width, let channels) = shape else {
                throw Mismatch(found: "rows takes images, and gets \(shape)", remedy: "leave it out")
            }
            return .sequence(steps: height, features: width * channels)
        case .linear(let units, _):
            guard case .numbers = shape else {
                throw Mismatch(
                    found: "linear takes numbers without places, and gets \(shape)",
                    remedy: "put flatten or globalPool before it")
            }
            return .numbers(units)
        case .lstm(let units, let isBidirectional, let keepsSteps):
            guard case .sequence(let steps, _) = shape else {
                let isImage = shape.extents.count == 3
                throw Mismatch(
                    found: "lstm takes sequences, and gets \(shape)",
                    remedy: isImage
                        ? "put rows before it, which makes each row of an image a step"
                        : "use linear, or give the data the shape [examples, steps, numbers]")
            }
            let width = isBidirectional ? 2 * units : units
            return keepsSteps ? .sequence(steps: steps, features: width) : .numbers(width)
        }
    }

    /// How many numbers of it are learnt, where it follows an example of that shape, as PyTorch counts them.
    func parameterCount(after shape: ExampleShape) -> Double {
        let axes = Double(shape.extents.count - 1)
        func convolution(_ inputs: Int, _ outputs: Int, _ kernel: Int, _ hasBias: Bool) -> Double {
            var places = 1.0
            for _ in 0..<Int(axes) { places *= Double(kernel) }
            return (Double(inputs) * places + (hasBias ? 1 : 0)) * Double(outputs)
        }
        switch self {
        case .convolution(let channels, let kernel, _, _, let hasBias):
            return convolution(shape.channels, channels, kernel, hasBias)
        case .residual(let channels, let kernel, let stride, _):
            let main =
                convolution(shape.channels, channels, kernel, false) + convolution(channels, channels, kernel, false)
                + 4 * Double(channels)
            guard stride != 1 || shape.channels != channels else { return main }
            return main + convolution(shape.channels, channels, 1, false) + 2 * Double(channels)
        case .normalization: return 2 * Double(width(of: shape))
        case .linear(let units, let hasBias): return (Double(width(of: shape)) + (hasBias ? 1 : 0)) * Double(units)
        case .lstm(let units, let isBidirectional, _):
            let one = 4 * Double(units) * (Double(shape.channels) + Double(units) + 2)
            return isBidirectional ? 2 * one : one
        case .pool, .globalPool, .activation, .dropout, .flatten, .rows: return 0
        }
    }

    /// The extent of the last axis.
    private func width(of shape: ExampleShape) -> Int { shape.extents.last ?? 1 }

    private func convolved(
        _ shape: ExampleShape, _ channels: Int, _ kernel: Int, _ stride: Int, _ isPadded: Bool
    ) throws(Mismatch) -> ExampleShape {
        // An even kernel cannot be in the middle: one place is lost, as in PyTorch with this padding.
        let zeros = isPadded ? 2 * ((kernel - 1) / 2) : 0
        let smallest = shape.extents.dropLast().min() ?? 0
        guard smallest > 0 else { throw needsPlaces(shape) }
        guard smallest + zeros >= kernel else { throw tooSmall(shape, kernel) }
        func extent(_ size: Int) -> Int { (size + zeros - kernel) / stride + 1 }
        switch shape {
        case .numbers: throw needsPlaces(shape)
        case .sequence(let steps, _): return .sequence(steps: extent(steps), features: channels)
        case .image(let height, let width, _):
            return .image(height: extent(height), width: extent(width), channels: channels)
        }
    }

    private func needsPlaces(_ shape: ExampleShape) -> Mismatch {
        Mismatch(
            found: "\(keyword) takes images or sequences, and gets \(shape)",
            remedy: "use linear, or give the data the shape [examples, height, width, channels]")
    }

    private func tooSmall(_ shape: ExampleShape, _ size: Int) -> Mismatch {
        Mismatch(
            found: "\(keyword) takes windows of \(size), and gets \(shape)",
            remedy: "leave it out, or pool less before it")
    }

    /// What it is called in a file.
    var keyword: String {
        switch self {
        case .convolution: "conv"
        case .pool: "pool"
        case .globalPool: "globalPool"
        case .normalization: "norm"
        case .activation: "activation"
        case .dropout: "dropout"
        case .flatten: "flatten"
        case .rows: "rows"
        case .linear: "linear"
        case .lstm: "lstm"
        case .residual: "residual"
        }
    }
}
