import Backprop
import BackpropNN
import Testing

/// One mistake of each kind for each function and layer: all of them stop at once, with a message that names the
/// operator and what it was given.
@Suite struct MisuseTests {
    struct Mistake: Sendable {
        /// What the message has to contain.
        let parts: [String]
        let make: @Sendable () -> Void
    }

    private static let x = Tensor.zeros([2, 3])
    private static let y = Tensor.zeros([2, 4])
    private static let whole = Tensor.zeros([2, 3], dtype: .int32)
    private static let labels = Tensor([0, 3] as [Int32])
    private static let image = Tensor.zeros([2, 4, 4, 6])
    private static let heads = Tensor.zeros([1, 4, 3, 8])

    static let mistakes = [functions, losses, layers, training, functional].reduce([:]) {
        $0.merging($1) { first, second in
            Mistake(parts: first.parts + second.parts + ["one name for two mistakes"]) {}
        }
    }

    private static let functions: [String: Mistake] = [
        "prelu": Mistake(parts: ["prelu", "[2]", "[2, 3]"]) { _ = prelu(x, slope: Tensor.zeros([2])) },
        "rrelu": Mistake(parts: ["rrelu", "0.5", "0.1"]) { _ = rrelu(x, lower: 0.5, upper: 0.1) },
        "hardtanh": Mistake(parts: ["hardtanh", "1.0", "-1.0"]) { _ = hardtanh(x, min: 1, max: -1) },
        "softshrink": Mistake(parts: ["softshrink", "-1.0"]) { _ = softshrink(x, threshold: -1) },
        "celu": Mistake(parts: ["celu", "alpha"]) { _ = celu(x, alpha: 0) },
        "softplus": Mistake(parts: ["softplus", "beta"]) { _ = softplus(x, beta: 0) },
        "glu": Mistake(parts: ["glu", "[2, 3]"]) { _ = glu(x) },
        "glu axis": Mistake(parts: ["glu", "axis 2", "[2, 3]"]) { _ = glu(x, axis: 2) },
        "gelu": Mistake(parts: ["int32"]) { _ = gelu(whole) },
        "geluTanh": Mistake(parts: ["geluTanh", "int32"]) { _ = geluTanh(whole) },
        "mish": Mistake(parts: ["mish needs", "int32"]) { _ = mish(whole) },
        "elu": Mistake(parts: ["elu needs", "int32"]) { _ = elu(whole) },
        "leakyRelu": Mistake(parts: ["leakyRelu needs", "int32"]) { _ = leakyRelu(whole) },
        "hardswish": Mistake(parts: ["hardswish needs", "int32"]) { _ = hardswish(whole) },
        "silu": Mistake(parts: ["silu needs", "int32"]) { _ = silu(whole) },
        "dropout": Mistake(parts: ["dropout", "1.5"]) { _ = dropout(x, probability: 1.5) },
        "dropout of NaN": Mistake(parts: ["dropout", "nan"]) { _ = dropout(x, probability: .nan) },
        "channelDropout": Mistake(parts: ["channelDropout", "[3]"]) { _ = channelDropout(Tensor.zeros([3])) },
        "attention": Mistake(parts: ["scaledDotProductAttention", "[2, 3]", "[2, 4]"]) {
            _ = scaledDotProductAttention(queries: x, keys: y, values: y)
        },
        "attention rank": Mistake(parts: ["scaledDotProductAttention", "[3]"]) {
            _ = scaledDotProductAttention(queries: Tensor.zeros([3]), keys: x, values: x)
        },
        "attention heads": Mistake(parts: ["scaledDotProductAttention", "4 heads", "3 heads"]) {
            let keys = Tensor.zeros([1, 3, 3, 8])
            _ = scaledDotProductAttention(queries: heads, keys: keys, values: keys)
        },
        "attention mask dtype": Mistake(parts: ["attention", "int32", "[3, 3]"]) {
            let mask = Tensor.zeros([3, 3], dtype: .int32)
            _ = scaledDotProductAttention(queries: heads, keys: heads, values: heads, mask: .tensor(mask))
        },
        "attention mask": Mistake(parts: ["attention", "[5, 3, 3]", "[1, 4, 3, 3]"]) {
            let mask = Tensor.zeros([5, 3, 3], dtype: .bool)
            _ = scaledDotProductAttention(queries: heads, keys: heads, values: heads, mask: .tensor(mask))
        },
        "attention mask of more": Mistake(parts: ["attention", "[7, 4, 3, 3]", "[1, 4, 3, 3]"]) {
            let mask = Tensor.zeros([7, 4, 3, 3])
            _ = scaledDotProductAttention(queries: heads, keys: heads, values: heads, mask: .tensor(mask))
        },
        "attention dropout": Mistake(parts: ["scaledDotProductAttention", "-0.5"]) {
            _ = scaledDotProductAttention(queries: heads, keys: heads, values: heads, dropout: -0.5)
        },
        "layerNorm": Mistake(parts: ["layerNorm", "[2]", "[2, 3]"]) { _ = layerNorm(x, weight: Tensor.zeros([2])) },
        "layerNorm axes": Mistake(parts: ["layerNorm", "[2, 3]", "3 axes"]) { _ = layerNorm(x, trailingAxes: 3) },
        "layerNorm dtype": Mistake(parts: ["layerNorm", "int32"]) { _ = layerNorm(whole) },
        "rmsNorm": Mistake(parts: ["rmsNorm", "[2]", "[2, 3]"]) { _ = rmsNorm(x, weight: Tensor.zeros([2])) },
        "rmsNorm dtype": Mistake(parts: ["rmsNorm", "int32"]) { _ = rmsNorm(whole) },
        "batchNorm": Mistake(parts: ["batchNorm", "[2, 3]", "[2]"]) { _ = batchNorm(x, bias: Tensor.zeros([2])) },
        "batchNorm dtype": Mistake(parts: ["batchNorm", "int32"]) { _ = batchNorm(whole) },
        "batchNorm of one": Mistake(parts: ["batchNorm", "[1, 3]"]) {
            var running = ChannelStatistics(mean: Tensor.zeros([3]), variance: Tensor.ones([3]))
            _ = batchNorm(Tensor.zeros([1, 3]), updating: &running)
        },
        "instanceNorm": Mistake(parts: ["instanceNorm", "[2, 3]"]) { _ = instanceNorm(x) },
        "instanceNorm of one": Mistake(parts: ["instanceNorm", "[2, 1, 3]"]) {
            var running = ChannelStatistics(mean: Tensor.zeros([3]), variance: Tensor.ones([3]))
            _ = instanceNorm(Tensor.zeros([2, 1, 3]), updating: &running)
        },
        "groupNorm": Mistake(parts: ["groupNorm", "6 channels", "4 groups"]) { _ = groupNorm(image, groups: 4) },
        "groupNorm without groups": Mistake(parts: ["groupNorm", "0 groups"]) { _ = groupNorm(image, groups: 0) },
        "groupNorm weight": Mistake(parts: ["groupNorm", "[4]", "[2, 4, 4, 6]"]) {
            _ = groupNorm(image, groups: 2, weight: Tensor.zeros([4]))
        },
        "localResponseNorm": Mistake(parts: ["localResponseNorm", "0", "[2, 3]"]) { _ = localResponseNorm(x, size: 0) },
    ]

    private static let losses: [String: Mistake] = [
        "marginRankingLoss": Mistake(parts: ["marginRankingLoss", "[2, 3]", "[2, 4]"]) {
            _ = marginRankingLoss(x, y, x)
        },
        "marginRankingLoss targets": Mistake(parts: ["marginRankingLoss", "[2, 3]", "[2, 4]"]) {
            _ = marginRankingLoss(x, x, y)
        },
        "marginRankingLoss dtype": Mistake(parts: ["marginRankingLoss", "float32", "int32"]) {
            _ = marginRankingLoss(x, whole, x)
        },
        "cosineEmbeddingLoss": Mistake(parts: ["cosineEmbeddingLoss", "[2, 3]", "[2, 4]"]) {
            _ = cosineEmbeddingLoss(x, y, Tensor.ones([2]))
        },
        "cosineEmbeddingLoss targets": Mistake(parts: ["cosineEmbeddingLoss", "[2]", "[5]"]) {
            _ = cosineEmbeddingLoss(x, x, Tensor.ones([5]))
        },
        "tripletMarginLoss": Mistake(parts: ["tripletMarginLoss", "[2, 3]", "[2, 4]"]) {
            _ = tripletMarginLoss(anchors: x, positives: x, negatives: y)
        },
        "gaussian likelihood": Mistake(parts: ["gaussianNegativeLogLikelihood", "[2, 3]", "[2, 4]"]) {
            _ = gaussianNegativeLogLikelihood(x, x, variance: y)
        },
        "meanSquaredError dtype": Mistake(parts: ["meanSquaredError", "float32", "int32"]) {
            _ = meanSquaredError(x, whole)
        },
        "binaryCrossEntropy dtype": Mistake(parts: ["binaryCrossEntropy", "float32", "int32"]) {
            _ = binaryCrossEntropy(x, whole)
        },
        "binaryCrossEntropyWithLogits weights": Mistake(parts: ["binaryCrossEntropyWithLogits", "[2, 3]", "[2, 4]"]) {
            _ = binaryCrossEntropyWithLogits(x, x, weights: y)
        },
        "binaryCrossEntropyWithLogits positive weights": Mistake(
            parts: ["binaryCrossEntropyWithLogits", "[2, 3]", "[2, 4]"]
        ) {
            _ = binaryCrossEntropyWithLogits(x, x, positiveWeights: y)
        },
        "crossEntropy": Mistake(parts: ["crossEntropy", "[2, 3]", "[3]"]) {
            _ = crossEntropy(x, Tensor.zeros([3], dtype: .int32))
        },
        "crossEntropy dtype": Mistake(parts: ["crossEntropy", "float32[2]"]) { _ = crossEntropy(x, Tensor.zeros([2])) },
        "crossEntropy of masks": Mistake(parts: ["crossEntropy", "bool[2]"]) {
            _ = crossEntropy(x, Tensor.zeros([2], dtype: .bool))
        },
        "crossEntropy of integers": Mistake(parts: ["crossEntropy", "int32[2, 3]"]) { _ = crossEntropy(whole, labels) },
        "crossEntropy label": Mistake(parts: ["crossEntropy", "index 3", "position 1", "0..<3"]) {
            evaluateOrStop(crossEntropy(x, labels))
        },
        "crossEntropy negative label": Mistake(parts: ["crossEntropy", "index -1", "position 0", "0..<3"]) {
            evaluateOrStop(crossEntropy(x, Tensor([-1, 0] as [Int64])))
        },
        "crossEntropy weights": Mistake(parts: ["crossEntropy", "[2, 3]", "[2]"]) {
            _ = crossEntropy(x, labels, weights: Tensor.zeros([2]))
        },
        "crossEntropy smoothing": Mistake(parts: ["crossEntropy", "1.5"]) {
            _ = crossEntropy(x, labels, labelSmoothing: 1.5)
        },
        "crossEntropy probabilities": Mistake(parts: ["crossEntropy", "[2, 3]", "[2, 4]"]) {
            _ = crossEntropy(x, probabilities: y)
        },
        "negativeLogLikelihood": Mistake(parts: ["negativeLogLikelihood", "index 3", "position 1", "0..<3"]) {
            evaluateOrStop(negativeLogLikelihood(x, labels))
        },
        "negativeLogLikelihood shape": Mistake(parts: ["negativeLogLikelihood", "[2, 3]", "[3]"]) {
            _ = negativeLogLikelihood(x, Tensor.zeros([3], dtype: .int32))
        },
        "binaryCrossEntropy": Mistake(parts: ["binaryCrossEntropy", "[2, 3]", "[2, 4]"]) {
            _ = binaryCrossEntropy(x, y)
        },
        "binaryCrossEntropyWithLogits": Mistake(parts: ["binaryCrossEntropyWithLogits", "[2, 3]", "[2, 4]"]) {
            _ = binaryCrossEntropyWithLogits(x, y)
        },
        "binaryCrossEntropy weights": Mistake(parts: ["binaryCrossEntropy", "[5, 2, 3]", "[2, 3]"]) {
            _ = binaryCrossEntropy(x, x, weights: Tensor.zeros([5, 2, 3]))
        },
        "meanSquaredError": Mistake(parts: ["meanSquaredError", "[2, 3]", "[2, 1]"]) {
            _ = meanSquaredError(x, Tensor.zeros([2, 1]))
        },
        "meanSquaredError dtypes": Mistake(parts: ["float32", "float64"]) {
            _ = meanSquaredError(x, x.asType(.float64))
        },
        "l1Loss": Mistake(parts: ["l1Loss", "[2, 3]", "[2, 4]"]) { _ = l1Loss(x, y) },
        "l1Loss weights": Mistake(parts: ["l1Loss", "[2, 3]", "[2, 4]"]) { _ = l1Loss(x, x, weights: y) },
        "huberLoss": Mistake(parts: ["huberLoss", "[2, 3]", "[2, 4]"]) { _ = huberLoss(x, y) },
        "huberLoss delta": Mistake(parts: ["huberLoss", "delta 0.0"]) { _ = huberLoss(x, x, delta: 0) },
        "smoothL1Loss": Mistake(parts: ["smoothL1Loss", "beta -1.0"]) { _ = smoothL1Loss(x, x, beta: -1) },
        "klDivergence": Mistake(parts: ["klDivergence", "[2, 3]", "[2, 4]"]) { _ = klDivergence(x, y) },
        "gaussianNegativeLogLikelihood": Mistake(parts: ["gaussianNegativeLogLikelihood", "epsilon 0.0"]) {
            _ = gaussianNegativeLogLikelihood(x, x, variance: x, epsilon: 0)
        },
        "poissonNegativeLogLikelihood": Mistake(parts: ["poissonNegativeLogLikelihood", "[2, 3]", "[2, 4]"]) {
            _ = poissonNegativeLogLikelihood(x, y)
        },
        "hingeEmbeddingLoss": Mistake(parts: ["hingeEmbeddingLoss", "[2, 3]", "[2, 4]"]) {
            _ = hingeEmbeddingLoss(x, y)
        },
        "softMarginLoss": Mistake(parts: ["softMarginLoss", "[2, 3]", "[2, 4]"]) { _ = softMarginLoss(x, y) },
        "multiMarginLoss": Mistake(parts: ["multiMarginLoss", "index 3", "position 1", "0..<3"]) {
            evaluateOrStop(multiMarginLoss(x, labels))
        },
        "multiMarginLoss power": Mistake(parts: ["multiMarginLoss", "power 3"]) {
            _ = multiMarginLoss(x, labels, power: 3)
        },
        "multilabelMarginLoss": Mistake(parts: ["multilabelMarginLoss", "[2, 3]", "[2]"]) {
            _ = multilabelMarginLoss(x, labels)
        },
        "multilabelMarginLoss label": Mistake(parts: ["multilabelMarginLoss", "index 4", "position 1", "0..<3"]) {
            evaluateOrStop(multilabelMarginLoss(x, Tensor([0, 4, -1, -1, 9, 9] as [Int32], shape: [2, 3])))
        },
        "multilabelSoftMarginLoss": Mistake(parts: ["multilabelSoftMarginLoss", "[2, 3]", "[2, 4]"]) {
            _ = multilabelSoftMarginLoss(x, y)
        },
        "ctcLoss": Mistake(parts: ["ctcLoss", "[5, 2, 3]", "[3, 2]"]) {
            ctc(targets: Tensor.zeros([3, 2], dtype: .int64))
        },
        "ctcLoss blank": Mistake(parts: ["ctcLoss", "blank 3"]) { ctc(blank: 3) },
        "ctcLoss dtype": Mistake(parts: ["ctcLoss", "float32"]) { ctc(targets: Tensor.zeros([2, 2])) },
        "ctcLoss target": Mistake(parts: ["takeAlong", "index 3", "0..<3"]) {
            ctc(targets: Tensor.full([2, 2], 3, dtype: .int64))
        },
        "ctcLoss input lengths": Mistake(parts: ["ctcLoss", "index 6", "position 1", "0..<6"]) {
            ctc(inputLengths: Tensor([5, 6] as [Int64]))
        },
        "ctcLoss target lengths": Mistake(parts: ["ctcLoss", "index -1", "position 0", "0..<3"]) {
            ctc(targetLengths: Tensor([-1, 2] as [Int64]))
        },
        "ctcLoss joined targets": Mistake(parts: ["ctcLoss", "[3]", "[2, 2]"]) {
            ctc(targets: Tensor.ones([3], dtype: .int64))
        },
    ]

    private static func ctc(
        targets: Tensor = .ones([2, 2], dtype: .int64), inputLengths: Tensor = Tensor([5, 5] as [Int64]),
        targetLengths: Tensor = Tensor([2, 2] as [Int64]), blank: Int = 0
    ) {
        evaluateOrStop(
            ctcLoss(
                Tensor.zeros([5, 2, 3]), targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank
            ))
    }

    private static let layers: [String: Mistake] = [
        "Linear": Mistake(parts: ["Linear(4, 5)", "[2, 3]", "4 features"]) { _ = Linear(4, 5)(x) },
        "Linear extents": Mistake(parts: ["Linear", "-1"]) { _ = Linear(-1, 5) },
        "Embedding": Mistake(parts: ["Embedding(3, 2)", "float32", "asType"]) { _ = Embedding(3, 2)(x) },
        "Embedding extents": Mistake(parts: ["Embedding", "-3"]) { _ = Embedding(-3, 2) },
        "Embedding index": Mistake(parts: ["take", "index 3", "position 1", "0..<3"]) {
            evaluateOrStop(Embedding(3, 2)(labels))
        },
        "Bilinear": Mistake(parts: ["Bilinear(3, 3, 2)", "second", "[2, 4]", "3 features"]) {
            _ = Bilinear(3, 3, 2)(x, y)
        },
        "Bilinear extents": Mistake(parts: ["Bilinear", "-1"]) { _ = Bilinear(3, -1, 2) },
        "LayerNorm": Mistake(parts: ["LayerNorm", "[4]", "[2, 3]"]) { _ = LayerNorm(4)(x) },
        "RMSNorm": Mistake(parts: ["RMSNorm", "4 features", "[2, 3]"]) { _ = RMSNorm(4)(x) },
        "GroupNorm": Mistake(parts: ["GroupNorm", "4 channels", "[2, 4, 4, 6]", "movedAxis"]) {
            _ = GroupNorm(groups: 2, 4)(image)
        },
        "BatchNorm": Mistake(parts: ["BatchNorm", "4 channels", "[2, 3]"]) { _ = BatchNorm(4)(x) },
        "InstanceNorm": Mistake(parts: ["InstanceNorm", "3 channels", "[2, 3]"]) { _ = InstanceNorm(3)(x) },
        "Dropout": Mistake(parts: ["Dropout", "-0.1"]) { _ = Dropout(-0.1) },
        "MultiHeadAttention": Mistake(parts: ["MultiHeadAttention", "8 features", "3 heads"]) {
            _ = MultiHeadAttention(8, heads: 3)
        },
        "MultiHeadAttention features": Mistake(parts: ["MultiHeadAttention", "queries", "[2, 3]", "8 features"]) {
            _ = MultiHeadAttention(8, heads: 2)(x)
        },
        "MultiHeadAttention padding": Mistake(parts: ["MultiHeadAttention", "float32"]) {
            let x = Tensor.zeros([2, 3, 8])
            _ = MultiHeadAttention(8, heads: 2)(queries: x, keys: x, values: x, isPadding: Tensor.zeros([2, 3]))
        },
        "RNN": Mistake(parts: ["RNN(", "[2, 3, 5]", "4 features"]) { _ = RNN(4, 6)(Tensor.zeros([2, 3, 5])) },
        "RNN of a vector": Mistake(parts: ["RNN(", "[4]"]) { _ = RNN(4, 6)(Tensor.zeros([4])) },
        "RNN without steps": Mistake(parts: ["RNN(", "[2, 0, 4]", "a step"]) {
            _ = RNN(4, 6)(Tensor.zeros([2, 0, 4]))
        },
        "RNN without layers": Mistake(parts: ["recurrent", "0"]) { _ = RNN(4, 6, layers: 0) },
        "RNN extents": Mistake(parts: ["recurrent", "-6"]) { _ = RNN(4, -6) },
        "GRU state": Mistake(parts: ["GRU(", "[2, 1, 6]", "[1, 1, 6]"]) {
            _ = GRU(4, 6)(Tensor.zeros([1, 3, 4]), state: Tensor.zeros([2, 1, 6]))
        },
        "GRU extents": Mistake(parts: ["recurrent", "9223372036854775807"]) { _ = GRU(4, .max) },
        "LSTM state": Mistake(parts: ["LSTM(", "hidden", "[1, 1, 5]", "[1, 1, 6]"]) {
            let state = LSTMState(hidden: Tensor.zeros([1, 1, 5]), cell: Tensor.zeros([1, 1, 6]))
            _ = LSTM(4, 6)(Tensor.zeros([1, 3, 4]), state: state)
        },
        "a weight beyond memory": Mistake(parts: ["too many"]) { _ = Linear(2_147_483_647, 2_147_483_647) },
        "fans that overflow": Mistake(parts: ["uniform"]) { _ = Initializer.heUniform([2, .max, .max]) },
        "backward": Mistake(parts: ["backward", "[2, 5]"]) { Linear(3, 5)(x).backward() },
    ]

    private static let weight = Parameter(Tensor.zeros([2]))

    private static let functional: [String: Mistake] = [
        "withParameters count": Mistake(parts: ["withParameters", "1 values", "2 parameters"]) {
            Linear(3, 4).withParameters([y]) {}
        },
        "withParameters shape": Mistake(parts: ["withParameters", "weight", "[4, 3]", "[2, 4]"]) {
            Linear(3, 4).withParameters(["weight": y]) {}
        },
        "withParameters dtype": Mistake(parts: ["withParameters", "bias", "float32[3]", "int32[3]"]) {
            Sequential(Linear(2, 3)).withParameters(["layers.0.bias": whole[0]]) {}
        },
        "withParameters name": Mistake(parts: ["withParameters", "gamma", "bias, weight"]) {
            Linear(3, 4).withParameters(["gamma": y]) {}
        },
        "withParameters assignment": Mistake(parts: ["[3, 2]", "stands in"]) {
            let layer = Linear(2, 3, bias: false)
            layer.withParameters([Tensor.ones([3, 2])]) { layer.weight.value = Tensor.zeros([3, 2]) }
        },
        "withParameters step": Mistake(parts: ["[3, 2]", "stands in"]) {
            let layer = Linear(2, 3, bias: false), optimizer = SGD(layer.parameters(), learningRate: 0.1)
            layer(Tensor.ones([1, 2])).sum().backward()
            layer.withParameters([Tensor.ones([3, 2])]) { optimizer.step() }
        },
        "perExampleGradients": Mistake(parts: ["gradient", "one floating-point number", "[3]"]) {
            let layer = Linear(3, 3)
            _ = layer.perExampleGradients(of: [x]) { layer($0[0]) }
        },
        "perExampleGradients dropout": Mistake(parts: ["vmap", "random", ".different"]) {
            let layer = Sequential(Linear(3, 3), Dropout(0.5))
            _ = layer.perExampleGradients(of: [x]) { layer($0[0]).sum() }
        },
        "perExampleGradients batch norm": Mistake(parts: ["vmap", "buffer"]) {
            let layer = BatchNorm(6)
            _ = layer.perExampleGradients(of: [image]) { layer($0[0]).sum() }
        },
    ]

    private static let training: [String: Mistake] = [
        "learning rate": Mistake(parts: ["SGD", "learning rate", "-0.1"]) { _ = SGD([weight], learningRate: -0.1) },
        "learning rate NaN": Mistake(parts: ["AdamW", "nan"]) { _ = AdamW([weight], learningRate: .nan) },
        "learning rate of a group": Mistake(parts: ["Adam", "learning rate", "-1.0"]) {
            Adam([]).addGroup([weight], learningRate: -1)
        },
        "weight decay": Mistake(parts: ["AdamW", "weight decay", "-0.5"]) { _ = AdamW([weight], weightDecay: -0.5) },
        "first beta": Mistake(parts: ["Adam", "first", "1.0"]) { _ = Adam([weight], betas: (1, 0.9)) },
        "second beta": Mistake(parts: ["Lion", "second", "-0.1"]) { _ = Lion([weight], betas: (0.9, -0.1)) },
        "epsilon": Mistake(parts: ["RAdam", "epsilon", "-1e-08"]) { _ = RAdam([weight], epsilon: -1e-8) },
        "momentum": Mistake(parts: ["SGD", "momentum", "-0.9"]) {
            _ = SGD([weight], learningRate: 0.1, momentum: -0.9)
        },
        "nesterov": Mistake(parts: ["SGD", "Nesterov", "0.5"]) {
            _ = SGD([weight], learningRate: 0.1, momentum: 0.9, dampening: 0.5, nesterov: true)
        },
        "momentum decay": Mistake(parts: ["NAdam", "-0.1"]) { _ = NAdam([weight], momentumDecay: -0.1) },
        "smoothing": Mistake(parts: ["RMSprop", "smoothing", "-0.99"]) { _ = RMSprop([weight], smoothing: -0.99) },
        "rho": Mistake(parts: ["Adadelta", "smoothing", "1.5"]) { _ = Adadelta([weight], smoothing: 1.5) },
        "initial sum": Mistake(parts: ["Adagrad", "initial sum"]) { _ = Adagrad([weight], initialSum: -1) },
        "beta of Adamax": Mistake(parts: ["Adamax", "second", "nan"]) { _ = Adamax([weight], betas: (0.9, .nan)) },
        "factors": Mistake(parts: ["Rprop", "1.5"]) { _ = Rprop([weight], factors: (1.5, 2)) },
        "decay": Mistake(parts: ["ASGD", "-1.0"]) { _ = ASGD([weight], decay: -1) },
        "largest update": Mistake(parts: ["Adafactor", "0.5"]) { _ = Adafactor([weight], largestUpdate: 0.5) },
        "LBFGS": Mistake(parts: ["LBFGS", "-1.0"]) { _ = LBFGS([weight], learningRate: -1) },
        "a parameter twice": Mistake(parts: ["SGD", "only once"]) { _ = SGD([weight, weight], learningRate: 0.1) },
        "a parameter in two groups": Mistake(parts: ["AdamW", "one group only"]) { AdamW([weight]).addGroup([weight]) },
        "average": Mistake(parts: ["WeightAverage", "1.5"]) { _ = WeightAverage([weight], decay: 1.5) },
        "loss scale": Mistake(parts: ["LossScaler", "0.0"]) { _ = LossScaler(scale: 0) },
        "clipping": Mistake(parts: ["clipGradientNorm", "-1.0"]) { clipGradientNorm([weight], to: -1) },
        "clipping values": Mistake(parts: ["clipGradientValues", "nan"]) { clipGradientValues([weight], to: .nan) },
        "stepwise": Mistake(parts: ["stepwise", "0"]) { _ = LearningRateSchedule.stepwise(every: 0) },
        "linear": Mistake(parts: ["linear", "0"]) { _ = LearningRateSchedule.linear(from: 0, to: 1, steps: 0) },
        "polynomial": Mistake(parts: ["polynomial", "-1"]) { _ = LearningRateSchedule.polynomial(steps: -1) },
        "cosine": Mistake(parts: ["cosine", "0"]) { _ = LearningRateSchedule.cosine(steps: 0) },
        "restarts": Mistake(parts: ["cosineWithRestarts", "0"]) {
            _ = LearningRateSchedule.cosineWithRestarts(first: 0)
        },
        "restarts that shrink": Mistake(parts: ["cosineWithRestarts", "growth of 0"]) {
            _ = LearningRateSchedule.cosineWithRestarts(first: 5, growth: 0)
        },
        "one cycle": Mistake(parts: ["oneCycle", "1.5"]) {
            _ = LearningRateSchedule.oneCycle(peak: 1, steps: 10, rise: 1.5)
        },
        "cyclic": Mistake(parts: ["cyclic", "0"]) { _ = LearningRateSchedule.cyclic(from: 0, to: 1, rise: 0) },
    ]

    @Test(arguments: mistakes.keys.sorted()) func stopsWithAMessage(_ name: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [name] in
            MisuseTests.mistakes[name]!.make()
        }
        // What is printed behind the message, such as a backtrace with names of functions, does not count.
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = output.split(separator: "\n").first { $0.contains("Fatal error: ") } ?? ""
        #expect(message.hasPrefix("Backprop"), "\(name): not a message of ours: \(output.prefix(300))")
        for part in MisuseTests.mistakes[name]!.parts {
            #expect(message.contains(part), "\(name): \"\(part)\" is not in: \(message.prefix(300))")
        }
    }
}
