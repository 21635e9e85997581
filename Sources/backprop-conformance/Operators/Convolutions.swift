import Backprop
import BackpropNN

extension Operators {
    /// Convolutions and their relatives.
    static let convolutions: [String: Adapter] = [
        "nn.functional.conv1d": convolution(1, conv1d),
        "nn.functional.conv2d": convolution(2, conv2d),
        "nn.functional.conv3d": convolution(3, conv3d),
        "nn.functional.conv_transpose1d": transposedConvolution(1, convTransposed1d),
        "nn.functional.conv_transpose2d": transposedConvolution(2, convTransposed2d),
        "nn.functional.conv_transpose3d": transposedConvolution(3, convTransposed3d),
        "nn.functional.unfold": { call in
            let x = try call.tensor("input"), window = try call.ints("kernel_size", rank: 2)
            let isSingle = x.ndim == 3
            let windows = unfold(
                channelsLast(isSingle ? x.expandedDimensions(axis: 0) : x), window: PerAxis(window),
                stride: PerAxis(try call.ints("stride", rank: 2, default: 1)),
                padding: PerAxis(try call.ints("padding", rank: 2, default: 0)),
                dilation: PerAxis(try call.ints("dilation", rank: 2, default: 1)))
            // [batch, rows, columns, window..., channels] to [batch, channels x window, places].
            let places = windows.dim(1) * windows.dim(2)
            let columns = windows.transposed(axes: [0, 5, 3, 4, 1, 2])
                .reshaped([windows.dim(0), windows.dim(5) * window[0] * window[1], places])
            return [isSingle ? columns.squeezed(axis: 0) : columns]
        },
        "nn.functional.fold": { call in
            let x = try call.tensor("input"), window = try call.ints("kernel_size", rank: 2)
            let size = try call.ints("output_size", rank: 2)
            let stride = try call.ints("stride", rank: 2, default: 1)
            let padding = try call.ints("padding", rank: 2, default: 0)
            let dilation = try call.ints("dilation", rank: 2, default: 1)
            let isSingle = x.ndim == 2
            let columns = isSingle ? x.expandedDimensions(axis: 0) : x
            let places = (0..<2).map { axis -> Int in
                let reach = dilation[axis] * (window[axis] - 1) + 1
                return (size[axis] + 2 * padding[axis] - reach) / stride[axis] + 1
            }
            let channels = columns.dim(1) / (window[0] * window[1])
            let windows = columns.reshaped([columns.dim(0), channels, window[0], window[1], places[0], places[1]])
                .transposed(axes: [0, 4, 5, 2, 3, 1])
            let image = channelsFirst(
                fold(
                    windows, size: size, stride: PerAxis(stride), padding: PerAxis(padding),
                    dilation: PerAxis(dilation)))
            return [isSingle ? image.squeezed(axis: 0) : image]
        },
    ]

    private typealias Convolution =
        @Sendable (
            Tensor, Tensor, any PerAxisConvertible, any ConvolutionPaddingConvertible, any PerAxisConvertible, Int,
            StaticString, UInt
        ) -> Tensor

    private static func convolution(_ rank: Int, _ function: @escaping Convolution) -> Adapter {
        { call in
            let weights = channelsLast(try call.tensor("weight"))
            let bias = try call.optionalTensor("bias")
            let stride = PerAxis(try call.ints("stride", rank: rank, default: 1))
            let dilation = PerAxis(try call.ints("dilation", rank: rank, default: 1))
            let groups = try call.int("groups", default: 1)
            let padding: ConvolutionPadding
            switch call.optionalValue("padding") {
            case .string("same")?: padding = .same
            case .string("valid")?: padding = .valid
            default: padding = .symmetric(PerAxis(try call.ints("padding", rank: rank, default: 0)))
            }
            return [
                try withChannelsLast(try call.tensor("input"), spatialAxes: rank) { x in
                    let result = function(x, weights, stride, padding, dilation, groups, #fileID, #line)
                    return bias.map { result + $0 } ?? result
                }
            ]
        }
    }

    private typealias TransposedConvolution =
        @Sendable (
            Tensor, Tensor, any PerAxisConvertible, any ConvolutionPaddingConvertible, any PerAxisConvertible,
            any PerAxisConvertible, Int, StaticString, UInt
        ) -> Tensor

    private static func transposedConvolution(_ rank: Int, _ function: @escaping TransposedConvolution) -> Adapter {
        { call in
            let groups = try call.int("groups", default: 1)
            let weights = try call.tensor("weight")
            let bias = try call.optionalTensor("bias")
            let stride = PerAxis(try call.ints("stride", rank: rank, default: 1))
            let padding = PerAxis(try call.ints("padding", rank: rank, default: 0))
            let dilation = PerAxis(try call.ints("dilation", rank: rank, default: 1))
            let outputPadding = PerAxis(try call.ints("output_padding", rank: rank, default: 0))
            // [in, out / groups, kernel...] to [out, kernel..., in / groups].
            let kernel = Array(weights.shape.dropFirst(2)), (depth, width) = (weights.dim(0) / groups, weights.dim(1))
            let turned = weights.reshaped([groups, depth, width] + kernel)
                .transposed(axes: [0, 2] + Array(3..<(rank + 3)) + [1])
                .reshaped([groups * width] + kernel + [depth])
            return [
                try withChannelsLast(try call.tensor("input"), spatialAxes: rank) { x in
                    let result = function(
                        x, turned, stride, padding, dilation, outputPadding, groups, #fileID, #line)
                    return bias.map { result + $0 } ?? result
                }
            ]
        }
    }
}
