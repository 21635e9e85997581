import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain
import BackpropTuning

/// Tells sentences apart.
struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a classifier of sentences on an encoder, or says the class of each line.",
        discussion: """
            With --data it trains: lines that begin with a label, or JSON with text and label. All weights of the encoder learn, \
            under a linear layer on the mean of its positions. Without --data the model is such a run, and each line of standard \
            input is answered by its class and the probability of it.
            """)

    @Argument(help: ArgumentHelp("A folder with a BERT and its tokenizer, or a run.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Sentences with labels.", valueName: "file")) var data: String?
    @Option(help: ArgumentHelp("Sentences that judge; a share of the others where left out.", valueName: "file"))
    var test: String?
    @Option(help: ArgumentHelp("That share (0.1).", valueName: "share")) var holdOut: Double?
    @Option(help: ArgumentHelp("Passes over the data (1).", valueName: "count")) var epochs: Int?
    @Option(help: "Sentences in each step (32).") var batchSize: Int?
    @Option(help: ArgumentHelp("The first steps, which fall to nothing (0.0001).", valueName: "rate"))
    var learningRate: Double?
    @Option(help: ArgumentHelp("How strongly weights are pulled to zero (0.01).", valueName: "share"))
    var weightDecay: Double?
    @Option(help: ArgumentHelp("How many tokens of a sentence are read (64).", valueName: "tokens")) var length: Int?
    @Option(help: "What all random choices follow from (0).") var seed: UInt64?
    @Flag(name: .customLong("bfloat16"), help: "Take products in bfloat16.") var isMixed = false
    @OptionGroup(title: "The run") var flags: RunFlags

    func run() throws {
        let bare = ClassifierOptions(model: "", data: "")
        if let resume = flags.resume {
            guard options(bare) == bare, flags.output == nil else { throw RunFlags.furtherFlags }
            return try flags.finish(ClassifierTraining(resuming: resume).perform(flags.reporter()))
        }
        guard let model else { throw ValidationError("the model is missing; give a folder") }
        guard let data else { return try answer(SentenceClassifier.load(model)) }
        let options = options(ClassifierOptions(model: model, data: data))
        try flags.finish(ClassifierTraining(options, output: flags.output).perform(flags.reporter()))
    }

    /// The class of each line.
    private func answer(_ classifier: SentenceClassifier) throws {
        var lines = StandardLines()
        while let line = try lines.next() {
            let text = String(decoding: line, as: UTF8.self)
            let shares = try classifier.probabilities([text])[0]
            let best = shares.indices.max { shares[$0] < shares[$1] } ?? 0
            let name = classifier.classes[best]
            if flags.json {
                let all = zip(classifier.classes, shares).map { "\(JSONText.quoted($0)): \($1)" }
                try StandardOutput.write(
                    "{\"class\": \(JSONText.quoted(name)), \"probabilities\": {\(all.joined(separator: ", "))}}\n")
            } else {
                try StandardOutput.write("\(name)\t\(NumberFormat.fixed(Double(shares[best]), digits: 4))\n")
            }
        }
    }

    private func options(_ base: ClassifierOptions) -> ClassifierOptions {
        var options = base
        if let model { options.model = model }
        if let data { options.data = data }
        options.test = test
        options.isMixed = isMixed
        if let holdOut { options.holdOut = holdOut }
        if let epochs { options.epochs = epochs }
        if let batchSize { options.batchSize = batchSize }
        if let learningRate { options.learningRate = learningRate }
        if let weightDecay { options.weightDecay = weightDecay }
        if let length { options.length = length }
        if let seed { options.seed = seed }
        return options
    }
}
