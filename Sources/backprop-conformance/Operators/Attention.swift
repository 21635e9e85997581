import Backprop
import BackpropNN

extension Operators {
    /// Attention, and layers made of it.
    static let attention: [String: Adapter] = [:]
}
