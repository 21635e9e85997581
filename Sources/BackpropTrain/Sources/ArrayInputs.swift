import Backprop
import BackpropData

/// Examples without labels that a finished run is asked about.
package struct ArrayInputs: Sendable {
    /// Shape [examples] + the extents of an example.
    package let inputs: Tensor
    /// What each example is called, such as the path of its image; nil where it has no name.
    package let names: [String]?

    package var count: Int { inputs.dim(0) }

    /// Reads what may stand beside the data that a run was trained on: CSV with one example a row, IDX, an array or several of
    /// NumPy, binary files of CIFAR, an image, or a folder of any of these. A folder with a test part gives that part.
    ///
    /// - Parameters:
    ///   - shape: of an example in training.
    ///   - source: what the run was trained on.
    /// - Throws: `DataError` where nothing can be read, or examples are of another shape.
    package init(_ path: String, shape: ExampleShape, trainedOn source: DataSource) throws {
        let kind: FileSystem.Kind?
        do { kind = try FileSystem.look(at: path)?.kind } catch { throw DataError(error) }
        switch kind {
        case nil where path == "digits":
            try self.init(ArrayData.digits.test?.inputs, nil, shape, path)
        case nil:
            throw DataError(
                .missingFile, at: path, "there is no such file or folder", remedy: "check the spelling of the path")
        case .folder: try self.init(folder: path, shape)
        case .file, .other: try self.init(file: path, shape, source)
        }
    }

    private init(folder: String, _ shape: ExampleShape) throws {
        let files: [String]
        do {
            files = try FileSystem.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch { throw DataError(error) }
        if files.contains(where: IDXFolder.isName) {
            let parts = try IDXFolder(folder)
            let path = (parts.test ?? parts.training).images
            try self.init(try IDXFile(path: path).tensor(), nil, shape, path)
            return
        }
        let batches = DataSource.withoutTwins(files).filter { DataSource.withoutGzip($0).hasSuffix(".bin") }
        if !batches.isEmpty {
            let test = batches.filter { $0.hasPrefix("test") }
            let chosen = (test.isEmpty ? batches : test).map { FileSystem.join(folder, $0) }
            try self.init(try CIFAR10.read(files: chosen).images, nil, shape, folder)
            return
        }
        try self.init(images: try Self.images(in: folder, depth: 0), shape, folder)
    }

    private init(file path: String, _ shape: ExampleShape, _ source: DataSource) throws {
        let content = try FileBytes(mapping: path, expecting: "examples")
        let start = (try? content.unpackedPrefix(8)).map { Array($0.buffer) } ?? []
        let name = DataSource.withoutGzip(FileSystem.name(of: path))
        if start.starts(with: [0x50, 0x4B]) || name.hasSuffix(".npz") {
            let file = try NPZFile(path: path)
            let found = try Self.inputName(in: file)
            try self.init(
                try ArrayData.imagesLast(try file.tensor(found)), nil, shape, "\(path), array \(Wording.quoted(found))")
        } else if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
            try self.init(try ArrayData.imagesLast(try NPYFile(path: path).tensor()), nil, shape, path)
        } else if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) || start.starts(with: [0xFF, 0xD8, 0xFF]) {
            try self.init(images: [path], shape, path)
        } else if name.hasSuffix(".bin") {
            try self.init(try CIFAR10.read(files: [path]).images, nil, shape, path)
        } else if start.count >= 4, start[0] == 0, start[1] == 0 {
            try self.init(try IDXFile(path: path).tensor(), nil, shape, path)
        } else if source == .digits {
            let pixels = try Digits.pixels(csv: path).map { $0 * Float(Digits.maximumPixel) }
            try self.init(Tensor(pixels, shape: [pixels.count / shape.count, shape.count]), nil, shape, path)
        } else {
            try self.init(try Self.rows(csv: path, shape), nil, shape, path)
        }
    }

    /// The array that holds inputs: those to test before those to train, or the only one.
    private static func inputName(in file: NPZFile) throws(DataError) -> String {
        let names = try ArrayNames(file)
        if let name = names[.inputs, .test] ?? names[.inputs, .training] ?? names[.inputs, .validation] { return name }
        guard file.names.count == 1 else {
            throw DataError(
                .mismatch, at: file.path, "none of its arrays is called x",
                remedy: "write it with numpy.savez('data.npz', x=inputs)")
        }
        return file.names[0]
    }

    /// The numbers of a CSV file, one example a row, with or without a header.
    private static func rows(csv path: String, _ shape: ExampleShape) throws(DataError) -> Tensor {
        var options = TableOptions()
        options.hasHeader = false
        var table = try Table(path, options: options)
        func number(_ row: Int, _ column: Int) -> Double? {
            table.cell(row: row, column: column).flatMap { Double(Self.trimmed($0)) }
        }
        if table.rowCount > 1, (0..<table.columnCount).allSatisfy({ number(0, $0) == nil }) {
            options.hasHeader = true
            table = try Table(path, options: options)
        }
        guard table.columnCount == shape.count else {
            throw DataError(
                .mismatch, at: path,
                "it has \(Wording.count(table.columnCount, "column")), an example is \(shape)",
                remedy: "give one example a row, as its \(shape.count) numbers in order")
        }
        var numbers: [Float] = []
        numbers.reserveCapacity(table.rowCount * shape.count)
        for row in 0..<table.rowCount {
            for column in 0..<shape.count {
                guard let value = number(row, column), value.isFinite else {
                    throw DataError(
                        .badCell, at: "\(path), line \(table.line(row: row)), column \(column + 1)",
                        "\(Wording.quoted(table.cell(row: row, column: column) ?? "")) is no number",
                        remedy: "give numbers alone")
                }
                numbers.append(Float(value))
            }
        }
        return Tensor(numbers, shape: [table.rowCount, shape.count])
    }

    private static func trimmed(_ text: String) -> Substring {
        var text = text[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text.drop { $0 == " " || $0 == "\t" }
    }

    /// Images of a folder and those inside it, by their paths.
    private static func images(in folder: String, depth: Int) throws(DataError) -> [String] {
        guard depth < 16 else { return [] }
        var result: [String] = []
        do {
            for name in try FileSystem.names(in: folder).sorted() where !name.hasPrefix(".") {
                let path = FileSystem.join(folder, name)
                switch try FileSystem.look(at: path)?.kind {
                case .folder: result += try images(in: path, depth: depth + 1)
                case .file where [".png", ".jpg", ".jpeg"].contains(where: name.lowercased().hasSuffix):
                    result.append(path)
                case .file, .other, nil: continue
                }
            }
        } catch let error as DataError {
            throw error
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch { return [] }
        return result
    }

    private init(images paths: [String], _ shape: ExampleShape, _ place: String) throws {
        guard !paths.isEmpty else {
            throw DataError(
                .empty, at: place, "there is no image (.png, .jpg, .jpeg), IDX file or binary file of CIFAR",
                remedy: "give a file or a folder of examples")
        }
        guard case .image(let height, let width, let channels) = shape, let kind = ImageChannels(rawValue: channels)
        else {
            throw DataError(
                .mismatch, at: place, "it holds images, an example is \(shape)",
                remedy: "give what the run was trained on")
        }
        try self.init(
            try ImageSizing(height: height, width: width).read(paths, as: kind, at: place), paths, shape, place)
    }

    /// Checks the shape; one example alone, and images without an axis for their channel, get the axes that they lack.
    private init(_ inputs: Tensor?, _ names: [String]?, _ shape: ExampleShape, _ place: String) throws {
        let extents = shape.extents
        let found = inputs?.shape ?? []
        let accepted = extents.last == 1 && extents.count == 3 ? [extents, Array(extents.dropLast())] : [extents]
        let flat = [[shape.count]]
        guard let inputs,
            (accepted + flat).contains(Array(found.dropFirst())) || (accepted + flat).contains(found)
        else {
            throw DataError(
                .mismatch, at: place, "the examples have the shape \(found), the run was trained on \(shape)",
                remedy: "give examples of that shape")
        }
        let isOne = !(accepted + flat).contains(Array(found.dropFirst()))
        let count = isOne ? 1 : found[0]
        guard count > 0 else {
            throw DataError(.empty, at: place, "there are no examples", remedy: "give one at least")
        }
        self.inputs = inputs.shape == [count] + extents ? inputs : inputs.reshaped([count] + extents)
        self.names = names
    }
}
