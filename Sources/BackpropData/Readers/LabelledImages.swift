import Backprop

/// Images with a class each. The images stay bytes in memory; a batch is converted when it is used, such as by the first layer:
/// `Lambda { x in x.asType(.float32) / 255 }`. Layers of images take those without colour with an axis for their one channel:
/// `images.expandedDimensions(axis: -1)`.
public struct LabelledImages: Sendable {
    /// uint8, shape [images, height, width] or [images, height, width, channels]; 0 to 255.
    public let images: Tensor
    /// int64, shape [images].
    public let labels: Tensor

    /// How many images there are.
    public var count: Int { labels.dim(0) }

    /// - Parameters:
    ///   - images: uint8, [images, height, width] or [images, height, width, channels].
    ///   - labels: int64, [images].
    public init(images: Tensor, labels: Tensor) {
        self.images = images
        self.labels = labels
    }
}
