import Backprop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes new examples of pairs of a batch, with labels that are shares of both classes.
public struct BatchMixing: Sendable {
    enum Kind { case mixup, cutmix }

    let kind: Kind
    /// Of the beta distribution of shares: small ones leave most pairs nearly unmixed, 1 makes all shares equally likely.
    public let alpha: Double

    /// Each example becomes a weighted mean of itself and another one (Zhang et al., 2018).
    public static func mixup(alpha: Double = 0.2, file: StaticString = #fileID, line: UInt = #line) -> BatchMixing {
        BatchMixing(.mixup, alpha, file: file, line: line)
    }

    /// A rectangle of each image [height, width, channels] becomes that of another one (Yun et al., 2019).
    public static func cutmix(alpha: Double = 1, file: StaticString = #fileID, line: UInt = #line) -> BatchMixing {
        BatchMixing(.cutmix, alpha, file: file, line: line)
    }

    private init(_ kind: Kind, _ alpha: Double, file: StaticString, line: UInt) {
        require(
            alpha > 0 && alpha.isFinite, "BatchMixing: alpha is \(alpha), not above 0", file: file, line: line)
        self.kind = kind
        self.alpha = alpha
    }

    /// The examples of a batch, mixed: float32 inputs, and labels [examples, classes] for
    /// `crossEntropy(_:probabilities:)`. Inputs that are not uint8 or float32, and labels that are not [examples] of whole
    /// numbers, stop it.
    ///
    /// - Throws: `DataError` where a label is not a class.
    public func mixed(
        _ batch: LabelledBatch, classes: Int, generator: inout SampleGenerator, file: StaticString = #fileID,
        line: UInt = #line
    ) throws(DataError) -> LabelledBatch {
        let shape = batch.inputs.shape, dtype = batch.inputs.dtype
        require(
            (dtype == .uint8 || dtype == .float32) && (kind == .mixup || shape.count == 4),
            "BatchMixing: inputs are uint8 or float32\(kind == .cutmix ? " [images, height, width, channels]" : ""), not \(dtype)\(shape)",
            file: file, line: line)
        require(
            batch.labels.ndim == 1 && batch.labels.dtype.isInteger,
            "BatchMixing: labels are whole numbers [examples], not \(batch.labels.dtype)\(batch.labels.shape)",
            file: file,
            line: line)
        let labels = batch.labels.array(of: Int.self)
        if let label = labels.first(where: { $0 < 0 || $0 >= classes }) {
            throw DataError(
                .badLabelCell, at: "batch \(batch.index)", "there is a label \(label)",
                remedy: "labels are 0 to \(classes - 1)")
        }
        var partners = Array(labels.indices)
        generator.state.shuffle(&partners)
        var share = Float(generator.beta(alpha))
        let inputs = batch.inputs.array(of: Float.self)
        let size = labels.isEmpty ? 0 : inputs.count / labels.count
        var result = inputs
        switch kind {
        case .mixup:
            mix(&result, inputs, partners, size, share)
        case .cutmix:
            let rectangle = Rectangle(of: 1 - Double(share), height: shape[1], width: shape[2], &generator)
            share = 1 - Float(rectangle.rows.count * rectangle.columns.count) / Float(max(shape[1] * shape[2], 1))
            let (row, channels) = (shape[2] * shape[3], shape[3])
            for (position, partner) in partners.enumerated() {
                for y in rectangle.rows {
                    let columns = (rectangle.columns.lowerBound * channels)..<(rectangle.columns.upperBound * channels)
                    let target = position * size + y * row, source = partner * size + y * row
                    for index in columns { result[target + index] = inputs[source + index] }
                }
            }
        }
        var probabilities = [Float](repeating: 0, count: labels.count * classes)
        for (position, partner) in partners.enumerated() {
            probabilities[position * classes + labels[position]] += share
            probabilities[position * classes + labels[partner]] += 1 - share
        }
        return LabelledBatch(
            index: batch.index, inputs: Tensor(result, shape: shape),
            labels: Tensor(probabilities, shape: [labels.count, classes]))
    }

    private func mix(_ result: inout [Float], _ inputs: [Float], _ partners: [Int], _ size: Int, _ share: Float) {
        result.withUnsafeMutableBufferPointer { result in
            inputs.withUnsafeBufferPointer { inputs in
                for (position, partner) in partners.enumerated() {
                    let target = position * size, source = partner * size
                    for index in 0..<size {
                        result[target + index] = share * inputs[target + index] + (1 - share) * inputs[source + index]
                    }
                }
            }
        }
    }
}

/// A part of an image with the proportions of the whole, about a centre at random, cut at the edges.
private struct Rectangle {
    let rows: Range<Int>
    let columns: Range<Int>

    init(of area: Double, height: Int, width: Int, _ generator: inout SampleGenerator) {
        let side = area.squareRoot()
        func range(_ extent: Int, _ center: Int) -> Range<Int> {
            let half = Int(side * Double(extent)) / 2
            return max(0, center - half)..<min(extent, center + half)
        }
        rows = height > 0 ? range(height, generator.below(height)) : 0..<0
        columns = width > 0 ? range(width, generator.below(width)) : 0..<0
    }
}

extension SampleGenerator {
    /// A number of the beta distribution whose both parameters are `alpha`.
    mutating func beta(_ alpha: Double) -> Double {
        let a = logGamma(alpha), b = logGamma(alpha)
        return 1 / (1 + exp(b - a))
    }

    /// The logarithm of a number of the gamma distribution (Marsaglia and Tsang, 2000): for small shapes the number itself
    /// would often be 0.
    private mutating func logGamma(_ shape: Double) -> Double {
        if shape < 1 { return logGamma(shape + 1) + log(1 - unit()) / shape }
        let d = shape - 1.0 / 3, c = 1 / (9 * d).squareRoot()
        while true {
            let x = (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
            let v = 1 + c * x
            guard v > 0 else { continue }
            let cube = v * v * v
            if log(1 - unit()) < 0.5 * x * x + d - d * cube + d * log(cube) { return log(d * cube) }
        }
    }
}

extension DataLoader where Batch == LabelledBatch {
    /// The same loader whose examples are mixed within each batch; the pairs and shares follow from the seed, the epoch and
    /// the number of the batch.
    public func mixed(
        by mixing: BatchMixing, classes: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> DataLoader<LabelledBatch> {
        changed { batch, request in
            var generator = SampleKey(seed: request.seed, epoch: request.epoch, index: request.index)
                .generator(stream: -1)
            return try mixing.mixed(batch, classes: classes, generator: &generator, file: file, line: line)
        }
    }
}
