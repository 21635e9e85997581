// What MLX Swift spells as a free function and is a method here, or has another name: typing it says what to type instead.
// None of these can be called.

@available(*, unavailable, message: "write x.sum()")
public func sum(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.sum(axis:)")
public func sum(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.sum(axes:)")
public func sum(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.mean()")
public func mean(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.mean(axis:)")
public func mean(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.mean(axes:)")
public func mean(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.product()")
public func product(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.product(axis:)")
public func product(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.product(axes:)")
public func product(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.variance()")
public func variance(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.variance(axis:)")
public func variance(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.variance(axes:)")
public func variance(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.std()")
public func std(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.std(axis:)")
public func std(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.std(axes:)")
public func std(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.logSumExp()")
public func logSumExp(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.logSumExp(axis:)")
public func logSumExp(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.logSumExp(axes:)")
public func logSumExp(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.all()")
public func all(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.all(axis:)")
public func all(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.all(axes:)")
public func all(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.any()")
public func any(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.any(axis:)")
public func any(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.any(axes:)")
public func any(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.argMax(axis:)")
public func argMax(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.argMax()")
public func argMax(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.argMin(axis:)")
public func argMin(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.argMin()")
public func argMin(_ x: Tensor, keepDims: Bool = false) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.cumsum(axis:)")
public func cumsum(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.cumprod(axis:)")
public func cumprod(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.cummax(axis:)")
public func cummax(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.cummin(axis:)")
public func cummin(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.sorted(axis:)")
public func sorted(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.argSort(axis:)")
public func argSort(_ x: Tensor, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.topK(_:axis:).values")
public func top(_ x: Tensor, k: Int, axis: Int = -1) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.split(parts:axis:)")
public func split(_ x: Tensor, parts: Int, axis: Int = 0) -> [Tensor] { fatalError() }

@available(*, unavailable, message: "write x.split(indices:axis:)")
public func split(_ x: Tensor, indices: [Int], axis: Int = 0) -> [Tensor] { fatalError() }

@available(*, unavailable, message: "write x.take(_:axis:)")
public func take(_ x: Tensor, _ indices: Tensor, axis: Int = 0) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.takeAlong(_:axis:)")
public func takeAlong(_ x: Tensor, _ indices: Tensor, axis: Int = 0) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.tiled(_:)")
public func tiled(_ x: Tensor, repetitions: [Int]) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.repeated(count:axis:)")
public func repeated(_ x: Tensor, count: Int, axis: Int = 0) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.broadcast(to:)")
public func broadcast(_ x: Tensor, to shape: [Int]) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.expandedDimensions(axis:)")
public func expandedDimensions(_ x: Tensor, axis: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.squeezed(axis:)")
public func squeezed(_ x: Tensor, axis: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.reshaped(_:)")
public func reshaped(_ x: Tensor, _ shape: [Int]) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.flattened()")
public func flattened(_ x: Tensor) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.transposed(axes:)")
public func transposed(_ x: Tensor, axes: [Int] = []) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.swappedAxes(_:_:)")
public func swappedAxes(_ x: Tensor, _ a: Int, _ b: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write x.padded(widths:)")
public func padded(_ x: Tensor, width: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write isClose(a, b).all()")
public func allClose(_ a: Tensor, _ b: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8) -> Tensor { fatalError() }

@available(*, unavailable, message: "write (a .== b).all()")
public func arrayEqual(_ a: Tensor, _ b: Tensor) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.zeros(_:)")
public func zeros(_ shape: [Int]) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.ones(_:)")
public func ones(_ shape: [Int]) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.full(_:_:)")
public func full(_ shape: [Int], values: Double) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.eye(_:)")
public func eye(_ n: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.eye(_:)")
public func identity(_ n: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.arange(_:)")
public func arange(_ count: Int) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.linspace(_:_:count:)")
public func linspace(_ start: Double, _ stop: Double, count: Int = 50) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.uniform(_:low:high:)")
public func uniform(low: Double = 0, high: Double = 1, _ shape: [Int] = []) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.normal(_:mean:standardDeviation:)")
public func normal(_ shape: [Int] = []) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.bernoulli(_:probability:)")
public func bernoulli(_ probability: Double = 0.5, _ shape: [Int] = []) -> Tensor { fatalError() }

@available(*, unavailable, message: "write Tensor.integers(_:low:high:)")
public func randInt(low: Int, high: Int, _ shape: [Int] = []) -> Tensor { fatalError() }

@available(*, unavailable, renamed: "setRandomSeed(_:)")
public func seed(_ seed: UInt64) { fatalError() }

@available(*, unavailable, renamed: "isInfinite(_:)")
public func isInf(_ x: Tensor) -> Tensor { fatalError() }

@available(*, unavailable, message: "write a .& b")
public func logicalAnd(_ a: Tensor, _ b: Tensor) -> Tensor { fatalError() }

@available(*, unavailable, message: "write a .| b")
public func logicalOr(_ a: Tensor, _ b: Tensor) -> Tensor { fatalError() }

@available(*, unavailable, message: "write .!x")
public func logicalNot(_ x: Tensor) -> Tensor { fatalError() }

@available(
    *, unavailable,
    message:
        "reading a tensor computes it, and evaluate(_:) computes several at once; a model behaves as in use after model.eval()"
)
public func eval(_ values: Any...) { fatalError() }

@available(
    *, unavailable,
    message:
        "reading a tensor computes it, and evaluate(_:) computes several at once; a model behaves as in use after model.eval()"
)
public func asyncEval(_ values: Any...) { fatalError() }

@available(
    *, unavailable,
    message: "call the function itself: what it records is planned once, and the plan is kept for the next call"
)
public func compile<Input, Output>(_ function: @escaping (Input) -> Output) -> (Input) -> Output { fatalError() }
