import Backprop

/// A folder with a sub-folder of images for each class, as a collection of samples that are decoded when they are asked for.
///
/// Classes are numbered in the order of their names, and images follow each other class by class, ordered by their paths. Files
/// that are not called `.png`, `.jpg` or `.jpeg`, and names that begin with a dot, are left out.
///
/// ```swift
/// let pets = try ImageFolder("pets")                     // pets/cat/1.jpg, pets/dog/1.jpg
/// pets.classNames                                        // ["cat", "dog"]
/// let image = try pets[0].image()                        // uint8 [height, width, 3]
/// ```
public struct ImageFolder: RandomAccessCollection, Sendable {
    /// One image that is not decoded yet.
    public struct Sample: Sendable, Equatable {
        /// Where it is.
        public let path: String
        /// The number of its class.
        public let label: Int

        /// Decodes the image: uint8, shape [height, width, channels].
        ///
        /// - Throws: `DataError` as `ImageFile.read` does.
        public func image(
            as channels: ImageChannels = .rgb, maximumPixels: Int = ImageFile.defaultMaximumPixels
        ) throws(DataError) -> Tensor { try ImageFile.read(path, as: channels, maximumPixels: maximumPixels) }
    }

    /// The path as it was given.
    public let path: String
    /// The names of the sub-folders, sorted; a label is a place among them.
    public let classNames: [String]
    /// The class of each image.
    public var labels: [Int] { samples.map(\.label) }

    private let samples: [Sample]
    private static let suffixes = [".png", ".jpg", ".jpeg"]
    /// Folders inside of folders; links may go in a circle.
    private static let maximumDepth = 16

    /// Lists a folder; no image is opened.
    ///
    /// - Throws: `DataError` where the folder cannot be read, has no sub-folder, or one of these has no image.
    public init(_ path: String) throws(DataError) {
        var classNames: [String] = []
        var samples: [Sample] = []
        for name in try Self.names(in: path) {
            let folder = FileSystem.join(path, name)
            guard try Self.kind(of: folder) == .folder else { continue }
            let first = samples.count
            try Self.collect(folder, label: classNames.count, depth: 1, &samples)
            guard samples.count > first else {
                throw DataError(
                    .empty, at: folder, "there is no image (.png, .jpg, .jpeg) in this class",
                    remedy: "add images or remove the folder")
            }
            classNames.append(name)
        }
        guard !classNames.isEmpty else {
            throw DataError(
                .empty, at: path, "there is no sub-folder, which would be a class",
                remedy: "give a folder that has a folder of images for each class")
        }
        self.path = path
        self.classNames = classNames
        self.samples = samples
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { samples.count }
    public subscript(position: Int) -> Sample { samples[position] }

    private static func collect(
        _ folder: String, label: Int, depth: Int, _ samples: inout [Sample]
    ) throws(DataError) {
        guard depth <= maximumDepth else {
            throw DataError(
                .badFormat, at: folder, "folders lie more than \(maximumDepth) deep in each other",
                remedy: "remove links that go in a circle")
        }
        for name in try names(in: folder) {
            let path = FileSystem.join(folder, name)
            switch try kind(of: path) {
            case .folder: try collect(path, label: label, depth: depth + 1, &samples)
            case .file:
                let small = name.lowercased()
                if suffixes.contains(where: small.hasSuffix) { samples.append(Sample(path: path, label: label)) }
            case .other, nil: continue
            }
        }
    }

    private static func names(in folder: String) throws(DataError) -> [String] {
        do { return try FileSystem.names(in: folder).filter { !$0.hasPrefix(".") } } catch { throw DataError(error) }
    }

    private static func kind(of path: String) throws(DataError) -> FileSystem.Kind? {
        do { return try FileSystem.look(at: path)?.kind } catch { throw DataError(error) }
    }
}
