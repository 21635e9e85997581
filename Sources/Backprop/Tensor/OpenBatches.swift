/// What a function under `vmap` gets where it draws random numbers.
public enum VmapRandomness: Sendable {
    /// A message that stops the program, so that nobody shares numbers without knowing.
    case error
    /// The same numbers for all examples.
    case same
    /// Numbers of its own for each example.
    case different
}

/// One `vmap` that is under way: the examples of a batch, of which one stands for all.
///
/// The function runs once, on the elements of the mapped arguments at `index`, a number without a value. So everything
/// that is recorded meanwhile means what it would mean for a single example, to gradients and to custom rules as well.
struct Batch: Sendable {
    /// Which example: an int64 scalar that is never computed.
    let index: Node
    /// How many there are.
    let size: Int
    let randomness: VmapRandomness

    init(size: Int, _ randomness: VmapRandomness) {
        (self.size, self.randomness) = (size, randomness)
        index = Node.iota(.scalar, axis: 0, .int64)
        index.isExample = true
    }

    /// The example of a tensor that has one along an axis for each.
    func example(of x: Tensor, axis: Int) -> Tensor { Tensor(Node.gather(x.node, index, axis: axis)) }

    /// Runs `body`, a function of examples.
    func within<Result>(_ body: () throws -> Result) rethrows -> Result {
        try OpenBatches.$current.withValue(OpenBatches.current + [self], operation: body)
    }
}

/// The batches around what is recorded now, the outermost first.
enum OpenBatches {
    @TaskLocal static var current: [Batch] = []

    /// Those whose examples draw random numbers of their own.
    static var thatDraw: [Batch] {
        current.filter { batch in
            require(
                batch.randomness != .error,
                "vmap: the function draws random numbers; say with randomness: .different or .same whether each example has its own"
            )
            return batch.randomness == .different
        }
    }
}
