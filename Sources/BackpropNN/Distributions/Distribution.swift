import Backprop

/// A distribution of probability, or a batch of independent ones. Its parameters are tensors that broadcast with each other
/// and carry gradients. What a parameter has to be, such as positive, is not checked: the results are NaN otherwise.
public protocol Distribution: Sendable {
    /// The common shape of the parameters: that of independent distributions.
    var batchShape: [Int] { get }
    /// The shape of one number that is drawn: [] unless it is a vector.
    var eventShape: [Int] { get }

    /// Independent draws, without gradients: the result has the given shape, followed by those of batch and event.
    func sample(_ shape: [Int]) -> Tensor

    /// The logarithm of the probability of each value, or of its density. Values broadcast with the batch, and the axes of
    /// an event disappear.
    func logProbability(of value: Tensor) -> Tensor

    /// The expected -log(probability), in nats.
    var entropy: Tensor { get }
    /// The expected value.
    var mean: Tensor { get }
    /// The expected square of the distance from the mean.
    var variance: Tensor { get }
}

/// A distribution whose draws are a differentiable function of its parameters and of noise.
public protocol ReparametrizedDistribution: Distribution {
    /// The same draws as `sample`, with gradients for the parameters.
    func reparametrizedSample(_ shape: [Int]) -> Tensor
}

/// A distribution of single numbers whose distribution function has a simple form.
public protocol CumulativeDistribution: Distribution {
    /// The probability of numbers that are not greater than each value.
    func cumulativeProbability(of value: Tensor) -> Tensor
}

extension Distribution {
    /// One draw, without gradients.
    ///
    /// ```swift
    /// Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample().shape  // [2]
    /// ```
    public func sample() -> Tensor { sample([]) }

    public var eventShape: [Int] { [] }

    /// The shape of draws.
    func shape(_ draws: [Int]) -> [Int] { draws + batchShape + eventShape }
}

extension ReparametrizedDistribution {
    /// Independent draws, without gradients: the result has the given shape, followed by those of batch and event.
    ///
    /// ```swift
    /// Normal(mean: Tensor.zeros([2]), standardDeviation: Tensor(1.0)).sample([3]).shape  // [3, 2]
    /// ```
    public func sample(_ shape: [Int]) -> Tensor { withoutGradients { reparametrizedSample(shape) } }
}

/// Two parameters in their common shape. Floating point of one dtype.
func parameters(
    _ name: String, _ a: Tensor, _ b: Tensor, _ file: StaticString, _ line: UInt
) -> (Tensor, Tensor) {
    requireCommon(name, a, b, file: file, line: line)
    requireFloatingPoint(name, a, file, line)
    let shape = Shape.broadcast(a.node.shape, b.node.shape)!.array
    return (a.broadcast(to: shape), b.broadcast(to: shape))
}

func requireFloatingPoint(_ name: String, _ parameter: Tensor, _ file: StaticString, _ line: UInt) {
    require(
        parameter.dtype.isFloatingPoint, "\(name) needs parameters in floating point, not \(parameter.dtype)",
        file: file, line: line)
}

/// A parameter of vectors, along its last axis.
func requireVectors(_ name: String, _ parameter: Tensor, _ file: StaticString, _ line: UInt) {
    requireFloatingPoint(name, parameter, file, line)
    require(
        parameter.ndim > 0 && parameter.dim(-1) > 0, "\(name): a parameter of shape \(parameter.shape) has no classes",
        file: file, line: line)
}

extension Tensor {
    /// This tensor where the mask holds and minus infinity elsewhere: the logarithm of no probability.
    func supported(where mask: Tensor) -> Tensor { which(mask, self, like(-.infinity)) }

    /// This tensor where the mask holds, and elsewhere a number at which all is finite, so that no gradient is NaN.
    func safe(where mask: Tensor, otherwise number: Double) -> Tensor { which(mask, self, like(number)) }
}

/// log(2π) / 2.
let halfLogTwoPi = 0.918938533204672741780329736406
