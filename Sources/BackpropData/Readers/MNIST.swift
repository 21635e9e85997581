import Backprop

/// The handwritten digits of MNIST, or any data set of the same four files, such as Fashion-MNIST and KMNIST.
///
/// ```swift
/// let mnist = try MNIST(folder: "data/mnist")
/// mnist.training.images.shape  // [60000, 28, 28]
/// ```
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
public struct MNIST: Sendable {
    /// From `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`; images of shape [60000, 28, 28].
    public let training: LabelledImages
    /// From `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`; images of shape [10000, 28, 28].
    public let test: LabelledImages

    /// Reads the four files, packed (`.gz`) or not.
    ///
    /// - Throws: `DataError` where a file is missing or damaged, or there are not as many labels as images.
    public init(folder: String) throws(DataError) {
        training = try Self.read("train", in: folder)
        test = try Self.read("t10k", in: folder)
    }

    private static func read(_ part: String, in folder: String) throws(DataError) -> LabelledImages {
        let imagePath = try path(of: "\(part)-images", "idx3-ubyte", in: folder)
        let labelPath = try path(of: "\(part)-labels", "idx1-ubyte", in: folder)
        let images = try IDXFile(path: imagePath), labels = try IDXFile(path: labelPath)
        for (file, rank) in [(images, 3), (labels, 1)] where file.dtype != .uint8 || file.shape.count != rank {
            throw DataError(
                .mismatch, at: file.path, "it holds \(file.dtype) of shape \(file.shape), not bytes with \(rank) axes",
                remedy: "give the file under the name that it was published with")
        }
        guard images.shape[0] == labels.shape[0] else {
            throw DataError(
                .mismatch, at: labelPath, "\(labels.shape[0]) labels for \(images.shape[0]) images",
                remedy: "fetch both files again")
        }
        return LabelledImages(images: images.tensor(), labels: labels.tensor().asType(.int64))
    }

    /// The file with one of its usual names.
    private static func path(of name: String, _ kind: String, in folder: String) throws(DataError) -> String {
        for separator in ["-", "."] {
            for suffix in ["", ".gz"] {
                let path = FileSystem.join(folder, name + separator + kind + suffix)
                do {
                    if try FileSystem.look(at: path)?.kind == .file { return path }
                } catch { throw DataError(error) }
            }
        }
        throw DataError(
            .missingFile, at: folder, "there is no \(name)-\(kind) or \(name)-\(kind).gz",
            remedy: "give the folder that holds the four files of MNIST")
    }
}
