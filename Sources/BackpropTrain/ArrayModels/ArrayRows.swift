import Backprop
import BackpropData

/// Makes batches of the rows of an array, in the dtype of the array.
struct ArrayRows: Sendable {
    private let inputs: Tensor
    private let targets: ArrayTargets
    private let rows: [Int]
    private let shape: ExampleShape
    private let scale: (mean: Double, deviation: Double)

    /// - Parameter scale: what numbers to be predicted are standardized by.
    init(_ examples: ArrayExamples, _ shape: ExampleShape, scale: (mean: Double, deviation: Double)) {
        evaluateOrStop(examples.inputs)
        inputs = examples.inputs
        (targets, rows, self.shape, self.scale) = (examples.targets, examples.rows, shape, scale)
    }

    /// The examples at those places, each changed as its key says.
    func batch(_ keys: [SampleKey], _ augmentation: Augmentation) -> LabelledBatch {
        let places = keys.map(\.index)
        guard augmentation.movesRows, case .image(let height, let width, _) = shape else {
            return LabelledBatch(inputs: inputs(places), labels: labels(places))
        }
        let pixelBytes = shape.channels * inputs.dtype.byteCount
        let moved = Tensor(shape: [keys.count] + shape.extents, dtype: inputs.dtype) { target in
            guard let start = target.baseAddress else { return }
            let size = height * width * pixelBytes
            inputs.withUnsafeBytes { source in
                for (place, key) in keys.enumerated() {
                    var generator = key.generator()
                    augmentation.copy(
                        source.baseAddress! + rows[key.index] * size, to: start + place * size, height: height,
                        width: width, pixelBytes: pixelBytes, &generator)
                }
            }
        }
        return LabelledBatch(inputs: moved, labels: labels(places))
    }

    /// The examples at those places as they are.
    func inputs(_ places: [Int]) -> Tensor {
        let size = shape.count * inputs.dtype.byteCount
        return Tensor(shape: [places.count] + shape.extents, dtype: inputs.dtype) { target in
            guard let start = target.baseAddress else { return }
            inputs.withUnsafeBytes { source in
                for (position, place) in places.enumerated() {
                    (start + position * size).copyMemory(
                        from: source.baseAddress! + rows[place] * size, byteCount: size)
                }
            }
        }
    }

    private func labels(_ places: [Int]) -> Tensor {
        switch targets {
        case .classes(let classes): Tensor(places.map { classes[$0] })
        case .numbers(let numbers):
            Tensor(
                places.map { Float((numbers[$0] - scale.mean) / scale.deviation) }, shape: [places.count, 1])
        }
    }

    /// Batches of the examples: in another order and changed in each epoch, or with `isTraining` false as they are.
    func loader(
        batchSize: Int, seed: UInt64, augmentation: Augmentation, isTraining: Bool
    ) -> DataLoader<LabelledBatch> {
        let size = min(batchSize, max(rows.count, 1))
        // A smaller last batch would have statistics of its own.
        return DataLoader(
            0..<rows.count, batchSize: size, shuffles: isTraining, seed: seed, keepsPartialBatch: !isTraining,
            load: { _, key in key }, collate: { batch($0, augmentation) })
    }
}
