import Backprop
import BackpropData

/// All examples of a run on arrays, and what they are.
package struct ArrayData: Sendable {
    package let source: DataSource
    /// What a person knows them as, such as "handwritten digits, 8 x 8 pixels".
    package let name: String
    package let shape: ExampleShape
    /// In the order of their numbers; empty where a number is predicted.
    package let classNames: [String]
    package let training: ArrayExamples
    /// What judges the result and nothing else; nil where nothing was held out.
    package let test: ArrayExamples?

    /// How many numbers a network gives for each example.
    package var outputs: Int { classNames.isEmpty ? 1 : classNames.count }

    /// The share of examples that is held out where the data has no test part of its own.
    package static let defaultHoldOut = 0.2

    init(
        _ source: DataSource, name: String, shape: ExampleShape, classNames: [String], training: ArrayExamples,
        test: ArrayExamples?
    ) {
        self.source = source
        self.name = name
        self.shape = shape
        self.classNames = classNames
        self.training = training
        self.test = test
    }

    /// Holds a share out where there is no test part, chosen by the seed.
    init(
        _ source: DataSource, shape: ExampleShape, classNames: [String], training: ArrayExamples, test: ArrayExamples?,
        holdOut: Double, seed: UInt64
    ) {
        var (training, test) = (training, test)
        if test == nil, holdOut > 0 {
            let parts = training.split(holdingOut: holdOut, seed: seed)
            if parts.heldOut.count > 0, parts.rest.count >= 5 { (training, test) = parts }
        }
        self.init(
            source, name: "\(source.name), \(shape)", shape: shape, classNames: classNames, training: training,
            test: test)
    }

    /// Reads a source that is no table.
    ///
    /// - Parameters:
    ///   - family: decides in doubt whether arrays of three axes are images (cnn, resnet) or sequences (lstm).
    ///   - isClassification: decides in doubt what whole numbers as labels are.
    ///   - holdOut: the share that only judges the result, where there is no test part.
    /// - Throws: `DataError` of one line for what cannot be read, and for labels that cannot be learnt.
    package init(
        _ source: DataSource, family: ModelDescription.Family? = nil, isClassification: Bool? = nil,
        holdOut: Double = defaultHoldOut, seed: UInt64
    ) throws {
        switch source {
        case .digits: self = Self.digits
        case .idx(let folder): try self.init(idx: folder, holdOut: holdOut, seed: seed)
        case .cifar(let folder): try self.init(cifar: folder, holdOut: holdOut, seed: seed)
        case .cifarFile(let path): try self.init(cifarFile: path, holdOut: holdOut, seed: seed)
        case .images(let folder): try self.init(images: folder, holdOut: holdOut, seed: seed)
        case .arrays(let path):
            try self.init(
                npz: try NPZFile(path: path), family: family, isClassification: isClassification, holdOut: holdOut,
                seed: seed)
        case .table(let path):
            throw DataError(.mismatch, at: path, "it is a table, and no array", remedy: "read it as a table")
        }
    }

    /// The handwritten digits that come with the program, as images of 8 by 8 pixels.
    package static let digits: ArrayData = {
        func examples(_ digits: Digits.Examples) -> ArrayExamples {
            ArrayExamples(
                inputs: Tensor(digits.pixels, shape: [digits.count, Digits.imageSide, Digits.imageSide, 1]),
                targets: .classes(digits.labels.map(Int32.init)))
        }
        return ArrayData(
            .digits, name: "handwritten digits, 8 x 8 pixels",
            shape: .image(height: Digits.imageSide, width: Digits.imageSide, channels: 1),
            classNames: (0..<Digits.classCount).map(String.init), training: examples(Digits.training),
            test: examples(Digits.test))
    }()

    // MARK: Shapes

    /// What the examples of an array [examples, ...] are. Three axes are images where `isImage` says so, and sequences else;
    /// four are images, channels last.
    static func shape(_ inputs: Tensor, isImage: Bool, at place: String) throws(DataError) -> ExampleShape {
        let extents = Array(inputs.shape.dropFirst())
        let shape: ExampleShape? =
            switch extents.count {
            case 0: .numbers(1)
            case 2 where isImage: ExampleShape(extents: extents + [1])
            default: ExampleShape(extents: extents)
            }
        guard inputs.ndim > 0, let shape else {
            throw DataError(
                .mismatch, at: place, "the inputs have the shape \(inputs.shape)",
                remedy:
                    "give [examples, numbers], [examples, steps, numbers] or [examples, height, width, channels], none of them 0"
            )
        }
        return shape
    }

    /// The same numbers with the axes of `shape`.
    static func shaped(_ inputs: Tensor, _ shape: ExampleShape) -> Tensor {
        let wanted = [inputs.dim(0)] + shape.extents
        return inputs.shape == wanted ? inputs : inputs.reshaped(wanted)
    }

    static func checkAlike(_ training: Tensor, _ test: Tensor, at place: String) throws(DataError) {
        guard training.shape.dropFirst() == test.shape.dropFirst(), training.ndim > 0, test.ndim > 0 else {
            throw DataError(
                .mismatch, at: place,
                "examples to test have the shape \(Array(test.shape.dropFirst())), those to train \(Array(training.shape.dropFirst()))",
                remedy: "give parts that belong together")
        }
    }
}
