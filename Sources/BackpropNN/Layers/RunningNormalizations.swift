import Backprop

/// `batchNorm` with a learned weight and bias for each channel. Takes [..., channels].
///
/// In training it normalizes by the statistics of the batch, toward which the running ones move; in use by the running
/// ones (see `train()` and `eval()`).
public struct BatchNorm: Module {
    /// [channels]; nil without scale.
    public let weight: Parameter?
    public let bias: Parameter?
    public let statistics: RunningStatistics?
    public let channels: Int
    public let epsilon: Double
    private let mode = TrainingMode()

    /// A layer that starts with weights of one, a bias of zeros, and running statistics of mean 0 and variance 1.
    ///
    /// - Parameters:
    ///   - momentum: the share of a batch in the running statistics.
    ///   - isScaled: whether there are a weight and a bias.
    ///   - tracksStatistics: with `false` there are no running statistics, and those of the batch serve in use too.
    public init(
        _ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, isScaled: Bool = true,
        tracksStatistics: Bool = true, dtype: DType = .float32
    ) {
        weight = isScaled ? Parameter(.ones([channels], dtype: dtype)) : nil
        bias = isScaled ? Parameter(.zeros([channels], dtype: dtype)) : nil
        statistics = tracksStatistics ? RunningStatistics(channels, momentum: momentum, dtype: dtype) : nil
        (self.channels, self.epsilon) = (channels, epsilon)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(channels, of: x, leadingAxes: 0)
        return reported([x]) {
            let (weight, bias) = (weight?.value, bias?.value)
            guard let statistics, mode.isTraining else {
                return batchNorm(x, weight: weight, bias: bias, statistics: statistics?.value, epsilon: epsilon)
            }
            return statistics.update {
                batchNorm(x, weight: weight, bias: bias, updating: &$0, momentum: statistics.momentum, epsilon: epsilon)
            }
        }
    }
}

/// `instanceNorm`, with a learned weight and bias for each channel where asked for. Takes [batch, ..., channels].
///
/// With running statistics it behaves as `BatchNorm` in training and in use; without, each example is normalized by its
/// own always.
public struct InstanceNorm: Module {
    /// [channels]; nil without scale.
    public let weight: Parameter?
    public let bias: Parameter?
    public let statistics: RunningStatistics?
    public let channels: Int
    public let epsilon: Double
    private let mode = TrainingMode()

    /// A layer that starts with weights of one and a bias of zeros, where it has them.
    public init(
        _ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, isScaled: Bool = false,
        tracksStatistics: Bool = false, dtype: DType = .float32
    ) {
        weight = isScaled ? Parameter(.ones([channels], dtype: dtype)) : nil
        bias = isScaled ? Parameter(.zeros([channels], dtype: dtype)) : nil
        statistics = tracksStatistics ? RunningStatistics(channels, momentum: momentum, dtype: dtype) : nil
        (self.channels, self.epsilon) = (channels, epsilon)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(channels, of: x, leadingAxes: 2)
        return reported([x]) {
            let (weight, bias) = (weight?.value, bias?.value)
            guard let statistics, mode.isTraining else {
                return instanceNorm(x, weight: weight, bias: bias, statistics: statistics?.value, epsilon: epsilon)
            }
            return statistics.update {
                instanceNorm(
                    x, weight: weight, bias: bias, updating: &$0, momentum: statistics.momentum, epsilon: epsilon)
            }
        }
    }
}

/// The running mean and variance of channels, saved with the model.
public struct RunningStatistics: ParameterContainer, Sendable {
    /// [channels].
    public let mean: Buffer
    /// [channels].
    public let variance: Buffer
    /// The share of a batch.
    public let momentum: Double

    /// Mean 0 and variance 1.
    public init(_ channels: Int, momentum: Double, dtype: DType = .float32) {
        mean = Buffer(.zeros([channels], dtype: dtype))
        variance = Buffer(.ones([channels], dtype: dtype))
        self.momentum = momentum
    }

    /// The statistics now.
    public var value: ChannelStatistics { ChannelStatistics(mean: mean.value, variance: variance.value) }

    func update(_ body: (inout ChannelStatistics) -> Tensor) -> Tensor {
        var statistics = value
        let result = body(&statistics)
        mean.value = statistics.mean
        variance.value = statistics.variance
        return result
    }
}
