import Backprop

/// Elements set to 0 with the given probability, the others divided by what is left of 1, so that the mean stays
/// (Srivastava et al., 2014). Which ones depends on the random stream of the surrounding `withRandomSeed`. Floating
/// point, any shape; a probability outside of [0, 1] stops it.
///
/// ```swift
/// dropout(Tensor([1.0, 2]), probability: 0)  // [1, 2]
/// ```
public func dropout(
    _ x: Tensor, probability: Double = 0.5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    dropout(x, probability: probability, maskShape: x.shape, file: file, line: line)
}

/// `dropout` of whole channels, [batch, ..., channels]: all places of a channel of an example go together (Tompson et
/// al., 2015). Floating point; a probability outside of [0, 1] stops it.
///
/// ```swift
/// channelDropout(Tensor.ones([2, 5, 3]), probability: 0.5).shape  // [2, 5, 3]
/// ```
public func channelDropout(
    _ x: Tensor, probability: Double = 0.5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.ndim >= 2, "channelDropout: shape \(x.shape) is not [batch, ..., channels]", file: file, line: line)
    var shape = [Int](repeating: 1, count: x.ndim)
    shape[0] = x.dim(0)
    shape[x.ndim - 1] = x.dim(-1)
    return dropout(x, probability: probability, maskShape: shape, file: file, line: line)
}

private func dropout(
    _ x: Tensor, probability: Double, maskShape: [Int], file: StaticString, line: UInt
) -> Tensor {
    require(
        (0...1).contains(probability), "dropout: the probability \(probability) is not between 0 and 1", file: file,
        line: line)
    if probability == 0 { return x }
    if probability == 1 { return x * 0 }
    let isKept = Tensor.uniform(maskShape, dtype: x.dtype == .float64 ? .float64 : .float32) .>= probability
    return which(isKept, x * (1 / (1 - probability)), x.zero)
}
