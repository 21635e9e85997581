import Backprop
import BackpropData

/// What is to be predicted for each example.
enum Targets: Sendable, Equatable {
    case classes([Int32])
    /// Standardized numbers.
    case numbers([Float])

    var count: Int {
        switch self {
        case .classes(let classes): classes.count
        case .numbers(let numbers): numbers.count
        }
    }

    /// The targets of some of the examples, with the shape that the loss wants.
    func tensor(_ positions: some Sequence<Int>) -> Tensor {
        switch self {
        case .classes(let classes): return Tensor(positions.map { classes[$0] })
        case .numbers(let numbers):
            let chosen = positions.map { numbers[$0] }
            return Tensor(chosen, shape: [chosen.count, 1])
        }
    }
}

/// Examples as numbers.
struct Examples: Sendable {
    /// Shape [targets.count, width].
    let inputs: [Float]
    let width: Int
    let targets: Targets

    var count: Int { targets.count }

    func inputs(_ positions: some Sequence<Int>) -> Tensor {
        var chosen: [Float] = []
        for position in positions { chosen += inputs[(position * width)..<((position + 1) * width)] }
        return Tensor(chosen, shape: [chosen.count / width, width])
    }
}

/// The data of a run, and which of it does what.
struct TrainingData: Sendable {
    /// What there is to learn from.
    let examples: Examples
    /// Positions in `examples` that move the weights.
    let training: [Int]
    /// Positions in `examples` that decide when to stop; may be empty.
    let validation: [Int]
    /// What judges the result and nothing else; may be empty.
    let test: Examples

    /// Sets a share of the examples aside for validation, chosen by the seed.
    init(examples: Examples, test: Examples, validationShare: Double, seed: UInt64) {
        let count = Int((Double(examples.count) * validationShare).rounded())
        // Fewer judge by luck, and would be missed in training.
        let aside = count >= 5 && examples.count - count >= 10 ? count : 0
        self.examples = examples
        self.test = test
        // Not the sequence that chose the rows to hold out.
        let parts = Split.dealt(
            [Array(0..<examples.count)], counts: [[aside]], parts: 2, seed: seed ^ 0x5EED_0F5E_ED0F_5EED)
        validation = parts[0]
        training = parts[1]
    }

    /// A loader of the training part.
    func loader(batchSize: Int, seed: UInt64) -> DataLoader<LabelledBatch> {
        DataLoader(
            inputs: examples.inputs(training), labels: examples.targets.tensor(training),
            batchSize: batchSize,
            seed: seed)
    }
}
