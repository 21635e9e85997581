// One tensor cut into several, and several joined.

extension Tensor {
    /// The tensor cut into equal parts along the axis. An axis that does not divide stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).split(parts: 2)[1]  // [3, 4]
    /// ```
    public func split(
        parts: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let count = dim(resolved(axis: axis, "split", file: file, line: line))
        require(
            parts > 0 && count % parts == 0,
            "split: axis \(axis) of shape \(node.shape) does not divide into \(parts) parts",
            file: file, line: line)
        return split(sizes: [Int](repeating: count / parts, count: parts), axis: axis, file: file, line: line)
    }

    /// The tensor cut into parts of the given extents, which add up to that of the axis. Others stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).split(sizes: [1, 3])[1]  // [2, 3, 4]
    /// ```
    public func split(
        sizes: [Int], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let axis = resolved(axis: axis, "split", file: file, line: line)
        require(
            sizes.allSatisfy { $0 >= 0 && $0 <= dim(axis) } && sizes.reduce(0, +) == dim(axis),
            "split: parts of \(sizes) do not add up to axis \(axis) of shape \(node.shape)", file: file, line: line)
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return narrowed(axis: axis, start..<(start + size))
        }
    }

    /// The tensor cut before each of the indices along the axis; negative ones count from the end. Indices beyond the
    /// end, or before the previous one, give empty parts.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).split(indices: [1, 3])[1]  // [2, 3]
    /// ```
    public func split(
        indices: [Int], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let axis = resolved(axis: axis, "split", file: file, line: line)
        let count = dim(axis)
        let cuts = indices.map { Swift.min(Swift.max($0 < 0 ? $0 + count : $0, 0), count) }
        return zip([0] + cuts, cuts + [count]).map { narrowed(axis: axis, $0..<Swift.max($0, $1)) }
    }

    /// The tensor cut into so many parts along the axis, the first ones longer by one where it does not divide.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).sections(2)[0]  // [1, 2]
    /// ```
    public func sections(
        _ parts: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let axis = resolved(axis: axis, "sections", file: file, line: line)
        require(
            parts > 0 && parts <= Shape.maximumExtent,
            "sections: \(parts) parts of axis \(axis) of shape \(node.shape)",
            file: file, line: line)
        let (size, longer) = dim(axis).quotientAndRemainder(dividingBy: parts)
        let sizes = (0..<parts).map { $0 < longer ? size + 1 : size }
        return split(sizes: sizes, axis: axis, file: file, line: line)
    }

    /// The tensor cut into parts of one extent along the axis; the last one may be shorter.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).split(every: 2)[1]  // [3]
    /// ```
    public func split(
        every size: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let count = dim(resolved(axis: axis, "split", file: file, line: line))
        require(
            size > 0 || size == 0 && count == 0, "split: parts of \(size) along axis \(axis) of shape \(node.shape)",
            file: file, line: line)
        guard count > 0 else { return [self] }
        let starts = stride(from: 0, to: count, by: size)
        return split(sizes: starts.map { Swift.min(size, count - $0) }, axis: axis, file: file, line: line)
    }

    /// The slices along the axis, without it.
    ///
    /// ```swift
    /// Tensor.arange(4).reshaped([2, 2]).unstacked()[1]  // [2, 3]
    /// ```
    public func unstacked(axis: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> [Tensor] {
        let axis = resolved(axis: axis, "unstacked", file: file, line: line)
        return (0..<dim(axis)).map { narrowed(axis: axis, $0..<($0 + 1)).squeezed(axis: axis) }
    }
}

/// The tensors one after the other along an axis that exists. Other dtypes, or other extents along other axes, stop it.
///
/// ```swift
/// concatenated([Tensor([1.0, 2]), Tensor([3.0])])  // [1, 2, 3]
/// ```
public func concatenated(
    _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    joined(tensors, axis: axis, "concatenated", file, line)
}

/// `concatenated` in the name of the function that people called.
private func joined(
    _ tensors: [Tensor], axis: Int, _ name: String, _ file: StaticString, _ line: UInt
) -> Tensor {
    require(!tensors.isEmpty, "\(name): no tensors", file: file, line: line)
    let tensors = castToMeet(tensors)
    let axis = tensors[0].resolved(axis: axis, name, file: file, line: line)
    for tensor in tensors {
        let fits =
            tensor.ndim == tensors[0].ndim && tensor.dtype == tensors[0].dtype
            && (0..<tensor.ndim).allSatisfy { $0 == axis || tensor.node.shape[$0] == tensors[0].node.shape[$0] }
        require(
            fits,
            "\(name) along axis \(axis): \(tensors[0].dtype)\(tensors[0].shape) and \(tensor.dtype)\(tensor.shape) differ elsewhere",
            file: file, line: line)
    }
    return Tensor(Node.concatenate(tensors.map(\.node), axis: axis, file: file, line: line))
}

/// The tensors, of one shape, along a new axis. Other shapes or dtypes stop it.
///
/// ```swift
/// stacked([Tensor([1.0, 2]), Tensor([3.0, 4])], axis: 1)  // [1, 3, 2, 4]
/// ```
public func stacked(
    _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let tensors = castToMeet(tensors)
    for tensor in tensors {
        require(
            tensor.node.shape == tensors[0].node.shape && tensor.dtype == tensors[0].dtype,
            "stacked: \(tensors[0].dtype)\(tensors[0].shape) and \(tensor.dtype)\(tensor.shape) differ", file: file,
            line: line)
        require(
            axis >= -tensor.ndim - 1 && axis <= tensor.ndim,
            "stacked: axis \(axis) does not fit tensors of shape \(tensor.shape)", file: file, line: line)
    }
    return joined(tensors.map { $0.expandedDimensions(axis: axis) }, axis: axis, "stacked", file, line)
}

/// The tensors side by side: along the second axis, or the only one.
///
/// ```swift
/// hstack([Tensor([1.0, 2]), Tensor([3.0])])  // [1, 2, 3]
/// ```
public func hstack(_ tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let parts = tensors.map { $0.ndim == 0 ? $0.reshaped([1]) : $0 }
    return joined(parts, axis: (parts.first?.ndim ?? 0) > 1 ? 1 : 0, "hstack", file, line)
}

/// The tensors below each other: along the first axis, with a tensor of one axis as a row.
///
/// ```swift
/// vstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape  // [2, 2]
/// ```
public func vstack(_ tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    joined(tensors.map { $0.ndim < 2 ? $0.reshaped([1, $0.size]) : $0 }, axis: 0, "vstack", file, line)
}

/// The tensors behind each other: along the third axis, with a matrix as [n, m, 1] and one axis as [1, n, 1].
///
/// ```swift
/// dstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape  // [1, 2, 2]
/// ```
public func dstack(_ tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let parts = tensors.map { part in
        let matrix = part.ndim < 2 ? part.reshaped([1, part.size]) : part
        return matrix.ndim == 2 ? matrix.expandedDimensions(axis: 2) : matrix
    }
    return joined(parts, axis: 2, "dstack", file, line)
}

/// The tensors as columns: along the second axis, with a tensor of one axis as a column.
///
/// ```swift
/// columnStack([Tensor([1.0, 2]), Tensor([3.0, 4])])  // [1, 3, 2, 4]
/// ```
public func columnStack(_ tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    joined(tensors.map { $0.ndim < 2 ? $0.reshaped([$0.size, 1]) : $0 }, axis: 1, "columnStack", file, line)
}

/// Matrices along the diagonal of one that is 0 elsewhere. A tensor of one axis counts as a row, a number as a matrix
/// of one. No blocks, or more than two axes, stop it.
///
/// ```swift
/// blockDiagonal([Tensor([1.0, 2]), Tensor([3.0])])  // [1, 2, 0, 0, 0, 3]
/// ```
public func blockDiagonal(_ blocks: [Tensor], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let matrices = blocks.map { $0.ndim < 2 ? $0.reshaped([1, $0.size]) : $0 }
    require(
        !blocks.isEmpty && matrices.allSatisfy { $0.ndim == 2 },
        "blockDiagonal: \(blocks.map(\.shape)) are not one or more matrices", file: file, line: line)
    let width = matrices.reduce(0) { $0 + $1.dim(1) }
    var start = 0
    let rows = matrices.map { matrix in
        defer { start += matrix.dim(1) }
        return matrix.padded(widths: [(0, 0), (start, width - start - matrix.dim(1))])
    }
    return joined(rows, axis: 0, "blockDiagonal", file, line)
}

/// The tensors, of one axis each (or numbers), spread over the grid of all combinations of their elements: `.ij` has
/// the elements of the i-th tensor along axis i, `.xy` exchanges the first two axes. Tensors with more axes stop it.
///
/// ```swift
/// meshGrid([Tensor([1.0, 2]), Tensor([3.0, 4])])[0]  // [1, 1, 2, 2]
/// ```
public func meshGrid(
    _ tensors: [Tensor], indexing: MeshIndexing = .ij, file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
    require(
        !tensors.isEmpty && tensors.allSatisfy { $0.ndim < 2 },
        "meshGrid: tensors of shapes \(tensors.map(\.shape)) do not have one axis each", file: file, line: line)
    let shape = tensors.map(\.size)
    let grids = tensors.enumerated().map { axis, tensor in
        tensor.reshaped(shape.indices.map { $0 == axis ? shape[axis] : 1 }).broadcast(to: shape)
    }
    return indexing == .xy && shape.count > 1 ? grids.map { $0.swappedAxes(0, 1) } : grids
}

/// Which axis of a grid belongs to which coordinate: as in matrices, or as in pictures.
public enum MeshIndexing: Sendable { case ij, xy }
