import Backprop
import BackpropNN

/// Functions of networks, in the order of their files.
extension DocumentedExample {
    private static let activationExamples: [DocumentedExample] = [
        DocumentedExample("Activation.relu(Tensor([-1.0, 0, 2]))", [0, 0, 2]) { () -> Tensor in
            Activation.relu(Tensor([-1.0, 0, 2]))
        }
    ]

    private static let exponentialUnitsExamples: [DocumentedExample] = [
        DocumentedExample("elu(Tensor([-1.0, 0, 2]))", [-0.632121, 0, 2]) { () -> Tensor in
            elu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("selu(Tensor([-1.0, 0, 2]))", [-1.11133, 0, 2.1014]) { () -> Tensor in
            selu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("celu(Tensor([-1.0, 0, 2]), alpha: 2)", [-0.786939, 0, 2]) { () -> Tensor in
            celu(Tensor([-1.0, 0, 2]), alpha: 2)
        },
    ]

    private static let piecewiseLinearExamples: [DocumentedExample] = [
        DocumentedExample("relu(Tensor([-1.0, 0, 2]))", [0, 0, 2]) { () -> Tensor in
            relu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("relu6(Tensor([-1.0, 3, 9]))", [0, 3, 6]) { () -> Tensor in
            relu6(Tensor([-1.0, 3, 9]))
        },
        DocumentedExample("leakyRelu(Tensor([-1.0, 0, 2]))", [-0.01, 0, 2]) { () -> Tensor in
            leakyRelu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("prelu(Tensor([-1.0, 0, 2]), slope: Tensor([0.25]))", [-0.25, 0, 2]) { () -> Tensor in
            prelu(Tensor([-1.0, 0, 2]), slope: Tensor([0.25]))
        },
        DocumentedExample("rrelu(Tensor([-48.0, 0, 2]))", [-11, 0, 2]) { () -> Tensor in
            rrelu(Tensor([-48.0, 0, 2]))
        },
        DocumentedExample("threshold(Tensor([-1.0, 0.5, 2]), above: 0.5, otherwise: 9)", [9, 9, 2]) { () -> Tensor in
            threshold(Tensor([-1.0, 0.5, 2]), above: 0.5, otherwise: 9)
        },
        DocumentedExample("hardtanh(Tensor([-3.0, 0.5, 2]))", [-1, 0.5, 1]) { () -> Tensor in
            hardtanh(Tensor([-3.0, 0.5, 2]))
        },
        DocumentedExample("hardsigmoid(Tensor([-3.0, 0, 1.5]))", [0, 0.5, 0.75]) { () -> Tensor in
            hardsigmoid(Tensor([-3.0, 0, 1.5]))
        },
        DocumentedExample("hardswish(Tensor([-3.0, 1, 4]))", [0, 0.666667, 4]) { () -> Tensor in
            hardswish(Tensor([-3.0, 1, 4]))
        },
        DocumentedExample("hardshrink(Tensor([-1.0, 0.5, 2]))", [-1, 0, 2]) { () -> Tensor in
            hardshrink(Tensor([-1.0, 0.5, 2]))
        },
        DocumentedExample("softshrink(Tensor([-1.0, 0.5, 2]))", [-0.5, 0, 1.5]) { () -> Tensor in
            softshrink(Tensor([-1.0, 0.5, 2]))
        },
    ]

    private static let smoothActivationsExamples: [DocumentedExample] = [
        DocumentedExample("gelu(Tensor([-1.0, 0, 2]))", [-0.158655, 0, 1.9545]) { () -> Tensor in
            gelu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("geluTanh(Tensor([-1.0, 0, 2]))", [-0.158808, 0, 1.9546]) { () -> Tensor in
            geluTanh(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("silu(Tensor([-1.0, 0, 2]))", [-0.268941, 0, 1.76159]) { () -> Tensor in
            silu(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("mish(Tensor([-1.0, 0, 2]))", [-0.303401, 0, 1.94396]) { () -> Tensor in
            mish(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("softplus(Tensor([-1.0, 0, 1000]))", [0.313262, 0.693147, 1000]) { () -> Tensor in
            softplus(Tensor([-1.0, 0, 1000]))
        },
        DocumentedExample("logSigmoid(Tensor([-1000.0, 0]))", [-1000, -0.693147]) { () -> Tensor in
            logSigmoid(Tensor([-1000.0, 0]))
        },
        DocumentedExample("softsign(Tensor([-1.0, 0, 3]))", [-0.5, 0, 0.75]) { () -> Tensor in
            softsign(Tensor([-1.0, 0, 3]))
        },
        DocumentedExample("tanhshrink(Tensor([-1.0, 0, 2]))", [-0.238406, 0, 1.03597]) { () -> Tensor in
            tanhshrink(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("glu(Tensor([1.0, 2, 0, 0]))", [0.5, 1]) { () -> Tensor in
            glu(Tensor([1.0, 2, 0, 0]))
        },
    ]

    private static let binaryCrossEntropyExamples: [DocumentedExample] = [
        DocumentedExample(
            "binaryCrossEntropy(Tensor([0.9, 0.2]), Tensor([1.0, 0]), reduction: .none)", [0.105361, 0.223144]
        ) { () -> Tensor in
            binaryCrossEntropy(Tensor([0.9, 0.2]), Tensor([1.0, 0]), reduction: .none)
        },
        DocumentedExample(
            "binaryCrossEntropyWithLogits(Tensor([0.0, -1000]), Tensor([1.0, 0]), reduction: .none)", [0.693147, 0]
        ) { () -> Tensor in
            binaryCrossEntropyWithLogits(Tensor([0.0, -1000]), Tensor([1.0, 0]), reduction: .none)
        },
    ]

    private static let ctcLossExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let even = Tensor.full([2, 2], 0.5), length = Tensor([2, 1] as [Int32])
            ctcLoss(log(even), Tensor([1] as [Int32]), inputLengths: length[0], targetLengths: length[1])
            """, [0.287682]
        ) { () -> Tensor in
            let even = Tensor.full([2, 2], 0.5), length = Tensor([2, 1] as [Int32])
            return ctcLoss(log(even), Tensor([1] as [Int32]), inputLengths: length[0], targetLengths: length[1])
        }
    ]

    private static let crossEntropyExamples: [DocumentedExample] = [
        DocumentedExample(
            "crossEntropy(Tensor([0.0, 0, 0, 1000], shape: [2, 2]), Tensor([1, 1] as [Int32]))", [0.346574]
        ) { () -> Tensor in
            crossEntropy(Tensor([0.0, 0, 0, 1000], shape: [2, 2]), Tensor([1, 1] as [Int32]))
        },
        DocumentedExample("crossEntropy(Tensor([0.0, 0]), probabilities: Tensor([0.3, 0.7]))", [0.693147]) {
            () -> Tensor in
            crossEntropy(Tensor([0.0, 0]), probabilities: Tensor([0.3, 0.7]))
        },
        DocumentedExample(
            "negativeLogLikelihood(log(Tensor([0.2, 0.8], shape: [1, 2])), Tensor([1] as [Int32]))", [0.223144]
        ) { () -> Tensor in
            negativeLogLikelihood(log(Tensor([0.2, 0.8], shape: [1, 2])), Tensor([1] as [Int32]))
        },
    ]

    private static let embeddingLossesExamples: [DocumentedExample] = [
        DocumentedExample(
            "cosineEmbeddingLoss(Tensor([1.0, 0], shape: [1, 2]), Tensor([1.0, 1], shape: [1, 2]), Tensor([1.0]))",
            [0.292893]
        ) { () -> Tensor in
            cosineEmbeddingLoss(Tensor([1.0, 0], shape: [1, 2]), Tensor([1.0, 1], shape: [1, 2]), Tensor([1.0]))
        },
        DocumentedExample(
            "tripletMarginLoss(anchors: Tensor([0.0]), positives: Tensor([2.0]), negatives: Tensor([2.5]))", [0.5]
        ) { () -> Tensor in
            tripletMarginLoss(anchors: Tensor([0.0]), positives: Tensor([2.0]), negatives: Tensor([2.5]))
        },
    ]

    private static let likelihoodLossesExamples: [DocumentedExample] = [
        DocumentedExample("klDivergence(log(Tensor([0.5, 0.5])), Tensor([0.25, 0.75]), reduction: .sum)", [0.130812]) {
            () -> Tensor in
            klDivergence(log(Tensor([0.5, 0.5])), Tensor([0.25, 0.75]), reduction: .sum)
        },
        DocumentedExample(
            "gaussianNegativeLogLikelihood(Tensor([1.0]), Tensor([3.0]), variance: Tensor([4.0]))", [1.19315]
        ) { () -> Tensor in
            gaussianNegativeLogLikelihood(Tensor([1.0]), Tensor([3.0]), variance: Tensor([4.0]))
        },
        DocumentedExample("poissonNegativeLogLikelihood(Tensor([0.0]), Tensor([3.0]))", [1]) { () -> Tensor in
            poissonNegativeLogLikelihood(Tensor([0.0]), Tensor([3.0]))
        },
    ]

    private static let marginLossesExamples: [DocumentedExample] = [
        DocumentedExample("hingeEmbeddingLoss(Tensor([0.3, 0.3]), Tensor([1.0, -1]), reduction: .none)", [0.3, 0.7]) {
            () -> Tensor in
            hingeEmbeddingLoss(Tensor([0.3, 0.3]), Tensor([1.0, -1]), reduction: .none)
        },
        DocumentedExample("marginRankingLoss(Tensor([1.0]), Tensor([3.0]), Tensor([1.0]), margin: 0.5)", [2.5]) {
            () -> Tensor in
            marginRankingLoss(Tensor([1.0]), Tensor([3.0]), Tensor([1.0]), margin: 0.5)
        },
        DocumentedExample("softMarginLoss(Tensor([0.0, 1000]), Tensor([1.0, -1]), reduction: .none)", [0.693147, 1000])
        { () -> Tensor in
            softMarginLoss(Tensor([0.0, 1000]), Tensor([1.0, -1]), reduction: .none)
        },
        DocumentedExample("multiMarginLoss(Tensor([0.5, 2, 1.5], shape: [1, 3]), Tensor([1] as [Int32]))", [0.166667]) {
            () -> Tensor in
            multiMarginLoss(Tensor([0.5, 2, 1.5], shape: [1, 3]), Tensor([1] as [Int32]))
        },
        DocumentedExample("multilabelMarginLoss(Tensor([0.5, 2, 1.5]), Tensor([1, -1, 0] as [Int64]))", [0.166667]) {
            () -> Tensor in
            multilabelMarginLoss(Tensor([0.5, 2, 1.5]), Tensor([1, -1, 0] as [Int64]))
        },
        DocumentedExample(
            "multilabelSoftMarginLoss(Tensor([0.0, 0], shape: [1, 2]), Tensor([1.0, 0], shape: [1, 2]))", [0.693147]
        ) { () -> Tensor in
            multilabelSoftMarginLoss(Tensor([0.0, 0], shape: [1, 2]), Tensor([1.0, 0], shape: [1, 2]))
        },
    ]

    private static let regressionLossesExamples: [DocumentedExample] = [
        DocumentedExample("meanSquaredError(Tensor([1.0, 2]), Tensor([1.0, 5]))", [4.5]) { () -> Tensor in
            meanSquaredError(Tensor([1.0, 2]), Tensor([1.0, 5]))
        },
        DocumentedExample("l1Loss(Tensor([1.0, 2]), Tensor([1.0, 5]))", [1.5]) { () -> Tensor in
            l1Loss(Tensor([1.0, 2]), Tensor([1.0, 5]))
        },
        DocumentedExample("huberLoss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)", [0.125, 2.5]) {
            () -> Tensor in
            huberLoss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)
        },
        DocumentedExample("smoothL1Loss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)", [0.125, 2.5]) {
            () -> Tensor in
            smoothL1Loss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)
        },
    ]

    private static let channelNormalizationsExamples: [DocumentedExample] = [
        DocumentedExample("batchNorm(Tensor([1.0, 3], shape: [2, 1]), epsilon: 0)", [-1, 1]) { () -> Tensor in
            batchNorm(Tensor([1.0, 3], shape: [2, 1]), epsilon: 0)
        },
        DocumentedExample(
            """
            var running = ChannelStatistics(mean: Tensor([0.0]), variance: Tensor([1.0]))
            let y = batchNorm(Tensor([1.0, 3], shape: [2, 1]), updating: &running)
            concatenated([y.flattened(), running.mean, running.variance])
            """, [-1, 1, 0.2, 1.1]
        ) { () -> Tensor in
            var running = ChannelStatistics(mean: Tensor([0.0]), variance: Tensor([1.0]))
            let y = batchNorm(Tensor([1.0, 3], shape: [2, 1]), updating: &running)
            return concatenated([y.flattened(), running.mean, running.variance])
        },
        DocumentedExample("instanceNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2, 1]), epsilon: 0)", [-1, 1, -1, 1]) {
            () -> Tensor in
            instanceNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2, 1]), epsilon: 0)
        },
        DocumentedExample("groupNorm(Tensor([1.0, 3, 10, 30], shape: [1, 4]), groups: 2, epsilon: 0)", [-1, 1, -1, 1]) {
            () -> Tensor in
            groupNorm(Tensor([1.0, 3, 10, 30], shape: [1, 4]), groups: 2, epsilon: 0)
        },
        DocumentedExample("localResponseNorm(Tensor([1.0, 2]), size: 2, alpha: 2, beta: 1)", [0.5, 0.333333]) {
            () -> Tensor in
            localResponseNorm(Tensor([1.0, 2]), size: 2, alpha: 2, beta: 1)
        },
    ]

    private static let layerNormExamples: [DocumentedExample] = [
        DocumentedExample("layerNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2]), epsilon: 0)", [-1, 1, -1, 1]) {
            () -> Tensor in
            layerNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2]), epsilon: 0)
        },
        DocumentedExample("rmsNorm(Tensor([3.0, -4]))", [0.848528, -1.13137]) { () -> Tensor in
            rmsNorm(Tensor([3.0, -4]))
        },
    ]

    private static let attentionExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let q = Tensor.zeros([1, 2, 3]), v = Tensor([1, 3] as [Float], shape: [1, 2, 1])
            scaledDotProductAttention(queries: q, keys: q, values: v, mask: .causal)
            """, [1, 2]
        ) { () -> Tensor in
            let q = Tensor.zeros([1, 2, 3]), v = Tensor([1, 3] as [Float], shape: [1, 2, 1])
            return scaledDotProductAttention(queries: q, keys: q, values: v, mask: .causal)
        }
    ]

    private static let randomDropoutExamples: [DocumentedExample] = [
        DocumentedExample("dropout(Tensor([1.0, 2]), probability: 0)", [1, 2]) { () -> Tensor in
            dropout(Tensor([1.0, 2]), probability: 0)
        },
        DocumentedExample("channelDropout(Tensor.ones([2, 5, 3]), probability: 0.5).shape", [2, 5, 3]) { () -> [Int] in
            channelDropout(Tensor.ones([2, 5, 3]), probability: 0.5).shape
        },
    ]

    static let ofNetworks: [DocumentedExample] = [
        activationExamples, exponentialUnitsExamples, piecewiseLinearExamples, smoothActivationsExamples,
        binaryCrossEntropyExamples, ctcLossExamples, crossEntropyExamples, embeddingLossesExamples,
        likelihoodLossesExamples, marginLossesExamples, regressionLossesExamples, channelNormalizationsExamples,
        layerNormExamples, attentionExamples, randomDropoutExamples,
    ].flatMap { $0 }
}
