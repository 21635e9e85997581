import Backprop
import BackpropData

/// All examples of a run on arrays, and what they are.
package struct ArrayData: Sendable {
    /// What a person knows them as, such as "handwritten digits of 8 x 8 pixels".
    package let name: String
    package let shape: ExampleShape
    /// In the order of their numbers; empty where a number is predicted.
    package let classNames: [String]
    package let training: ArrayExamples
    /// What judges the result and nothing else; nil where nothing was held out.
    package let test: ArrayExamples?

    /// How many numbers a network gives for each example.
    package var outputs: Int { classNames.isEmpty ? 1 : classNames.count }

    init(name: String, shape: ExampleShape, classNames: [String], training: ArrayExamples, test: ArrayExamples?) {
        self.name = name
        self.shape = shape
        self.classNames = classNames
        self.training = training
        self.test = test
    }

    /// The handwritten digits that come with the program, as images of 8 by 8 pixels.
    package static let digits: ArrayData = {
        func examples(_ digits: Digits.Examples) -> ArrayExamples {
            ArrayExamples(
                inputs: Tensor(digits.pixels, shape: [digits.count, Digits.imageSide, Digits.imageSide, 1]),
                targets: .classes(digits.labels.map(Int32.init)))
        }
        return ArrayData(
            name: "handwritten digits of 8 x 8 pixels",
            shape: .image(height: Digits.imageSide, width: Digits.imageSide, channels: 1),
            classNames: (0..<Digits.classCount).map(String.init), training: examples(Digits.training),
            test: examples(Digits.test))
    }()
}
