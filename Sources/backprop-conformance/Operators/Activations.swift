import Backprop
import BackpropNN

extension Operators {
    /// Activation functions.
    static let activations: [String: Adapter] = [
        "softmax": { try [softmax($0.tensor("input"), axis: $0.int("dim"))] }
    ]
}
