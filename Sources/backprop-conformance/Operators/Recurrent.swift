import Backprop
import BackpropNN

extension Operators {
    /// Recurrent layers and cells.
    static let recurrent: [String: Adapter] = [:]
}
