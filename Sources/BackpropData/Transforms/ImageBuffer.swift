import Backprop

/// The pixels of one image while it is transformed.
public struct ImageBuffer: Sendable {
    public private(set) var height: Int
    public private(set) var width: Int
    public private(set) var channels: Int
    /// Row by row from the top left, the channels of a pixel side by side: as many as height x width x channels.
    public private(set) var pixels: [Float]
    /// Whether it was made of bytes, and becomes bytes again, rounded, unless it is made floating point.
    public internal(set) var isBytes: Bool

    /// The value of white: 255 for images of bytes, 1 for others.
    public var white: Float { isBytes ? 255 : 1 }

    /// An image of a tensor [height, width, channels], uint8 or float32. Another one stops it.
    public init(_ image: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(
            image.ndim == 3 && (image.dtype == .uint8 || image.dtype == .float32) && image.dim(-1) > 0,
            "an image is uint8 or float32 [height, width, channels], not \(image.dtype)\(image.shape)", file: file,
            line: line)
        let shape = image.shape
        self = image.withUnsafeBytes { ImageBuffer($0, shape[0], shape[1], shape[2], isBytes: image.dtype == .uint8) }
    }

    /// An image of elements in memory: bytes, or float32.
    init(_ source: UnsafeRawBufferPointer, _ height: Int, _ width: Int, _ channels: Int, isBytes: Bool) {
        self.height = height
        self.width = width
        self.channels = channels
        self.isBytes = isBytes
        let count = height * width * channels
        pixels = [Float](unsafeUninitializedCapacity: count) { target, initialized in
            if isBytes {
                for index in 0..<count { target[index] = Float(source[index]) }
            } else if count > 0 {
                UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[..<(count * 4)]))
            }
            initialized = count
        }
    }

    /// Calls a function with all pixels, which it may change.
    public mutating func withPixels(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        try pixels.withUnsafeMutableBufferPointer { try body($0) }
    }

    /// The same image in another size, whose pixels a function writes: it gets the old and the new ones.
    mutating func rebuild(
        _ height: Int, _ width: Int, channels: Int? = nil,
        _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let channels = channels ?? self.channels
        let count = height * width * channels
        let old = pixels
        pixels = [Float](unsafeUninitializedCapacity: count) { target, initialized in
            old.withUnsafeBufferPointer { body($0, target) }
            initialized = count
        }
        (self.height, self.width, self.channels) = (height, width, channels)
    }

    /// From 0 to 1, float32, from now on: bytes are divided by 255.
    public mutating func makeFloatingPoint() {
        guard isBytes else { return }
        isBytes = false
        withPixels { pixels in for index in pixels.indices { pixels[index] /= 255 } }
    }

    /// How many bytes it takes in a tensor.
    var byteCount: Int { pixels.count * (isBytes ? 1 : 4) }

    /// Writes it as it stands in a tensor.
    func write(to target: UnsafeMutableRawBufferPointer) {
        pixels.withUnsafeBufferPointer { source in
            if isBytes {
                for index in source.indices {
                    // A NaN becomes one of the ends, and does not stop the program.
                    target[index] = UInt8(max(0, min(255, source[index].rounded(.toNearestOrEven))))
                }
            } else {
                target.copyMemory(from: UnsafeRawBufferPointer(source))
            }
        }
    }

    /// Shape [height, width, channels], uint8 or float32.
    public var tensor: Tensor {
        Tensor(shape: [height, width, channels], dtype: isBytes ? .uint8 : .float32) { write(to: $0) }
    }

    /// Shape [images, height, width, channels].
    ///
    /// - Throws: `DataError` where sizes differ.
    static func batch(_ images: [ImageBuffer]) throws(DataError) -> Tensor {
        guard let first = images.first else { return .zeros([0, 0, 0, 0]) }
        for (position, image) in images.enumerated()
        where image.description != first.description {
            throw DataError(
                .mismatch, at: "image \(position) of a batch", "it is \(image), the first is \(first)",
                remedy: "end the transforms with one that makes all images alike, such as .resize(32, 32)")
        }
        let size = first.byteCount
        return Tensor(
            shape: [images.count, first.height, first.width, first.channels], dtype: first.isBytes ? .uint8 : .float32
        ) { bytes in
            for (position, image) in images.enumerated() {
                image.write(
                    to: UnsafeMutableRawBufferPointer(rebasing: bytes[(position * size)..<((position + 1) * size)]))
            }
        }
    }
}

extension ImageBuffer: CustomStringConvertible {
    public var description: String { "\(isBytes ? "uint8" : "float32")[\(height), \(width), \(channels)]" }
}
