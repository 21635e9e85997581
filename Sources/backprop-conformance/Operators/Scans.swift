import Backprop
import BackpropNN

extension Operators {
    /// What runs along an axis, and orders.
    static let scans: [String: Adapter] = [:]
}
