import BackpropData
import BackpropNN

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ModelDescription {
    /// Whether such a network can be made for examples of that shape. The description is settled.
    ///
    /// - Returns: how many numbers are learnt.
    /// - Throws: `TrainError` where a layer does not take what the one before gives, or the weights need more memory than the
    ///   machine has; `place` is what said so, such as "--model".
    @discardableResult
    package func check(
        _ shape: ExampleShape, outputs: Int, at place: String,
        available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) -> Int {
        if let found = unsuited(to: shape) {
            throw TrainError(.badOption, at: place, found.found, remedy: found.remedy)
        }
        var parameters = 0.0, width = Double(shape.count), present = shape
        for (number, layer) in allLayers(for: shape, outputs: outputs).enumerated() {
            parameters += layer.parameterCount(after: present)
            do {
                present = try layer.output(of: present)
            } catch {
                let name = family == .layers ? "layer \(number + 1), " : "\(family.rawValue): "
                throw TrainError(.badOption, at: place, name + error.found, remedy: error.remedy)
            }
            width = max(width, Double(present.count))
        }
        // Weights, gradients, two moments and the best weights so far, and the widest layer of one example.
        let bytes = 4 * (5 * parameters + 4 * width)
        guard bytes <= Double(available) else {
            throw TrainError(
                .tooLarge, at: place,
                "its \(NumberFormat.significant(parameters, figures: 3)) weights need more memory than the machine has",
                remedy: "choose fewer units or channels")
        }
        return Int(parameters)
    }

    /// What is wrong with the choice of a family, said before a layer of it complains.
    private func unsuited(to shape: ExampleShape) -> LayerDescription.Mismatch? {
        switch (family, shape) {
        case (.cnn, .numbers), (.resnet, .numbers):
            LayerDescription.Mismatch(
                found: "\(family.rawValue) takes images or sequences, and an example is \(shape)",
                remedy: "choose mlp, or give the data the shape [examples, height, width, channels]")
        case (.lstm, .numbers):
            LayerDescription.Mismatch(
                found: "lstm takes sequences, and an example is \(shape)",
                remedy: "choose mlp, or give the data the shape [examples, steps, numbers]")
        default: nil
        }
    }

    /// "cnn 32-64-128, 3x3, 93,322 parameters". The description is settled and checked.
    package func summary(_ shape: ExampleShape, outputs: Int) -> String {
        let count = allLayers(for: shape, outputs: outputs).reduce(into: (sum: 0.0, shape: shape)) { result, layer in
            result.sum += layer.parameterCount(after: result.shape)
            result.shape = (try? layer.output(of: result.shape)) ?? result.shape
        }.sum
        let window = kernel.map { shape.extents.count == 3 ? "\($0)x\($0)" : "\($0)" }
        func sizes(_ sizes: [Int]?) -> String { (sizes ?? []).map(String.init).joined(separator: "-") }
        let parts: [String?] =
            switch family {
            case .linear: ["linear"]
            case .mlp: ["mlp \(sizes([shape.count] + (hidden ?? []) + [outputs]))", activation?.rawValue]
            case .cnn:
                ["cnn \(sizes(channels))", window, (hidden ?? []).isEmpty ? nil : "hidden \(sizes(hidden))"]
            case .resnet: ["resnet \(sizes(channels))", "\(Wording.count(blocks ?? 1, "block")) each", window]
            case .lstm: ["lstm \(sizes(hidden))", isBidirectional == true ? "both ways" : nil]
            case .layers: [Wording.count((layers ?? []).count + 1, "layer")]
            }
        let words =
            parts.compactMap(\.self) + [
                NumberFormat.grouped(NumberFormat.fixed(count, digits: 0)) + (count == 1 ? " parameter" : " parameters")
            ]
        return words.joined(separator: ", ")
    }
}
