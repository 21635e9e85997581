import Backprop
import BackpropNN

extension Operators {
    /// Losses.
    static let losses: [String: Adapter] = [:]
}
