import Backprop

/// One of several classes, 0, 1, ...; classes have no mean and no variance, which are NaN.
///
/// ```swift
/// let classes = Categorical(probabilities: Tensor([1, 1, 2] as [Float]))
/// classes.logProbability(of: Tensor([0, 2] as [Int32]))  // [-1.38629, -0.693147]
/// ```
public struct Categorical: Distribution {
    /// The logarithms of the probabilities, [..., classes].
    public let logProbabilities: Tensor

    /// Distributions from weights of the classes along the last axis; probabilities need not add up to 1.
    public init(probabilities: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireVectors("Categorical", probabilities, file, line)
        logProbabilities = log(probabilities / probabilities.sum(axis: -1, keepDims: true))
    }

    /// Distributions from the logarithms of weights of the classes along the last axis.
    public init(logits: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireVectors("Categorical", logits, file, line)
        logProbabilities = logSoftmax(logits)
    }

    public var batchShape: [Int] { Array(logProbabilities.shape.dropLast()) }
    /// The probabilities of the classes, [..., classes].
    public var probabilities: Tensor { exp(logProbabilities) }
    public var mean: Tensor { Tensor.full(batchShape, .nan, dtype: logProbabilities.dtype) }
    public var variance: Tensor { mean }
    public var entropy: Tensor { -expectedLogProbability(under: self) }

    /// Classes, as int64.
    ///
    /// ```swift
    /// Categorical(probabilities: Tensor([0, 1] as [Float])).sample([3])  // [1, 1, 1]
    /// ```
    public func sample(_ shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *), drawn = Tensor.categorical(logits: logProbabilities, count: count)
        return drawn.movedAxis(-1, to: 0).reshaped(self.shape(shape))
    }

    /// Of classes, int32 or int64; minus infinity for what is no class.
    ///
    /// ```swift
    /// Categorical(logits: Tensor.zeros([4])).logProbability(of: Tensor([3] as [Int32]))  // [-1.38629]
    /// ```
    public func logProbability(of value: Tensor) -> Tensor {
        value.requireIndices("Categorical.logProbability", file: #fileID, line: #line)
        let places = Tensor.arange(logProbabilities.dim(-1), dtype: value.dtype)
        let isClass = value.expandedDimensions(axis: -1) .== places
        return logProbabilities.supported(where: isClass).max(axis: -1)
    }

    /// The mean log-probability of classes that another distribution draws.
    func expectedLogProbability(under p: Categorical) -> Tensor {
        // A class that is never drawn adds nothing, whatever its logarithm is.
        let isDrawn = p.logProbabilities .> -Double.infinity
        let term = exp(p.logProbabilities) * logProbabilities.safe(where: isDrawn, otherwise: 0)
        return which(isDrawn, term, term.zero).sum(axis: -1)
    }
}

/// How often each class comes up in a number of independent trials: vectors of counts, [..., classes].
///
/// ```swift
/// let counts = Multinomial(trials: 3, probabilities: Tensor([1, 1, 2] as [Float]))
/// counts.logProbability(of: Tensor([1, 0, 2] as [Float]))  // -1.67398
/// ```
public struct Multinomial: Distribution {
    /// How many classes are drawn.
    public let trials: Int
    /// The distribution of one of them.
    public let classes: Categorical

    /// Distributions from weights of the classes along the last axis. A negative number of trials stops it.
    public init(trials: Int, probabilities: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(trials >= 0, "Multinomial: \(trials) trials", file: file, line: line)
        self.trials = trials
        classes = Categorical(probabilities: probabilities, file: file, line: line)
    }

    /// Distributions from the logarithms of weights of the classes along the last axis.
    public init(trials: Int, logits: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(trials >= 0, "Multinomial: \(trials) trials", file: file, line: line)
        self.trials = trials
        classes = Categorical(logits: logits, file: file, line: line)
    }

    public var batchShape: [Int] { classes.batchShape }
    public var eventShape: [Int] { [classes.logProbabilities.dim(-1)] }
    public var mean: Tensor { classes.probabilities * Double(trials) }
    public var variance: Tensor { classes.probabilities * (1 - classes.probabilities) * Double(trials) }

    /// The entropy of the trials in order, less that of the order: sums over the counts that a class can have.
    public var entropy: Tensor {
        let p = classes.probabilities, dtype = p.dtype, total = Double(trials)
        let counts = Tensor.arange(trials + 1, dtype: .int64).asType(dtype)
            .reshaped([trials + 1] + p.shape.map { _ in 1 })
        let logCount = logGamma(counts + 1), logTrials = logGamma(Tensor(total + 1, dtype: dtype))
        let logChoices = logTrials - logCount - logGamma(total + 1 - counts)
        let logBinomial = logChoices + xlogy(counts, p) + xlog1py(total - counts, -p)
        let expected = (exp(logBinomial) * logCount).sum(axis: 0).sum(axis: -1)
        return classes.entropy * total - logTrials + expected
    }

    /// Counts in the dtype of the parameters.
    ///
    /// ```swift
    /// Multinomial(trials: 5, probabilities: Tensor([0, 1] as [Float])).sample([2])  // [0, 5, 0, 5]
    /// ```
    public func sample(_ shape: [Int]) -> Tensor {
        let drawn = classes.sample(shape + [trials]).movedAxis(shape.count, to: -1)
        let places = Tensor.arange(eventShape[0], dtype: .int64).expandedDimensions(axis: -1)
        return (drawn.expandedDimensions(axis: -2) .== places).sum(axis: -1).asType(classes.logProbabilities.dtype)
    }

    /// Of vectors of counts, which have to add up to the number of trials, along the last axis.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Multinomial.logProbability", value, classes.logProbabilities)
        let isZero = value .== 0
        let logs = which(isZero, value.zero, classes.logProbabilities)
        let orders = logGamma(value.sum(axis: -1) + 1) - logGamma(value + 1).sum(axis: -1)
        return orders + (value * logs).sum(axis: -1)
    }
}
