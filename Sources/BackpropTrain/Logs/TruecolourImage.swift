import Backprop

/// A picture of grey or red, green and blue, with opacity or without, as a PNG file in memory.
///
/// Source: https://www.w3.org/TR/png-3/
struct TruecolourImage {
    /// Shape [height, width, channels], from the top left.
    let pixels: [UInt8]
    let height: Int
    let width: Int
    /// 1 grey, 3 colours, 4 colours and opacity.
    let channels: Int

    /// The pictures of a tensor [height, width], [height, width, channels] or [pictures, height, width, channels]. Integers
    /// are from 0 to 255, fractions from 0 to 1; what is outside is clamped. Computes it; other shapes stop it.
    static func pictures(_ tensor: Tensor) -> [TruecolourImage] {
        let shape = tensor.ndim == 2 ? tensor.shape + [1] : tensor.shape
        require(
            (3...4).contains(shape.count) && [1, 3, 4].contains(shape.last!) && shape.suffix(3).allSatisfy { $0 > 0 },
            "an image of shape \(tensor.shape), not [height, width] or [..., height, width, channels] with 1, 3 or 4 channels"
        )
        let bytes: [UInt8]
        switch tensor.dtype {
        case .uint8: bytes = tensor.array()
        case .bool: bytes = tensor.array(of: UInt8.self).map { $0 == 0 ? 0 : 255 }
        case .int32, .int64: bytes = tensor.array(of: Int64.self).map { UInt8(clamping: $0) }
        case .float32, .float64, .bfloat16:
            bytes = tensor.array(of: Float.self).map { $0.isNaN ? 0 : UInt8((min(max($0, 0), 1) * 255).rounded()) }
        }
        let (height, width, channels) = (shape[shape.count - 3], shape[shape.count - 2], shape[shape.count - 1])
        let size = height * width * channels
        return stride(from: 0, to: bytes.count, by: size).map {
            TruecolourImage(pixels: Array(bytes[$0..<($0 + size)]), height: height, width: width, channels: channels)
        }
    }

    /// The bytes of the file.
    var bytes: [UInt8] {
        let kind: UInt8 = channels == 1 ? 0 : channels == 3 ? 2 : 6
        let row = width * channels
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (row + 1))
        for y in 0..<height {
            rows.append(0)
            rows.append(contentsOf: pixels[(y * row)..<((y + 1) * row)])
        }
        return PNGImage.file(
            header: PNGImage.big(width) + PNGImage.big(height) + [8, kind, 0, 0, 0], colours: nil, rows: rows)
    }
}
