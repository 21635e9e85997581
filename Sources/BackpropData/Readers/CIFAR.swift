import Backprop

/// The 60,000 small colour images of CIFAR-10, from its binary version.
///
/// ```swift
/// let cifar = try CIFAR10(folder: "data/cifar-10-batches-bin")
/// cifar.training.images.shape  // [50000, 32, 32, 3]
/// ```
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
public struct CIFAR10: Sendable {
    /// From `data_batch_1.bin` to `data_batch_5.bin`; images of shape [50000, 32, 32, 3].
    public let training: LabelledImages
    /// From `test_batch.bin`; images of shape [10000, 32, 32, 3].
    public let test: LabelledImages

    /// What the labels 0 to 9 stand for.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// Reads the six files, packed (`.gz`) or not.
    ///
    /// - Throws: `DataError` where a file is missing or damaged, or a label is not a class.
    public init(folder: String) throws(DataError) {
        training = try Self.read((1...5).map { "data_batch_\($0).bin" }, in: folder)
        test = try Self.read(["test_batch.bin"], in: folder)
    }

    /// Reads any files of such images, one after the other.
    ///
    /// - Parameter limit: the most bytes that a packed file is unpacked to.
    /// - Throws: `DataError` where a file is missing or damaged, or a label is not a class.
    public static func read(
        files paths: [String], limit: Int = 1 << 30
    ) throws(DataError) -> LabelledImages {
        let records = try CIFARRecords(paths: paths, labelCounts: [10], limit: limit)
        return LabelledImages(images: records.images(), labels: records.labels(0))
    }

    private static func read(_ names: [String], in folder: String) throws(DataError) -> LabelledImages {
        try read(files: CIFARRecords.paths(of: names, in: folder))
    }
}

/// The 60,000 small colour images of CIFAR-100, from its binary version: 100 classes, five to each of 20 kinds.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
public struct CIFAR100: Sendable {
    /// From `train.bin`; images of shape [50000, 32, 32, 3], labels 0 to 99.
    public let training: LabelledImages
    /// From `test.bin`; images of shape [10000, 32, 32, 3], labels 0 to 99.
    public let test: LabelledImages
    /// The kinds of the images of `training`: int64, shape [50000], 0 to 19.
    public let trainingKinds: Tensor
    /// The kinds of the images of `test`: int64, shape [10000], 0 to 19.
    public let testKinds: Tensor

    /// Reads the two files, packed (`.gz`) or not.
    ///
    /// - Throws: `DataError` where a file is missing or damaged, or a label is not a class.
    public init(folder: String) throws(DataError) {
        (training, trainingKinds) = try Self.read("train.bin", in: folder)
        (test, testKinds) = try Self.read("test.bin", in: folder)
    }

    private static func read(_ name: String, in folder: String) throws(DataError) -> (LabelledImages, kinds: Tensor) {
        let records = try CIFARRecords(
            paths: CIFARRecords.paths(of: [name], in: folder), labelCounts: [20, 100], limit: CIFARRecords.defaultLimit)
        return (LabelledImages(images: records.images(), labels: records.labels(1)), records.labels(0))
    }
}

/// Records of labels, one byte each, and an image in planes of red, green and blue.
struct CIFARRecords {
    /// 1 GiB, 349,000 images.
    static let defaultLimit = 1 << 30

    private static let side = 32
    private static let planeBytes = side * side
    private static let imageBytes = 3 * planeBytes

    private let files: [FileBytes]
    private let labelBytes: Int
    private let count: Int

    private var recordBytes: Int { labelBytes + Self.imageBytes }

    /// Opens files and checks their labels, each of which is below its entry of `labelCounts`.
    init(paths: [String], labelCounts: [Int], limit: Int) throws(DataError) {
        var files: [FileBytes] = []
        for path in paths {
            let content = try FileBytes(mapping: path, expecting: "CIFAR")
            do {
                files.append(try Self.checked(try content.unpacked(limit: limit), labelCounts))
            } catch { throw error.at(path) }
        }
        self.files = files
        labelBytes = labelCounts.count
        count = files.reduce(0) { $0 + $1.count } / (labelCounts.count + Self.imageBytes)
    }

    static func checked(_ content: FileBytes, _ labelCounts: [Int]) throws(FormatProblem) -> FileBytes {
        let recordBytes = labelCounts.count + imageBytes
        guard content.count > 0, content.count % recordBytes == 0 else {
            throw FormatProblem("\(content.count) bytes are no whole number of records of \(recordBytes)")
        }
        for start in stride(from: 0, to: content.count, by: recordBytes) {
            for (place, classes) in labelCounts.enumerated() where Int(content.buffer[start + place]) >= classes {
                throw FormatProblem(
                    "image \(start / recordBytes) is of class \(content.buffer[start + place]) of \(classes)",
                    remedy: "check that it is the binary version of the data set, and its number of classes")
            }
        }
        return content
    }

    /// The files in a folder, packed where only that is there.
    static func paths(of names: [String], in folder: String) throws(DataError) -> [String] {
        var paths: [String] = []
        for name in names {
            let path = FileSystem.join(folder, name)
            let found: String?
            do {
                if try FileSystem.look(at: path)?.kind == .file {
                    found = path
                } else {
                    found = try FileSystem.look(at: path + ".gz")?.kind == .file ? path + ".gz" : nil
                }
            } catch { throw DataError(error) }
            guard let found else {
                throw DataError(
                    .missingFile, at: folder, "there is no \(name) or \(name).gz",
                    remedy: "give the folder of the binary version of CIFAR")
            }
            paths.append(found)
        }
        return paths
    }

    /// uint8, shape [images, 32, 32, 3].
    func images() -> Tensor {
        Tensor(shape: [count, Self.side, Self.side, 3], dtype: .uint8) { target in
            guard var to = target.bindMemory(to: UInt8.self).baseAddress else { return }
            for file in files {
                let from = file.buffer.bindMemory(to: UInt8.self).baseAddress!
                for start in stride(from: labelBytes, to: file.count, by: recordBytes) {
                    let red = from + start, green = red + Self.planeBytes, blue = green + Self.planeBytes
                    for pixel in 0..<Self.planeBytes {
                        to[0] = red[pixel]
                        to[1] = green[pixel]
                        to[2] = blue[pixel]
                        to += 3
                    }
                }
            }
        }
    }

    /// int64, shape [images]: one of the labels of each record.
    func labels(_ place: Int) -> Tensor {
        Tensor(
            files.flatMap { file in
                stride(from: place, to: file.count, by: recordBytes).map { Int64(file.buffer[$0]) }
            }, shape: [count])
    }
}
