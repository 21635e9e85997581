import Synchronization

/// A trainable value: a cell that layers hold and optimizers update.
///
/// Reading `value` gives the tensor that the forward pass uses. `backward()` leaves a gradient here; it adds up until an
/// optimizer takes it.
public final class Parameter: Sendable {
    private struct State {
        var value: Node
        var isTrainable: Bool
    }

    private let state: Mutex<State>
    private let cell = GradientCell()
    private let origin = Mutex<ParameterOrigin?>(nil)

    /// A cell with an initial value.
    public init(_ value: Tensor, isTrainable: Bool = true) {
        requireNoExample(value.node, "the value of a parameter")
        state = Mutex(State(value: value.node, isTrainable: isTrainable))
        replace(withoutGradients { Node.alias(value.node) }, isFirst: true)
    }

    deinit { Graph.state.withLock { _ in cell.gradient = nil } }

    /// The value now. Assigning forgets how the new value was computed.
    public var value: Tensor {
        get { StandIns.areInPlace ? standIn ?? ownValue : ownValue }
        set {
            requireNoExample(newValue.node, "the new value of a parameter")
            // A node of its own, since the tensor may be in use elsewhere as something else than a parameter.
            adopt(withoutGradients { Node.alias(newValue.node) })
        }
    }

    private var ownValue: Tensor { Tensor(state.withLock { $0.value }) }

    /// Whether backward passes leave a gradient here. A frozen parameter costs no gradient computation.
    public var isTrainable: Bool {
        get { state.withLock { $0.isTrainable } }
        set {
            state.withLock { $0.isTrainable = newValue }
            replace(withoutGradients { Node.alias(ownValue.node) })
        }
    }

    /// The sum of the gradients since an optimizer last took them.
    public var gradient: Tensor? {
        get { Graph.state.withLock { _ in cell.gradient.map(Tensor.init) } }
        set {
            if let newValue { requireNoExample(newValue.node, "the gradient of a parameter") }
            Graph.state.withLock { _ in
                cell.gradient = newValue?.node
                cell.passes = newValue == nil ? 0 : 1
            }
        }
    }

    /// The path under which a model first found it, such as `layers.0.weight`; nil where none has looked for it.
    public var name: String? { knownOrigin?.name }

    /// Where a model has found it.
    package var knownOrigin: ParameterOrigin? {
        get { origin.withLock { $0 } }
        set { origin.withLock { $0 = newValue } }
    }

    /// The extents of the value.
    public var shape: [Int] { value.shape }
    /// The type of the elements.
    public var dtype: DType { value.dtype }

    /// Takes a node that nobody else uses yet as the new value. Stops where another value stands in for it.
    package func adopt(_ node: Node) {
        require(
            !StandIns.areInPlace || standIn == nil,
            "a parameter of shape \(node.shape) gets a new value while another one stands in for its value")
        replace(node)
    }

    private func replace(_ node: Node, isFirst: Bool = false) {
        // A gradient is attached to its pass, a parameter's value to its cell.
        var node = node.primitive == .gradient ? Node.alias(node) : node
        state.withLock { state in
            node.isParameter = state.isTrainable && node.dtype.isFloatingPoint
            if node.isParameter {
                node.isConsumed = isFirst
                node.variables |= 1
                node.attachment = cell
            } else {
                node.variables = 0
            }
            // The old value, and all that it may take along, goes without the lock.
            swap(&state.value, &node)
        }
    }

    /// Hands the gradient over to an optimizer, and starts anew.
    package func takeGradient() -> Tensor? {
        Graph.state.withLock { _ in
            let gradient = cell.gradient
            cell.gradient = nil
            cell.passes = 0
            return gradient.map(Tensor.init)
        }
    }
}
