// Random orders and random choices among classes.

extension Tensor {
    /// 0, 1, ... below `count` in random order, all orders equally likely; int64 unless asked otherwise.
    ///
    /// ```swift
    /// Tensor.permutation(4).sorted()  // [0, 1, 2, 3]
    /// ```
    public static func permutation(
        _ count: Int, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            count >= 0 && count <= Shape.maximumExtent && dtype != .bool, "permutation: \(count) numbers of \(dtype)",
            file: file, line: line)
        // Two of the 63-bit numbers are equal with a probability of count² / 2⁶⁴; then the first comes first.
        return RandomState.current.draw(Shape([count]), .int64).argSort().asType(dtype)
    }

    /// The rows along the axis in random order, each row as it was.
    ///
    /// ```swift
    /// Tensor([5, 5, 5] as [Float]).shuffled()  // [5, 5, 5]
    /// ```
    public func shuffled(axis: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let axis = resolved(axis: axis, "shuffled", file: file, line: line)
        return take(Tensor.permutation(dim(axis)), axis: axis)
    }

    /// `count` classes (int64) for each row of `logits`, [..., classes], drawn with probabilities softmax(logits): the
    /// result is [..., count]. Floating point; rows need no normalization, and the logarithms of any weights will do.
    /// A logit of minus infinity excludes a class.
    ///
    /// With replacement by inverting the distribution function in float64. Without it, in the order of drawing, by the
    /// greatest of logits with Gumbel noise (Kool, van Hoof and Welling, 2019), which is the same as drawing one after the
    /// other; then there must be at least `count` classes, and excluded ones come last, when no other is left.
    ///
    /// ```swift
    /// Tensor.categorical(logits: log(Tensor([0, 1] as [Float])), count: 3)  // [1, 1, 1]
    /// ```
    public static func categorical(
        logits: Tensor, count: Int, withReplacement: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            logits.dtype.isFloatingPoint && logits.ndim > 0 && logits.dim(-1) > 0,
            "categorical: logits \(logits.dtype)\(logits.shape) have no classes in floating point", file: file,
            line: line)
        require(
            count >= 0 && count <= (withReplacement ? Shape.maximumExtent : logits.dim(-1)),
            "categorical: \(count) classes\(withReplacement ? "" : " without replacement") from logits of shape \(logits.shape)",
            file: file, line: line)
        let wide = stopGradient(logits).asType(.float64)
        guard withReplacement else {
            return (wide + gumbel(wide.shape, dtype: .float64)).topK(count, axis: -1).indices
        }
        let sums = Backprop.exp(wide - wide.max(axis: -1, keepDims: true)).cumsum(axis: -1)
        let total = sums.narrowed(axis: -1, (sums.dim(-1) - 1)..<sums.dim(-1))
        // A product of the total and a number below 1 is below the total, so the place is always one of a class.
        let places = uniform(Array(logits.shape.dropLast()) + [count], dtype: .float64) * total
        return (sums.expandedDimensions(axis: -2) .<= places.expandedDimensions(axis: -1)).sum(axis: -1)
    }

    /// One class (int64) for each row of `logits`, [..., classes], drawn with probabilities softmax(logits).
    public static func categorical(
        logits: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { categorical(logits: logits, count: 1, file: file, line: line).squeezed(axis: -1) }
}
