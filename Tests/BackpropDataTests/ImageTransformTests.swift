import Backprop
import Testing

@testable import BackpropData

@Suite struct ImageTransformTests {
    static let key = SampleKey(seed: 1, epoch: 1, index: 0)
    /// Pixel (y, x) is 10 y + x.
    static func numbered(_ height: Int, _ width: Int) -> Tensor {
        Tensor((0..<(height * width)).map { UInt8($0 / width * 10 + $0 % width) }, shape: [height, width, 1])
    }

    static func pixels(_ transform: ImageTransform, _ image: Tensor, _ index: Int = 0) throws -> [[Int]] {
        let result = try [transform](image, key: SampleKey(seed: 1, epoch: 1, index: index))
        return [[Int]](result.squeezed(axes: [2]))
    }

    @Test func plainChanges() throws {
        let image = Self.numbered(3, 4)
        let table: [(ImageTransform, [[Int]])] = [
            (.horizontalFlip(probability: 1), [[3, 2, 1, 0], [13, 12, 11, 10], [23, 22, 21, 20]]),
            (.verticalFlip(probability: 1), [[20, 21, 22, 23], [10, 11, 12, 13], [0, 1, 2, 3]]),
            (.horizontalFlip(probability: 0), [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]]),
            (.centerCrop(1, 2), [[11, 12]]), (.centerCrop(3, 4), [[Int]](image.squeezed(axes: [2]))),
            (.resize(3, 2), [[1, 2], [11, 12], [21, 22]]),
            (.resize(shorterSide: 3), [[Int]](image.squeezed(axes: [2]))),
            (.affine(), [[Int]](image.squeezed(axes: [2]))),
            (
                ImageTransform("twice") { image, _ in image.withPixels { for i in $0.indices { $0[i] *= 20 } } },
                [[0, 20, 40, 60], [200, 220, 240, 255], [255, 255, 255, 255]]
            ),
        ]
        for (transform, expected) in table { #expect(try Self.pixels(transform, image) == expected, "\(transform)") }
        let long = try [ImageTransform.resize(shorterSide: 4)](Self.numbered(3, 7), key: Self.key)
        #expect(long.shape == [4, 9, 1])
    }

    @Test func aCropIsAnyPartOfThePaddedImage() throws {
        let image = Self.numbered(3, 4)
        var seen: Set<[[Int]]> = []
        for index in 0..<300 { seen.insert(try Self.pixels(.randomCrop(3, 3, padding: 1, value: 99), image, index)) }
        var all: Set<[[Int]]> = []
        for top in -1...1 {
            for left in -1...2 {
                all.insert(
                    (top..<(top + 3)).map { y in
                        (left..<(left + 3)).map { x in (0..<3).contains(y) && (0..<4).contains(x) ? 10 * y + x : 99 }
                    })
            }
        }
        #expect(seen == all)
    }

    @Test func aCutoutIsOneSquare() throws {
        for index in 0..<40 {
            let found = try Self.pixels(.cutout(3, value: 200), Self.numbered(6, 6), index)
            let rows = found.indices.filter { found[$0].contains(200) }
            let columns = found.indices.filter { x in found.contains { $0[x] == 200 } }
            #expect((2...3).contains(rows.count) && (2...3).contains(columns.count))
            for y in 0..<6 {
                for x in 0..<6 {
                    #expect(found[y][x] == (rows.contains(y) && columns.contains(x) ? 200 : 10 * y + x))
                }
            }
        }
    }

    @Test func bytesStayBytesUntilTheyAreNormalized() throws {
        let image = Tensor([51, 102, 255, 0, 0, 51] as [UInt8], shape: [1, 2, 3])
        let bytes = try [ImageTransform.colorJitter(brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.2)](
            image, key: Self.key)
        #expect(
            bytes.dtype == .uint8 && bytes.shape == [1, 2, 3] && [Int](bytes.flattened()) != [Int](image.flattened()))
        let unit = try [ImageTransform.floatingPoint](image, key: Self.key)
        #expect([Float](unit.flattened()) == [51, 102, 255, 0, 0, 51].map { $0 / 255 })
        let normal = try [ImageTransform.normalize(mean: [0.2, 0.4, 0], deviation: [0.5])](image, key: Self.key)
        #expect(normal.dtype == .float32)
        for (found, expected) in zip([Float](normal.flattened()), [0, 0, 2, -0.4, -0.8, 0.4] as [Float]) {
            #expect(abs(found - expected) < 1e-6)
        }
        let grey = try [ImageTransform.grey(channels: 3)](image, key: Self.key)
        #expect([Int](grey.flattened()) == [104, 104, 104, 6, 6, 6])
    }

    static let everything: [ImageTransform] = [
        .randomCrop(6, padding: 1), .horizontalFlip(), .verticalFlip(),
        .affine(rotation: 20, translation: (0.1, 0.1), scale: 0.8...1.2, shear: 5),
        .colorJitter(brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1), .cutout(2),
        .normalize(mean: [0.5], deviation: [0.25]),
    ]

    @Test func choicesDependOnSeedEpochAndSampleAlone() {
        let images = Tensor((0..<(20 * 7 * 7 * 3)).map { UInt8(truncatingIfNeeded: $0 * 37) }, shape: [20, 7, 7, 3])
        func results(batchSize: Int, prefetch: Int, seed: UInt64 = 3, epoch: Int = 2) -> [Int: [Float]] {
            let loader = DataLoader(
                images: images, labels: Tensor(Array(0..<20)), transforms: Self.everything, batchSize: batchSize,
                seed: seed, prefetch: prefetch)
            var results: [Int: [Float]] = [:]
            for batch in loader.epoch(epoch) {
                #expect(batch.inputs.shape == [batch.count, 6, 6, 3])
                for (row, label) in [Int](batch.labels).enumerated() {
                    results[label] = batch.inputs[row].array(of: Float.self)
                }
            }
            return results
        }
        let expected = results(batchSize: 4, prefetch: 0)
        #expect(expected.count == 20)
        #expect(results(batchSize: 7, prefetch: 0) == expected)
        #expect(results(batchSize: 3, prefetch: 4) == expected)
        #expect(results(batchSize: 4, prefetch: 0, epoch: 3)[5] != expected[5])
        #expect(results(batchSize: 4, prefetch: 0, seed: 4)[5] != expected[5])
        let keys = (0..<20).map { SampleKey(seed: 3, epoch: 2, index: $0) }
        let whole = try! Self.everything(images, keys: keys)
        #expect(whole[11].array(of: Float.self) == expected[11])
    }

    @Test func imagesAreDecodedWhenTheyAreAskedFor() throws {
        let loader = DataLoader(
            images: [3, 4, -1, 5], labels: Tensor([0, 1, 2, 3]), transforms: [.resize(2, 2)], batchSize: 3,
            shuffles: false, skipsBadSamples: true
        ) { side in
            if side < 0 { throw BadSample(number: side) }
            return Tensor.full([side, side, 1], Double(side), dtype: .uint8)
        }
        let batches = Array(loader.epoch(1))
        #expect(batches.map(\.inputs.shape) == [[2, 2, 2, 1], [1, 2, 2, 1]])
        #expect(batches.map { [Int]($0.labels) } == [[0, 1], [3]])
        #expect([Int](batches[0].inputs.flattened()) == [3, 3, 3, 3, 4, 4, 4, 4])
        #expect(loader.skipped.count == 1)

        var uneven = DataLoader(
            images: [3, 4], labels: Tensor([0, 1]), transforms: [], batchSize: 2
        ) { Tensor.zeros([$0, $0, 1]) }.epoch(1).makeIterator()
        #expect {
            try uneven.nextBatch()
        } throws: { error in
            isOneLine("\(error)") && "\(error)".contains("resize")
        }
    }

    @Test(arguments: [
        ImageTransform.centerCrop(4, 2), .randomCrop(9, padding: 2), .normalize(mean: [0, 0, 0], deviation: [1]),
    ]) func imagesThatDoNotFitThrow(transform: ImageTransform) {
        #expect {
            try [transform](Self.numbered(3, 4), key: Self.key)
        } throws: { error in
            isOneLine("\(error)") && (error as? DataError)?.reason == .mismatch
        }
    }
}

@Suite struct BatchMixingTests {
    static let batch = LabelledBatch(
        index: 3, inputs: Tensor((0..<4).flatMap { [Float](repeating: Float($0), count: 64) }, shape: [4, 8, 8, 1]),
        labels: Tensor([0, 1, 2, 1]))

    @Test(arguments: [BatchMixing.mixup(alpha: 0.7), .cutmix()]) func labelsAreTheSharesOfWhatIsMixed(
        _ mixing: BatchMixing
    )
        throws
    {
        for seed in 0..<20 {
            var generator = SampleGenerator(seed: UInt64(seed))
            let mixed = try mixing.mixed(Self.batch, classes: 3, generator: &generator)
            #expect(mixed.index == 3 && mixed.labels.shape == [4, 3])
            let labels = [[Float]](mixed.labels)
            let classes = [Int](Self.batch.labels)
            // The mean of an image is that of its parts; whose they are is read off all of them.
            let means = [Float](mixed.inputs.mean(axes: [1, 2, 3]))
            let total = means.reduce(0, +)
            #expect(abs(total - 6) < 1e-4)
            for (row, label) in labels.enumerated() {
                #expect(abs(label.reduce(0, +) - 1) < 1e-6)
                let values = Set(mixed.inputs[row].array(of: Float.self))
                switch mixing.kind {
                case .cutmix: #expect(values.count <= 2)
                case .mixup: #expect(values.count == 1)
                }
                let fits = (0..<4).contains { partner in
                    let share = label[classes[row]]
                    if classes[row] == classes[partner] { return abs(share - 1) < 1e-6 }
                    return abs(share * Float(row) + (1 - share) * Float(partner) - means[row]) < 1e-4
                        && abs(label[classes[partner]] - (1 - share)) < 1e-6
                }
                #expect(fits, "\(label) for mean \(means[row])")
            }
        }
    }

    /// Mean 1/2 and variance 1 / (4 (2 alpha + 1)).
    @Test(arguments: [0.1, 0.7, 1, 5]) func sharesAreOfTheBetaDistribution(alpha: Double) {
        var generator = SampleGenerator(seed: 5)
        let draws = (0..<20_000).map { _ in generator.beta(alpha) }
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(draws.allSatisfy { (0...1).contains($0) })
        #expect(abs(mean - 0.5) < 0.015 && abs(variance * 4 * (2 * alpha + 1) - 1) < 0.06)
    }

    @Test func loadersMixEachBatch() throws {
        let loader = DataLoader(inputs: Self.batch.inputs, labels: Self.batch.labels, batchSize: 2, seed: 1)
        func sums(_ loader: DataLoader<LabelledBatch>) -> [[Float]] {
            loader.epoch(1).map { $0.inputs.array(of: Float.self) + $0.labels.array(of: Float.self) }
        }
        let mixed = loader.mixed(by: .mixup(alpha: 5), classes: 3)
        #expect(sums(mixed) == sums(mixed) && sums(mixed) != sums(loader))
        let wrong = loader.mixed(by: .mixup(), classes: 2)
        #expect(throws: DataError.self) {
            var iterator = wrong.epoch(1).makeIterator()
            while try iterator.nextBatch() != nil {}
        }
    }
}
