import Backprop

// What a layer is called with is checked in the name of the layer, before an operator within it would stop: the call of a
// module has no place for the line of its caller, so the layer with its options says which one it is.

extension ParameterContainer {
    /// Stops where the last axis has another extent than the layer has features.
    @inline(__always)
    func requireFeatures(_ count: Int, of x: Tensor, _ operand: @autoclosure () -> String = "an input", axes: Int = 1) {
        let shape = x.node.shape
        if shape.rank < axes || shape[shape.rank - 1] != count {
            trap(
                axes == 1
                    ? "\(layerDescription): \(operand()) of shape \(shape) does not end in \(count) features"
                    : "\(layerDescription): \(operand()) of shape \(shape) where [..., positions, \(count) features] is expected"
            )
        }
    }

    /// Stops where the dtype is not that of the weights, nor one that `autocast` converts.
    @inline(__always)
    func requireDType(of weight: Tensor, _ x: Tensor) {
        if x.dtype != weight.dtype && !autocastLetsMeet(x.dtype, weight.dtype) {
            trap(
                "\(layerDescription): an input of \(x.dtype) beside weights of \(weight.dtype); convert it with asType(.\(weight.dtype))"
            )
        }
    }

    /// Stops where the axes are not those of a batch, as many spatial ones, and so many channels.
    func requireChannels(_ channels: Int, of x: Tensor, spatialAxes: Int) {
        let shape = x.node.shape
        if shape.rank == spatialAxes + 2 && shape[shape.rank - 1] == channels { return }
        let axes = ["length", "height, width", "depth, height, width"][spatialAxes - 1]
        let isFirst = shape.rank == spatialAxes + 2 && shape[1] == channels
        trap(
            "\(layerDescription): an input of shape \(shape) is not [batch, \(axes), \(channels) channels]\(isFirst ? "; move the channels behind the other axes with movedAxis(1, to: -1)" : "")"
        )
    }

    /// Stops where the last axis does not have so many channels, or fewer axes come before it.
    func requireChannels(_ channels: Int, of x: Tensor, leadingAxes: Int) {
        let shape = x.node.shape
        if shape.rank > leadingAxes && shape[shape.rank - 1] == channels { return }
        let axes = ["[..., ", "[batch, ..., ", "[batch, places..., "][leadingAxes]
        let isFirst = shape.rank > 2 && shape[1] == channels
        trap(
            "\(layerDescription): an input of shape \(shape) is not \(axes)\(channels) channels]\(isFirst ? "; move the channels behind the other axes with movedAxis(1, to: -1)" : "")"
        )
    }

    /// Stops where x is no sequence with a step, or has other features.
    func requireSequence(_ x: Tensor, features: Int) {
        let shape = x.node.shape
        if shape.rank >= 2 && shape[shape.rank - 2] > 0 && shape[shape.rank - 1] == features { return }
        trap("\(layerDescription): an input of shape \(shape) is not [..., steps, \(features) features] with a step")
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
