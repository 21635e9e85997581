import Backprop

// PyTorch keeps channels in front of the spatial axes, Backprop behind them.

/// [batch, channels, spatial...] as [batch, spatial..., channels]. Weights of convolutions move the same way:
/// [out, in, kernel...] become [out, kernel..., in].
func channelsLast(_ x: Tensor) -> Tensor { moved(x, from: 1, to: x.ndim - 1) }

/// [batch, spatial..., channels] as [batch, channels, spatial...].
func channelsFirst(_ x: Tensor) -> Tensor { moved(x, from: x.ndim - 1, to: 1) }

/// Calls `body` with a batch in channels-last layout and returns its result in PyTorch's layout; where `x` has no batch
/// axis, [channels, spatial...], it is a batch of one in between.
func withChannelsLast(_ x: Tensor, spatialAxes: Int, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    guard x.ndim == spatialAxes + 1 || x.ndim == spatialAxes + 2 else {
        throw Unsupported("input of shape \(x.shape), expected \(spatialAxes) spatial axes")
    }
    let isSingle = x.ndim == spatialAxes + 1
    let result = channelsFirst(try body(channelsLast(isSingle ? x.expandedDimensions(axis: 0) : x)))
    return isSingle ? result.squeezed(axis: 0) : result
}

private func moved(_ x: Tensor, from source: Int, to target: Int) -> Tensor {
    guard x.ndim > 2 else { return x }
    var axes = Array(0..<x.ndim)
    axes.insert(axes.remove(at: source), at: target)
    return x.transposed(axes: axes)
}
