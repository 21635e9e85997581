import Backprop

// Activations with options, as layers. Those without, or with the usual options, are cases of `Activation`.

/// `prelu`, with a slope that is learned.
public struct PReLU: Module {
    /// [slopes].
    public let slope: Parameter
    public let channels: Int

    /// - Parameters:
    ///   - channels: a slope for each of so many channels, or one for all of them.
    ///   - start: what slopes are at first.
    public init(_ channels: Int = 1, start: Double = 0.25, dtype: DType = .float32) {
        require(channels > 0, "PReLU: \(channels) slopes")
        self.channels = channels
        slope = Parameter(.full([channels], start, dtype: dtype))
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { prelu(x, slope: slope.value) }
    }
}

/// `leakyRelu`.
public struct LeakyReLU: Module {
    public let slope: Double

    public init(slope: Double = 0.01) { self.slope = slope }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { leakyRelu(x, slope: slope) }
    }
}

/// `rrelu`: slopes are drawn at random in training, and their mean in use (see `train()` and `eval()`).
public struct RReLU: Module {
    public let lower: Double, upper: Double
    private let mode = TrainingMode()

    public init(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3) {
        require(lower <= upper, "RReLU: the lower slope \(lower) is above the upper one \(upper)")
        (self.lower, self.upper) = (lower, upper)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            rrelu(x, lower: lower, upper: upper, isTraining: mode.isTraining)
        }
    }
}

/// `elu`.
public struct ELU: Module {
    public let alpha: Double

    public init(alpha: Double = 1) { self.alpha = alpha }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { elu(x, alpha: alpha) }
    }
}

/// `celu`.
public struct CELU: Module {
    public let alpha: Double

    public init(alpha: Double = 1) {
        require(alpha != 0, "CELU: alpha is 0")
        self.alpha = alpha
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { celu(x, alpha: alpha) }
    }
}

/// `softplus`.
public struct Softplus: Module {
    public let beta: Double, threshold: Double

    public init(beta: Double = 1, threshold: Double = .infinity) {
        require(beta != 0, "Softplus: beta is 0")
        (self.beta, self.threshold) = (beta, threshold)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { softplus(x, beta: beta, threshold: threshold) }
    }
}

/// `hardtanh`.
public struct Hardtanh: Module {
    public let min: Double, max: Double

    public init(min: Double = -1, max: Double = 1) {
        require(min <= max, "Hardtanh: the lower bound \(min) is above the upper one \(max)")
        (self.min, self.max) = (min, max)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { hardtanh(x, min: min, max: max) }
    }
}

/// `hardshrink`.
public struct Hardshrink: Module {
    public let threshold: Double

    public init(threshold: Double = 0.5) { self.threshold = threshold }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { hardshrink(x, threshold: threshold) }
    }
}

/// `softshrink`.
public struct Softshrink: Module {
    public let threshold: Double

    public init(threshold: Double = 0.5) {
        require(threshold >= 0, "Softshrink: the threshold \(threshold) is negative")
        self.threshold = threshold
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { softshrink(x, threshold: threshold) }
    }
}

/// `threshold`: x above a number, a value elsewhere.
public struct Threshold: Module {
    public let above: Double, otherwise: Double

    public init(above: Double, otherwise: Double) { (self.above, self.otherwise) = (above, otherwise) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { threshold(x, above: above, otherwise: otherwise) }
    }
}

/// `glu`: the first half of an axis times the sigmoid of the second.
public struct GLU: Module {
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { glu(x, axis: axis) }
    }
}

/// `softmax` along an axis.
public struct Softmax: Module {
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { softmax(x, axis: axis) }
    }
}

/// `logSoftmax` along an axis.
public struct LogSoftmax: Module {
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { logSoftmax(x, axis: axis) }
    }
}

/// `softmin` along an axis.
public struct Softmin: Module {
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { softmin(x, axis: axis) }
    }
}
