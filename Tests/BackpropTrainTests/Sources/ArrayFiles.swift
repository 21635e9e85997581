import Backprop
import BackpropData
import Foundation

@testable import BackpropTrain

extension TemporaryFolder {
    /// Writes a file, and the folders above it.
    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let place = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: place)
        return place.path
    }

    @discardableResult
    func write(npz arrays: [String: Tensor], to name: String = "data.npz") throws -> String {
        try NPZFile.write(arrays, to: path + "/" + name)
        return path + "/" + name
    }
}

/// A file in IDX format.
func idxBytes(_ shape: [Int], _ numbers: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(shape.count)]
    for extent in shape { withUnsafeBytes(of: UInt32(extent).bigEndian) { bytes += $0 } }
    return bytes + numbers
}

/// Records in the binary format of CIFAR-10: images of one colour for each class.
func cifarBytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<count {
        let label = UInt8(index % 10)
        bytes.append(label)
        bytes += [UInt8](repeating: label * 20, count: 3_072)
    }
    return bytes
}

/// Pictures whose class is the side that is bright: uint8 [count, side, side, 1].
func sides(_ count: Int, side: Int = 8, seed: UInt64 = 1) -> (inputs: Tensor, labels: [Int32]) {
    var generator = SplitMix64(seed: seed)
    var pixels: [UInt8] = [], labels: [Int32] = []
    for _ in 0..<count {
        let label = generator.below(2)
        labels.append(Int32(label))
        for place in 0..<(side * side) {
            let isBright = (place % side >= side / 2) == (label == 1)
            pixels.append(UInt8(generator.below(100) + (isBright ? 150 : 20)))
        }
    }
    return (Tensor(pixels, shape: [count, side, side, 1]), labels)
}
