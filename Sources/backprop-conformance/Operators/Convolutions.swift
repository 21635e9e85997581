import Backprop
import BackpropNN

extension Operators {
    /// Convolutions and their relatives.
    static let convolutions: [String: Adapter] = [:]
}
