import Backprop
import BackpropData
import BackpropFiles
import BackpropModels

/// Two answers to the same, of which the first is better.
struct PreferencePair: Sendable {
    let chosen: LabelledTokens, rejected: LabelledTokens
    /// The logarithms of their probabilities under the model that training begins with.
    var reference: (chosen: Float, rejected: Float) = (0, 0)

    init(chosen: LabelledTokens, rejected: LabelledTokens) { (self.chosen, self.rejected) = (chosen, rejected) }

    var length: Int { max(chosen.tokens.count, rejected.tokens.count) }
}

/// Pairs of a file: those to learn from, and those that judge.
struct PreferencePairs {
    var training: [PreferencePair]
    var validation: [PreferencePair]
    /// How many were longer than allowed, or of equal answers.
    let skipped: Int

    /// Reads records with a prompt (see `ExampleRecord.prompt`) and `chosen` and `rejected`, which are texts or lists of turns.
    ///
    /// - Parameter length: the most tokens of a prompt with its answer.
    /// - Throws: `DataError` where the file cannot be read, and where too few pairs are left.
    init(
        _ path: String, _ writer: PromptWriter, length: Int, holdOut: Double, seed: UInt64
    ) throws(DataError) {
        var pairs: [PreferencePair] = []
        let file = try ExampleFile(path)
        for record in file.records {
            let pair = try Self.pair(ExampleRecord(place: record.place, value: record.value), writer)
            if pair.length <= length, pair.chosen != pair.rejected { pairs.append(pair) }
        }
        skipped = file.records.count - pairs.count
        let order = Sampler.shuffled.positions(of: pairs.count, seed: seed, epoch: 0)
        let count = Int((Double(pairs.count) * holdOut).rounded(.up))
        guard count < pairs.count else {
            throw DataError(
                .tooFew, at: path,
                "\(Wording.count(pairs.count, "pair")) of at most \(length) tokens cannot be divided",
                remedy: "give more pairs, or more --length")
        }
        validation = order[..<count].map { pairs[$0] }.sorted { $0.length < $1.length }
        training = order[count...].map { pairs[$0] }
    }

    /// What is said about them, with the names of the lines.
    func lines(_ name: String, _ options: PairOptions) -> [(name: String, text: String)] {
        let data = "\(name): \(Wording.count(training.count, "pair")) to train, \(validation.count) held out"
        guard skipped > 0 else { return [("Data", data)] }
        return [
            ("Data", data),
            (
                "Note",
                "\(Wording.count(skipped, "pair")) left out: longer than \(options.length) tokens, or of equal answers"
            ),
        ]
    }

    /// Batches of pairs of about the same length where they are shuffled.
    func loader(
        _ pairs: [PreferencePair], _ options: some PairTrainingOptions, shuffles: Bool
    ) -> DataLoader<PairBatch> {
        DataLoader(
            pairs, batchSize: options.learning.batchSize, shuffles: false, seed: options.learning.seed,
            sampler: shuffles ? .byLength(pairs.map(\.length)) : nil
        ) { PairBatch($0) }
    }

    private static func pair(_ record: ExampleRecord, _ writer: PromptWriter) throws(DataError) -> PreferencePair {
        func answer(_ key: String) throws(DataError) -> String {
            if let turns = try record.turns(key) {
                if let last = turns.last, last.role == .assistant { return last.text }
            } else if let text = try record.text(key) {
                return text
            }
            throw record.problem("there is no '\(key)'", remedy: "write prompt, chosen and rejected")
        }
        let chosen = try answer("chosen"), rejected = try answer("rejected")
        var asked = try record.prompt()
        if asked == nil, let turns = try record.turns("chosen") { asked = Array(turns.dropLast()) }
        guard let asked else {
            throw record.problem(
                "there is no prompt", remedy: "write prompt, or instruction, beside chosen and rejected")
        }
        let prompt = writer.prompt(asked)
        return PreferencePair(
            chosen: LabelledTokens(prompt: prompt, answer: writer.answer(chosen)),
            rejected: LabelledTokens(prompt: prompt, answer: writer.answer(rejected)))
    }
}

extension [PreferencePair] {
    /// The same pairs with the logarithms of their probabilities under a model as it is.
    ///
    /// - Parameter onBatch: called after each batch; what it throws ends it.
    func referenced(
        by model: any LanguageModel, batchSize: Int, onBatch: () throws -> Void = {}
    ) throws -> [PreferencePair] {
        var result = self
        // Pairs of about the same length share a batch, so that there is little padding.
        let order = indices.sorted { (self[$0].length, $0) < (self[$1].length, $1) }
        for begin in stride(from: 0, to: order.count, by: batchSize) {
            let places = order[begin..<Swift.min(begin + batchSize, order.count)]
            let batch = PairBatch(places.map { self[$0] })
            let sums = model.evaluating {
                withoutGradients {
                    model.logProbability(batch.tokens.ids, labels: batch.tokens.labels).asType(.float32)
                }
            }
            try evaluate(sums)
            let numbers = sums.array(of: Float.self)
            for (row, place) in places.enumerated() {
                result[place].reference = (numbers[row], numbers[batch.count + row])
            }
            try onBatch()
        }
        return result
    }
}

/// Pairs as the rows of one batch: all better answers, then all others.
struct PairBatch: Sendable {
    let tokens: PaddedTokens
    /// float32 [pairs].
    let referenceChosen: Tensor, referenceRejected: Tensor
    let count: Int

    init(_ pairs: [PreferencePair]) {
        tokens = PaddedTokens(pairs.map(\.chosen) + pairs.map(\.rejected))
        referenceChosen = Tensor(pairs.map(\.reference.chosen))
        referenceRejected = Tensor(pairs.map(\.reference.rejected))
        count = pairs.count
    }

    /// The parts of [2 pairs] that belong to better answers, and to the others.
    func halves(_ values: Tensor) -> (chosen: Tensor, rejected: Tensor) {
        (values.narrowed(axis: 0, 0..<count), values.narrowed(axis: 0, count..<(2 * count)))
    }
}
