import Backprop
import BackpropData
import BackpropNN

/// A variational autoencoder whose code is a few choices: a figure becomes twelve numbers from 0 to 7, and these a figure again.
///
/// The encoder gives scores of the options of each choice, the code is drawn by their softmax q, and the decoder says of each
/// pixel with which probability p a grain of it is black; a pixel has 16 of them, which makes its value one of Binomial(16, p).
/// Training raises the lower bound of the log-likelihood of the figures, in nats,
///
///     bound = mean over codes of log probability(pixels | code) - misfit of q and equal options
///     misfit = sum over choices and options of q log(q options)
///
/// The second term is exact, as q is a table. The first one has a gradient for the scores only by one of the ways around a choice.
///
/// Paper: E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-softmax", ICLR, 2017; the bound: D. P. Kingma,
/// M. Welling, "Auto-encoding variational Bayes", 2014. Other than there: figures with shades, in place of black or white ones.
public struct DiscreteAutoencoder: ParameterContainer {
    /// How a gradient gets past the choice.
    public enum Way: String, Sendable, CaseIterable, Codable {
        case gumbel
        case gumbelHard = "gumbel-hard"
        case straightThrough = "straight-through"

        /// What tables call it.
        public var title: String {
            switch self {
            case .gumbel: "Gumbel-softmax, soft"
            case .gumbelHard: "Gumbel-softmax, hard"
            case .straightThrough: "straight-through"
            }
        }

        /// A code for each row of scores, shape [..., options].
        ///
        /// - Parameter temperature: of the soft choices.
        func code(_ scores: Tensor, temperature: Double) -> Tensor {
            switch self {
            case .gumbel: gumbelSoftmax(scores, temperature: temperature)
            case .gumbelHard: gumbelSoftmax(scores, temperature: temperature, isHard: true)
            case .straightThrough: StraightThrough.choice(scores)
            }
        }
    }

    public static let choices = 12, options = 8
    private static let grains = Int(Digits.maximumPixel)

    let encoder = Sequential(
        Linear(Digits.pixelsPerImage, 128), Activation.relu, Linear(128, Self.choices * Self.options))
    let decoder = Sequential(
        Linear(Self.choices * Self.options, 128), Activation.relu, Linear(128, Digits.pixelsPerImage))

    /// With weights from the surrounding random stream.
    public init() {}

    /// The parts of the bound, the mean over the figures, in nats: each of shape [].
    public struct Bound {
        /// log probability(pixels | code).
        public let likelihood: Tensor
        /// Of q and equal options: how many nats the code tells about a figure.
        public let misfit: Tensor

        public var total: Tensor { likelihood - misfit }
    }

    /// Scores of the options, shape [figures, choices, options].
    func scores(_ pixels: Tensor) -> Tensor { encoder(pixels).reshaped([-1, Self.choices, Self.options]) }

    /// Log-odds of a black grain, shape [figures, 64].
    func grainLogits(_ code: Tensor) -> Tensor { decoder(code.reshaped([-1, Self.choices * Self.options])) }

    /// The bound for codes that `code` makes of the scores.
    ///
    /// - Parameter pixels: shape [figures, 64], from 0 to 1 in sixteenths.
    public func bound(_ pixels: Tensor, _ code: (Tensor) -> Tensor) -> Bound {
        let scores = scores(pixels), logits = grainLogits(code(scores)), counts = pixels * Double(Self.grains)
        // k log p + (16 - k) log(1 - p) + log of the ways to choose k of 16.
        let likelihoods =
            counts * logits - softplus(logits) * Double(Self.grains) + Self.ways.take(counts.asType(.int32))
        let logs = logSoftmax(scores, axis: -1)
        let misfit = (exp(logs) * (logs + ScalarMath.log(Double(Self.options)))).sum(axis: [1, 2])
        return Bound(likelihood: likelihoods.sum(axis: 1).mean(), misfit: misfit.mean())
    }

    /// For each number of black grains the logarithm of the ways to choose them.
    private static let ways: Tensor = {
        var logs = [0.0]
        for k in 1...grains { logs.append(logs[k - 1] + ScalarMath.log(Double(grains - k + 1) / Double(k))) }
        return Tensor(logs.map(Float.init))
    }()

    /// The pixels of the likeliest code of each figure, shape [figures, 64].
    public func reconstructions(_ pixels: Tensor) -> Tensor {
        withoutGradients {
            let code = oneHot(scores(pixels).argMax(axis: -1), classes: Self.options, dtype: pixels.dtype)
            return sigmoid(grainLogits(code))
        }
    }
}
