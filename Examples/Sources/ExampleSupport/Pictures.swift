import Backprop
import BackpropData

/// Pictures to learn from and pictures to be judged by.
public struct Pictures: Sendable {
    /// Images are uint8, [count, height, width, channels].
    public let training: LabelledImages, test: LabelledImages

    /// MNIST from a folder that holds its four files. Without them the digits that come with the package, enlarged to 28 by 28
    /// pixels, so that the example runs anywhere.
    public static func mnist(_ folder: String, limit: Int? = nil) throws -> Pictures {
        do {
            let mnist = try MNIST(folder: folder)
            return Pictures(training: mnist.training, test: mnist.test).limited(limit)
        } catch {
            guard error.reason == .missingFile else { throw error }
            print("No MNIST in \(folder) (--data gives the folder above it): taking the digits of the package instead.")
            return Pictures(training: enlarged(Digits.training), test: enlarged(Digits.test)).limited(limit)
        }
    }

    /// CIFAR-10 from a folder that holds its binary files, or from one such file, of which a fifth is set aside. Without them
    /// pictures that are made up: stripes in ten directions.
    public static func cifar10(_ folder: String, file: String?, limit: Int? = nil) throws -> Pictures {
        if let file {
            let all = try CIFAR10.read(files: [file])
            return Pictures(
                training: part(all, 0..<(all.count * 4 / 5)), test: part(all, (all.count * 4 / 5)..<all.count)
            )
            .limited(limit)
        }
        do {
            let cifar = try CIFAR10(folder: folder)
            return Pictures(training: cifar.training, test: cifar.test).limited(limit)
        } catch {
            guard error.reason == .missingFile else { throw error }
            print("No CIFAR-10 in \(folder) (--data gives the folder above it): taking pictures of stripes instead.")
            return Pictures(training: stripes(4_000, seed: 1), test: stripes(1_000, seed: 2)).limited(limit)
        }
    }

    private func limited(_ limit: Int?) -> Pictures {
        guard let limit else { return self }
        return Pictures(
            training: Self.part(training, 0..<min(limit, training.count)),
            test: Self.part(test, 0..<min(limit, test.count)))
    }

    private init(training: LabelledImages, test: LabelledImages) {
        (self.training, self.test) = (Self.withChannels(training), Self.withChannels(test))
    }

    private static func withChannels(_ images: LabelledImages) -> LabelledImages {
        guard images.images.ndim == 3 else { return images }
        return LabelledImages(images: images.images.expandedDimensions(axis: 3), labels: images.labels)
    }

    private static func part(_ all: LabelledImages, _ range: Range<Int>) -> LabelledImages {
        LabelledImages(images: all.images[range], labels: all.labels[range])
    }

    private static func enlarged(_ figures: Digits.Examples) -> LabelledImages {
        let small = Tensor(figures.pixels, shape: [figures.count, 8, 8]).asType(.float32) * (255.0 / 16)
        let places = Tensor((0..<28).map { $0 * 8 / 28 })
        let large = small.take(places, axis: 1).take(places, axis: 2)
        return LabelledImages(images: large.asType(.uint8), labels: Tensor(figures.labels.map(Int.init)))
    }

    private static func stripes(_ count: Int, seed: UInt64) -> LabelledImages {
        withRandomSeed(seed) {
            let labels = Tensor.integers([count], high: 10)
            let angles = (labels.asType(.float32) * (Float.pi / 10)).reshaped(count, 1, 1, 1)
            let place = Tensor.arange(32).asType(.float32)
            let along = place.reshaped(1, 32, 1, 1) * cos(angles) + place.reshaped(1, 1, 32, 1) * sin(angles)
            let waves = sin(along * 0.8 + Tensor.uniform([count, 1, 1, 3], high: 6))
            let noisy = waves * 60 + 128 + Tensor.normal([count, 32, 32, 3]) * 30
            return LabelledImages(images: clip(noisy, min: 0, max: 255).asType(.uint8), labels: labels)
        }
    }
}
