import BackpropTrain

/// How a GPT is trained from a text.
package struct TextTrainingOptions: LanguageRunOptions {
    package static let kind = "text"
    package static let command = "lm train"

    /// The path of the text.
    package var text: String
    /// How many tokens a byte-level BPE learns. Nil: characters where the text has at most 256 of them, else 4,096 tokens.
    package var vocabulary: Int?
    package var layers = 6
    package var features = 384
    package var heads = 6
    /// How many tokens the model sees at a time.
    package var context = 256
    package var batchSize = 8
    package var steps = 2_500
    /// The largest rate, reached after a fiftieth of the steps; a cosine leads to a tenth of it.
    package var learningRate = 1e-3
    package var weightDecay = 0.1
    package var dropout = 0.0
    /// The share of the text, its end, that only judges.
    package var holdOut = 0.1
    /// Steps from one validation, with a sample, to the next.
    package var evaluateEvery = 250
    /// What samples go on behind; the first line of what is held out where nil.
    package var prompt: String?
    package var seed: UInt64 = 0
    /// Whether products are taken in bfloat16.
    package var isMixed = false

    package init(text: String) { self.text = text }

    package func validate() throws(TrainError) {
        func check(_ isFine: Bool, _ flag: String, _ value: Any, _ remedy: String) throws(TrainError) {
            if !isFine { throw TrainError(.badOption, at: flag, "\(value) makes no sense", remedy: remedy) }
        }
        try check((1...1_000).contains(layers), "--layers", layers, "give 1 to 1000")
        try check((1...100_000).contains(features), "--features", features, "give 1 to 100000")
        try check(
            heads > 0 && features % heads == 0, "--heads", heads, "give a number that divides the \(features) features")
        try check((2...1_000_000).contains(context), "--context", context, "give 2 to 1000000")
        try check((1...1_000_000).contains(batchSize), "--batch-size", batchSize, "give 1 or more")
        try check((1...1_000_000_000).contains(steps), "--steps", steps, "give 1 or more")
        try check(learningRate > 0 && learningRate.isFinite, "--learning-rate", learningRate, "give more than 0")
        try check(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay", weightDecay, "give 0 or more")
        try check((0..<1).contains(dropout), "--dropout", dropout, "give 0 or more, below 1")
        try check(holdOut > 0 && holdOut < 1, "--hold-out", holdOut, "give a share between 0 and 1")
        try check((1...1_000_000_000).contains(evaluateEvery), "--evaluate-every", evaluateEvery, "give 1 or more")
        if let vocabulary {
            try check((257...1_000_000).contains(vocabulary), "--vocabulary", vocabulary, "give 257 to 1000000")
        }
    }

    /// Steps from one validation to the next, no more than there are.
    var stepsPerEpoch: Int { min(evaluateEvery, steps) }
    var epochs: Int { (steps + stepsPerEpoch - 1) / stepsPerEpoch }
}
