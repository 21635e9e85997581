import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropTrain

/// Examples as rows of tokens: those to learn from, and those that judge.
struct InstructionData {
    let training: [[LabelledTokens]]
    let validation: [[LabelledTokens]]
    let context: Int
    /// Examples, and those that were left out because their answers begin behind the end of a row.
    let count: Int, skipped: Int

    /// - Throws: `DataError` for a file that cannot be read, and where nothing is left to learn from.
    init(_ path: String, _ writer: PromptWriter, context: Int, holdOut: Double, seed: UInt64) throws(DataError) {
        var examples: [LabelledTokens] = []
        let file = try ExampleFile(path)
        for record in file.records {
            let example = try writer.example(ExampleRecord(place: record.place, value: record.value))
            let part = example.prefix(context)
            if part.hasLabels { examples.append(part) }
        }
        count = examples.count
        skipped = file.records.count - count
        self.context = context
        let order = Sampler.shuffled.positions(of: examples.count, seed: seed, epoch: 0)
        let heldOut = Int((Double(examples.count) * holdOut).rounded())
        guard examples.count - heldOut > 0 else {
            throw DataError(
                .tooFew, at: path, "no example fits into \(context) tokens with something of its answer",
                remedy: "give more --context, or shorter examples")
        }
        func rows(_ part: ArraySlice<Int>) -> [[LabelledTokens]] {
            let part = part.map { examples[$0] }
            return PackedTokens.rows(lengths: part.map(\.tokens.count), capacity: context).map { $0.map { part[$0] } }
        }
        validation = rows(order[..<heldOut])
        training = rows(order[heldOut...])
    }

    func loader(_ rows: [[LabelledTokens]], batchSize: Int, shuffles: Bool, seed: UInt64) -> DataLoader<PackedTokens> {
        DataLoader(rows, batchSize: batchSize, shuffles: shuffles, seed: seed) { [context] rows in
            PackedTokens(rows, length: context)
        }
    }

    /// The share of the places of all rows that hold a token.
    var filling: Double {
        let tokens = training.reduce(0) { $0 + $1.reduce(0) { $0 + $1.tokens.count } }
        return Double(tokens) / Double(training.count * context)
    }
}
