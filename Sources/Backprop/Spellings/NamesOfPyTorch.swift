// Names of PyTorch and NumPy that are other ones here: the compiler says which, and offers to exchange them.

extension Tensor {
    @available(*, unavailable, renamed: "reshaped(_:)")
    public func reshape(_ shape: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "reshaped(_:)")
    public func view(_ shape: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "flattened(start:end:)")
    public func flatten() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use transposed(axes:) or transposed(_:) with the order of all axes")
    public func permute(_ axes: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use swappedAxes(_:_:) for two axes, T for the last two")
    public func transpose(_ first: Int, _ second: Int) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "T")
    public func t() -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "expandedDimensions(axis:)")
    public func unsqueeze(_ axis: Int) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use squeezed() or squeezed(axis:)")
    public func squeeze(_ axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use broadcast(to:) with the whole shape")
    public func expand(_ shape: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "tiled(_:)")
    public func `repeat`(_ counts: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use split(parts:axis:) or split(every:axis:)")
    public func chunk(_ parts: Int, axis: Int = 0) -> [Tensor] { fatalError() }
    @available(*, unavailable, renamed: "takeAlong(_:axis:)")
    public func gather(_ indices: Tensor, axis: Int) -> Tensor { fatalError() }

    @available(*, unavailable, renamed: "asType(_:)")
    public func to(_ dtype: DType) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use asType(.float32)")
    public func float() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use asType(.float64)")
    public func double() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use asType(.int64)")
    public func long() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use asType(.bool)")
    public func bool() -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "detached()")
    public func detach() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use array(of:) for all elements, [[Float]](x) for rows")
    public func tolist() -> [Double] { fatalError() }

    @available(*, unavailable, renamed: "argMax(axis:)")
    public func argmax(axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "argMin(axis:)")
    public func argmin(axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "variance(axes:keepDims:ddof:)")
    public func `var`(axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "product(axes:keepDims:)")
    public func prod(axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "vectorNorm(_:axes:keepDims:)")
    public func norm(axis: Int? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "clip(min:max:)")
    public func clamp(min: Double? = nil, max: Double? = nil) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "matmul(_:)")
    public func mm(_ other: Tensor) -> Tensor { fatalError() }

    @available(*, unavailable, renamed: "uniform(_:low:high:dtype:)")
    public static func rand(_ shape: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, renamed: "normal(_:mean:standardDeviation:dtype:)")
    public static func randn(_ shape: Int...) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use the function concatenated(_:axis:)")
    public static func cat(_ parts: [Tensor], axis: Int = 0) -> Tensor { fatalError() }
    @available(*, unavailable, message: "use the function stacked(_:axis:)")
    public static func stack(_ parts: [Tensor], axis: Int = 0) -> Tensor { fatalError() }
}
