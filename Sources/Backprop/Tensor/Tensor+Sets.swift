// What depends on data in its very shape: these functions compute what they need at once.

extension Tensor {
    /// The indices (int64) of all elements that are not 0, in row-major order: [count, axes]. NaN counts. Computes the
    /// tensor.
    ///
    /// ```swift
    /// Tensor([0, 7, 0, 9] as [Float], shape: [2, 2]).nonzero()  // [0, 1, 1, 1]
    /// ```
    public func nonzero() -> Tensor {
        let positions = asType(.bool).flattened().truePositions
        let strides = node.shape.denseStrides
        let columns = shape.indices.map { axis -> Tensor in
            let place = strides[axis] == 1 ? positions : positions / Double(strides[axis])
            return axis == 0 ? place : remainder(place, place.like(Double(dim(axis))))
        }
        return columns.isEmpty
            ? Tensor.zeros([positions.size, 0], dtype: .int64) : stacked(columns, axis: 1)
    }

    /// The different elements of a tensor, or rows along an axis, and where they are.
    public struct Unique: Sendable {
        /// Each different element once, in ascending order.
        public let values: Tensor
        /// For every element its position (int64) among the values.
        public let inverse: Tensor
        /// How often each value occurs (int64).
        public let counts: Tensor
    }

    /// The different elements in ascending order along one axis, where each element is among them (in this tensor's shape),
    /// and how often each occurs. NaN differs from everything and comes last. A gradient goes to the first of equal
    /// elements. Computes the tensor.
    ///
    /// ```swift
    /// Tensor([3, 1, 3] as [Float]).unique().values  // [1, 3]
    /// ```
    public func unique() -> Unique {
        let flat = flattened(), order = flat.argSort(axis: 0), inOrder = flat.take(order)
        let isNew =
            size == 0
            ? Tensor.zeros([0], dtype: .bool)
            : concatenated(
                [
                    Tensor.ones([1], dtype: .bool),
                    inOrder.narrowed(axis: 0, 1..<size) .!= inOrder.narrowed(axis: 0, 0..<(size - 1)),
                ],
                axis: 0)
        return Tensor.unique(flat, order: order, isNew: isNew, inverseShape: shape)
    }

    /// The different rows along an axis in lexicographic order, where each row is among them (one axis), and how often each
    /// occurs. A row with NaN differs from every other. A gradient goes to the first of equal rows. Computes the tensor.
    ///
    /// ```swift
    /// Tensor([3, 4, 1, 2, 3, 4] as [Float], shape: [3, 2]).unique(axis: 0).values  // [1, 2, 3, 4]
    /// ```
    public func unique(axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Unique {
        let axis = resolved(axis: axis, "unique", file: file, line: line)
        let count = dim(axis), rows = movedAxis(axis, to: 0).reshaped([count, count == 0 ? 0 : size / count])
        let (order, isNew) = dtype.isFloatingPoint ? rows.rowOrder(of: Double.self) : rows.rowOrder(of: Int64.self)
        let found = Tensor.unique(
            movedAxis(axis, to: 0), order: Tensor(order), isNew: Tensor(isNew), inverseShape: [count])
        return Unique(values: found.values.movedAxis(0, to: axis), inverse: found.inverse, counts: found.counts)
    }

    /// The first rows of runs of equal ones, from the order in which rows are sorted and where a run begins.
    private static func unique(_ rows: Tensor, order: Tensor, isNew: Tensor, inverseShape: [Int]) -> Unique {
        let starts = isNew.truePositions, count = order.size
        let ends = concatenated([starts, Tensor([Int64(count)])], axis: 0)
        let counts = ends.narrowed(axis: 0, 1..<(starts.size + 1)) - starts
        // The inverse of an order is the order of its positions.
        let ranks = (isNew.cumsum(axis: 0) - 1).take(order.argSort(axis: 0))
        return Unique(
            values: rows.take(order.take(starts)), inverse: ranks.reshaped(inverseShape), counts: counts)
    }

    /// The positions of the rows of a matrix in lexicographic order, and for each whether it differs from the one before.
    private func rowOrder<Scalar: TensorScalar & Comparable>(of type: Scalar.Type) -> (order: [Int64], isNew: [Bool]) {
        let elements = array(of: Scalar.self), width = dim(1)
        func difference(_ a: Int, _ b: Int) -> Int? {
            (0..<width).first { elements[a * width + $0] != elements[b * width + $0] }
        }
        func isBefore(_ a: Int, _ b: Int) -> Bool {
            guard let column = difference(a, b) else { return a < b }
            let (x, y) = (elements[a * width + column], elements[b * width + column])
            // NaN, which does not equal itself, comes last.
            return x != x ? y != y && a < b : y != y || x < y
        }
        let order = (0..<dim(0)).sorted(by: isBefore)
        let isNew = order.indices.map { $0 == 0 || difference(order[$0 - 1], order[$0]) != nil }
        return (order.map(Int64.init), isNew)
    }
}

/// Whether each element is one of `values`, as bool in the shape of x; NaN is never one. Of one dtype.
///
/// ```swift
/// isIn(Tensor([1, 2, 3] as [Float]), Tensor([3, 1] as [Float]))  // [true, false, true]
/// ```
public func isIn(
    _ x: Tensor, _ values: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.dtype == values.dtype || autocastLetsMeet(x.dtype, values.dtype),
        "isIn: dtypes \(x.dtype) and \(values.dtype) differ; convert one with asType(_:)",
        file: file, line: line)
    if values.size == 0 || x.size == 0 { return Tensor.zeros(x.shape, dtype: .bool) }
    // Comparing with each of a few values is quicker than sorting.
    if values.size <= 64 { return (x.expandedDimensions(axis: -1) .== values.flattened()).any(axes: [-1]) }
    let known = values.flattened().sorted(axis: 0), wanted = x.flattened()
    // Stably sorted behind the values, an element that is one of them has the last value before it as its equal.
    let all = concatenated([known, wanted], axis: 0), order = all.argSort(axis: 0)
    let before = (order .< Double(known.size)).cumsum(axis: 0)
    let place = before.take(order.argSort(axis: 0)).narrowed(axis: 0, known.size..<all.size) - 1
    let nearest = known.take(maximum(place, place.like(0)))
    return ((place .>= 0) .& (nearest .== wanted)).reshaped(x.shape)
}
