import Backprop
import BackpropData
import BackpropNN

/// Handwritten digits for networks that are trained to show something: float32 [examples, 64] and their classes.
struct LessonData {
    let inputs: Tensor
    let labels: Tensor
    private let count: Int

    /// The digits that train.
    static let training = LessonData(Digits.training)
    /// The digits that judge.
    static let test = LessonData(Digits.test)

    private init(_ examples: Digits.Examples) {
        inputs = Tensor(examples.features, shape: [examples.count, Digits.pixelsPerImage])
        labels = Tensor(examples.labels.map(Int.init))
        count = examples.count
    }

    /// Batch number `step`, from 0: the figures are in no order, so neighbours are as good as any.
    func batch(_ step: Int, size: Int) -> (inputs: Tensor, labels: Tensor) {
        let start = step * size % (count - size)
        return (inputs[start..<(start + size)], labels[start..<(start + size)])
    }

    /// The share of right answers of a model in use.
    func accuracy(of model: some Module) -> Double {
        let right = model.evaluating {
            withoutGradients { (model(inputs).argMax(axis: 1) .== labels).asType(.float32).mean() }
        }
        return right.item()
    }
}

/// What a lesson can be asked for, checked.
enum LessonOptions {
    /// - Throws: `TrainError` where a number makes no sense.
    static func check(_ flag: String, _ value: Int, _ range: ClosedRange<Int>) throws(TrainError) {
        guard !range.contains(value) else { return }
        throw TrainError(
            .badOption, at: flag, "\(value) makes no sense",
            remedy: "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
}
