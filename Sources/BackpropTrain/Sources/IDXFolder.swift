import Backprop
import BackpropData

/// Finds files of images and labels in IDX format by their usual names: those of MNIST, Fashion-MNIST, KMNIST and EMNIST.
struct IDXFolder {
    /// Paths of images and labels.
    struct Part {
        let images: String
        let labels: String
    }

    let training: Part
    /// Nil where there are no files of it.
    let test: Part?

    /// Whether a file is called as one of them.
    static func isName(_ name: String) -> Bool {
        let plain = DataSource.withoutGzip(name)
        return plain.hasSuffix(".idx") || ["idx1-", "idx2-", "idx3-", "idx4-"].contains { plain.contains($0) }
    }

    /// - Throws: `DataError` where the files do not make a training part.
    init(_ folder: String) throws(DataError) {
        let names: [String]
        do {
            names = try FileSystem.names(in: folder).filter(Self.isName).sorted()
        } catch { throw DataError(error) }
        func isTest(_ name: String) -> Bool { ["t10k", "test"].contains { name.lowercased().contains($0) } }
        func isLabels(_ name: String) -> Bool { name.lowercased().contains("label") }
        func path(_ labels: Bool, test: Bool) throws(DataError) -> String? {
            let found = DataSource.withoutTwins(names.filter { isLabels($0) == labels && isTest($0) == test })
            guard found.count <= 1 else {
                throw DataError(
                    .mismatch, at: folder, "several files could be meant: \(Wording.list(found, limit: 4))",
                    remedy: "give a folder that holds one of them")
            }
            return found.first.map { FileSystem.join(folder, $0) }
        }
        guard let images = try path(false, test: false), let labels = try path(true, test: false) else {
            throw DataError(
                .missingFile, at: folder,
                names.isEmpty
                    ? "there are no IDX files"
                    : "there are no images and labels to train on among \(Wording.list(names, limit: 4))",
                remedy: "put train-images-idx3-ubyte and train-labels-idx1-ubyte there, packed (.gz) or not")
        }
        training = Part(images: images, labels: labels)
        let testImages = try path(false, test: true), testLabels = try path(true, test: true)
        switch (testImages, testLabels) {
        case (let images?, let labels?): test = Part(images: images, labels: labels)
        case (nil, nil): test = nil
        case (let only, let other):
            throw DataError(
                .missingFile, at: folder,
                "of the test part there is only \(Wording.quoted(FileSystem.name(of: only ?? other ?? "")))",
                remedy: "add the other file, or remove this one")
        }
    }
}

extension IDXFolder.Part {
    /// - Throws: `DataError` where a file is damaged, or the two do not belong together.
    func read() throws(DataError) -> (inputs: Tensor, labels: [Int64]) {
        let images = try IDXFile(path: self.images), labels = try IDXFile(path: self.labels)
        guard labels.shape.count == 1, [.uint8, .int32].contains(labels.dtype) else {
            throw DataError(
                .mismatch, at: self.labels, "it holds \(labels.dtype) of shape \(labels.shape), and no labels",
                remedy: "give whole numbers, one for each image")
        }
        guard let count = images.shape.first, count == labels.shape[0] else {
            throw DataError(
                .mismatch, at: self.labels,
                "\(labels.shape[0]) labels for images of shape \(images.shape)",
                remedy: "fetch both files again")
        }
        return (images.tensor(), labels.tensor().array(of: Int64.self))
    }
}
