import Backprop
import BackpropData

extension ArrayData {
    /// A folder with the four files of MNIST or of a data set that is published alike.
    ///
    /// - Throws: `DataError` as `MNIST` does, or where a label is beyond the classes of the training part.
    package init(mnist folder: String) throws {
        let files = try MNIST(folder: folder)
        let training = files.training, test = files.test
        let labels = (training.labels.array(of: Int32.self), test.labels.array(of: Int32.self))
        guard let highest = labels.0.max(), let other = labels.1.max() else {
            throw DataError(.empty, at: folder, "it holds no images", remedy: "fetch the four files again")
        }
        let extents = Array(training.images.shape.dropFirst())
        guard extents == Array(test.images.shape.dropFirst()),
            let shape = ExampleShape(extents: extents + [1])
        else {
            throw DataError(
                .mismatch, at: folder,
                "its images are of \(extents) pixels to train and \(Array(test.images.shape.dropFirst())) to test",
                remedy: "give files that belong together")
        }
        guard other <= highest else {
            throw DataError(
                .mismatch, at: folder, "there is a class \(other) to test, and none above \(highest) to train",
                remedy: "give files that belong together")
        }
        func examples(_ images: LabelledImages, _ labels: [Int32]) -> ArrayExamples {
            ArrayExamples(
                inputs: images.images.expandedDimensions(axis: -1), targets: .classes(labels))
        }
        self.init(
            name: "\(folder), images of \(shape)", shape: shape, classNames: (0...highest).map(String.init),
            training: examples(training, labels.0), test: examples(test, labels.1))
    }
}
