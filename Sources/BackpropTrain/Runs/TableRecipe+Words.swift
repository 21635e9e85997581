import BackpropData
import BackpropNN

extension TableRecord {
    /// "8 networks of 128-128, silu, 12,345 parameters".
    var networkDescription: String {
        let network = TableModel(shape, recipe).network
        let count = network.parameters().reduce(0) { $0 + $1.value.size }
        let layers =
            recipe.hidden.isEmpty
            ? "linear" : recipe.hidden.map(String.init).joined(separator: "-") + ", \(recipe.activation.rawValue)"
        let members = recipe.members > 1 ? "\(recipe.members) networks of " : ""
        return "\(members)\(layers): \(NumberFormat.grouped("\(count)")) parameters"
    }

    /// - Throws: `TrainError` where a network of this kind cannot be made, as after somebody edited the file.
    func check(_ place: String) throws(TrainError) {
        let isSound =
            recipe.hidden.count <= TrainingOptions.deepest
            && recipe.hidden.allSatisfy { (1...TrainingOptions.widest).contains($0) }
            && (1...256).contains(recipe.members) && (0...1_024).contains(recipe.bins)
            && (1...4_096).contains(recipe.embeddingWidth) && (0...100_000).contains(recipe.oneHotLimit)
        guard isSound else {
            throw TrainError(
                .corrupt, at: place, "it does not describe a network that this program can make",
                remedy: "restore it or train again")
        }
    }
}

extension TableRecipe {
    /// What a report says about the training, by name.
    var settings: [(name: String, value: String)] {
        let judging =
            switch judging {
            case .folds: "each fold of the rows by the networks that have not learnt from it"
            case .heldOut(let share):
                "\(NumberFormat.fixed(share * 100, digits: 0)) % of the rows, which nobody learns from"
            case .nothing: "none; the last epoch stays"
            }
        return [
            ("networks", "\(members)"), ("hidden layers", hidden.map(String.init).joined(separator: ", ")),
            ("activation", activation.rawValue), ("bins of a number", "\(bins)"), ("dropout", "\(dropout)"),
            ("weight decay", "\(weightDecay)"), ("label smoothing", "\(labelSmoothing)"),
            ("learning rate", "\(learningRate), falling along half a cosine"), ("batch size", "\(batchSize)"),
            ("epochs", "\(epochs)"), ("patience", "\(patience)"), ("balanced classes", balancesClasses ? "yes" : "no"),
            ("judged by", judging),
        ]
    }
}
