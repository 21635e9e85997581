/// An array of numbers with up to eight axes: a value, recorded when it is written and computed when it is read.
///
/// Operators on tensors only record what is to be done. The first read (`item()`, `array(of:)`, `evaluate`) computes
/// everything that it needs as one plan; the same recording on new data reuses the plan.
public struct Tensor: Sendable {
    package let node: Node

    package init(_ node: Node) { self.node = node }

    /// The extents of the axes.
    public var shape: [Int] { node.shape.array }
    /// The number of axes.
    public var ndim: Int { node.rank }
    /// The number of elements.
    public var size: Int { node.shape.count }
    /// The type of the elements.
    public var dtype: DType { node.dtype }

    /// The extent of one axis; negative axes count from the end. An axis that does not exist stops it.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3]).dim(-1)  // 3
    /// ```
    public func dim(_ axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Int {
        node.shape[resolved(axis: axis, "dim", file: file, line: line)]
    }

    // Out of line: nearly every operator asks, and would repeat the message.
    @inline(never)
    package func resolved(
        axis: Int, _ name: String, file: StaticString = #fileID, line: UInt = #line
    ) -> Int {
        let resolved = axis < 0 ? axis + ndim : axis
        require(
            resolved >= 0 && resolved < ndim, "\(name): axis \(axis) does not exist in shape \(node.shape)", file: file,
            line: line)
        return resolved
    }

    package func resolved(
        axes: [Int]?, _ name: String, file: StaticString = #fileID, line: UInt = #line
    ) -> AxisSet {
        guard let axes else { return .all(rank: ndim) }
        let set = AxisSet(axes.map { resolved(axis: $0, name, file: file, line: line) })
        require(
            set.count == axes.count, "\(name): \(axes) names an axis of shape \(node.shape) twice", file: file,
            line: line)
        return set
    }
}

// MARK: - Reading

/// Computes the tensors, as one plan, and returns when their values are in memory.
///
/// Throws where the data turns out to be wrong: an index that lies outside of what it chooses from. What depends on it
/// stays without a value, and stops the program where it is read; everything else, the model included, is as before. So
/// whatever comes from outside is evaluated before it is read. A gradient that `backward()` has left is among what depends
/// on it: call `zeroGradients()` of the optimizer before the next step, or evaluate the loss before `backward()`.
///
/// ```swift
/// let x = Tensor([1.0, 2]), y = x * 2, z = x + 1
/// try evaluate(y, z)
/// y  // [2, 4]
/// ```
public func evaluate(_ tensors: Tensor...) throws(EvaluationError) { try evaluate(tensors) }

/// Computes the tensors, as one plan, and returns when their values are in memory; throws where the data is wrong.
public func evaluate(_ tensors: [Tensor]) throws(EvaluationError) {
    let error = withExtendedLifetime(tensors) {
        Graph.failure(ofEvaluating: tensors.map { Unmanaged.passUnretained($0.node) }, losingNothing: true)
    }
    if let error { throw error }
}

/// Computes the tensors, as one plan, and stops the program where that fails.
package func evaluateOrStop(_ tensors: Tensor...) { evaluateOrStop(tensors) }

/// Computes the tensors, as one plan, and stops the program where that fails.
package func evaluateOrStop(_ tensors: [Tensor]) {
    withExtendedLifetime(tensors) { Graph.evaluate(tensors.map { Unmanaged.passUnretained($0.node) }) }
}

extension Tensor {
    /// What computing this tensor will hold in memory. Nothing is run.
    public var memoryBill: MemoryBill { Graph.bill([node]) }

    /// The only element, as a Double. Computes the tensor. A tensor with another number of elements stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).sum().item()  // 3
    /// ```
    public func item(file: StaticString = #fileID, line: UInt = #line) -> Double {
        require(
            size == 1, "item: a tensor of shape \(node.shape) has \(size) elements, not one", file: file, line: line)
        return withUnsafeBytes { bytes in
            switch dtype {
            case .bool, .uint8: Double(bytes.load(as: UInt8.self))
            case .int32: Double(bytes.load(as: Int32.self))
            case .int64: Double(bytes.load(as: Int64.self))
            case .float32: Double(bytes.load(as: Float.self))
            case .float64: bytes.load(as: Double.self)
            case .bfloat16: Double(Float(bytes.load(as: BFloat16.self)))
            }
        }
    }

    /// The only element as a number of a Swift type, converted where the dtype differs. Computes the tensor. A tensor with
    /// another number of elements stops it.
    ///
    /// ```swift
    /// Tensor([1.5, 2]).sum().item(Float.self)  // 3.5
    /// ```
    public func item<Scalar: TensorScalar>(
        _ type: Scalar.Type, file: StaticString = #fileID, line: UInt = #line
    ) -> Scalar {
        require(
            size == 1, "item: a tensor of shape \(node.shape) has \(size) elements, not one", file: file, line: line)
        return array(of: type)[0]
    }

    /// The elements in row-major order, converted to `type` where the dtype differs. Computes the tensor.
    ///
    /// ```swift
    /// Tensor([1.5, 2.5]).array(of: Int32.self)  // [1, 2]
    /// ```
    public func array<Scalar: TensorScalar>(of type: Scalar.Type = Scalar.self) -> [Scalar] {
        let source = dtype == Scalar.dtype ? self : asType(Scalar.dtype)
        return source.withUnsafeBytes { Array($0.bindMemory(to: Scalar.self)) }
    }

    /// Calls `body` with the elements, dense and in row-major order. Computes the tensor.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).withUnsafeBytes { $0.count }  // 8
    /// ```
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let storage = Graph.elements(of: node)
        return try withExtendedLifetime(storage) {
            try body(UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount))
        }
    }
}
