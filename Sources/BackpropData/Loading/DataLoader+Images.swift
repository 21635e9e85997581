import Backprop

/// Images in memory, one of which is read when it is asked for.
struct ImageRows: Sendable {
    private let images: Tensor
    private let shape: [Int]

    init(_ images: Tensor, file: StaticString, line: UInt) {
        // Pictures without colour often come without an axis for it.
        shape = images.ndim == 3 ? images.shape + [1] : images.shape
        require(
            shape.count == 4 && shape[3] > 0 && (images.dtype == .uint8 || images.dtype == .float32),
            "images are uint8 or float32 [images, height, width, channels], not \(images.dtype)\(images.shape)",
            file: file, line: line)
        evaluateOrStop(images)
        self.images = images
    }

    var count: Int { shape[0] }

    subscript(position: Int) -> ImageBuffer {
        let size = shape[1] * shape[2] * shape[3] * images.dtype.byteCount
        return images.withUnsafeBytes { bytes in
            ImageBuffer(
                UnsafeRawBufferPointer(rebasing: bytes[(position * size)..<((position + 1) * size)]), shape[1],
                shape[2],
                shape[3], isBytes: images.dtype == .uint8)
        }
    }
}

extension DataLoader where Batch == LabelledBatch {
    /// Batches of images [images, height, width, channels], or without an axis for one channel, uint8 or float32, that are
    /// transformed anew in each epoch, and one row of `labels` for each.
    ///
    /// The other parameters are those of loaders of inputs and labels.
    ///
    /// - Parameter transforms: from first to last. The results of a batch have one size.
    public init(
        images: Tensor, labels: Tensor, transforms: [ImageTransform], batchSize: Int, shuffles: Bool = true,
        seed: UInt64 = 0, keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        let rows = ImageRows(images, file: file, line: line)
        self.init(
            images: 0..<rows.count, labels: labels, transforms: transforms, batchSize: batchSize, shuffles: shuffles,
            seed: seed, keepsPartialBatch: keepsPartialBatch, sampler: sampler, prefetch: prefetch, file: file,
            line: line,
            buffer: { rows[$0] })
    }

    /// Batches of images that are decoded when they are asked for, of files for instance, transformed, and one row of
    /// `labels` for each.
    ///
    /// - Parameters:
    ///   - skipsBadSamples: whether images that cannot be loaded or transformed are left out of their batch, and added to
    ///     `skipped`.
    ///   - load: makes an image [height, width, channels], uint8 or float32.
    public init<Images: RandomAccessCollection & Sendable>(
        images: Images, labels: Tensor, transforms: [ImageTransform], batchSize: Int, shuffles: Bool = true,
        seed: UInt64 = 0, keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0,
        skipsBadSamples: Bool = false, file: StaticString = #fileID, line: UInt = #line,
        load: @escaping @Sendable (Images.Element) throws -> Tensor
    ) {
        self.init(
            images: images, labels: labels, transforms: transforms, batchSize: batchSize, shuffles: shuffles,
            seed: seed, keepsPartialBatch: keepsPartialBatch, sampler: sampler, prefetch: prefetch,
            skipsBadSamples: skipsBadSamples, file: file, line: line,
            buffer: { ImageBuffer(try load($0), file: file, line: line) })
    }

    private init<Images: RandomAccessCollection & Sendable>(
        images: Images, labels: Tensor, transforms: [ImageTransform], batchSize: Int, shuffles: Bool, seed: UInt64,
        keepsPartialBatch: Bool, sampler: Sampler?, prefetch: Int, skipsBadSamples: Bool = false, file: StaticString,
        line: UInt, buffer: @escaping @Sendable (Images.Element) throws -> ImageBuffer
    ) {
        require(
            labels.ndim > 0 && labels.dim(0) == images.count,
            "DataLoader: \(images.count) images and labels \(labels.shape) differ in their number of examples",
            file: file, line: line)
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = TensorRows(labels)
        let skipped = skipsBadSamples ? SkippedSamples() : nil
        self.init(count: images.count, options: options, skipped: skipped) { request in
            var made: [ImageBuffer] = []
            var positions: [Int] = []
            for key in request.keys {
                do {
                    var image = try buffer(images[images.index(images.startIndex, offsetBy: key.index)])
                    try transforms.apply(to: &image, key: key)
                    made.append(image)
                    positions.append(key.index)
                } catch {
                    guard let skipped else { throw error }
                    skipped.add(key, error)
                }
            }
            guard !made.isEmpty else { return nil }
            return LabelledBatch(
                index: request.index, inputs: try ImageBuffer.batch(made), labels: rows[positions[...]])
        }
    }
}
