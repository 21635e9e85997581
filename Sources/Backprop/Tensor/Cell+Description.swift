/// Where a model has found a parameter: what messages about it say, and ask.
package final class ParameterOrigin: Sendable {
    /// Property names and positions from the root of the model, joined by dots.
    package let name: String
    /// Whether the layers of the model are in training, those that behave differently then.
    package let modes: [any LayerMode]

    package init(name: String, modes: [any LayerMode]) {
        self.name = name
        self.modes = modes
    }
}

/// Whether a layer is in training.
package protocol LayerMode: AnyObject, Sendable {
    var isTraining: Bool { get }
}

extension Parameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name, whether it is trained and has a gradient, and the value, which is computed.
    ///
    ///     Parameter layers.0.bias: trainable, no gradient
    ///     [0, 0]  float32[2]
    public var description: String { heading + "\n" + value.description }

    /// The same without computing a value that is only recorded.
    public var debugDescription: String { heading + "\n" + value.debugDescription }

    private var heading: String {
        let title = name.map { "Parameter " + $0 } ?? "Parameter"
        let state = isTrainable ? "trainable" : "frozen"
        return "\(title): \(state), \(gradient == nil ? "no gradient" : "with a gradient")"
    }

    /// Nothing below the parameter: its graph is not walked over.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}

extension Buffer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value, which is computed.
    ///
    ///     Buffer
    ///     [0, 0]  float32[2]
    public var description: String { "Buffer\n" + value.description }

    /// The same without computing a value that is only recorded.
    public var debugDescription: String { "Buffer\n" + value.debugDescription }

    /// Nothing below the buffer: its graph is not walked over.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
