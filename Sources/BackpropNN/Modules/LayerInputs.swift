import Backprop

// What a layer is called with is checked in the name of the layer, before an operator within it would stop: the call of a
// module has no place for the line of its caller, so the layer with its options says which one it is.

extension ParameterContainer {
    /// Stops where the last axis has another extent than the layer has features.
    @inline(__always)
    func requireFeatures(_ count: Int, of x: Tensor, _ operand: @autoclosure () -> String = "an input", axes: Int = 1) {
        let shape = x.node.shape
        if shape.rank < axes || shape[shape.rank - 1] != count {
            ErasedLayer(self).refuse(x, operand(), features: count, axes: axes)
        }
    }

    /// Stops where the dtype is not that of the weights, nor one that `autocast` converts.
    @inline(__always)
    func requireDType(of weight: Tensor, _ x: Tensor) {
        if x.dtype != weight.dtype && !autocastLetsMeet(x.dtype, weight.dtype) {
            ErasedLayer(self).refuse(x.dtype, beside: weight.dtype)
        }
    }

    /// Stops where the axes are not those of a batch, as many spatial ones, and so many channels.
    @inline(__always)
    func requireChannels(_ channels: Int, of x: Tensor, spatialAxes: Int) {
        let shape = x.node.shape
        if shape.rank != spatialAxes + 2 || shape[shape.rank - 1] != channels {
            ErasedLayer(self).refuse(x, channels: channels, spatialAxes: spatialAxes)
        }
    }

    /// Stops where the last axis does not have so many channels, or fewer axes come before it.
    @inline(__always)
    func requireChannels(_ channels: Int, of x: Tensor, leadingAxes: Int) {
        let shape = x.node.shape
        if shape.rank <= leadingAxes || shape[shape.rank - 1] != channels {
            ErasedLayer(self).refuse(x, channels: channels, leadingAxes: leadingAxes)
        }
    }

    /// Stops where x is no sequence with a step, or has other features.
    @inline(__always)
    func requireSequence(_ x: Tensor, features: Int) {
        let shape = x.node.shape
        if shape.rank < 2 || shape[shape.rank - 2] == 0 || shape[shape.rank - 1] != features {
            ErasedLayer(self).refuse(x, "is not [..., steps, \(features) features] with a step")
        }
    }

    /// Stops where a state of all cells has not the axes that the sequences ask for.
    func requireState(_ state: Tensor?, cells: Int, for x: Tensor, features: Int, _ what: String = "a state") {
        guard let state else { return }
        let expected = [cells] + x.shape.dropLast(2) + [features]
        require(
            state.shape == expected,
            "\(layerDescription): \(what) of shape \(state.shape) is not \(expected), [cells, sequences..., features]"
        )
    }
}

// What is said stands out of line, once for all layers.
extension ErasedLayer {
    @inline(never)
    fileprivate func refuse(_ x: Tensor, _ mistake: String, operand: String = "an input") -> Never {
        trap("\(layer.layerDescription): \(operand) of shape \(x.node.shape) \(mistake)")
    }

    @inline(never)
    fileprivate func refuse(_ x: Tensor, _ operand: String, features: Int, axes: Int) -> Never {
        let mistake =
            axes == 1
            ? "does not end in \(features) features" : "where [..., positions, \(features) features] is expected"
        refuse(x, mistake, operand: operand)
    }

    @inline(never)
    fileprivate func refuse(_ dtype: DType, beside weights: DType) -> Never {
        trap(
            "\(layer.layerDescription): an input of \(dtype) beside weights of \(weights); convert it with asType(.\(weights))"
        )
    }

    @inline(never)
    fileprivate func refuse(_ x: Tensor, channels: Int, spatialAxes: Int) -> Never {
        let axes = ["length", "height, width", "depth, height, width"][spatialAxes - 1]
        let isFirst = x.ndim == spatialAxes + 2 && x.dim(1) == channels
        let lacksChannels = channels == 1 && x.ndim == spatialAxes + 1 && x.dim(-1) > 1
        let remedy = isFirst ? moveChannels : lacksChannels ? addChannel : ""
        refuse(x, "is not [batch, \(axes), \(channels) channels]\(remedy)")
    }

    @inline(never)
    fileprivate func refuse(_ x: Tensor, channels: Int, leadingAxes: Int) -> Never {
        let axes = ["[..., ", "[batch, ..., ", "[batch, places..., "][leadingAxes]
        let isFirst = x.ndim > 2 && x.dim(1) == channels
        refuse(x, "is not \(axes)\(channels) channels]\(isFirst ? moveChannels : "")")
    }

    private var addChannel: String { "; give it the axis of its one channel with expandedDimensions(axis: -1)" }
    private var moveChannels: String { "; move the channels behind the other axes with movedAxis(1, to: -1)" }
}
