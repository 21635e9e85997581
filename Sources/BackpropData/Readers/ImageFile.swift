import Backprop

#if Images
    import CImages
#endif

/// What the bytes of a pixel are.
public enum ImageChannels: Int, Sendable, CaseIterable {
    /// One byte of brightness, by the weights of ITU-R BT.601.
    case grey = 1
    /// Red, green, blue. Alpha is dropped, without blending.
    case rgb = 3
    /// Red, green, blue, alpha; 255 where the image has no alpha.
    case rgba = 4
}

/// Images in PNG and JPEG, decoded by libpng and libjpeg-turbo where the package is built with the trait `Images`.
///
/// Palettes, 16 bits a channel, inks and every other kind of pixel are converted to 8 bits of what is asked for. The orientation
/// that a camera notes is not applied.
///
/// ```swift
/// let image = try ImageFile.read("cat.jpg")
/// image.shape  // [480, 640, 3]
/// ```
public enum ImageFile {
    /// The most pixels of an image, where the caller does not say: 64 million.
    public static let defaultMaximumPixels = 1 << 26

    /// Reads an image, whose format is recognized by its bytes.
    ///
    /// - Parameters:
    ///   - channels: what a pixel of the result is.
    ///   - maximumPixels: the most pixels; an image that has more is refused before memory is taken for it.
    /// - Returns: uint8, shape [height, width, channels], from the top left.
    /// - Throws: `DataError` where the path is no readable file, the bytes are neither PNG nor JPEG or damaged, the image is too
    ///   large, or the package was built without the trait `Images`.
    public static func read(
        _ path: String, as channels: ImageChannels = .rgb, maximumPixels: Int = defaultMaximumPixels
    ) throws(DataError) -> Tensor {
        try decode(FileBytes(mapping: path, expecting: "PNG or JPEG"), as: channels, maximumPixels, path)
    }

    /// Decodes an image that is in memory; `source` is what errors call it.
    ///
    /// - Returns: uint8, shape [height, width, channels], from the top left.
    /// - Throws: `DataError` as `read(_:)` does.
    public static func decode(
        _ bytes: [UInt8], as channels: ImageChannels = .rgb, maximumPixels: Int = defaultMaximumPixels,
        source: String = "image"
    ) throws(DataError) -> Tensor { try decode(FileBytes(bytes), as: channels, maximumPixels, source) }

    private static func decode(
        _ content: FileBytes, as channels: ImageChannels, _ maximumPixels: Int, _ place: String
    ) throws(DataError) -> Tensor {
        do { return try decode(content, as: channels, maximumPixels) } catch { throw error.at(place) }
    }

    #if Images
        private static func decode(
            _ content: FileBytes, as channels: ImageChannels, _ maximumPixels: Int
        ) throws(FormatProblem) -> Tensor {
            let isPNG = content.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            guard isPNG || content.starts(with: [0xFF, 0xD8, 0xFF]) else {
                throw FormatProblem(
                    "it does not begin as a PNG or JPEG image does", remedy: "convert it to PNG or JPEG, or remove it")
            }
            let bytes = content.buffer.bindMemory(to: UInt8.self)
            let count = Int32(channels.rawValue), most = UInt64(max(0, maximumPixels))
            var image = bk_image()
            if isPNG {
                bk_image_read_png(bytes.baseAddress, bytes.count, count, most, &image)
            } else {
                bk_image_read_jpeg(bytes.baseAddress, bytes.count, count, most, &image)
            }
            let shape = [Int(image.height), Int(image.width), channels.rawValue]
            guard let pixels = image.pixels, image.status == bk_image_good else {
                throw problem(image, maximumPixels)
            }
            return FileBytes(owning: pixels, count: shape.reduce(1, *)).tensor(shape: shape, dtype: .uint8)
        }

        private static func problem(_ image: bk_image, _ maximumPixels: Int) -> FormatProblem {
            let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            switch image.status {
            case bk_image_too_large:
                return FormatProblem(
                    "it has \(image.width) x \(image.height) pixels, the limit is \(maximumPixels)", reason: .tooLarge,
                    remedy: "allow more pixels, or make it smaller")
            case bk_image_no_memory:
                return FormatProblem(
                    "there is no memory for \(image.width) x \(image.height) pixels", reason: .tooLarge,
                    remedy: "make it smaller")
            default: return FormatProblem("it cannot be decoded: \(message)")
            }
        }
    #else
        private static func decode(
            _ content: FileBytes, as channels: ImageChannels, _ maximumPixels: Int
        ) throws(FormatProblem) -> Tensor {
            throw FormatProblem(
                "this program was built without the trait 'Images', which decodes images", reason: .notBuilt,
                remedy:
                    "install libpng and libjpeg-turbo (apt-get install libpng-dev libjpeg-dev) and turn the trait on "
                    + "(swift build --traits Images, or traits: [\"Images\"] beside the dependency)")
        }
    #endif
}
