import Backprop
import BackpropData

extension ArrayData {
    /// A folder of IDX files: images [images, height, width] or [images, height, width, channels], or rows of numbers.
    init(idx folder: String, holdOut: Double, seed: UInt64) throws {
        let files = try IDXFolder(folder)
        let training = try files.training.read(),
            test = try files.test.map { part throws(DataError) in try part.read() }
        let place = files.training.images
        let shape = try Self.shape(training.inputs, isImage: true, at: place)
        if let test {
            try Self.checkAlike(training.inputs, test.inputs, at: files.test?.images ?? folder)
        }
        let labels = ArrayLabels(
            training: training.labels.map(Double.init), test: (test?.labels ?? []).map(Double.init), isInteger: true,
            place: files.training.labels)
        let classes = try labels.classes()
        self.init(
            .idx(folder: folder), shape: shape, classNames: classes.names,
            training: ArrayExamples(inputs: Self.shaped(training.inputs, shape), targets: classes.training),
            test: test.map { ArrayExamples(inputs: Self.shaped($0.inputs, shape), targets: classes.test) },
            holdOut: holdOut, seed: seed)
    }

    /// One file in the binary format of CIFAR-10, of which a share is held out.
    init(cifarFile path: String, holdOut: Double, seed: UInt64) throws {
        let images = try CIFAR10.read(files: [path])
        try self.init(cifar: images, nil, CIFAR10.classNames, .cifarFile(path: path), holdOut, seed)
    }

    /// A folder of binary files of CIFAR-10, not all of which must be there, or of CIFAR-100.
    init(cifar folder: String, holdOut: Double, seed: UInt64) throws {
        let names: [String]
        do { names = try FileSystem.names(in: folder).sorted() } catch { throw DataError(error) }
        func paths(_ prefix: String) -> [String] {
            DataSource.withoutTwins(names.filter { DataSource.withoutGzip($0).hasPrefix(prefix) })
                .map { FileSystem.join(folder, $0) }
        }
        let batches = paths("data_batch"), test = paths("test_batch.bin")
        if batches.isEmpty {
            guard !paths("train.bin").isEmpty else {
                throw DataError(
                    .missingFile, at: folder, "there is no data_batch_1.bin or train.bin to train on",
                    remedy: "give the folder of the binary version of CIFAR")
            }
            let files = try CIFAR100(folder: folder)
            try self.init(
                cifar: files.training, files.test, try Self.fineNames(folder), .cifar(folder: folder), holdOut, seed)
            return
        }
        try self.init(
            cifar: try CIFAR10.read(files: batches), test.isEmpty ? nil : try CIFAR10.read(files: test),
            CIFAR10.classNames, .cifar(folder: folder), holdOut, seed)
    }

    private init(
        cifar training: LabelledImages, _ test: LabelledImages?, _ names: [String], _ source: DataSource,
        _ holdOut: Double,
        _ seed: UInt64
    ) throws {
        let shape = try Self.shape(training.images, isImage: true, at: source.name)
        let labels = ArrayLabels(
            training: training.labels.array(of: Double.self), test: test?.labels.array(of: Double.self) ?? [],
            isInteger: true, place: source.name)
        let classes = try labels.classes(names: names)
        self.init(
            source, shape: shape, classNames: names,
            training: ArrayExamples(inputs: training.images, targets: classes.training),
            test: test.map { ArrayExamples(inputs: $0.images, targets: classes.test) }, holdOut: holdOut, seed: seed)
    }

    /// What the 100 classes are called, from the file that is published with them.
    private static func fineNames(_ folder: String) throws(DataError) -> [String] {
        let path = FileSystem.join(folder, "fine_label_names.txt")
        let numbers = (0..<100).map(String.init)
        guard let bytes = try? FileSystem.read(path), bytes.count < 1 << 16 else { return numbers }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        return lines.count == 100 && Set(lines).count == 100 ? lines : numbers
    }
}
