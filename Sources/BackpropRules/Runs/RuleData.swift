import Backprop
import BackpropData
import BackpropTrain

/// Examples with classes, as all rules see them.
public struct RuleData: Sendable {
    /// What a person knows them as.
    public let name: String
    /// Shape [examples, features], float32.
    public let training: Tensor
    /// The number of the class of each of them.
    public let trainingLabels: [Int32]
    /// What judges and nothing else, shape [examples, features].
    public let test: Tensor
    public let testLabels: [Int32]
    /// How many classes there are.
    public let classCount: Int
    /// Height and width, where the features are the pixels of an image, row by row.
    public let image: (height: Int, width: Int)?

    /// Numbers of an example.
    public var featureCount: Int { training.dim(1) }

    /// The mean that each feature has in training is taken away from both parts.
    ///
    /// - Parameters:
    ///   - training: shape [examples, features], as is `test`.
    ///   - trainingLabels: as many as there are examples, each from 0 to `classCount` - 1, as are `testLabels`.
    public init(
        name: String, training: Tensor, trainingLabels: [Int32], test: Tensor, testLabels: [Int32], classCount: Int,
        image: (height: Int, width: Int)? = nil
    ) {
        precondition(
            training.ndim == 2 && test.ndim == 2 && training.dim(1) == test.dim(1)
                && training.dim(0) == trainingLabels.count && test.dim(0) == testLabels.count
                && (trainingLabels + testLabels).allSatisfy { $0 >= 0 && $0 < classCount },
            "RuleData: examples \(training.shape) and \(test.shape) do not go with their labels")
        let means = training.mean(axis: 0)
        (self.name, self.training, self.trainingLabels) = (name, training - means, trainingLabels)
        (self.test, self.testLabels, self.classCount, self.image) = (test - means, testLabels, classCount, image)
        evaluateAll([self.training, self.test])
    }

    /// The digits that come with the package, by their official split, pixels divided by 16.
    public static let digits: RuleData = {
        func pixels(_ examples: Digits.Examples) -> Tensor {
            Tensor(examples.features, shape: [examples.count, Digits.pixelsPerImage])
        }
        return RuleData(
            name: "handwritten digits, 8 x 8 pixels", training: pixels(Digits.training),
            trainingLabels: Digits.training.labels.map(Int32.init), test: pixels(Digits.test),
            testLabels: Digits.test.labels.map(Int32.init), classCount: Digits.classCount,
            image: (Digits.imageSide, Digits.imageSide))
    }()

    /// Digits, MNIST and IDX folders, tables and whatever else `backprop train --data` takes; a table is encoded as there.
    ///
    /// - Parameters:
    ///   - label: the column of a table to predict; recognized where left out.
    ///   - seed: decides what is held out where there is no test part: a fifth.
    /// - Throws: `DataError` of one line where it cannot be read, or has no classes.
    package init(_ source: DataSource, label: String? = nil, seed: UInt64) throws {
        if source == .digits {
            self = .digits
        } else if case .table(let path) = source {
            try self.init(table: path, label: label, seed: seed)
        } else {
            let data = try ArrayData(source, seed: seed)
            guard case .classes(let labels) = data.training.targets, let test = data.test,
                case .classes(let testLabels) = test.targets
            else { throw Self.withoutClasses(source.name) }
            let first = data.training.inputs
            let scale = first.dtype == .uint8 ? 255.0 : 1
            func numbers(_ part: ArrayExamples) -> Tensor {
                let rows = part.inputs.reshaped(part.inputs.dim(0), -1).asType(.float32) / scale
                return part.rows.count == part.inputs.dim(0) ? rows : rows.take(Tensor(part.rows.map(Int32.init)))
            }
            var image: (height: Int, width: Int)?
            if case .image(let height, let width, 1) = data.shape { image = (height, width) }
            self.init(
                name: data.name, training: numbers(data.training), trainingLabels: labels, test: numbers(test),
                testLabels: testLabels, classCount: data.classNames.count, image: image)
        }
    }

    /// The training part alone: its last fifth, in the order that it has, judges, and the rest is learnt from.
    ///
    /// - Throws: `DataError` where there are fewer than five examples.
    package var validation: RuleData {
        get throws {
            let count = trainingLabels.count, kept = count - count / 5
            guard kept < count else {
                throw DataError(
                    .mismatch, at: name, "its training part has \(count) examples, of which no fifth can judge",
                    remedy: "leave --validation out, or give at least 5")
            }
            return RuleData(
                name: name + ", training part", training: training[0..<kept],
                trainingLabels: Array(trainingLabels[..<kept]),
                test: training[kept..<count], testLabels: Array(trainingLabels[kept...]), classCount: classCount,
                image: image)
        }
    }

    private init(table path: String, label: String?, seed: UInt64) throws {
        let table = try Table(path)
        let schema = try TableSchema(of: table, options: TableSchema.Options(label: label))
        guard schema.task == .classification else { throw Self.withoutClasses(path) }
        let split = try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: seed)
        let encoding = try TableEncoding(learningFrom: table, rows: split.training, schema: schema)
        func numbers(_ rows: [Int]) throws -> Tensor {
            let encoded = try encoding.rows(of: table, rows: rows)
            return Tensor(encoded.oneHot(), shape: [rows.count, encoded.oneHotWidth])
        }
        self.init(
            name: table.source, training: try numbers(split.training),
            trainingLabels: try encoding.classes(of: table, rows: split.training), test: try numbers(split.heldOut),
            testLabels: try encoding.classes(of: table, rows: split.heldOut), classCount: encoding.classNames.count)
    }

    private static func withoutClasses(_ place: String) -> DataError {
        DataError(
            .mismatch, at: place, "it has numbers to predict, and the rules learn classes",
            remedy: "give data with classes, such as digits")
    }
}
