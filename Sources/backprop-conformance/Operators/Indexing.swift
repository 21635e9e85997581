import Backprop
import BackpropNN

extension Operators {
    /// What reads and writes elements by index.
    static let indexing: [String: Adapter] = [:]
}
