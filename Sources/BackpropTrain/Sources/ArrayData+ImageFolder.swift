import Backprop
import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Decodes images to one size, as bytes.
struct ImageSizing {
    let height: Int
    let width: Int

    /// Images with a longer side are scaled to squares of this side.
    static let largestSide = 64
    /// How many images are looked at to find a size.
    private static let probed = 32

    init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// The size that some images from all over a list have in common, or a square.
    init(of paths: [String]) throws(DataError) {
        var sizes: Set<[Int]> = []
        for index in 0..<min(paths.count, Self.probed) {
            let image = try ImageFile.read(paths[index * paths.count / min(paths.count, Self.probed)])
            sizes.insert(Array(image.shape.prefix(2)))
        }
        if sizes.count == 1, let size = sizes.first, size.allSatisfy({ (1...Self.largestSide).contains($0) }) {
            self.init(height: size[0], width: size[1])
        } else {
            self.init(height: Self.largestSide, width: Self.largestSide)
        }
    }

    /// The middle of an image, scaled: uint8, [height, width, channels].
    func read(_ path: String, as channels: ImageChannels) throws -> Tensor {
        let image = try ImageFile.read(path, as: channels)
        guard image.dim(0) != height || image.dim(1) != width else { return image }
        guard image.dim(0) > 0, image.dim(1) > 0 else {
            throw DataError(.empty, at: path, "the image has no pixels", remedy: "remove it")
        }
        let scale = max(Double(height) / Double(image.dim(0)), Double(width) / Double(image.dim(1)))
        let size = (
            max(height, Int((Double(image.dim(0)) * scale).rounded())),
            max(width, Int((Double(image.dim(1)) * scale).rounded()))
        )
        let transforms: [ImageTransform] = [.resize(size.0, size.1), .centerCrop(height, width)]
        return try transforms(image, key: SampleKey(seed: 0, epoch: 0, index: 0))
    }

    /// All images: uint8, [images, height, width, channels].
    func read(_ paths: [String], as channels: ImageChannels, at place: String) throws -> Tensor {
        let size = height * width * channels.rawValue
        let bytes = Double(size) * Double(paths.count)
        let available = Double(ProcessInfo.processInfo.physicalMemory)
        guard bytes < available / 2 else {
            throw TrainError(
                .tooLarge, at: place,
                "\(paths.count) images of \(height) x \(width) pixels need \(NumberFormat.significant(bytes / 1e9, figures: 3)) GB",
                remedy: "keep fewer images")
        }
        var failure: (any Error)?
        let result = Tensor(shape: [paths.count, height, width, channels.rawValue], dtype: .uint8) { target in
            for (index, path) in paths.enumerated() where failure == nil {
                do {
                    try read(path, as: channels).withUnsafeBytes { source in
                        UnsafeMutableRawBufferPointer(rebasing: target[(index * size)..<((index + 1) * size)])
                            .copyMemory(from: source)
                    }
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return result
    }
}

extension ArrayData {
    /// A folder with a folder of images for each class, or with such folders called train and test (or val) inside.
    init(images folder: String, holdOut: Double, seed: UInt64) throws {
        let parts = try Self.parts(of: folder)
        let training = try ImageFolder(parts.training), test = try parts.test.map(ImageFolder.init)
        if let unknown = test?.classNames.first(where: { !training.classNames.contains($0) }) {
            throw DataError(
                .mismatch, at: parts.test ?? folder, "the class \(Wording.quoted(unknown)) is in the test part alone",
                remedy: "add images of it to \(parts.training), or remove the folder")
        }
        let labels = ArrayLabels(
            training: training.labels.map(Double.init),
            test: test.map { part in
                part.labels.map { label in
                    Double(training.classNames.firstIndex(of: part.classNames[label]) ?? 0)
                }
            } ?? [], isInteger: true, place: folder)
        let classes = try labels.classes(names: training.classNames)
        let paths = training.map(\.path)
        let sizing = try ImageSizing(of: paths)
        let isGrey = try Self.isGrey(paths)
        let channels = isGrey ? ImageChannels.grey : .rgb
        let shape = ExampleShape.image(height: sizing.height, width: sizing.width, channels: channels.rawValue)
        let inputs = try sizing.read(paths, as: channels, at: folder)
        let testInputs = try test.map { try sizing.read($0.map(\.path), as: channels, at: folder) }
        self.init(
            .images(folder: folder), shape: shape, classNames: classes.names,
            training: ArrayExamples(inputs: inputs, targets: classes.training),
            test: testInputs.map { ArrayExamples(inputs: $0, targets: classes.test) }, holdOut: holdOut, seed: seed)
    }

    /// Folders of classes, and where one part is called so, the other that judges.
    private static func parts(of folder: String) throws(DataError) -> (training: String, test: String?) {
        var names: [String: String] = [:]
        do {
            for name in try FileSystem.names(in: folder) where !name.hasPrefix(".") {
                let path = FileSystem.join(folder, name)
                if try FileSystem.look(at: path)?.kind == .folder { names[name.lowercased()] = path }
            }
        } catch { throw DataError(error) }
        let known = ["train", "training", "test", "testing", "val", "valid", "validation"]
        guard let training = names["train"] ?? names["training"], names.keys.allSatisfy(known.contains) else {
            return (folder, nil)
        }
        return (training, ["test", "testing", "val", "valid", "validation"].lazy.compactMap { names[$0] }.first)
    }

    /// Whether images all over a list have no colour.
    private static func isGrey(_ paths: [String]) throws(DataError) -> Bool {
        let probed = min(paths.count, 16)
        for index in 0..<probed {
            let image = try ImageFile.read(paths[index * paths.count / probed], as: .rgb)
            let isGrey = image.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 3).allSatisfy {
                    bytes[$0] == bytes[$0 + 1] && bytes[$0] == bytes[$0 + 2]
                }
            }
            if !isGrey { return false }
        }
        return true
    }
}
