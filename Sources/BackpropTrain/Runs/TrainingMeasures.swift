import Backprop
import BackpropNN

/// How well a model does on some examples.
struct Measures: Sendable, Equatable {
    /// The mean loss: cross-entropy for classes, the squared difference of standardized numbers else.
    let loss: Double
    /// The share of examples whose class is right; nil for numbers.
    let accuracy: Double?

    /// The loss of one batch, as it is trained on.
    static func loss(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
        labels.dtype.isFloatingPoint ? meanSquaredError(outputs, labels) : crossEntropy(outputs, labels)
    }

    /// Runs the model without keeping anything for a backward pass, some rows at a time.
    static func outputs(_ model: Sequential, _ examples: Examples, _ positions: [Int]) -> [Float] {
        var result: [Float] = []
        for start in stride(from: 0, to: positions.count, by: 1_024) {
            let chosen = positions[start..<Swift.min(start + 1_024, positions.count)]
            result += withoutGradients { model(examples.inputs(chosen)).array(of: Float.self) }
        }
        return result
    }

    init(_ model: Sequential, _ examples: Examples, _ positions: [Int]) {
        self.init(outputs: Self.outputs(model, examples, positions), examples.targets, positions)
    }

    /// - Parameter positions: of the examples that `outputs` belongs to; at least one.
    init(outputs: [Float], _ targets: Targets, _ positions: [Int]) {
        let width = outputs.count / positions.count
        var sum = 0.0
        switch targets {
        case .numbers(let numbers):
            for (row, position) in positions.enumerated() {
                let difference = Double(outputs[row]) - Double(numbers[position])
                sum += difference * difference
            }
            accuracy = nil
        case .classes(let classes):
            var right = 0
            for (row, position) in positions.enumerated() {
                let scores = outputs[(row * width)..<((row + 1) * width)]
                let wanted = Int(classes[position])
                let best = ClassScores(scores)
                sum -= best.logProbability(of: wanted)
                if best.index == wanted { right += 1 }
            }
            accuracy = Double(right) / Double(positions.count)
        }
        loss = sum / Double(positions.count)
    }
}

/// The scores of the classes for one example, before softmax.
struct ClassScores {
    private let scores: ArraySlice<Float>
    private let logSum: Double
    /// The class with the highest score, the first of equal ones.
    let index: Int

    init(_ scores: ArraySlice<Float>) {
        self.scores = scores
        var best = scores.startIndex
        for position in scores.indices where scores[position] > scores[best] { best = position }
        index = best - scores.startIndex
        let highest = Double(scores[best])
        logSum = highest + Exponential.log(scores.reduce(0) { $0 + Exponential.exp(Double($1) - highest) })
    }

    func logProbability(of index: Int) -> Double { Double(scores[scores.startIndex + index]) - logSum }

    /// The probability of the best class.
    var probability: Double { Exponential.exp(logProbability(of: index)) }
}
