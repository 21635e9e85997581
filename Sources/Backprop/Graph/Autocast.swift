import CKernels

/// Runs `body` in mixed precision (Micikevicius et al., 2018): matrix products and convolutions of float32 tensors round their
/// operands to a narrower dtype and give results in it, which halves what they keep for the backward pass.
///
/// Everything that is sensitive stays in float32: parameters, their gradients and the state of optimizers; sums, means,
/// softmax, normalizations, losses, and custom functions. Where bfloat16 and float32 meet inside of `body`, the result is
/// float32. The backward pass may be recorded inside or outside. bfloat16 has the range of float32, so no loss needs to be
/// scaled.
///
/// ```swift
/// autocast { matmul(Tensor([[1.0, 1]]), Tensor([[1.0], [0.001]])) }  // 1
/// ```
///
/// - Parameter dtype: `.bfloat16`, or `.float32` to go back to full precision inside of another `autocast`.
public func autocast<Result>(
    _ dtype: DType = .bfloat16, file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> Result
) rethrows -> Result {
    require(
        dtype == .bfloat16 || dtype == .float32, "autocast: \(dtype) is neither bfloat16 nor float32", file: file,
        line: line)
    let before = bk_autocast()
    bk_autocast_set(dtype == .bfloat16 ? 1 : 0)
    defer { bk_autocast_set(before) }
    return try body()
}

/// Whether `autocast` is on for what is recorded now. Rules that are asked while a plan is made record what they were
/// meant to.
package var autocastIsOn: Bool { bk_autocast() != 0 && bk_walk_depth() == 0 }

extension Node {
    /// Operands of a product in the dtype that `autocast` asks for; nil where they have it, or no dtype that it casts.
    static func castForProduct(_ a: Node, _ b: Node) -> (Node, Node)? {
        guard a.dtype == .float32 || b.dtype == .float32 else { return nil }
        return (a.dtype == .float32 ? .convert(a, .bfloat16) : a, b.dtype == .float32 ? .convert(b, .bfloat16) : b)
    }

    /// Operands of different dtypes in float32, where `autocast` is on; nil where they stay as they are.
    static func castToMeet(_ a: Node, _ b: Node) -> (Node, Node)? {
        let narrow: Set<DType> = [.bfloat16, .float32]
        guard autocastIsOn, a.dtype != b.dtype, narrow.contains(a.dtype), narrow.contains(b.dtype) else { return nil }
        return (.convert(a, .float32), .convert(b, .float32))
    }
}

/// Whether dtypes that differ are those that `autocast` lets meet.
package func autocastLetsMeet(_ a: DType, _ b: DType) -> Bool {
    autocastIsOn && [a, b].allSatisfy { $0 == .float32 || $0 == .bfloat16 }
}
