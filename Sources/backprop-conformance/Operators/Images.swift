import Backprop
import BackpropNN

extension Operators {
    /// Resizing and sampling of images.
    static let images: [String: Adapter] = [
        "nn.functional.interpolate": interpolation,
        "nn.functional.upsample": interpolation,
        "nn.functional.upsample_nearest": { try interpolated($0, "nearest", alignCorners: false) },
        "nn.functional.upsample_bilinear": { try interpolated($0, "bilinear", alignCorners: true) },
        "nn.functional.pixel_shuffle": { call in
            let factor = try call.int("upscale_factor")
            return [try ofImages(try call.tensor("input")) { pixelShuffle($0, factor: factor) }]
        },
        "nn.functional.pixel_unshuffle": { call in
            let factor = try call.int("downscale_factor")
            return [try ofImages(try call.tensor("input")) { pixelUnshuffle($0, factor: factor) }]
        },
        "nn.functional.channel_shuffle": { call in
            let groups = try call.int("groups")
            return [channelsFirst(channelShuffle(channelsLast(try call.tensor("input")), groups: groups))]
        },
        "nn.functional.grid_sample": { call in
            let methods: [String: GridSampleMethod] = ["bilinear": .linear, "nearest": .nearest, "bicubic": .cubic]
            let paddings: [String: GridSamplePadding] = [
                "zeros": .zeros, "border": .border, "reflection": .reflection,
            ]
            let mode = try call.string("mode", default: "bilinear")
            let padding = try call.string("padding_mode", default: "zeros")
            guard let method = methods[mode], let padding = paddings[padding] else {
                throw Unsupported("mode \(mode) with padding \(padding)")
            }
            let result = gridSample(
                channelsLast(try call.tensor("input")), try call.tensor("grid"), method: method, padding: padding,
                alignCorners: try call.optionalBool("align_corners") ?? false)
            return [channelsFirst(result)]
        },
        "nn.functional.affine_grid": { call in
            let size = try call.ints("size")
            return [
                affineGrid(
                    try call.tensor("theta"), size: Array(size.dropFirst(2)),
                    alignCorners: try call.optionalBool("align_corners") ?? false)
            ]
        },
    ]

    private static let interpolation: Adapter = { call in
        try interpolated(
            call, try call.string("mode", default: "nearest"),
            alignCorners: try call.optionalBool("align_corners") ?? false)
    }

    private static func interpolated(_ call: Call, _ mode: String, alignCorners: Bool) throws -> [Tensor] {
        let methods: [String: ResizeMethod] = [
            "nearest": .nearest, "nearest-exact": .nearestExact, "linear": .linear, "bilinear": .linear,
            "trilinear": .linear, "bicubic": .cubic, "area": .area,
        ]
        guard let method = methods[mode] else { throw Unsupported("mode \(mode)") }
        let x = try call.tensor("input"), rank = x.ndim - 2
        let antialias = try call.optionalBool("antialias") ?? false
        let usesExtents = try call.optionalBool("recompute_scale_factor") ?? false
        if try call.optionalInts("size") != nil {
            let size = PerAxis(try call.ints("size", rank: rank))
            call.ignore("scale_factor")
            return [
                channelsFirst(
                    resize(channelsLast(x), to: size, method: method, alignCorners: alignCorners, antialias: antialias))
            ]
        }
        return [
            channelsFirst(
                resize(
                    channelsLast(x), by: try call.doubles("scale_factor"), method: method, alignCorners: alignCorners,
                    antialias: antialias, usesExtents: usesExtents))
        ]
    }

    /// Calls `body` with images in channels-last layout; all axes before the last three count as the batch.
    private static func ofImages(_ x: Tensor, _ body: (Tensor) -> Tensor) throws -> Tensor {
        guard x.ndim >= 3 else { throw Unsupported("an image of shape \(x.shape)") }
        let batch = Array(x.shape.dropLast(3))
        let images = x.reshaped([batch.reduce(1, *)] + x.shape.suffix(3))
        let result = channelsFirst(body(channelsLast(images)))
        return result.reshaped(batch + result.shape.dropFirst())
    }
}
