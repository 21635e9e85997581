import Backprop
import BackpropData

/// What is to be said about each example of an array.
package enum ArrayTargets: Sendable, Equatable {
    case classes([Int32])
    /// In their own unit.
    case numbers([Double])

    package var count: Int {
        switch self {
        case .classes(let classes): classes.count
        case .numbers(let numbers): numbers.count
        }
    }

    /// The targets at those positions.
    subscript(positions: [Int]) -> ArrayTargets {
        switch self {
        case .classes(let classes): .classes(positions.map { classes[$0] })
        case .numbers(let numbers): .numbers(positions.map { numbers[$0] })
        }
    }
}

/// Examples as an array, in the dtype in which they were found: bytes stay bytes until a batch is made of them.
package struct ArrayExamples: Sendable {
    /// Shape [count] + the extents of an example; a tensor in memory, mapped where its file allows it.
    package let inputs: Tensor
    package let targets: ArrayTargets
    /// Which rows of `inputs` these are; the targets are in this order.
    package let rows: [Int]

    package var count: Int { rows.count }

    /// - Parameter rows: all where left out.
    init(inputs: Tensor, targets: ArrayTargets, rows: [Int]? = nil) {
        self.inputs = inputs
        self.targets = targets
        self.rows = rows ?? Array(0..<inputs.dim(0))
        require(
            self.rows.count == targets.count, "ArrayExamples: \(self.rows.count) rows and \(targets.count) targets")
    }

    /// Some of the examples, by their places among these.
    func subset(_ places: [Int]) -> ArrayExamples {
        ArrayExamples(inputs: inputs, targets: targets[places], rows: places.map { rows[$0] })
    }

    /// Two parts: a share that is held out, with as many of each class as all have, and the rest.
    func split(holdingOut share: Double, seed: UInt64) -> (rest: ArrayExamples, heldOut: ArrayExamples) {
        let parts =
            switch targets {
            case .classes(let classes): Split.parts(1 - share, share, stratifiedBy: classes, seed: seed)
            case .numbers: Split.parts(1 - share, share, of: count, seed: seed)
            }
        return (subset(parts[0]), subset(parts[1]))
    }
}
