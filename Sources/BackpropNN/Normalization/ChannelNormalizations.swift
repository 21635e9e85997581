import Backprop

// Channels are the last axis here: PyTorch's are axis 1.

/// The mean and the variance of each channel, [channels].
public struct ChannelStatistics: Sendable {
    public var mean: Tensor
    public var variance: Tensor

    public init(mean: Tensor, variance: Tensor) {
        self.mean = mean
        self.variance = variance
    }

    /// These moved toward those of a batch by `momentum`, the share of the new. Carries no gradient.
    func moved(toward batch: ChannelStatistics, momentum: Double) -> ChannelStatistics {
        withoutGradients {
            ChannelStatistics(
                mean: mean * (1 - momentum) + batch.mean * momentum,
                variance: variance * (1 - momentum) + batch.variance * momentum)
        }
    }
}

/// Each channel of a batch, less its mean and divided by its standard deviation, times `weight`, plus `bias` (Ioffe and
/// Szegedy, 2015). Other shapes of the factors stop it.
///
/// ```swift
/// batchNorm(Tensor([1.0, 3], shape: [2, 1]), epsilon: 0)  // [-1, 1]
/// ```
///
/// - Parameters:
///   - x: floating point, [..., channels]; statistics are taken over all axes before the last, the variance divided by
///     the number of elements.
///   - weight: [channels]; so is `bias`.
///   - statistics: used instead of those of the batch: running ones, outside of training.
public func batchNorm(
    _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, statistics: ChannelStatistics? = nil,
    epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireChannels(
        x, ["weight": weight, "bias": bias, "mean": statistics?.mean, "variance": statistics?.variance], "batchNorm",
        file, line)
    let unit =
        if let statistics {
            (x - statistics.mean) * rsqrt(statistics.variance + epsilon)
        } else {
            standardized(x, axes: Array(0..<(x.ndim - 1)), epsilon: epsilon)
        }
    return unit.scaled(by: weight, plus: bias)
}

/// `batchNorm` in training: by the statistics of the batch, toward which `running` moves.
///
/// ```swift
/// var running = ChannelStatistics(mean: Tensor([0.0]), variance: Tensor([1.0]))
/// let y = batchNorm(Tensor([1.0, 3], shape: [2, 1]), updating: &running)
/// concatenated([y.flattened(), running.mean, running.variance])  // [-1, 1, 0.2, 1.1]
/// ```
///
/// - Parameters:
///   - running: replaced by its value after the batch, (1 - momentum) running + momentum batch, where the variance of the
///     batch is divided by the number of elements less one. Carries no gradient.
///   - momentum: the share of the batch.
public func batchNorm(
    _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, updating running: inout ChannelStatistics,
    momentum: Double = 0.1, epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireChannels(x, ["mean": running.mean, "variance": running.variance], "batchNorm", file, line)
    // Of no elements at all there are no statistics either, and nothing that could be wrong.
    require(
        x.size == 0 || x.size > x.dim(-1), "batchNorm: shape \(x.shape) has too few elements a channel for a variance",
        file: file, line: line)
    let result = batchNorm(x, weight: weight, bias: bias, epsilon: epsilon, file: file, line: line)
    let batch = withoutGradients { statistics(of: x, axes: Array(0..<(x.ndim - 1))) }
    running = running.moved(toward: batch, momentum: momentum)
    return result
}

/// Each channel of each example, less its mean and divided by its standard deviation, times `weight`, plus `bias`
/// (Ulyanov et al., 2016). Fewer than three axes, or other shapes of the factors, stop it.
///
/// ```swift
/// instanceNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2, 1]), epsilon: 0)  // [-1, 1, -1, 1]
/// ```
///
/// - Parameters:
///   - x: floating point, [batch, ..., channels]; statistics are taken over the axes between.
///   - weight: [channels]; so is `bias`.
///   - statistics: used for all examples instead of their own.
public func instanceNorm(
    _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, statistics: ChannelStatistics? = nil,
    epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    if statistics != nil {
        return batchNorm(
            x, weight: weight, bias: bias, statistics: statistics, epsilon: epsilon, file: file, line: line)
    }
    requireChannels(x, ["weight": weight, "bias": bias], "instanceNorm", file, line)
    let axes = innerAxes(of: x, "instanceNorm", file, line)
    return standardized(x, axes: axes, epsilon: epsilon).scaled(by: weight, plus: bias)
}

/// `instanceNorm` by the statistics of each example, toward whose mean over the batch `running` moves.
///
/// - Parameters:
///   - running: replaced by its value after the batch, (1 - momentum) running + momentum batch, where variances are
///     divided by the number of elements less one. Carries no gradient.
///   - momentum: the share of the batch.
public func instanceNorm(
    _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, updating running: inout ChannelStatistics,
    momentum: Double = 0.1, epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireChannels(x, ["mean": running.mean, "variance": running.variance], "instanceNorm", file, line)
    require(
        x.ndim >= 3 && (x.size == 0 || x.size > x.dim(0) * x.dim(-1)),
        "instanceNorm: shape \(x.shape) has too few elements a channel for a variance", file: file,
        line: line)
    let result = instanceNorm(x, weight: weight, bias: bias, epsilon: epsilon, file: file, line: line)
    let batch = withoutGradients {
        let each = statistics(of: x, axes: innerAxes(of: x, "instanceNorm", file, line))
        return ChannelStatistics(mean: each.mean.mean(axis: 0), variance: each.variance.mean(axis: 0))
    }
    running = running.moved(toward: batch, momentum: momentum)
    return result
}

/// Groups of channels of each example, less their mean and divided by their standard deviation, times `weight`, plus
/// `bias` (Wu and He, 2018). A number of groups that does not divide the channels stops it.
///
/// ```swift
/// groupNorm(Tensor([1.0, 3, 10, 30], shape: [1, 4]), groups: 2, epsilon: 0)  // [-1, 1, -1, 1]
/// ```
///
/// - Parameters:
///   - x: floating point, [batch, ..., channels].
///   - groups: divides the number of channels; a group is that many neighbours.
///   - weight: [channels]; so is `bias`.
public func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireChannels(x, ["weight": weight, "bias": bias], "groupNorm", file, line)
    require(x.ndim >= 2, "groupNorm: shape \(x.shape) has no axis of examples", file: file, line: line)
    let channels = x.dim(-1)
    require(
        groups > 0 && channels % groups == 0, "groupNorm: \(channels) channels do not divide into \(groups) groups",
        file: file, line: line)
    let places = x.shape.dropFirst().dropLast().reduce(1, *)
    let grouped = x.reshaped([x.dim(0), places, groups, channels / groups])
    return standardized(grouped, axes: [1, 3], epsilon: epsilon).reshaped(x.shape).scaled(by: weight, plus: bias)
}

/// x / (k + α mean(x²))^β, the mean over `size` neighbouring channels around each, with zeros beyond the ends (Krizhevsky
/// et al., 2012).
///
/// ```swift
/// localResponseNorm(Tensor([1.0, 2]), size: 2, alpha: 2, beta: 1)  // [0.5, 0.333333]
/// ```
///
/// - Parameter x: floating point, [..., channels].
public func localResponseNorm(
    _ x: Tensor, size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    require(
        x.ndim >= 1 && size >= 1, "localResponseNorm: \(size) neighbours along the last axis of shape \(x.shape)",
        file: file, line: line)
    var widths = [(low: Int, high: Int)](repeating: (0, 0), count: x.ndim)
    widths[x.ndim - 1] = (size / 2, (size - 1) / 2)
    let squares = square(x).padded(widths: widths)
    let channels = x.dim(-1)
    var total = squares.narrowed(axis: -1, 0..<channels)
    for start in 1..<max(size, 1) where size > 1 {
        total = total + squares.narrowed(axis: -1, start..<(start + channels))
    }
    return x / pow(total * (alpha / Double(size)) + k, beta)
}

/// Mean and unbiased variance over axes.
private func statistics(of x: Tensor, axes: [Int]) -> ChannelStatistics {
    ChannelStatistics(mean: x.mean(axes: axes), variance: x.variance(axes: axes, ddof: 1))
}

private func innerAxes(of x: Tensor, _ name: String, _ file: StaticString, _ line: UInt) -> [Int] {
    require(x.ndim >= 3, "\(name): shape \(x.shape) is not [batch, ..., channels]", file: file, line: line)
    return Array(1..<(x.ndim - 1))
}

private func requireChannels(
    _ x: Tensor, _ factors: [String: Tensor?], _ name: String, _ file: StaticString, _ line: UInt
) {
    require(
        x.ndim >= 1 && x.dtype.isFloatingPoint, "\(name) needs floating point with channels, not \(x.dtype)\(x.shape)",
        file: file, line: line)
    for case let (factor, value?) in factors {
        require(
            value.shape == [x.dim(-1)],
            "\(name): the \(x.dim(-1)) channels of \(x.shape) do not fit \(factor) of shape \(value.shape)", file: file,
            line: line)
    }
}
