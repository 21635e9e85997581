import Backprop
import BackpropNN

extension Operators {
    /// Normalizations.
    static let normalizations: [String: Adapter] = [:]
}
