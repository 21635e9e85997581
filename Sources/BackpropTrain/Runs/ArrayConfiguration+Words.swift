import BackpropNN

extension ArrayConfiguration {
    /// What a report says about the training, by name.
    var settings: [(name: String, value: String)] {
        [
            ("model", summary), ("optimizer", recipe.optimizer.rawValue),
            ("learning rate", "\(recipe.learningRate) at most, in one cycle"),
            ("weight decay", "\(recipe.weightDecay)"),
            ("label smoothing", "\(recipe.labelSmoothing)"), ("batch size", "\(recipe.batchSize)"),
            ("epochs", "\(recipe.epochs)"), ("patience", "\(recipe.patience)"),
            ("held out to choose the epoch", "\(NumberFormat.fixed(recipe.validationShare * 100, digits: 0)) %"),
        ]
    }

    /// - Throws: `TrainError` where a network of this kind cannot be made, as after somebody edited the file.
    func check(_ place: String) throws(TrainError) {
        try model.check(shape, outputs: outputs, at: place)
        guard (1...256).contains(recipe.members), normalization.suits(shape), targetMean.isFinite,
            targetDeviation.isFinite, targetDeviation > 0, temperature.isFinite, temperature > 0
        else {
            throw TrainError(
                .corrupt, at: place, "it does not describe a network that this program can make",
                remedy: "restore it or train again")
        }
    }
}
