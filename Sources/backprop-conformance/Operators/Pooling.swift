import Backprop
import BackpropNN

extension Operators {
    /// Poolings of windows.
    static let poolings: [String: Adapter] = [:]
}
