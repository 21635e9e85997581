import Backprop
import BackpropData
import BackpropFiles
import BackpropText
import BackpropTrain

/// A text as tokens, cut into what is learnt and what judges.
struct TextCorpus {
    let tokenizer: Tokenizer
    let training: TokenWindows
    let validation: TokenWindows
    /// The beginning of what is held out: what samples go on behind.
    let firstLine: String
    let isCharacters: Bool

    /// - Throws: `DataError` where the file is no text, or too short.
    init(_ options: TextTrainingOptions) throws(DataError) {
        let text = try BackpropData.PlainText(path: options.text).text
        let characters = Set(text.unicodeScalars).count
        isCharacters = options.vocabulary == nil && characters <= Self.mostCharacters
        // The end is held out, so that nothing of it was seen.
        let scalars = text.unicodeScalars
        let cut = scalars.index(
            scalars.startIndex, offsetBy: Int((Double(scalars.count) * (1 - options.learning.holdOut)).rounded()))
        let parts = (String(scalars[..<cut]), String(scalars[cut...]))
        tokenizer =
            isCharacters
            ? Tokenizer(charactersOf: text)
            : Tokenizer(
                learningBytePairsFrom: parts.0, vocabularySize: options.vocabulary ?? Self.usualVocabulary,
                specialTokens: [Self.end]
            ).with(Self.specialTokens)
        let length = options.context
        training = TokenWindows(
            tokenizer.encode(parts.0, addingSpecialTokens: false).map(Int32.init), length: length, stride: 1)
        validation = TokenWindows(tokenizer.encode(parts.1, addingSpecialTokens: false).map(Int32.init), length: length)
        firstLine = String(parts.1.prefix(200).prefix { !$0.isNewline })
        for (part, windows) in [("to train", training), ("held out", validation)] where windows.count < 1 {
            throw DataError(
                .tooFew, at: options.text,
                "\(Wording.count(windows.tokens.count, "token")) \(part) are fewer than the \(length + 1) that a window of \(length) needs",
                remedy: "give a longer text, or a smaller --context")
        }
    }

    private static let mostCharacters = 256, usualVocabulary = 4_096
    /// Stands behind a text; none is in a text that is learnt.
    private static let end = "<|endoftext|>"
    private static var specialTokens: SpecialTokens {
        var special = SpecialTokens()
        special.end = 0
        return special
    }

    /// Windows at random places: as many batches as an epoch has steps.
    func trainingBatches(_ options: TextTrainingOptions) -> DataLoader<LabelledBatch> {
        let count = options.stepsPerEpoch * options.learning.batchSize
        let sampler = Sampler("random windows", length: count) { windows, generator in
            (0..<count).map { _ in Int.random(in: 0..<windows, using: &generator) }
        }
        return DataLoader(
            0..<training.count, batchSize: options.learning.batchSize, seed: options.learning.seed, sampler: sampler,
            prefetch: 2
        ) { [training] in batch(training, $0) }
    }

    /// All windows of what is held out, one behind the other.
    func validationBatches(_ options: TextTrainingOptions) -> DataLoader<LabelledBatch> {
        DataLoader(0..<validation.count, batchSize: options.learning.batchSize, shuffles: false) { [validation] in
            batch(validation, $0)
        }
    }
}

private func batch(_ windows: TokenWindows, _ pieces: [Int]) -> LabelledBatch {
    let (inputs, targets) = windows[pieces]
    return LabelledBatch(inputs: inputs, labels: targets)
}
