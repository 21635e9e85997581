import Backprop
import BackpropNN

extension Operators {
    /// Losses.
    static let losses: [String: Adapter] =
        regressionLosses
        .merging(classificationLosses) { first, _ in first }
        .merging(marginLosses) { first, _ in first }

    private static let regressionLosses: [String: Adapter] = [
        "nn.functional.mse_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            return try [
                meanSquaredError(x, target, weights: call.optionalTensor("weight"), reduction: call.reduction())
            ]
        },
        "nn.functional.l1_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            return try [l1Loss(x, target, weights: call.optionalTensor("weight"), reduction: call.reduction())]
        },
        "nn.functional.huber_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let delta = try call.double("delta", default: 1), weights = try call.optionalTensor("weight")
            return try [huberLoss(x, target, delta: delta, weights: weights, reduction: call.reduction())]
        },
        "nn.functional.smooth_l1_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let beta = try call.double("beta", default: 1)
            return try [smoothL1Loss(x, target, beta: beta, reduction: call.reduction())]
        },
        "nn.functional.kl_div": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let isLogarithm = try call.bool("log_target", default: false)
            return try [klDivergence(x, target, targetsAreLogarithms: isLogarithm, reduction: call.reduction())]
        },
        "nn.functional.gaussian_nll_loss": { call in
            let x = try call.tensor("input"), target = try call.tensor("target")
            var variance = try call.tensor("var", like: x)
            if variance.shape != x.shape, variance.shape == Array(x.shape.dropLast()) {
                variance = variance.expandedDimensions(axis: -1)
            }
            let isFull = try call.bool("full", default: false), epsilon = try call.double("eps", default: 1e-6)
            return try [
                gaussianNegativeLogLikelihood(
                    x, target, variance: variance, isFull: isFull, epsilon: epsilon, reduction: call.reduction())
            ]
        },
        "nn.functional.poisson_nll_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let isLogarithm = try call.bool("log_input", default: true)
            let isFull = try call.bool("full", default: false), epsilon = try call.double("eps", default: 1e-8)
            return try [
                poissonNegativeLogLikelihood(
                    x, target, predictionsAreLogarithms: isLogarithm, isFull: isFull, epsilon: epsilon,
                    reduction: call.reduction())
            ]
        },
    ]

    private static let classificationLosses: [String: Adapter] = [
        "nn.functional.cross_entropy": { call in
            [try crossEntropyLoss(call, channelsLast(call.tensor("input")), call.tensor("target"))]
        },
        "nn.functional.linear_cross_entropy": { call in
            // How the work is divided.
            call.ignore("options")
            let x = try call.tensor("input"), weight = try call.tensor("linear_weight")
            let flat = weight.reshaped([weight.size / weight.dim(-1), weight.dim(-1)])
            var logits = matmul(x, flat.T)
            if let bias = try call.optionalTensor("linear_bias") { logits = logits + bias.flattened() }
            let shaped = logits.reshaped(x.shape.dropLast() + weight.shape.dropLast())
            return [try crossEntropyLoss(call, channelsLast(shaped), call.tensor("target"))]
        },
        "nn.functional.nll_loss": { call in
            let x = channelsLast(try call.tensor("input")), target = try call.tensor("target")
            let weights = try call.optionalTensor("weight"), ignored = try call.int("ignore_index", default: -100)
            return try [
                negativeLogLikelihood(
                    x, target, weights: weights, ignoredLabel: ignored, reduction: call.reduction())
            ]
        },
        "nn.functional.binary_cross_entropy": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let weights = try call.optionalTensor("weight")
            return try [binaryCrossEntropy(x, target, weights: weights, reduction: call.reduction())]
        },
        "nn.functional.binary_cross_entropy_with_logits": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let weights = try call.optionalTensor("weight"), positive = try call.optionalTensor("pos_weight")
            return try [
                binaryCrossEntropyWithLogits(
                    x, target, weights: weights, positiveWeights: positive, reduction: call.reduction())
            ]
        },
        "nn.functional.multilabel_soft_margin_loss": { call in
            let x = try call.tensor("input"), target = try call.tensor("target")
            let weights = try call.optionalTensor("weight")
            return try [multilabelSoftMarginLoss(x, target, weights: weights, reduction: call.reduction())]
        },
    ]

    private static func crossEntropyLoss(_ call: Call, _ logits: Tensor, _ target: Tensor) throws -> Tensor {
        let weights = try call.optionalTensor("weight"), reduction = try call.reduction()
        let smoothing = try call.double("label_smoothing", default: 0)
        let ignored = try call.optionalInt("ignore_index") ?? -100
        if target.dtype.isFloatingPoint {
            return crossEntropy(
                logits, probabilities: channelsLast(target), weights: weights, labelSmoothing: smoothing,
                reduction: reduction)
        }
        return crossEntropy(
            logits, target, weights: weights, labelSmoothing: smoothing, ignoredLabel: ignored, reduction: reduction)
    }

    private static let marginLosses: [String: Adapter] = [
        "nn.functional.hinge_embedding_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            let margin = try call.double("margin", default: 1)
            return try [hingeEmbeddingLoss(x, target, margin: margin, reduction: call.reduction())]
        },
        "nn.functional.margin_ranking_loss": { call in
            let a = try call.tensor("input1"), b = try call.tensor("input2"), target = try call.tensor("target")
            let margin = try call.double("margin", default: 0)
            return try [marginRankingLoss(a, b, target, margin: margin, reduction: call.reduction())]
        },
        "nn.functional.soft_margin_loss": { call in
            let (x, target) = try call.broadcastPair("input", "target")
            return try [softMarginLoss(x, target, reduction: call.reduction())]
        },
        "nn.functional.multi_margin_loss": { call in
            let (x, target) = try call.scores()
            let power = try call.int("p", default: 1), margin = try call.double("margin", default: 1)
            let weights = try call.optionalTensor("weight")
            return try [
                multiMarginLoss(
                    x, target.reshaped(x.shape.dropLast()), power: power, margin: margin, weights: weights,
                    reduction: call.reduction())
            ]
        },
        "nn.functional.multilabel_margin_loss": { call in
            let (x, target) = try call.scores()
            return try [multilabelMarginLoss(x, target.reshaped(x.shape), reduction: call.reduction())]
        },
        "nn.functional.cosine_embedding_loss": { call in
            let a = try call.tensor("input1"), b = try call.tensor("input2"), target = try call.tensor("target")
            let margin = try call.double("margin", default: 0)
            return try [cosineEmbeddingLoss(a, b, target, margin: margin, reduction: call.reduction())]
        },
        "nn.functional.triplet_margin_loss": { call in
            let margin = try call.double("margin", default: 1), power = try call.double("p", default: 2)
            let epsilon = try call.double("eps", default: 1e-6)
            return [try tripletLoss(call, margin: margin, power: power, epsilon: epsilon)]
        },
        "nn.functional.triplet_margin_with_distance_loss": { call in
            // The recorded function is the default one.
            call.ignore("distance_function")
            let margin = try call.double("margin", default: 1)
            return [try tripletLoss(call, margin: margin, power: 2, epsilon: 1e-6)]
        },
    ]

    private static func tripletLoss(_ call: Call, margin: Double, power: Double, epsilon: Double) throws -> Tensor {
        let anchors = try call.tensor("anchor"), positives = try call.tensor("positive")
        let negatives = try call.tensor("negative"), swap = try call.bool("swap", default: false)
        return tripletMarginLoss(
            anchors: anchors, positives: positives, negatives: negatives, margin: margin, power: power,
            epsilon: epsilon, swap: swap, reduction: try call.reduction())
    }
}

extension Call {
    /// `reduction`, or the two flags that it replaced.
    fileprivate func reduction() throws -> Reduction {
        let averages = try optionalBool("size_average"), reduces = try optionalBool("reduce")
        let word = try string("reduction", default: "mean")
        if averages != nil || reduces != nil {
            if reduces == false { return .none }
            return averages == false ? .sum : .mean
        }
        switch word {
        case "mean": return .mean
        case "sum": return .sum
        case "none": return .none
        case "batchmean": return .batchMean
        default: throw Unsupported("reduction = '\(word)'")
        }
    }

    /// Two tensors in their common shape.
    fileprivate func broadcastPair(_ first: String, _ second: String) throws -> (Tensor, Tensor) {
        let a = try tensor(first), b = try tensor(second)
        if a.shape == b.shape { return (a, b) }
        guard a.dtype == b.dtype else { throw Unsupported("\(first) and \(second) differ in shape and dtype") }
        let shape = (a + b).shape
        return (a.broadcast(to: shape), b.broadcast(to: shape))
    }

    /// Scores with an axis of classes, and what is said about them.
    fileprivate func scores() throws -> (Tensor, Tensor) {
        let x = try tensor("input")
        return (x.ndim == 0 ? x.expandedDimensions(axis: 0) : x, try tensor("target"))
    }
}
