import Synchronization

/// A value that a model keeps and saves beside its parameters, and that no optimizer moves: a running statistic.
///
/// An assigned value may be recorded only. It is computed together with whatever is computed next, so that a statistic
/// updated in every forward pass costs no pass of its own and holds no history.
public final class Buffer: Sendable {
    private let node: Mutex<Node>

    /// A cell with an initial value.
    public init(_ value: Tensor) { node = Mutex(withoutGradients { Node.alias(value.node) }) }

    /// The value now; no gradient flows into it.
    public var value: Tensor {
        get { Tensor(node.withLock { $0 }) }
        set {
            requireNoExample(newValue.node, "the new value of a buffer")
            let new = withoutGradients { Node.alias(newValue.node) }
            var old = new
            node.withLock { swap(&$0, &old) }
            Graph.awaitValue(of: new)
        }
    }

    /// Puts back what was the value before, as if nothing had been assigned since: it does not wait to be computed.
    package func restore(_ value: Tensor) {
        var old = value.node
        node.withLock { swap(&$0, &old) }
    }

    /// Whether the value is in memory, or about to be.
    package var isComputed: Bool {
        let node = node.withLock { $0 }
        return Graph.state.withLock { _ in !node.isPending }
    }

    /// The extents of the value.
    public var shape: [Int] { value.shape }
    /// The type of the elements.
    public var dtype: DType { value.dtype }
}

/// A cell whose value is saved with a model.
package protocol ValueCell: AnyObject, Sendable {
    var value: Tensor { get set }
}

extension Parameter: ValueCell {}
extension Buffer: ValueCell {}
