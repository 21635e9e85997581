import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What data a person has named, as `--data` does.
package enum DataSource: Codable, Sendable, Equatable {
    /// The digits that come with the program.
    case digits
    /// A folder of files in IDX format, as MNIST is published.
    case idx(folder: String)
    /// A folder of binary files of CIFAR.
    case cifar(folder: String)
    /// Files of ten classes in the binary format of CIFAR.
    case cifarFile(path: String)
    /// A folder with a folder of images for each class.
    case images(folder: String)
    /// Several arrays of NumPy.
    case arrays(path: String)
    /// Anything else.
    case table(path: String)

    /// Whether reading gives arrays and no table.
    package var isArray: Bool { if case .table = self { false } else { true } }

    /// As a person named it.
    package var name: String {
        switch self {
        case .digits: "digits"
        case .idx(let path), .cifar(let path), .cifarFile(let path), .images(let path), .arrays(let path),
            .table(let path):
            path
        }
    }

    /// Looks at a name or a path and, where it is a file, at its first bytes.
    ///
    /// - Parameters:
    ///   - environment: where BACKPROP_DATA and HOME are looked up.
    ///   - folder: where "mnist" is looked for first.
    /// - Throws: `DataError` of one line where nothing is there, or what is there cannot be learnt from.
    package init(
        recognizing text: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        in folder: String = "."
    ) throws(DataError) {
        switch text.lowercased() {
        case "digits": self = .digits
        case "mnist": self = .idx(folder: try Self.folderOfMNIST(environment, folder))
        default:
            let found: (kind: FileSystem.Kind, bytes: Int)?
            do { found = try FileSystem.look(at: text) } catch { throw DataError(error) }
            switch found?.kind {
            case nil:
                throw DataError(
                    .missingFile, at: text, "there is no such file or folder",
                    remedy: "check the spelling of the path, or give digits or mnist")
            case .folder: self = try Self.folder(text)
            case .file: self = try Self.file(text)
            case .other:
                throw DataError(
                    .notAFile, at: text, "that is neither a file nor a folder",
                    remedy: "write what comes from there into a file, and give that")
            }
        }
    }

    // MARK: MNIST by name

    /// Where the files of MNIST are looked for, in this order.
    static func placesOfMNIST(_ environment: [String: String], _ folder: String) -> [String] {
        var places: [String] = []
        if let data = environment["BACKPROP_DATA"], !data.isEmpty {
            places += [FileSystem.join(data, "mnist"), data]
        }
        func here(_ name: String) -> String { folder == "." ? name : FileSystem.join(folder, name) }
        places += ["mnist", "data/mnist", "data/MNIST/raw"].map(here)
        if let home = environment["HOME"], !home.isEmpty {
            places += [".cache/backprop/mnist", ".cache/mnist"].map { FileSystem.join(home, $0) }
        }
        return places
    }

    private static func folderOfMNIST(_ environment: [String: String], _ folder: String) throws(DataError) -> String {
        let places = placesOfMNIST(environment, folder)
        for place in places {
            if let found = try? IDXFolder(place), found.test != nil { return place }
        }
        throw DataError(
            .missingFile, at: "mnist", "its four files are in none of \(places.joined(separator: ", "))",
            remedy:
                "put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz into ./mnist, or name their folder with --data or BACKPROP_DATA"
        )
    }

    // MARK: Folders and files

    private static func folder(_ path: String) throws(DataError) -> DataSource {
        var files: [String] = [], folders = 0
        do {
            for name in try FileSystem.names(in: path) where !name.hasPrefix(".") {
                switch try FileSystem.look(at: FileSystem.join(path, name))?.kind {
                case .file: files.append(name)
                case .folder: folders += 1
                case .other, nil: continue
                }
            }
        } catch { throw DataError(error) }
        if files.contains(where: IDXFolder.isName) { return .idx(folder: path) }
        if files.contains(where: isCIFAR) { return .cifar(folder: path) }
        let arrays = files.filter { $0.lowercased().hasSuffix(".npz") }
        if arrays.count == 1 { return .arrays(path: FileSystem.join(path, arrays[0])) }
        if folders > 0 { return .images(folder: path) }
        throw DataError(
            .empty, at: path,
            files.isEmpty
                ? "the folder is empty"
                : "none of its files (\(Wording.list(files.sorted(), limit: 3))) makes a data set of the folder",
            remedy:
                "give a file, or a folder of IDX files, of CIFAR's binary files, or with a folder of images for each class"
        )
    }

    private static func isCIFAR(_ name: String) -> Bool {
        let plain = withoutGzip(name)
        return plain.hasSuffix(".bin")
            && (plain.hasPrefix("data_batch") || ["test_batch.bin", "train.bin", "test.bin"].contains(plain))
    }

    static func withoutGzip(_ name: String) -> String {
        let small = name.lowercased()
        return small.hasSuffix(".gz") ? String(small.dropLast(3)) : small
    }

    /// Names without those of packed files that are there unpacked as well.
    static func withoutTwins(_ names: [String]) -> [String] {
        names.filter { !$0.lowercased().hasSuffix(".gz") || !names.contains(String($0.dropLast(3))) }
    }

    private static func file(_ path: String) throws(DataError) -> DataSource {
        let content = try FileBytes(mapping: path, expecting: "data")
        let name = withoutGzip(FileSystem.name(of: path))
        let start = (try? content.unpackedPrefix(8)).map { Array($0.buffer) } ?? []
        func begins(_ bytes: [UInt8]) -> Bool { start.starts(with: bytes) }
        if begins([0x50, 0x4B, 3, 4]) || begins([0x50, 0x4B, 5, 6]) || name.hasSuffix(".npz") {
            guard !name.hasSuffix(".xlsx"), !name.hasSuffix(".zip") else { return .table(path: path) }
            return .arrays(path: path)
        }
        if name.hasSuffix(".bin") { return .cifarFile(path: path) }
        if begins([0x93] + Array("NUMPY".utf8)) {
            throw DataError(
                .mismatch, at: path, "one array of NumPy has no labels beside it",
                remedy: "write both into one file with numpy.savez('data.npz', x=x, y=y), and give that")
        }
        if start.count >= 4, start[0] == 0, start[1] == 0, (8...14).contains(start[2]), (1...8).contains(start[3]) {
            throw DataError(
                .mismatch, at: path, "one IDX file holds images or labels, and not both",
                remedy: "give the folder that holds the files of images and of labels")
        }
        if begins([0x89, 0x50, 0x4E, 0x47]) || begins([0xFF, 0xD8, 0xFF]) {
            throw DataError(
                .mismatch, at: path, "one image has no class",
                remedy: "give a folder with a folder of images for each class")
        }
        return .table(path: path)
    }
}
