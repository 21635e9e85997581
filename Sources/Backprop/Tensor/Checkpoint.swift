import CKernels

/// What `body` gives, without keeping for the backward pass what it computes on the way: that is computed anew when the
/// backward pass comes to it.
///
/// Wrap a block of a deep network in it: of the block only the result is kept, at the price of computing its inside twice.
/// Values and gradients are the same to the bit as without it, those of captured parameters and of dropout included. Inside
/// of another checkpoint it does nothing of its own. See Chen et al., "Training Deep Nets with Sublinear Memory Cost",
/// arXiv:1604.06174.
///
/// ```swift
/// let weight = Parameter(Tensor([0.5, -0.5]))
/// let y = checkpoint { square(tanh(weight.value)) }
/// y.sum().backward()
/// weight.gradient! - grad({ square(tanh($0)).sum() })(weight.value)  // [0, 0]
/// ```
public func checkpoint(_ body: () throws -> Tensor) rethrows -> Tensor {
    try checkpoint { [try body()] }[0]
}

/// The same for several results.
///
/// ```swift
/// let halves = checkpoint { [exp(Tensor([0.0])), Tensor([1.0]) * 2] }
/// halves[0] + halves[1]  // [3]
/// ```
public func checkpoint(_ body: () throws -> [Tensor]) rethrows -> [Tensor] {
    bk_checkpoint_depth_add(1)
    defer { bk_checkpoint_depth_add(-1) }
    let results = try body()
    if bk_checkpoint_depth() == 1 { for result in results { result.node.keepForBackward() } }
    return results
}

extension Node {
    /// Marks this as a result of the checkpoint that it was recorded in, with the value that it is a view of.
    fileprivate func keepForBackward() {
        var node = self
        while node.checkpointPart == .inside {
            node.checkpointPart = .result
            guard node.primitive.isView || node.primitive == .customResult || node.primitive == .alias,
                let base = node.input0
            else { return }
            node = base
        }
    }
}
