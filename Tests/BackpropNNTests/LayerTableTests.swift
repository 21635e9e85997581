import Backprop
import BackpropNN
import Foundation
import Testing

/// A layer with the numbers of PyTorch: of its output, of the gradients of the input and of each parameter, and of its
/// running statistics, two weighted sums each. Input and parameters are `pattern`s.
struct LayerCase: Sendable {
    let name: String
    let shape: [Int]
    let isInUse: Bool
    let indices: [Int]?
    let expected: [Double]
    let make: @Sendable () -> any Module

    init(
        _ name: String, _ shape: [Int], isInUse: Bool = false, indices: [Int]? = nil, _ expected: [Double],
        _ make: @escaping @Sendable () -> any Module
    ) {
        (self.name, self.shape, self.isInUse, self.indices) = (name, shape, isInUse, indices)
        (self.expected, self.make) = (expected, make)
    }

    /// Numbers between -1 and 1 that follow no order, of float64.
    static func pattern(_ shape: [Int], _ seed: Int) -> Tensor {
        let count = shape.reduce(1, *)
        let numbers = (0..<count).map { Double(($0 * 37 + seed * 11) % 29 - 14) / 16 }
        return Tensor(numbers, shape: shape, dtype: .float64)
    }

    static func fingerprint(_ x: Tensor) -> [Double] {
        var sums = [0.0, 0.0]
        for (index, number) in x.array(of: Double.self).enumerated() {
            sums[0] += number * (Double((index * 37 + 55) % 29 - 14) / 16)
            sums[1] += number * (Double((index * 53 + 7) % 31 - 15) / 16)
        }
        return sums
    }

    /// - Parameter checkpointed: whether the backward pass computes the layer once more.
    func numbers(checkpointed: Bool = false) -> [Double] {
        let layer = make(), parameters = layer.parameters()
        for (index, parameter) in parameters.enumerated() {
            parameter.value = Self.pattern(parameter.shape, index + 1)
        }
        if isInUse { layer.eval() }
        let input = Parameter(Self.pattern(shape, 0))
        let x = indices.map { Tensor($0.map { Int32($0) }, shape: shape) } ?? input.value
        let y = checkpointed ? checkpoint { layer(x) } : layer(x)
        (y * Self.pattern(y.shape, 9)).sum().backward()
        var cells = [y] + (indices == nil ? [input.gradient!] : [])
        cells += parameters.map { $0.gradient ?? .zeros($0.shape, dtype: .float64) }
        cells += layer.namedBuffers().map { $0.buffer.value }
        return cells.flatMap(Self.fingerprint)
    }
}

/// The last states of a recurrent layer in one tensor.
func joined(_ state: Tensor) -> Tensor { state }
func joined(_ state: LSTMState) -> Tensor { concatenated([state.hidden, state.cell], axis: -1) }

/// Every layer beside PyTorch's.
@Suite struct LayerTableTests {
    @Test func layersComputeWhatPyTorchDoes() {
        for layer in LayerCase.all {
            let numbers = layer.numbers()
            let isRight =
                numbers.count == layer.expected.count
                && zip(numbers, layer.expected).allSatisfy { abs($0 - $1) <= 1e-8 * max(1, abs($1)) }
            #expect(isRight, "\(layer.name) gives \(numbers), not \(layer.expected)")
        }
    }

    @Test func checkpointsChangeNoBitOfThem() {
        for layer in LayerCase.all {
            let isSame = zip(layer.numbers(checkpointed: true), layer.numbers()).allSatisfy {
                $0.bitPattern == $1.bitPattern
            }
            #expect(isSame, "\(layer.name)")
        }
    }

    /// Layers that are not modules of one tensor, or parts of others; they are tested where their subject is.
    private static let others: Set<String> = [
        "Adapted", "RecurrentStack", "RecurrentWeights", "RunningStatistics", "RNNCell", "GRUCell", "LSTMCell",
        "LinearBiases",
    ]

    @Test func everyLayerIsInTheTable() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/BackpropNN")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var names: Set<String> = []
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let layers =
                /public (?:final )?(?:struct|class|enum) (\w+)(?:<[^>]*>)?: [^{]*?\b(?:Module|ParameterContainer|RecurrentCell)\b/
            for match in text.matches(of: layers) { names.insert(String(match.1)) }
        }
        #expect(names.count > 60 && names.isSuperset(of: Self.others))
        let words = Set(LayerCase.all.flatMap { $0.name.matches(of: /\w+/).map { String($0.output) } })
        let missing = names.subtracting(words).subtracting(Self.others).sorted()
        #expect(missing.isEmpty, "no numbers of PyTorch for \(missing): Scripts/layer-table.py records them")
    }
}
