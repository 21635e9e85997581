import Backprop
import BackpropNN

/// What a network for tables is trained for, and what judges it.
struct TableObjective: Sendable {
    let recipe: TableRecipe
    let classCount: Int?
    /// A factor for each class; nil where all rows count the same.
    let classWeights: Tensor?

    /// - Parameter classCounts: rows of each class among those that are learnt from.
    init(_ recipe: TableRecipe, classCounts: [Int]?) {
        self.recipe = recipe
        classCount = classCounts?.count
        classWeights = recipe.balancesClasses ? classCounts.map(Self.balance) : nil
    }

    /// Factors by which every class that has rows counts as much as each other, and all rows together as many as they are.
    private static func balance(_ counts: [Int]) -> Tensor {
        let present = counts.count { $0 > 0 }, total = counts.reduce(0, +)
        return Tensor(counts.map { $0 == 0 ? 0 : Float(total) / Float(present * $0) })
    }

    func output(_ network: TableNetwork, _ batch: TableBatch) -> StepOutput {
        let outputs = network(batch)
        return network.mode.isTraining ? taught(outputs, batch) : judged(outputs, batch)
    }

    /// The mean over members of the loss on the rows that they learn from. The gradient of a member depends on no other one.
    private func taught(_ outputs: Tensor, _ batch: TableBatch) -> StepOutput {
        let members = outputs.dim(0), rows = batch.count
        var losses: Tensor
        if classCount != nil {
            let labels = batch.labels.expandedDimensions(axis: 0).broadcast(to: [members, rows])
            losses = crossEntropy(outputs, labels, labelSmoothing: recipe.labelSmoothing, reduction: .none)
            if let classWeights { losses = losses * classWeights.take(batch.labels) }
        } else {
            losses = square(outputs.squeezed(axis: -1) - batch.labels)
        }
        guard case .folds = recipe.judging else {
            return StepOutput(loss: losses.mean(), outputs: mean(outputs), labels: batch.labels, count: rows)
        }
        let learns = (batch.folds .!= Self.places(members)).asType(.float32)
        // A constant divisor: by the rows that happen to teach, members would depend on each other's folds.
        let loss = (losses * learns).sum() / Double((members - 1) * rows)
        return StepOutput(loss: loss, outputs: mean(outputs), labels: batch.labels, count: rows)
    }

    /// What is said about rows by whoever has not learnt from them.
    private func judged(_ outputs: Tensor, _ batch: TableBatch) -> StepOutput {
        let result = answer(outputs, batch)
        let loss: Tensor
        if classCount != nil {
            // Scores are logarithms of probabilities here, of which softmax makes the probabilities again.
            loss = crossEntropy(result, batch.labels)
        } else {
            loss = meanSquaredError(result, batch.labels)
        }
        return StepOutput(loss: loss, outputs: result, labels: batch.labels, count: batch.count)
    }

    /// What the network says of each row: logarithms of probabilities [rows, classes], or standardized numbers [rows]. In
    /// folds it is said by the member that has not learnt from the row, else by all.
    func answer(_ outputs: Tensor, _ batch: TableBatch) -> Tensor {
        guard case .folds = recipe.judging else { return mean(outputs) }
        let isOwn = (batch.folds .== Self.places(outputs.dim(0))).asType(.float32).expandedDimensions(axis: -1)
        let own = (outputs * isOwn).sum(axis: 0)
        return classCount == nil ? own.squeezed(axis: -1) : logSoftmax(own)
    }

    /// The mean of the members: logarithms of mean probabilities [rows, classes], or numbers [rows].
    func mean(_ outputs: Tensor) -> Tensor {
        guard classCount != nil else { return outputs.mean(axis: 0).squeezed(axis: -1) }
        return logSoftmax(outputs).logSumExp(axes: [0]) - Backprop.log(Tensor(Double(outputs.dim(0))))
    }

    /// [members, 1].
    private static func places(_ members: Int) -> Tensor {
        Tensor((0..<members).map(Int32.init), shape: [members, 1])
    }
}
