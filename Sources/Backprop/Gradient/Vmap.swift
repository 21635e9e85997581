/// A function of a batch from a function of one example: what it gives for all examples, one behind the other along an
/// axis, without a loop.
///
/// `function` runs once. What it records is recorded again for the whole batch, so a product with shared weights becomes one
/// product with as many rows as there are examples. Transforms nest in any order: `vmap` of a gradient gives the gradient
/// of each example, and the gradient of `vmap` is that of a loop.
///
/// Inside of `function` a mapped argument has no value: reading it, branching on it, `backward()`, and assigning it to a
/// parameter or a buffer stop with a message. The number of examples is an axis more, so nothing inside may have all eight
/// axes. An example whose matrix has no decomposition is NaN without touching the others.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// vmap({ x in [matmul(x[0], x[1])] }, inAxes: [0, nil])([x, Tensor([1, 10] as [Float])])[0]  // [21, 43]
/// ```
///
/// - Parameters:
///   - function: any number of tensors from the arguments without the mapped axis.
///   - inAxes: for each argument the axis along which the examples lie, nil where all share it; the first axis of all
///     arguments unless given. One at least is mapped, and all mapped axes have the same extent.
///   - outAxes: for each result where the axis of the examples goes, in front unless given. What depends on no mapped
///     argument is repeated, or with nil left as it is; nil for anything else stops it.
///   - randomness: what happens where the function draws random numbers.
public func vmap(
    _ function: @escaping ([Tensor]) -> [Tensor], inAxes: [Int?]? = nil, outAxes: [Int?]? = nil,
    randomness: VmapRandomness = .error, file: StaticString = #fileID, line: UInt = #line
) -> ([Tensor]) -> [Tensor] {
    { arguments in
        let axes = inAxes ?? arguments.map { _ in 0 }
        require(
            axes.count == arguments.count, "vmap: \(axes.count) axes for \(arguments.count) arguments", file: file,
            line: line)
        let mapped = zip(arguments, axes).map { argument, axis in
            axis.map { argument.resolved(axis: $0, "vmap", file: file, line: line) }
        }
        let batch = Batch(size: commonExtent(arguments, mapped, file, line), randomness)
        let results = batch.within {
            function(
                zip(arguments, mapped).map { argument, axis in
                    axis.map { batch.example(of: argument, axis: $0) } ?? argument
                })
        }
        require(
            outAxes == nil || outAxes!.count == results.count,
            "vmap: \(outAxes?.count ?? 0) axes for \(results.count) results", file: file, line: line)
        var walk = BatchingWalk(batch)
        return results.enumerated().map { position, result in
            guard let axis = outAxes.map({ $0[position] }) ?? 0 else {
                require(
                    walk.batched(result.node) == nil,
                    "vmap: result \(position) of shape \(result.shape) depends on a mapped argument, so it needs an axis",
                    file: file, line: line)
                return result
            }
            return batch.all(result, &walk).movingFirstAxis(to: axis, file, line)
        }
    }
}

/// The same for a function of one tensor.
///
/// ```swift
/// vmap({ x in x / x.sum() })(Tensor([1, 3, 2, 2] as [Float], shape: [2, 2]))  // [0.25, 0.75, 0.5, 0.5]
/// ```
public func vmap(
    _ function: @escaping (Tensor) -> Tensor, inAxis: Int = 0, outAxis: Int = 0, randomness: VmapRandomness = .error,
    file: StaticString = #fileID, line: UInt = #line
) -> (Tensor) -> Tensor {
    let mapped = vmap(
        { [function($0[0])] }, inAxes: [inAxis], outAxes: [outAxis], randomness: randomness, file: file, line: line)
    return { mapped([$0])[0] }
}

/// The number of examples.
private func commonExtent(
    _ arguments: [Tensor], _ axes: [Int?], _ file: StaticString, _ line: UInt
) -> Int {
    let extents = zip(arguments, axes).compactMap { argument, axis in axis.map { argument.dim($0) } }
    require(!extents.isEmpty, "vmap: none of the \(arguments.count) arguments is mapped", file: file, line: line)
    require(
        extents.allSatisfy { $0 == extents[0] },
        "vmap: arguments of shapes \(arguments.map { "\($0.node.shape)" }.joined(separator: ", ")) have \(extents) examples along the mapped axes",
        file: file, line: line)
    return extents[0]
}

extension Tensor {
    fileprivate func movingFirstAxis(to axis: Int, _ file: StaticString, _ line: UInt) -> Tensor {
        movedAxis(0, to: resolved(axis: axis, "vmap", file: file, line: line))
    }
}
