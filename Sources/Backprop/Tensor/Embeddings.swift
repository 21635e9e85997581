/// Rows of a table by index: `indices` (int32 or int64, any shape) give `indices.shape + [width]`. Rows at
/// `paddingIndex` get no gradient from here. With `scalesGradientByFrequency` the gradient of a row is divided by how
/// often it is taken. The table is [count, width]; evaluation stops with a message where an index lies outside.
///
/// ```swift
/// embedding(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1, 0] as [Int32]))  // [3, 4, 1, 2]
/// ```
public func embedding(
    _ table: Tensor, _ indices: Tensor, paddingIndex: Int? = nil, scalesGradientByFrequency: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(table.ndim == 2, "embedding: a table of shape \(table.shape) is no matrix", file: file, line: line)
    indices.requireIndices("embedding", file: file, line: line)
    requirePadding(paddingIndex, in: table, "embedding", file, line)
    var rows = table.take(indices, file: file, line: line)
    if let padding = paddingIndex.map({ $0 < 0 ? $0 + table.dim(0) : $0 }) {
        let isPadding = (indices .== Double(padding)).expandedDimensions(axis: -1)
        rows = which(isPadding, stopGradient(rows), rows)
    }
    guard scalesGradientByFrequency else { return rows }
    let flat = indices.flattened()
    let counts = Node.scatterAdd(
        Tensor.ones(flat.shape, dtype: table.dtype).node, flat.node, axis: 0, count: table.dim(0))
    let frequency = Tensor(counts).take(indices).expandedDimensions(axis: -1)
    // The value of the rows, and their gradient divided.
    return stopGradient(rows) + (rows - stopGradient(rows)) / frequency
}

/// How an embedding bag combines its rows.
public enum EmbeddingReduction: Sendable {
    case sum, mean, max
}

/// Rows of a table, combined bag by bag: `indices` [bags, n] hold a bag a row, or one axis of which `offsets` [bags] say
/// where each bag begins; with `includesLastOffset` their last entry is the end of the last bag.
///
/// Rows at `paddingIndex` do not take part. `weights` multiply rows before they are summed, in the shape of the indices. A bag
/// without rows gives zeros.
///
/// ```swift
/// embeddingBag(Tensor([1.0, 2, 3]).reshaped([3, 1]), Tensor([0, 2] as [Int32], shape: [1, 2]))  // [2]
/// ```
public func embeddingBag(
    _ table: Tensor, _ indices: Tensor, offsets: Tensor? = nil, reduction: EmbeddingReduction = .mean,
    weights: Tensor? = nil, paddingIndex: Int? = nil, includesLastOffset: Bool = false,
    scalesGradientByFrequency: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        indices.ndim == (offsets == nil ? 2 : 1) && (weights == nil || weights!.shape == indices.shape),
        "embeddingBag: indices of shape \(indices.shape) with offsets \(String(describing: offsets?.shape)) and weights \(String(describing: weights?.shape))",
        file: file, line: line)
    require(weights == nil || reduction == .sum, "embeddingBag: weights go with sums only", file: file, line: line)
    require(
        offsets == nil || offsets!.ndim == 1 && offsets!.size >= (includesLastOffset ? 1 : 0),
        "embeddingBag: offsets of shape \(String(describing: offsets?.shape)) do not say where bags begin", file: file,
        line: line)
    offsets?.requireIndices("embeddingBag", file: file, line: line)
    requirePadding(paddingIndex, in: table, "embeddingBag", file, line)
    let flat = indices.flattened(), count = flat.size
    var rows = embedding(
        table, flat, scalesGradientByFrequency: scalesGradientByFrequency, file: file, line: line)
    if let weights { rows = rows * weights.flattened().expandedDimensions(axis: -1) }
    let bags: Int
    let bagOfRow: Tensor
    if let offsets {
        bags = offsets.size - (includesLastOffset ? 1 : 0)
        let begins = offsets.asType(.int64).narrowed(axis: 0, 0..<bags)
        let place = Tensor.arange(count, dtype: .int64).expandedDimensions(axis: 1)
        bagOfRow = (begins .<= place).sum(axis: 1) - 1
    } else {
        bags = indices.dim(0)
        bagOfRow = Tensor.indices(indices.shape, axis: 0, dtype: .int64).flattened()
    }
    var takesPart = Tensor.ones([count], dtype: table.dtype)
    if let padding = paddingIndex.map({ $0 < 0 ? $0 + table.dim(0) : $0 }) {
        let isPadding = flat .== Double(padding)
        takesPart = (.!isPadding).asType(table.dtype)
        rows = which(isPadding.expandedDimensions(axis: 1), rows.like(reduction == .max ? -Double.infinity : 0), rows)
    }
    if reduction == .max {
        let greatest = Tensor(Node.scatterMax(rows.node, bagOfRow.node, axis: 0, count: bags))
        let sizes = Tensor(Node.scatterAdd(takesPart.node, bagOfRow.node, axis: 0, count: bags))
        return which((sizes .> 0).expandedDimensions(axis: 1), greatest, greatest.like(0))
    }
    let sums = Tensor(Node.scatterAdd(rows.node, bagOfRow.node, axis: 0, count: bags))
    if reduction == .sum { return sums }
    let sizes = Tensor(Node.scatterAdd(takesPart.node, bagOfRow.node, axis: 0, count: bags))
    return sums / maximum(sizes, sizes.like(1)).expandedDimensions(axis: 1)
}

private func requirePadding(
    _ index: Int?, in table: Tensor, _ name: String, _ file: StaticString, _ line: UInt
) {
    guard let index, table.ndim == 2 else { return }
    let rows = table.dim(0)
    require(
        index >= -rows && index < rows, "\(name): the padding \(index) is no row of a table of shape \(table.shape)",
        file: file, line: line)
}

/// Ones where the class is, zeros elsewhere: `indices` of any shape give `indices.shape + [classes]`. Indices are int32
/// or int64; one that is no class gives zeros.
///
/// ```swift
/// oneHot(Tensor([1, 0] as [Int32]), classes: 3)  // [0, 1, 0, 1, 0, 0]
/// ```
public func oneHot(
    _ indices: Tensor, classes: Int, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    indices.requireIndices("oneHot", file: file, line: line)
    require(
        classes >= 0 && classes <= Shape.maximumExtent,
        "oneHot: \(classes) classes for indices of shape \(indices.shape)",
        file: file, line: line)
    let places = Tensor.arange(classes, dtype: indices.dtype)
    return (indices.expandedDimensions(axis: -1) .== places).asType(dtype)
}

/// For each value the number of `edges` (one axis, ascending) that are less than it, or not greater where `right`:
/// where it would have to be put in to keep them in order (int64). Edges and values have one dtype.
///
/// ```swift
/// searchSorted(Tensor([1.0, 2, 3]), Tensor([2.0, 9]))  // [1, 3]
/// ```
public func searchSorted(
    _ edges: Tensor, _ values: Tensor, right: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        edges.ndim == 1 && (edges.dtype == values.dtype || autocastLetsMeet(edges.dtype, values.dtype)),
        "searchSorted: edges \(edges.dtype)\(edges.shape) for values \(values.dtype)\(values.shape), not one axis of their dtype",
        file: file, line: line)
    let spread = values.expandedDimensions(axis: -1)
    return (right ? edges .<= spread : edges .< spread).sum(axis: -1)
}
