import ArgumentParser
import BackpropModels
import BackpropTrain

/// How a language model goes on.
struct GenerationFlags: ParsableArguments {
    @Option(name: .customLong("tokens"), help: "The most tokens that are added; 128 where left out.")
    var maximumTokens: Int?

    @Option(help: "Below 1 likely tokens become likelier; 0 takes the likeliest always.")
    var temperature: Double?

    @Option(help: ArgumentHelp("Choose from so many of the likeliest tokens only.", valueName: "count"))
    var topK: Int?

    @Option(
        help: ArgumentHelp(
            "Choose from the likeliest tokens only that together have this probability.", valueName: "probability"))
    var topP: Double?

    @Option(help: ArgumentHelp("Above 1, what was there already becomes less likely.", valueName: "factor"))
    var repetitionPenalty: Double?

    @Option(name: .customLong("stop"), help: ArgumentHelp("A text that ends it; may be repeated.", valueName: "text"))
    var stopWords: [String] = []

    @Option(help: "The same seed, the same text; matters where the temperature is not 0.")
    var seed: UInt64?

    /// The options that a model comes with, and what the flags say otherwise.
    func options(over options: GenerationOptions) throws -> GenerationOptions {
        var options = options
        if let maximumTokens { options.maximumTokens = maximumTokens }
        if let temperature { options.temperature = temperature }
        if let topK { options.topK = topK }
        if let topP { options.topP = topP }
        if let repetitionPenalty { options.repetitionPenalty = repetitionPenalty }
        if let seed { options.seed = seed }
        if let mistake = options.mistake { throw ValidationError(mistake) }
        return options
    }
}
