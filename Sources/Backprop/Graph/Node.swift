import CKernels

/// One recorded operation, and its value once somebody needed it.
///
/// What describes the operation never changes. `storage`, the inputs (dropped once the value is in memory and no
/// backward pass will ask for them) and the scratch fields of a traversal change only under the lock of `Graph.state`; that is
/// what `@unchecked` stands for.
///
/// A step records thousands of nodes. Their size is that of the blocks that `malloc` hands out and takes back without a
/// search, so what few of them have lies apart, and no field asks for more than eight bytes of alignment.
package final class Node: @unchecked Sendable {
    package let primitive: Primitive
    package let dtype: DType
    /// Whether a parameter (bit 0) or a variable of the n-th nested transform (bit n) is among the ancestors.
    @exclusivity(unchecked) package var variables: UInt16
    /// The number of axes in the lower half, `exampleFlag` above it.
    @exclusivity(unchecked) private var rankAndFlag: UInt8
    /// `parameterFlag` and `consumedFlag`.
    @exclusivity(unchecked) private var flags: UInt8 = 0
    /// The number of the evaluation, in its last digits, after which the oldest operation on the way here was recorded that
    /// has not been evaluated.
    @exclusivity(unchecked) private let waitsSince: UInt8
    /// Who still needs the inputs: of a transform's variable the transform, and sweeps, which read them without the lock.
    @exclusivity(unchecked) private var readers: UInt8 = 0
    private let extents01: SIMD2<Int32>
    private let extents23: SIMD2<Int32>
    /// Small attributes: axes, a permutation, a scalar's bits, the flags of a matrix product.
    package let bits: UInt64

    // References to inputs are counted by hand, so that walking over a graph does not touch a counter at every edge.
    @exclusivity(unchecked) private(set) var edge0: Unmanaged<Node>?
    @exclusivity(unchecked) private(set) var edge1: Unmanaged<Node>?
    @exclusivity(unchecked) private(set) var edge2: Unmanaged<Node>?
    @exclusivity(unchecked) private(set) var edge3: Unmanaged<Node>?
    private let extras: Unmanaged<Extras>?
    @exclusivity(unchecked) private var storageReference = HandCounted<Storage>()
    @exclusivity(unchecked) private var attachmentReference = HandCounted<AnyObject>()
    @exclusivity(unchecked) private var awaitedByNumber: UInt32 = 0
    /// Operations on the longest way down, as far as they can be counted; tells whether freeing the chain needs more than
    /// recursion.
    @exclusivity(unchecked) package var depth: UInt16
    /// Operations on the longest way down that have not been evaluated, as far as they can be counted.
    @exclusivity(unchecked) package var pendingDepth: UInt16
    @exclusivity(unchecked) package var mark: UInt32 = 0
    @exclusivity(unchecked) package var index: Int32 = 0

    /// What few nodes have.
    private final class Extras {
        let shape: Shape
        let list: [Int]?
        var moreInputs: [Node]?

        init(_ shape: Shape, _ list: [Int]?, _ moreInputs: [Node]?) {
            (self.shape, self.list, self.moreInputs) = (shape, list, moreInputs)
        }
    }

    /// The number of axes.
    package var rank: Int { Int(rankAndFlag & 15) }

    package var shape: Shape {
        let rank = rank
        if rank > 4 { return extras!._withUnsafeGuaranteedRef(\.shape) }
        return Shape(extents01, extents23, rank: rank)
    }

    private static let parameterFlag: UInt8 = 1
    private static let consumedFlag: UInt8 = 2

    /// Whether this is the value of a parameter: differentiation ends here.
    @inline(__always)
    package var isParameter: Bool {
        get { flags & Node.parameterFlag != 0 }
        set { if newValue { flags |= Node.parameterFlag } else { flags &= ~Node.parameterFlag } }
    }

    /// A backward pass has been recorded from here: the history is not needed once the value is in memory and parameters
    /// have moved. Of a parameter's value: it is the one that the parameter started with, so nothing moves with it.
    @inline(__always)
    package var isConsumed: Bool {
        get { flags & Node.consumedFlag != 0 }
        set { if newValue { flags |= Node.consumedFlag } else { flags &= ~Node.consumedFlag } }
    }

    private static let exampleFlag: UInt8 = 16

    /// Whether this is what a function under `vmap` computes from one example that stands for all of a batch: it has no
    /// value of its own (Gradient/Batching).
    package var isExample: Bool {
        get { rankAndFlag & Node.exampleFlag != 0 }
        set { rankAndFlag = rankAndFlag & 15 | (newValue ? Node.exampleFlag : 0) }
    }

    private static let checkpointShift: UInt8 = 5

    /// Whether this was recorded inside of `checkpoint`.
    var checkpointPart: CheckpointPart {
        get { CheckpointPart(rawValue: checkpointBits)! }
        set { rankAndFlag = rankAndFlag & 31 | newValue.rawValue << Node.checkpointShift }
    }

    /// The same as a number, for what compares nodes.
    @inline(__always)
    var checkpointBits: UInt8 { rankAndFlag >> Node.checkpointShift }

    /// The elements, once there is memory for them.
    @inline(__always)
    package var storage: Storage? {
        get { storageReference.object }
        set { storageReference.object = newValue }
    }

    /// Of a parameter's value, the cell for its gradient; of a custom call, its rule; of a gradient without a definition,
    /// the pass that knows it.
    @inline(__always)
    package var attachment: AnyObject? {
        get { attachmentReference.object }
        set { attachmentReference.object = newValue }
    }

    /// Whether there may be a list or more than four inputs.
    var hasExtras: Bool { extras != nil }
    /// Attributes that do not fit: starts and steps of a slice, widths of a pad.
    package var list: [Int]? { extras.flatMap { $0._withUnsafeGuaranteedRef(\.list) } }

    /// The inputs beyond the fourth.
    package private(set) var moreInputs: [Node]? {
        get { extras.flatMap { $0._withUnsafeGuaranteedRef(\.moreInputs) } }
        set { extras!._withUnsafeGuaranteedRef { $0.moreInputs = newValue } }
    }

    package init(
        _ primitive: Primitive, _ dtype: DType, _ shape: Shape, _ input0: Node? = nil, _ input1: Node? = nil,
        _ input2: Node? = nil, _ input3: Node? = nil, bits: UInt64 = 0, list: [Int]? = nil, moreInputs: [Node]? = nil
    ) {
        self.primitive = primitive
        self.dtype = dtype
        rankAndFlag = UInt8(shape.rank)
        (extents01, extents23) = shape.firstExtents
        self.bits = bits
        edge0 = input0.map(Unmanaged.passRetained)
        edge1 = input1.map(Unmanaged.passRetained)
        edge2 = input2.map(Unmanaged.passRetained)
        edge3 = input3.map(Unmanaged.passRetained)
        let hasExtras = shape.rank > 4 || list != nil || moreInputs != nil
        extras = hasExtras ? .passRetained(Extras(shape, list, moreInputs)) : nil
        var variables: UInt16 = 0
        var depth: UInt16 = 0
        var pending: UInt16 = 0
        var flag: UInt8 = 0
        let now = UInt8(truncatingIfNeeded: bk_evaluations())
        var age: UInt8 = 0
        func take(_ input: Node) {
            // A number waits for nothing.
            if input.pendingDepth > 0 && !input.isScalarConstant { age = Swift.max(age, now &- input.waitsSince) }
            variables |= input.variables
            flag |= input.rankAndFlag
            depth = Swift.max(depth, input.depth)
            pending = Swift.max(pending, input.pendingDepth)
        }
        if let input0 { take(input0) }
        if let input1 { take(input1) }
        if let input2 { take(input2) }
        if let input3 { take(input3) }
        if let moreInputs { for input in moreInputs { take(input) } }
        if variables != 0 && (!dtype.isFloatingPoint || bk_gradients_off() != 0) { variables = 0 }
        self.variables = variables
        rankAndFlag |= flag & Node.exampleFlag
        let isMarked = bk_marks_nodes() != 0
        if isMarked && bk_checkpoint_depth() > 0 {
            rankAndFlag |= CheckpointPart.inside.rawValue << Node.checkpointShift
        }
        self.depth = Node.increased(depth)
        self.pendingDepth = Node.increased(pending)
        waitsSince = now &- age
        if isMarked { RecordingObserver.see(self) }
        if pending >= Node.longestChain || age > Node.shortWait && pinsTooMuch(age) { Graph.flush(self) }
    }

    /// Whether what the value waits for, which may be an old version of something of its size for each evaluation since, is
    /// more than may go unseen.
    private func pinsTooMuch(_ age: UInt8) -> Bool {
        age == .max || Int(age) * shape.count * dtype.byteCount > Node.mostPinnedBytes
    }

    /// Evaluations that a value may wait for whatever it pins.
    private static let shortWait: UInt8 = 2
    /// Bytes that a value which nobody reads may pin: a running mean of weights, for example, an old version of them for
    /// each step.
    private static let mostPinnedBytes = 1 << 25

    /// One operation more, as far as it can be counted.
    @inline(__always)
    private static func increased(_ depth: UInt16) -> UInt16 { depth == .max ? .max : depth &+ 1 }

    /// An operation on any number of operands.
    package convenience init(
        _ primitive: Primitive, _ dtype: DType, _ shape: Shape, inputs: [Node], bits: UInt64 = 0
    ) {
        func input(_ position: Int) -> Node? { position < inputs.count ? inputs[position] : nil }
        self.init(
            primitive, dtype, shape, input(0), input(1), input(2), input(3), bits: bits,
            moreInputs: inputs.count > 4 ? Array(inputs[4...]) : nil)
    }

    /// A value that is in memory.
    package init(storage: Storage, dtype: DType, shape: Shape) {
        primitive = .constant
        self.dtype = dtype
        rankAndFlag = UInt8(shape.rank)
        (extents01, extents23) = shape.firstExtents
        bits = 0
        extras = shape.rank > 4 ? .passRetained(Extras(shape, nil, nil)) : nil
        variables = 0
        depth = 0
        pendingDepth = 0
        waitsSince = 0
        self.storage = storage
    }

    /// Recorded operations above which a chain is evaluated by itself, so that neither memory nor the work of one
    /// plan grows without bound.
    private static let longestChain: UInt16 = 16384
    /// Chains up to this depth may be freed by plain recursion.
    private static let shallow: UInt16 = 256

    deinit {
        if !attachmentReference.isEmpty { releaseAttachment() }
        releaseInputs()
        storageReference.object = nil
        attachmentReference.object = nil
        extras?.release()
    }

    private func releaseAttachment() {
        if isUndefinedGradient && !GraphLock.isHeld {
            Graph.state.withLock { _ in
                attachment = nil
                releaseInputs()
            }
        } else if primitive == .customCall {
            GraphLock.release(attachment!)
        }
    }

    var hasReaders: Bool { readers > 0 }

    /// Keeps the inputs in place. Whoever counts further than can be counted keeps them for good.
    func addReader() { if readers < .max { readers += 1 } }

    func removeReader() { if readers < .max { readers -= 1 } }

    /// Forgets how the value was computed, unless a sweep is under way here, which does it in the end.
    package func dropInputs() {
        if readers > 0 { return }
        releaseInputs()
        depth = 0
        if primitive == .gradient { attachment = nil }
        // To transforms that are over it is a constant like any other. One of another thread, which may be open, finds that
        // the history has been used.
        if variables > 1 && !(isConsumed && OpenTransforms.areElsewhere) { variables &= Node.openVariables }
    }

    /// Whether this is a gradient that has no definition yet, but a loss and a parameter.
    var isUndefinedGradient: Bool { primitive == .gradient && edge1 != nil }

    /// The pass that an undefined gradient belongs to.
    var pass: Unmanaged<BackwardPass>? {
        isUndefinedGradient ? attachmentReference.unmanaged.map { .fromOpaque($0.toOpaque()) } : nil
    }

    /// Takes over the definition of a gradient, if its pass has one by now.
    func adoptDefinition() {
        let parameter = edge1!._withUnsafeGuaranteedRef { ObjectIdentifier($0) }
        guard let definition = pass?._withUnsafeGuaranteedRef({ $0.takeDefinition(for: parameter) }) else { return }
        releaseInputs()
        edge0 = Unmanaged.passRetained(definition)
        depth = Node.increased(definition.depth)
        pendingDepth = Node.increased(definition.pendingDepth)
        attachment = nil
    }

    /// Puts others in the place of the first two inputs without counting references; returns those that were there.
    func exchangeInputs(
        _ first: Unmanaged<Node>?, _ second: Unmanaged<Node>?
    ) -> (first: Unmanaged<Node>?, second: Unmanaged<Node>?) {
        defer { (edge0, edge1) = (first, second) }
        return (edge0, edge1)
    }

    private func releaseInputs() {
        if depth > Node.shallow { return releaseInputsIteratively() }
        edge0?.release()
        edge0 = nil
        edge1?.release()
        edge1 = nil
        edge2?.release()
        edge2 = nil
        edge3?.release()
        edge3 = nil
        if extras != nil { moreInputs = nil }
    }

    /// Frees a long chain without one stack frame a node.
    private func releaseInputsIteratively() {
        var pending: [Node] = []
        moveInputs(to: &pending)
        while var node = pending.popLast() {
            // A gradient that is a name goes with the lock held.
            if node.isUndefinedGradient && !GraphLock.isHeld { continue }
            if isKnownUniquelyReferenced(&node) { node.moveInputs(to: &pending) }
        }
    }

    private func moveInputs(to pending: inout [Node]) {
        if let edge0 { pending.append(edge0.takeRetainedValue()) }
        edge0 = nil
        if let edge1 { pending.append(edge1.takeRetainedValue()) }
        edge1 = nil
        if let edge2 { pending.append(edge2.takeRetainedValue()) }
        edge2 = nil
        if let edge3 { pending.append(edge3.takeRetainedValue()) }
        edge3 = nil
        guard let moreInputs else { return }
        pending += moreInputs
        self.moreInputs = nil
    }

    /// Whether a backward pass that is still possible runs through here. At a parameter's value it ends.
    package var needsGradient: Bool {
        guard variables != 0, !isParameter else { return false }
        return variables & Node.openVariables != 0 && !isConsumed
    }

    /// The bits of parameters, and of the variables of transforms that are open around this thread.
    private static var openVariables: UInt16 {
        UInt16(truncatingIfNeeded: (UInt32(2) << UInt32(bk_transform_depth())) - 1)
    }

    package var input0: Node? { edge0?.takeUnretainedValue() }
    package var input1: Node? { edge1?.takeUnretainedValue() }
    package var input2: Node? { edge2?.takeUnretainedValue() }
    package var input3: Node? { edge3?.takeUnretainedValue() }

    package func input(_ position: Int) -> Node {
        switch position {
        case 0: input0!
        case 1: input1!
        case 2: input2!
        case 3: input3!
        default: moreInputs![position - 4]
        }
    }

    /// Calls the body with every input in order, without counting references.
    @inline(__always)
    package func forEachEdge(_ body: (Unmanaged<Node>) -> Void) {
        if let edge0 { body(edge0) }
        if let edge1 { body(edge1) }
        if let edge2 { body(edge2) }
        if let edge3 { body(edge3) }
        if let moreInputs { for input in moreInputs { body(Unmanaged.passUnretained(input)) } }
    }

    @inline(__always)
    package func forEachInput(_ body: (Node) -> Void) {
        forEachEdge { edge in edge._withUnsafeGuaranteedRef { body($0) } }
    }

    /// Where the gradient of a parameter's value goes. The parameter empties it when it goes, which breaks the circle
    /// of a gradient that was computed from the value.
    package var cell: Unmanaged<GradientCell>? {
        isParameter ? attachmentReference.unmanaged.map { .fromOpaque($0.toOpaque()) } : nil
    }

    package var axes: AxisSet { AxisSet(bits: UInt8(truncatingIfNeeded: bits)) }
    package var axis: Int { Int(bits) }
    package var isScalarConstant: Bool { primitive == .scalar }
    /// Whose gradients, not worked out yet, depend on this node and on its history.
    var awaitedBy: Recorder? {
        get { awaitedByNumber == 0 ? nil : Recorder(number: awaitedByNumber) }
        set { awaitedByNumber = newValue?.number ?? 0 }
    }
    var isAwaited: Bool { awaitedByNumber != 0 }
    /// Whether the value has to be computed when somebody asks for it.
    var isPending: Bool { storage == nil && !isScalarConstant }
    /// The number of a `scalar` node.
    package var scalarValue: Double {
        dtype.isFloatingPoint ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits))
    }
}

/// A reference that is counted by hand, which costs no call where there is none. Its owner empties it in the end.
private struct HandCounted<Object: AnyObject> {
    private(set) var unmanaged: Unmanaged<Object>?

    var isEmpty: Bool { unmanaged == nil }

    var object: Object? {
        @inline(__always) get { unmanaged?.takeUnretainedValue() }
        @inline(__always) set {
            let old = unmanaged
            unmanaged = newValue.map(Unmanaged.passRetained)
            old?.release()
        }
    }
}

/// Where a backward pass leaves the gradient of one trainable value, until an optimizer takes it. That both fields change
/// under one lock is what `@unchecked` stands for.
package final class GradientCell: @unchecked Sendable {
    /// The sum of the gradients so far. Changes under the lock of `Graph.state` only.
    @exclusivity(unchecked) package var gradient: Node?
    /// Backward passes that it adds up.
    @exclusivity(unchecked) package var passes = 0
    package init() {}

    /// Adds what a backward pass found.
    package func add(_ gradient: Node) {
        if let sum = self.gradient {
            self.gradient = Node.binary(.add, sum, gradient)
        } else {
            self.gradient = gradient
        }
        passes += 1
    }
}
