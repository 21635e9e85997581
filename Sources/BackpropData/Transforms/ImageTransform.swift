import Backprop

/// A change of images, at random where its name says so or its numbers are ranges; a list of them is a whole preparation.
///
/// ```
/// let transforms: [ImageTransform] = [
///     .randomCrop(28, padding: 2), .horizontalFlip(), .normalize(mean: [0.1307], deviation: [0.3081]),
/// ]
/// let loader = DataLoader(images: images, labels: classes, transforms: transforms, batchSize: 128)
/// ```
///
/// Images are [height, width, channels]. Those of bytes stay bytes, rounded once at the end, unless they are normalized.
/// Random choices follow from the key of a sample and the place in the list alone.
public struct ImageTransform: Sendable, CustomStringConvertible {
    /// How it is called.
    public let description: String
    private let change: @Sendable (inout ImageBuffer, inout SampleGenerator) throws -> Void

    /// A change of your own. All its random choices come from the generator.
    public init(
        _ description: String, _ change: @escaping @Sendable (inout ImageBuffer, inout SampleGenerator) throws -> Void
    ) {
        self.description = description
        self.change = change
    }

    /// Changes one image.
    public func apply(to image: inout ImageBuffer, _ generator: inout SampleGenerator) throws {
        try change(&image, &generator)
    }
}

extension [ImageTransform] {
    /// Changes one image, one transform after the other.
    public func apply(to image: inout ImageBuffer, key: SampleKey) throws {
        for (place, transform) in enumerated() {
            var generator = key.generator(stream: place + 1)
            try transform.apply(to: &image, &generator)
        }
    }

    /// An image [height, width, channels], changed.
    public func callAsFunction(
        _ image: Tensor, key: SampleKey, file: StaticString = #fileID, line: UInt = #line
    ) throws -> Tensor {
        var buffer = ImageBuffer(image, file: file, line: line)
        try apply(to: &buffer, key: key)
        return buffer.tensor
    }

    /// A batch of images [images, height, width, channels], each changed by its own key.
    ///
    /// - Throws: what a transform throws, and `DataError` where the results differ in their size.
    public func callAsFunction(
        _ images: Tensor, keys: [SampleKey], file: StaticString = #fileID, line: UInt = #line
    ) throws -> Tensor {
        let rows = ImageRows(images, file: file, line: line)
        require(
            keys.count == images.dim(0), "transforms: \(keys.count) keys for images \(images.shape)", file: file,
            line: line)
        return try ImageBuffer.batch(
            keys.enumerated().map { position, key in
                var image = rows[position]
                try apply(to: &image, key: key)
                return image
            })
    }
}

extension ImageTransform {
    /// A part of `side` by `side` pixels at a random place, after `padding` pixels of `value` on each side.
    ///
    /// It throws `DataError` for an image that is smaller.
    public static func randomCrop(_ side: Int, padding: Int = 0, value: Float = 0) -> ImageTransform {
        randomCrop(side, side, padding: padding, value: value)
    }

    /// A part of that height and width at a random place, after `padding` pixels of `value` on each side.
    public static func randomCrop(_ height: Int, _ width: Int, padding: Int = 0, value: Float = 0) -> ImageTransform {
        ImageTransform("randomCrop(\(height), \(width), padding: \(padding))") { image, generator in
            let places = (image.height + 2 * padding - height + 1, image.width + 2 * padding - width + 1)
            try checkCrop(image, height, width, padding)
            let top = generator.below(places.0) - padding
            let left = generator.below(places.1) - padding
            image.crop(top: top, left: left, height: height, width: width, value: value)
        }
    }

    /// The part of that height and width in the middle. It throws `DataError` for an image that is smaller.
    public static func centerCrop(_ height: Int, _ width: Int) -> ImageTransform {
        ImageTransform("centerCrop(\(height), \(width))") { image, _ in
            try checkCrop(image, height, width, 0)
            func start(_ rest: Int) -> Int { Int((Double(rest) / 2).rounded(.toNearestOrEven)) }
            image.crop(
                top: start(image.height - height), left: start(image.width - width), height: height, width: width)
        }
    }

    private static func checkCrop(
        _ image: ImageBuffer, _ height: Int, _ width: Int, _ padding: Int
    ) throws(DataError) {
        guard height > 0, width > 0, image.height + 2 * padding >= height, image.width + 2 * padding >= width else {
            throw DataError(
                .mismatch, at: "image \(image)", "it has no part of \(height) x \(width) pixels",
                remedy: "resize it before, or crop less")
        }
    }

    /// Scales to that height and width, linearly between pixels.
    public static func resize(_ height: Int, _ width: Int, antialiases: Bool = true) -> ImageTransform {
        ImageTransform("resize(\(height), \(width))") { image, _ in
            try checkExtent(image)
            image.resize(height: height, width: width, antialiases: antialiases)
        }
    }

    /// Scales so that the shorter side has that many pixels.
    public static func resize(shorterSide side: Int, antialiases: Bool = true) -> ImageTransform {
        ImageTransform("resize(shorterSide: \(side))") { image, _ in
            try checkExtent(image)
            let (height, width) = (image.height, image.width)
            let longer = Int(Double(side) * Double(max(height, width)) / Double(min(height, width)))
            image.resize(
                height: height <= width ? side : longer, width: height <= width ? longer : side,
                antialiases: antialiases)
        }
    }

    private static func checkExtent(_ image: ImageBuffer) throws(DataError) {
        guard image.height > 0, image.width > 0 else {
            throw DataError(
                .mismatch, at: "image \(image)", "it has no pixels to scale", remedy: "leave it out of the data")
        }
    }

    /// Exchanges left and right, with a probability.
    public static func horizontalFlip(probability: Double = 0.5) -> ImageTransform {
        ImageTransform("horizontalFlip(probability: \(probability))") { image, generator in
            if generator.unit() < probability { image.flipHorizontally() }
        }
    }

    /// Exchanges top and bottom, with a probability.
    public static func verticalFlip(probability: Double = 0.5) -> ImageTransform {
        ImageTransform("verticalFlip(probability: \(probability))") { image, generator in
            if generator.unit() < probability { image.flipVertically() }
        }
    }

    /// Turns, moves, scales and shears at random.
    ///
    /// - Parameters:
    ///   - rotation: degrees, to either side at most.
    ///   - translation: parts of the width and of the height, to either side at most.
    ///   - scale: factors.
    ///   - shear: degrees along x, to either side at most.
    ///   - value: what comes from outside of the image.
    public static func affine(
        rotation: Double = 0, translation: (x: Double, y: Double) = (0, 0), scale: ClosedRange<Double> = 1...1,
        shear: Double = 0, value: Float = 0
    ) -> ImageTransform {
        ImageTransform("affine(rotation: \(rotation), translation: \(translation), scale: \(scale), shear: \(shear))") {
            image, generator in
            // One draw for each choice, whatever the ranges are.
            let turn = rotation * (2 * generator.unit() - 1)
            let x = translation.x * Double(image.width) * (2 * generator.unit() - 1)
            let y = translation.y * Double(image.height) * (2 * generator.unit() - 1)
            image.transform(
                rotation: turn, x: x.rounded(), y: y.rounded(), scale: generator.uniform(scale),
                shear: (shear * (2 * generator.unit() - 1), 0), value: value)
        }
    }

    /// Fills squares at random places with a value; their centres are inside (DeVries and Taylor, 2017).
    public static func cutout(_ side: Int, count: Int = 1, value: Float = 0) -> ImageTransform {
        ImageTransform("cutout(\(side), count: \(count))") { image, generator in
            guard image.height > 0, image.width > 0 else { return }
            for _ in 0..<count {
                let top = generator.below(image.height) - side / 2
                let left = generator.below(image.width) - side / 2
                image.fill(top: top, left: left, height: side, width: side, value: value)
            }
        }
    }

    /// Changes brightness, contrast and saturation by factors from 1 - x to 1 + x, and turns the hue by up to that part of
    /// the circle to either side, in an order at random.
    public static func colorJitter(
        brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0,
        file: StaticString = #fileID, line: UInt = #line
    ) -> ImageTransform {
        require(
            min(brightness, contrast, saturation, hue) >= 0 && hue <= 0.5,
            "colorJitter: brightness \(brightness), contrast \(contrast), saturation \(saturation), hue \(hue)",
            file: file, line: line)
        return ImageTransform(
            "colorJitter(brightness: \(brightness), contrast: \(contrast), saturation: \(saturation), hue: \(hue))"
        ) { image, generator in
            var order = [0, 1, 2, 3]
            generator.state.shuffle(&order)
            func factor(_ x: Double) -> Float { Float(generator.uniform(max(0, 1 - x)...(1 + x))) }
            let factors = (factor(brightness), factor(contrast), factor(saturation))
            let turn = Float(hue * (2 * generator.unit() - 1))
            for step in order {
                switch step {
                case 0: if brightness > 0 { image.adjustBrightness(factors.0) }
                case 1: if contrast > 0 { image.adjustContrast(factors.1) }
                case 2: if saturation > 0 { image.adjustSaturation(factors.2) }
                default: if hue > 0 { image.adjustHue(turn) }
                }
            }
        }
    }

    /// One channel, or three that are alike, with a probability: give 3 channels where it is below 1.
    public static func grey(channels: Int = 1, probability: Double = 1) -> ImageTransform {
        ImageTransform("grey(channels: \(channels), probability: \(probability))") { image, generator in
            if generator.unit() < probability { image.makeGrey(channels: channels) }
        }
    }

    /// From 0 to 1, less a mean, divided by a deviation: one number for each channel, or one for all.
    public static func normalize(
        mean: [Float], deviation: [Float], file: StaticString = #fileID, line: UInt = #line
    ) -> ImageTransform {
        require(
            deviation.allSatisfy { $0 != 0 }, "normalize: a deviation of \(deviation) divides by 0", file: file,
            line: line)
        return ImageTransform("normalize(mean: \(mean), deviation: \(deviation))") { image, _ in
            guard [1, image.channels].contains(mean.count), [1, image.channels].contains(deviation.count) else {
                throw DataError(
                    .mismatch, at: "image \(image)",
                    "it has other channels than \(mean.count) means and \(deviation.count) deviations are for",
                    remedy: "convert it, or add .grey(channels: \(mean.count)) before")
            }
            image.normalize(mean: mean, deviation: deviation, file: file, line: line)
        }
    }

    /// From 0 to 1, float32.
    public static let floatingPoint = ImageTransform("floatingPoint") { image, _ in image.makeFloatingPoint() }
}
