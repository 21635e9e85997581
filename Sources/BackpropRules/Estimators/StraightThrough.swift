import Backprop
import BackpropNN

/// Steps in a network that have no slope, with a slope that somebody made up: forward the step as it is, backward another function
/// that can be differentiated.
///
/// On average that is another direction than that of the expected loss, since a slope at the place that was chosen stands for a
/// difference between places. It needs nothing but one pass.
///
/// Papers: Y. Bengio, N. Léonard, A. Courville, "Estimating or propagating gradients through stochastic neurons for conditional
/// computation", 2013; rounding: M. Courbariaux, Y. Bengio, J.-P. David, "BinaryConnect", NIPS, 2015; codes: A. van den Oord,
/// O. Vinyals, K. Kavukcuoglu, "Neural discrete representation learning", NIPS, 2017.
public enum StraightThrough {
    /// `hard` forward, `soft` backward.
    ///
    /// - Parameters:
    ///   - hard: in the shape and dtype of `soft`.
    public static func joined(hard: Tensor, soft: Tensor) -> Tensor { soft + stopGradient(hard - soft) }

    /// One option of the last axis, drawn by softmax(scores), as ones and zeros; backward the softmax.
    public static func choice(_ scores: Tensor) -> Tensor {
        // The greatest sum with such noise is a draw from the softmax.
        let drawn = (scores + Tensor.gumbel(scores.shape, dtype: scores.dtype)).argMax(axis: -1)
        return joined(
            hard: oneHot(drawn, classes: scores.dim(-1), dtype: scores.dtype), soft: softmax(scores, axis: -1))
    }

    /// Units that are one with probability sigmoid(logits), and zero otherwise; backward the sigmoid.
    public static func bits(_ logits: Tensor) -> Tensor {
        let soft = sigmoid(logits)
        return joined(hard: Tensor.bernoulli(stopGradient(soft)).asType(logits.dtype), soft: soft)
    }

    /// The nearest multiple of `step`; backward as it is.
    public static func rounded(_ values: Tensor, step: Double) -> Tensor {
        joined(hard: (values / step).round() * step, soft: values)
    }

    /// The multiple of `step` below or above, the nearer one more likely, so that the mean stays; backward as it is.
    public static func roundedAtRandom(_ values: Tensor, step: Double) -> Tensor {
        let noise = Tensor.uniform(values.shape, dtype: values.dtype)
        return joined(hard: floor(values / step + noise) * step, soft: values)
    }

    /// For each point the nearest code; backward the point itself. Codes get no gradient here.
    ///
    /// - Parameters:
    ///   - points: shape [points, size].
    ///   - codes: shape [codes, size].
    public static func nearest(_ points: Tensor, in codes: Tensor) -> Tensor {
        joined(hard: codes.take(squaredDistances(points, codes).argMin(axis: 1)), soft: points)
    }

    /// For each point a code, drawn by softmax(-distance² / temperature); backward the point itself.
    public static func nearbyAtRandom(_ points: Tensor, in codes: Tensor, temperature: Double) -> Tensor {
        let scores = squaredDistances(points, codes) / -temperature
        let drawn = (scores + Tensor.gumbel(scores.shape, dtype: scores.dtype)).argMax(axis: 1)
        return joined(hard: codes.take(drawn), soft: points)
    }

    /// Shape [points, codes].
    static func squaredDistances(_ points: Tensor, _ codes: Tensor) -> Tensor {
        square(points.expandedDimensions(axis: 1) - codes.expandedDimensions(axis: 0)).sum(axis: 2)
    }
}

/// A soft choice among the options of the last axis, softmax((scores + noise) / temperature): close to a draw from softmax(scores)
/// where the temperature is low, and differentiable.
///
/// Papers: E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-softmax", ICLR, 2017; C. J. Maddison, A. Mnih,
/// Y. W. Teh, "The concrete distribution", ICLR, 2017.
///
/// - Parameter isHard: the option with the largest share forward, the soft choice backward.
public func gumbelSoftmax(_ scores: Tensor, temperature: Double, isHard: Bool = false) -> Tensor {
    let noise = Tensor.gumbel(scores.shape, dtype: scores.dtype)
    let soft = softmax((scores + noise) / temperature, axis: -1)
    guard isHard else { return soft }
    let hard = oneHot(soft.argMax(axis: -1), classes: scores.dim(-1), dtype: scores.dtype)
    return StraightThrough.joined(hard: hard, soft: soft)
}
