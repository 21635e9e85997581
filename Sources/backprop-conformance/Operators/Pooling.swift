import Backprop
import BackpropNN

extension Operators {
    /// Poolings of windows.
    static let poolings: [String: Adapter] = [
        "nn.functional.avg_pool1d": averagePooling(1),
        "nn.functional.avg_pool2d": averagePooling(2),
        "nn.functional.avg_pool3d": averagePooling(3),
        "nn.functional.max_pool1d": maxPooling(1),
        "nn.functional.max_pool2d": maxPooling(2),
        "nn.functional.max_pool3d": maxPooling(3),
        "nn.functional.adaptive_avg_pool1d": adaptiveAveragePooling(1),
        "nn.functional.adaptive_avg_pool2d": adaptiveAveragePooling(2),
        "nn.functional.adaptive_avg_pool3d": adaptiveAveragePooling(3),
        "nn.functional.adaptive_max_pool1d": adaptiveMaxPooling(1),
        "nn.functional.adaptive_max_pool2d": adaptiveMaxPooling(2),
        "nn.functional.adaptive_max_pool3d": adaptiveMaxPooling(3),
        "nn.functional.lp_pool1d": powerPooling(1),
        "nn.functional.lp_pool2d": powerPooling(2),
        "nn.functional.lp_pool3d": powerPooling(3),
    ]

    private static func averagePooling(_ rank: Int) -> Adapter {
        { call in
            let window = PerAxis(try call.ints("kernel_size", rank: rank))
            let stride = try call.optionalInts("stride", rank: rank).map { PerAxis($0) }
            let padding = PerAxis(try call.ints("padding", rank: rank, default: 0))
            let ceilMode = try call.bool("ceil_mode", default: false)
            let countsPadding = try call.bool("count_include_pad", default: true)
            let divisor = try call.optionalDouble("divisor_override")
            return [
                try withChannelsLast(try call.tensor("input"), spatialAxes: rank) { x in
                    averagePool(
                        x, window: window, stride: stride, padding: padding, ceilMode: ceilMode,
                        countsPadding: countsPadding, divisor: divisor)
                }
            ]
        }
    }

    private static func maxPooling(_ rank: Int) -> Adapter {
        { call in
            let window = PerAxis(try call.ints("kernel_size", rank: rank))
            let stride = try call.optionalInts("stride", rank: rank).map { PerAxis($0) }
            let padding = PerAxis(try call.ints("padding", rank: rank, default: 0))
            let dilation = PerAxis(try call.ints("dilation", rank: rank, default: 1))
            let ceilMode = try call.bool("ceil_mode", default: false)
            return try withIndices(call, rank) { x in
                maxPoolWithIndices(
                    x, window: window, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
            }
        }
    }

    private static func adaptiveAveragePooling(_ rank: Int) -> Adapter {
        { call in
            let x = try call.tensor("input"), size = try adaptiveSize(call, x, rank)
            return [try withChannelsLast(x, spatialAxes: rank) { adaptiveAveragePool($0, size: size) }]
        }
    }

    private static func adaptiveMaxPooling(_ rank: Int) -> Adapter {
        { call in
            let size = try adaptiveSize(call, try call.tensor("input"), rank)
            return try withIndices(call, rank) { adaptiveMaxPoolWithIndices($0, size: size) }
        }
    }

    private static func powerPooling(_ rank: Int) -> Adapter {
        { call in
            let window = PerAxis(try call.ints("kernel_size", rank: rank))
            let stride = try call.optionalInts("stride", rank: rank).map { PerAxis($0) }
            let ceilMode = try call.bool("ceil_mode", default: false)
            let power = try call.double("norm_type")
            return [
                try withChannelsLast(try call.tensor("input"), spatialAxes: rank) { x in
                    powerPool(x, power: power, window: window, stride: stride, ceilMode: ceilMode)
                }
            ]
        }
    }

    /// The size of an adaptive pooling; `None` keeps the extent of the input.
    private static func adaptiveSize(_ call: Call, _ x: Tensor, _ rank: Int) throws -> PerAxis {
        let value = try call.value("output_size")
        guard let elements = value.elements else { return PerAxis(try call.ints("output_size", rank: rank)) }
        let given = elements.count == 1 ? Array(repeating: elements[0], count: rank) : elements
        return PerAxis(
            try given.enumerated().map { axis, element in
                switch element {
                case .int(let count): return count
                case .nothing: return x.dim(axis - rank)
                default: throw Unsupported("an output size that is no number")
                }
            })
    }

    private static func withIndices(
        _ call: Call, _ rank: Int, _ body: (Tensor) throws -> (values: Tensor, indices: Tensor)
    ) throws -> [Tensor] {
        var indices: Tensor?
        let x = try call.tensor("input"), isSingle = x.ndim == rank + 1
        let values = try withChannelsLast(x, spatialAxes: rank) { x in
            let result = try body(x)
            let found = channelsFirst(result.indices)
            indices = isSingle ? found.squeezed(axis: 0) : found
            return result.values
        }
        return try call.bool("return_indices", default: false) ? [values, indices!] : [values]
    }
}
