import Backprop
import BackpropNN

extension Operators {
    /// Activation functions.
    static let activations: [String: Adapter] = [:]
}
