import Backprop
import Foundation

@testable import BackpropFiles
@testable import BackpropNN

/// State dictionaries as PyTorch has them, whose numbers follow a formula.
protocol PyTorchStates {}

extension PyTorchStates {
    /// sin(0.7 i + 1.3 seed) / 2.
    static func numbers(_ shape: [Int], _ seed: Int, isVariance: Bool = false) -> Tensor {
        let numbers = (0..<shape.reduce(1, *)).map { index -> Float in
            let number = sin(Double(index) * 0.7 + Double(seed) * 1.3) * 0.5
            return Float(isVariance ? abs(number) + 0.5 : number)
        }
        return Tensor(numbers, shape: shape)
    }

    /// A state dictionary: each tensor has its place in the order of names as a seed.
    static func state(_ shapes: [String: [Int]]) -> [String: Tensor] {
        let names = shapes.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var result: [String: Tensor] = [:]
        for (seed, name) in names.enumerated() {
            let isCounter = name.hasSuffix("num_batches_tracked")
            result[name] =
                isCounter ? Tensor(3) : numbers(shapes[name]!, seed, isVariance: name.hasSuffix("running_var"))
        }
        return result
    }

    static func load(
        _ state: [String: Tensor], into model: some ParameterContainer, renaming: Renaming = .none,
        flattened: [String: Int] = [:], isStrict: Bool = true
    ) throws -> LoadReport {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        try saveTensors(state, to: path, metadata: ["format": "pt"])
        return try model.loadPyTorch(from: path, renaming: renaming, flattened: flattened, isStrict: isStrict)
    }

    /// Images as PyTorch has them, [batch, channels, places...], with the channels last.
    static func images(_ shape: [Int], _ seed: Int = 50) -> Tensor {
        let x = numbers(shape, seed)
        return x.transposed(axes: [0] + Array(2..<shape.count) + [1])
    }

    static func difference(_ x: Tensor, _ expected: [Double]) -> Double {
        let found = x.array(of: Double.self)
        guard found.count == expected.count else { return .infinity }
        return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    }
}
