import Synchronization

/// A stream of random keys. Each draw takes the next key; the numbers drawn are a function of the key and of the
/// position of the element alone, so they are the same for any number of threads.
///
/// Seed and position say all about a stream: another one that is given both goes on with the same numbers.
public final class RandomState: Sendable {
    private let place: Mutex<(seed: UInt64, position: UInt64)>

    /// A stream that starts at the beginning for this seed, or at another place of it.
    public init(seed: UInt64, position: UInt64 = 0) { place = Mutex((seed, position)) }

    /// What the numbers depend on.
    public var seed: UInt64 { place.withLock { $0.seed } }

    /// Keys taken since the beginning.
    public var position: UInt64 { place.withLock { $0.position } }

    /// Goes on from another place, of the same seed or of another one. Whoever draws from this stream does so too.
    ///
    /// ```swift
    /// let stream = RandomState(seed: 7)
    /// stream.move(toSeed: 3, position: 12)
    /// [Int(stream.seed), Int(stream.position)]  // [3, 12]
    /// ```
    public func move(toSeed seed: UInt64, position: UInt64 = 0) { place.withLock { $0 = (seed, position) } }

    /// The next 64 bits of the stream.
    package func nextKey() -> UInt64 {
        let (seed, index) = place.withLock { place in
            place.position &+= 1
            return place
        }
        return mixed(mixed(seed) &+ index &* 0x9E37_79B9_7F4A_7C15)
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    private func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The numbers of `Node.random` for a key that no other draw of this stream has. Under `vmap` its option says whether
    /// the examples share them.
    func draw(_ shape: Shape, _ dtype: DType) -> Tensor {
        let key = Node.scalar(integer: Int64(bitPattern: nextKey()), .int64)
        let batches = OpenBatches.thatDraw
        let all = Shape(batches.map(\.size) + shape.array, "random numbers under vmap")
        return batches.reduce(Tensor(Node.random(key: key, all, dtype))) { $1.example(of: $0, axis: 0) }
    }

    @TaskLocal private static var scoped: RandomState?
    fileprivate static let shared = RandomState(seed: 0)

    /// The stream of the innermost scope, or outside of scopes the one that the whole process shares.
    public static var current: RandomState { scoped ?? shared }

    fileprivate static func with<Result>(_ state: RandomState, _ body: () throws -> Result) rethrows -> Result {
        try $scoped.withValue(state, operation: body)
    }
}

/// Starts the random stream that the whole process shares anew: what is drawn outside of `withRandomSeed` and
/// `withRandomState` from here on depends on the seed alone, and on the order of the draws. Without it the stream starts
/// as for seed 0.
///
/// Threads and tasks take their keys from this one stream, each draw the next one. So a program that draws from several
/// at once gets the same keys at every run, but which draw gets which depends on who comes first; a task that draws
/// within `withRandomSeed` gets its own numbers whatever the others do. Scopes that are open keep their streams.
///
/// ```swift
/// setRandomSeed(7)
/// Tensor.uniform([3]).shape  // [3]
/// ```
public func setRandomSeed(_ seed: UInt64) { RandomState.shared.move(toSeed: seed) }

/// Runs `body` with a stream of random numbers of its own: whatever it draws depends on the seed alone.
///
/// ```swift
/// let draw = { withRandomSeed(7) { Tensor.uniform([3]) } }
/// draw() .== draw()  // [true, true, true]
/// ```
public func withRandomSeed<Result>(_ seed: UInt64, _ body: () throws -> Result) rethrows -> Result {
    try RandomState.with(RandomState(seed: seed), body)
}

/// Runs `body` with random numbers from `state`, which goes on where it stopped.
///
/// ```swift
/// withRandomState(RandomState(seed: 7)) { Tensor.integers([2, 3], high: 9) }.shape  // [2, 3]
/// ```
public func withRandomState<Result>(_ state: RandomState, _ body: () throws -> Result) rethrows -> Result {
    try RandomState.with(state, body)
}

extension Tensor {
    /// Uniform numbers in [low, high), of a floating-point dtype, from the surrounding random stream. Each draw
    /// differs.
    ///
    /// ```swift
    /// Tensor.uniform([2, 3], low: -1).shape  // [2, 3]
    /// ```
    public static func uniform(
        _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(dtype.isFloatingPoint, "uniform needs a floating-point dtype, not \(dtype)", file: file, line: line)
        require(
            low <= high && ((high - low).isFinite || shape.contains(0)),
            "uniform: there are no numbers from \(low) to \(high)", file: file, line: line)
        let state = RandomState.current
        // Rounding to eight bits would reach 1, so what they cannot hold is cut off.
        let unit =
            dtype == .bfloat16
            ? (Backprop.floor(state.draw(Shape(shape, "uniform", file: file, line: line), .float32) * 256) / 256)
                .asType(dtype)
            : state.draw(Shape(shape, "uniform", file: file, line: line), dtype)
        return low == 0 && high == 1 ? unit : unit * (high - low) + low
    }

    /// Uniform numbers in [low, high), with the extents one after the other.
    public static func uniform(
        _ shape: Int..., low: Double = 0, high: Double = 1, dtype: DType = .float32
    ) -> Tensor { uniform(shape, low: low, high: high, dtype: dtype) }

    /// Normally distributed numbers of a floating-point dtype, by the method of Box and Muller (1958).
    ///
    /// ```swift
    /// Tensor.normal([2, 3], standardDeviation: 0.02).shape  // [2, 3]
    /// ```
    public static func normal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(dtype.isFloatingPoint, "normal needs a floating-point dtype, not \(dtype)", file: file, line: line)
        require(
            standardDeviation >= 0, "normal: a standard deviation of \(standardDeviation) is negative", file: file,
            line: line)
        _ = Shape(shape, "normal", file: file, line: line)
        if dtype == .bfloat16 {
            return normal(shape, mean: mean, standardDeviation: standardDeviation).asType(dtype)
        }
        let radius = Backprop.sqrt(-2 * Backprop.log1p(-uniform(shape, dtype: dtype)))
        let unit = radius * Backprop.cos(2 * Double.pi * uniform(shape, dtype: dtype))
        return unit * standardDeviation + mean
    }

    /// Normally distributed numbers, with the extents one after the other.
    public static func normal(
        _ shape: Int..., mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32
    ) -> Tensor { normal(shape, mean: mean, standardDeviation: standardDeviation, dtype: dtype) }

    /// Normally distributed numbers between `low` and `high`, both measured as numbers and not in deviations: the
    /// distribution function is inverted on the part of its range that lies between. A floating-point dtype; bounds in
    /// the wrong order, or a deviation that is not positive, stop it.
    ///
    /// ```swift
    /// Tensor.truncatedNormal([2, 3]).shape  // [2, 3]
    /// ```
    public static func truncatedNormal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, low: Double = -2, high: Double = 2,
        dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint, "truncatedNormal needs a floating-point dtype, not \(dtype)", file: file, line: line)
        require(
            low < high && standardDeviation > 0,
            "truncatedNormal: between \(low) and \(high) with deviation \(standardDeviation)", file: file, line: line)
        _ = Shape(shape, "truncatedNormal", file: file, line: line)
        let scale = standardDeviation * 2.0.squareRoot()
        let edges = evaluatedErf([(low - mean) / scale, (high - mean) / scale])
        let unit = Backprop.erfInverse(
            uniform(shape, low: edges[0], high: edges[1], dtype: dtype == .float64 ? dtype : .float32))
        return Backprop.clip(unit * scale + mean, min: low, max: high).asType(dtype)
    }

    private static func evaluatedErf(_ numbers: [Double]) -> [Double] {
        Backprop.erf(Tensor(numbers, dtype: .float64)).array()
    }

    /// Whole numbers from `low` to one below `high`, all equally likely (but for a bias of at most 2⁻³¹ for ranges
    /// below 2³²). An integer dtype; an empty range stops it.
    ///
    /// ```swift
    /// Tensor.integers([2, 2], low: 5, high: 6)  // [5, 5, 5, 5]
    /// ```
    public static func integers(
        _ shape: [Int], low: Int = 0, high: Int, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            !dtype.isFloatingPoint && dtype != .bool, "integers need an integer dtype, not \(dtype)", file: file,
            line: line)
        require(low < high, "integers: none are between \(low) and \(high)", file: file, line: line)
        let (range, overflow) = high.subtractingReportingOverflow(low)
        require(!overflow, "integers: the range from \(low) to \(high) is too wide", file: file, line: line)
        require(
            dtype == .int64 || dtype.integer(Double(low)) != nil && dtype.integer(Double(high - 1)) != nil,
            "integers: \(dtype) does not hold all numbers from \(low) to \(high)", file: file, line: line)
        let bits = RandomState.current.draw(Shape(shape, "integers", file: file, line: line), .int64)
        let number = Tensor(Node.scalar(integer: Int64(range), .int64))
        let offset = Tensor(Node.scalar(integer: Int64(low), .int64))
        return (remainder(bits, number) + offset).asType(dtype)
    }

    /// True with the given probability, as bool.
    ///
    /// ```swift
    /// Tensor.bernoulli([3], probability: 1)  // [true, true, true]
    /// ```
    public static func bernoulli(
        _ shape: [Int], probability: Double, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            (0...1).contains(probability), "bernoulli: a probability of \(probability) is not between 0 and 1",
            file: file, line: line)
        _ = Shape(shape, "bernoulli", file: file, line: line)
        return uniform(shape) .< probability
    }
}
