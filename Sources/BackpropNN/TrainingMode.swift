import Backprop
import Synchronization

/// Whether a layer is in training: a cell that layers hold which behave differently then, and that `train()` and `eval()`
/// of a model set. A layer starts in training.
public final class TrainingMode: Sendable {
    private let state = Atomic(true)

    public init() {}

    /// Whether the layer is in training.
    public var isTraining: Bool {
        get { state.load(ordering: .relaxed) }
        set { state.store(newValue, ordering: .relaxed) }
    }
}

extension TrainingMode: LayerMode {}
