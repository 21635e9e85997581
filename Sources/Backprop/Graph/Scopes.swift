import CKernels

/// Runs `body` without recording what a backward pass would need: nothing is kept for one, and results count as
/// constants. Nests.
///
/// ```swift
/// grad({ x in x * withoutGradients { x * x } })(Tensor(3.0))  // 9
/// ```
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    bk_gradients_off_add(1)
    defer { bk_gradients_off_add(-1) }
    return try body()
}

/// Runs `body` with recording on, inside of `withoutGradients` too.
func withGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let depth = bk_gradients_off()
    bk_gradients_off_add(-depth)
    defer { bk_gradients_off_add(depth) }
    return try body()
}

/// Whether what is recorded now can be differentiated.
package var gradientsAreOn: Bool { bk_gradients_off() == 0 }
