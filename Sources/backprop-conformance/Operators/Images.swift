import Backprop
import BackpropNN

extension Operators {
    /// Resizing and sampling of images.
    static let images: [String: Adapter] = [:]
}
