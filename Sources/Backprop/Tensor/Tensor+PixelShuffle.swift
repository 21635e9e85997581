// Channels exchanged with places, or with one another.

/// Channels as places: [batch, height, width, channels r²] becomes [batch, height r, width r, channels], where r is the
/// factor. Channel c r² + i r + j is row i and column j of the square of channel c (Shi et al., 2016). Channels that do
/// not divide stop it.
///
/// ```swift
/// pixelShuffle(Tensor.zeros([1, 3, 3, 8]), factor: 2).shape  // [1, 6, 6, 2]
/// ```
public func pixelShuffle(
    _ x: Tensor, factor: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.ndim == 4 && (1...46340).contains(factor) && x.dim(3) % (factor * factor) == 0,
        "pixelShuffle: factor \(factor) does not fit the channels of an image of shape \(x.node.shape)", file: file,
        line: line)
    let (height, width, channels) = (x.dim(1), x.dim(2), x.dim(3) / (factor * factor))
    return x.reshaped([x.dim(0), height, width, channels, factor, factor])
        .transposed(axes: [0, 1, 4, 2, 5, 3])
        .reshaped([x.dim(0), height * factor, width * factor, channels])
}

/// Places as channels, the reverse of `pixelShuffle`. Extents that do not divide stop it.
///
/// ```swift
/// pixelUnshuffle(Tensor.zeros([1, 6, 6, 2]), factor: 2).shape  // [1, 3, 3, 8]
/// ```
public func pixelUnshuffle(
    _ x: Tensor, factor: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.ndim == 4 && (1...46340).contains(factor) && x.dim(1) % factor == 0 && x.dim(2) % factor == 0,
        "pixelUnshuffle: factor \(factor) does not divide the extents of an image of shape \(x.node.shape)", file: file,
        line: line)
    let (height, width, channels) = (x.dim(1) / factor, x.dim(2) / factor, x.dim(3))
    return x.reshaped([x.dim(0), height, factor, width, factor, channels])
        .transposed(axes: [0, 1, 3, 5, 2, 4])
        .reshaped([x.dim(0), height, width, channels * factor * factor])
}

/// The channels, which are the last axis, dealt out anew: those of all groups alternate (Zhang et al., ShuffleNet,
/// 2018). Channels that do not divide stop it.
///
/// ```swift
/// channelShuffle(Tensor([1.0, 2, 3, 4], shape: [1, 4]), groups: 2)  // [1, 3, 2, 4]
/// ```
public func channelShuffle(
    _ x: Tensor, groups: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.ndim > 0 && groups > 0 && x.dim(-1) % groups == 0,
        "channelShuffle: \(groups) groups do not divide the channels of shape \(x.node.shape)", file: file, line: line)
    let places = x.shape.dropLast().reduce(1, *)
    return x.reshaped([places, groups, x.dim(-1) / groups]).swappedAxes(1, 2).reshaped(x.shape)
}
