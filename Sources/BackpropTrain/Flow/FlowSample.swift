import Backprop
import BackpropNN

/// What was recorded in one step, computed and not read yet.
struct RecordedSample {
    let step: Int
    /// Which parameters moved, by their places.
    let moved: [Int]
    let units: [UnitFacts]
    /// For the parameters that moved the squared norm of the gradient, the number of its zeros, the squared norms of the weight
    /// and of the update, [moved] each; then one tensor for each of `units`.
    let tensors: [Tensor]
}

/// The numbers of one step.
struct FlowSample: Codable {
    /// Of one parameter.
    struct Move: Codable {
        /// The squared norms of gradient, weight and update.
        var gradient: Double, weight: Double, update: Double
        /// Elements of the gradient that are 0.
        var zeros: Double
    }

    /// Of the units behind one parameter.
    struct Units: Codable {
        let place: Int?
        /// The greatest output of each; empty where they cannot die.
        var peaks: [Float]
        /// The share of outputs on the flat part of the curve; nil for units without one.
        let saturated: Double?
    }

    let step: Int
    /// By the place of the parameter; nil where it has not moved.
    private(set) var moves: [Move?]
    var units: [Units]

    init(_ recorded: RecordedSample, parameterCount: Int) {
        step = recorded.step
        moves = [Move?](repeating: nil, count: parameterCount)
        let numbers = recorded.tensors.prefix(4).map { $0.array(of: Double.self) }
        for (row, place) in recorded.moved.enumerated() {
            moves[place] = Move(
                gradient: numbers[0][row], weight: numbers[2][row], update: numbers[3][row], zeros: numbers[1][row])
        }
        units = zip(recorded.units, recorded.tensors.dropFirst(4)).map { facts, tensor in
            switch facts.kind {
            case .peaks:
                Units(place: facts.place, peaks: tensor.array(of: Float.self), saturated: nil)
            case .saturation: Units(place: facts.place, peaks: [], saturated: tensor.array(of: Double.self)[0])
            }
        }
    }
}
