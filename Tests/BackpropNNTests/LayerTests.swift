import Backprop
import BackpropNN
import Testing

/// Layers whose function is tested elsewhere: what they hold and how they start.
@Suite struct LayerTests {
    @Test func embeddingsAreRows() {
        let layer = withRandomSeed(1) { Embedding(5, 3) }
        let found = layer(Tensor([4, 0, 4, 1] as [Int32], shape: [2, 2]))
        #expect(found.shape == [2, 2, 3])
        let rows = layer.weight.value.array(of: Float.self)
        #expect(found.array(of: Float.self).prefix(3) == rows[12..<15])
        found.sum().backward()
        #expect(layer.weight.gradient!.array(of: Float.self) == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2])
    }

    @Test func bilinearForms() {
        let layer = withRandomSeed(1) { Bilinear(2, 3, 4, dtype: .float64) }
        let (a, b) = (Tensor([1.0, -2], dtype: .float64), Tensor([0.5, 3, -1], dtype: .float64))
        let found = layer(a, b).array(of: Double.self)
        let weight = layer.weight.value.array(of: Double.self), bias = layer.bias!.value.array(of: Double.self)
        for output in 0..<4 {
            var expected = bias[output]
            for (i, x) in [1.0, -2].enumerated() {
                for (j, y) in [0.5, 3, -1].enumerated() { expected += x * weight[output * 6 + i * 3 + j] * y }
            }
            #expect(abs(found[output] - expected) < 1e-13)
        }
        let several = layer(a.broadcast(to: [5, 7, 2]), b.broadcast(to: [5, 7, 3]))
        #expect(several.shape == [5, 7, 4] && abs(several - layer(a, b)).max().item() < 1e-13)
    }

    @Test func normalizationLayers() {
        let x = withRandomSeed(1) { Tensor.normal([2, 3, 4]) }
        let cases: [(String, any Module, Tensor)] = [
            ("LayerNorm", LayerNorm(4), layerNorm(x)),
            ("LayerNorm of two axes", LayerNorm([3, 4]), layerNorm(x, trailingAxes: 2)),
            ("RMSNorm", RMSNorm(4), rmsNorm(x, epsilon: 1e-5)),
            ("GroupNorm", GroupNorm(groups: 2, 4), groupNorm(x, groups: 2)),
            ("BatchNorm", BatchNorm(4, tracksStatistics: false), batchNorm(x)),
            ("InstanceNorm", InstanceNorm(4, isScaled: true), instanceNorm(x)),
        ]
        for (name, layer, expected) in cases {
            #expect(abs(layer(x) - expected).max().item() < 1e-6, "\(name)")
            #expect(layer.parameters().allSatisfy { $0.shape == [4] || $0.shape == [3, 4] }, "\(name)")
        }
        #expect(LayerNorm(4, isScaled: false).parameters().isEmpty)
        #expect(LayerNorm(4, bias: false).parameters().count == 1)
    }

    @Test func residualsAddWhatTheyRead() {
        let layer = Residual(Activation.relu, Activation.tanh)
        #expect(layer(Tensor([-1.0, 0], dtype: .float64)).array(of: Double.self) == [-1, 0])
    }
}
