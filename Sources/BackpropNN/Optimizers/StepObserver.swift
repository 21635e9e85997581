import Backprop

/// What one step does to one parameter: recorded, and computed with the step.
public struct ParameterMove: Sendable {
    /// Whose value moves.
    public let parameter: Parameter
    /// The value before the step, of any shape.
    public let before: Tensor
    /// The gradient that the step uses, of the same shape.
    public let gradient: Tensor
    /// The value after the step, of the same shape.
    public let after: Tensor
}

/// Looks at steps of an optimizer: at the values that they start from, at gradients, and at the values that they lead to.
///
/// What it records belongs to the plan of the step, so that looking costs neither a plan nor a pass of its own, and the step
/// moves weights to the same bits as without.
public protocol StepObserver: AnyObject {
    /// Whether it looks at the step of that number, from 1. The others are recorded as if nobody looked.
    func observes(step: Int) -> Bool
    /// Records what it wants to know of a step, without gradients. Called for a memory bill as well, so it changes nothing.
    ///
    /// - Parameter moves: of the parameters that have a gradient, in the optimizer's order. Holding one of its tensors beyond
    ///   the call takes the memory of a copy.
    /// - Returns: what is computed with the step.
    func record(step: Int, _ moves: [ParameterMove]) -> [Tensor]
    /// Called after every step.
    ///
    /// - Parameter recorded: what `record` gave for it, computed; empty for a step that was not looked at.
    func stepEnded(_ step: Int, _ recorded: [Tensor])
}
