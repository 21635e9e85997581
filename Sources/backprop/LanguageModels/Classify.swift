import ArgumentParser
import BackpropFiles
import BackpropModels
import BackpropTrain
import BackpropTuning

/// Tells sentences apart.
struct Classify: TrainingCommand {
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
    @Option(help: ArgumentHelp("How many tokens of a sentence are read (64).", valueName: "tokens")) var length: Int?
    @OptionGroup(title: "How long") var passes: PassFlags<ClassifierOptions>
    @OptionGroup(title: "A step") var learning: LearningFlags<ClassifierOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = ClassifierTraining

    func run() throws {
        guard data == nil, flags.resume == nil, let model else { return try train() }
        try answer(SentenceClassifier.load(model))
    }

    static func inputs(_ options: ClassifierOptions) -> [(value: String, name: String, remedy: String)] {
        [(options.model, "the model", "a folder")]
    }

    func write(to options: inout ClassifierOptions) throws {
        if let model { options.model = model }
        if let data { options.data = data }
        options.test = test
        if let length { options.length = length }
        passes.write(to: &options)
        try learning.write(to: &options)
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
}
