import Backprop
import BackpropData

/// Which array of a file is what, by its name: `x` and `y`, `inputs` and `labels`, `data` and `target`, and with `train` or
/// `test` before or behind them.
struct ArrayNames {
    enum Role: Hashable { case inputs, labels }
    enum Part: Hashable { case training, test, validation }

    private static let inputs: Set = ["x", "input", "inputs", "data", "image", "images", "feature", "features", "xs"]
    private static let labels: Set = ["y", "label", "labels", "target", "targets", "class", "classes", "ys"]
    private static let parts: [(String, Part)] = [
        ("training", .training), ("train", .training), ("testing", .test), ("test", .test),
        ("validation", .validation), ("valid", .validation), ("val", .validation),
    ]

    /// The role and the part of an array; nil for a name that says neither.
    static func meaning(of name: String) -> (Role, Part)? {
        var plain = String(name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != "." })
        var part = Part.training
        for (word, meant) in parts {
            if plain.hasPrefix(word) {
                (plain, part) = (String(plain.dropFirst(word.count)), meant)
                break
            }
            if plain.hasSuffix(word) {
                (plain, part) = (String(plain.dropLast(word.count)), meant)
                break
            }
        }
        if inputs.contains(plain) { return (.inputs, part) }
        return labels.contains(plain) ? (.labels, part) : nil
    }

    private let names: [Role: [Part: String]]

    /// - Throws: `DataError` where there are no inputs and labels to train on, or two arrays for one thing.
    init(_ file: NPZFile) throws(DataError) {
        var names: [Role: [Part: String]] = [:]
        for name in file.names {
            guard let (role, part) = Self.meaning(of: name) else { continue }
            if let other = names[role]?[part] {
                throw DataError(
                    .mismatch, at: file.path,
                    "both \(Wording.quoted(other)) and \(Wording.quoted(name)) could be the \(role == .inputs ? "inputs" : "labels")",
                    remedy: "keep one of them")
            }
            names[role, default: [:]][part] = name
        }
        self.names = names
    }

    subscript(role: Role, part: Part) -> String? { names[role]?[part] }
}

extension ArrayData {
    /// Arrays of a file of NumPy.
    ///
    /// Inputs are [n, numbers]; [n, height, width, channels] with at most 4 channels, or channels first with 1 or 3; or
    /// [n, a, b], which are images where they are bytes, or floating point and square with 8 or more on a side, and sequences
    /// of `a` steps else. `family` decides against that. Labels are [n], [n, 1], or one-hot rows.
    init(
        npz file: NPZFile, family: ModelDescription.Family?, isClassification: Bool?, holdOut: Double, seed: UInt64
    ) throws {
        let names = try ArrayNames(file)
        guard let inputName = names[.inputs, .training], let labelName = names[.labels, .training] else {
            throw DataError(
                .mismatch, at: file.path,
                file.names.isEmpty
                    ? "it has no arrays"
                    : "inputs and labels cannot be told among its arrays \(Wording.list(file.names, limit: 6))",
                remedy: "write it with numpy.savez('data.npz', x=inputs, y=labels)")
        }
        func place(_ name: String) -> String { "\(file.path), array \(Wording.quoted(name))" }
        let inputs = try Self.imagesLast(try file.tensor(inputName))
        let shape = try Self.shape(inputs, isImage: Self.isImage(inputs, family), at: place(inputName))
        let labels = try Self.labels(try Self.labelTensor(file, labelName), count: inputs.dim(0), at: place(labelName))
        var test: (inputs: Tensor, labels: [Double])?
        // Where nothing else is there to judge by, what would have decided when to stop does.
        let part = names[.inputs, .test] != nil ? ArrayNames.Part.test : .validation
        if let name = names[.inputs, part], let itsLabels = names[.labels, part] {
            let found = try Self.imagesLast(try file.tensor(name))
            try Self.checkAlike(inputs, found, at: place(name))
            let values = try Self.labels(
                try Self.labelTensor(file, itsLabels), count: found.dim(0), at: place(itsLabels))
            if found.dim(0) > 0 { test = (found, values.numbers) }
        }
        let found = ArrayLabels(
            training: labels.numbers, test: test?.labels ?? [], isInteger: labels.isInteger, place: place(labelName))
        var classNames: [String] = []
        let targets: (ArrayTargets, ArrayTargets)
        if isClassification ?? found.areClasses {
            let classes = try found.classes()
            (classNames, targets) = (classes.names, (classes.training, classes.test))
        } else {
            targets = try found.numbers()
        }
        self.init(
            .arrays(path: file.path), shape: shape, classNames: classNames,
            training: ArrayExamples(inputs: Self.shaped(inputs, shape), targets: targets.0),
            test: test.map { ArrayExamples(inputs: Self.shaped($0.inputs, shape), targets: targets.1) },
            holdOut: holdOut, seed: seed)
    }

    /// Whether three axes are images.
    private static func isImage(_ inputs: Tensor, _ family: ModelDescription.Family?) -> Bool {
        switch family {
        case .cnn, .resnet: true
        case .lstm: false
        case .mlp, .linear, .layers, nil:
            inputs.ndim == 3
                && (inputs.dtype == .uint8 || inputs.dtype == .bool
                    || inputs.dtype.isFloatingPoint && inputs.dim(1) == inputs.dim(2) && inputs.dim(1) >= 8)
        }
    }

    /// Images whose channels come first, as PyTorch has them, with the channels last.
    static func imagesLast(_ inputs: Tensor) throws(DataError) -> Tensor {
        guard inputs.ndim == 4, [1, 3].contains(inputs.dim(1)), inputs.dim(3) > 4 else { return inputs }
        return inputs.transposed(axes: [0, 2, 3, 1])
    }

    /// An array of labels. What no tensor holds, such as names, has a remedy of its own.
    private static func labelTensor(_ file: NPZFile, _ name: String) throws(DataError) -> Tensor {
        do { return try file.tensor(name) } catch {
            guard error.reason == .mismatch else { throw error }
            throw DataError(
                .mismatch, at: "\(file.path), array \(Wording.quoted(name))", error.found,
                remedy: "write the numbers of the classes there, numpy.unique(\(name), return_inverse=True)[1]")
        }
    }

    /// Labels as numbers, one for each example.
    private static func labels(
        _ labels: Tensor, count: Int, at place: String
    ) throws(DataError) -> (numbers: [Double], isInteger: Bool) {
        guard labels.ndim > 0, labels.dim(0) == count else {
            throw DataError(
                .mismatch, at: place, "\(labels.ndim > 0 ? labels.dim(0) : 1) labels for \(count) examples",
                remedy: "give one for each, in the same order")
        }
        let isInteger = !labels.dtype.isFloatingPoint
        let numbers = labels.array(of: Double.self)
        let width = labels.shape.dropFirst().reduce(1, *)
        if width == 1 { return (numbers, isInteger) }
        guard labels.ndim == 2, width > 1 else {
            throw DataError(
                .mismatch, at: place, "labels have the shape \(labels.shape)",
                remedy: "give one number for each example")
        }
        var classes: [Double] = []
        for row in 0..<count {
            let cells = numbers[(row * width)..<((row + 1) * width)]
            guard cells.allSatisfy({ $0 == 0 || $0 == 1 }), let one = cells.firstIndex(of: 1),
                cells.lastIndex(of: 1) == one
            else {
                throw DataError(
                    .badLabelCell, at: place,
                    "example \(row) has \(width) labels, of which not one alone is 1",
                    remedy: "give one number for each example, such as y[:, 0]")
            }
            classes.append(Double(one - cells.startIndex))
        }
        return (classes, true)
    }
}
