import Backprop
import BackpropNN

extension Operators {
    /// Decompositions, inverses and determinants.
    static let linearAlgebra: [String: Adapter] = [:]
}
