import Backprop
import Foundation
import Testing

@testable import BackpropFiles
@testable import BackpropNN

/// Single layers with weights of PyTorch give its numbers: sums of the results of PyTorch 2.13.
@Suite struct PyTorchLayerTests: PyTorchStates {
    struct Single: Sendable, CustomTestStringConvertible {
        let name: String
        let expected: [Double]
        let shape: [Int]
        let state: [String: [Int]]
        let layer: any ParameterContainer
        let call: @Sendable () -> Tensor
        var testDescription: String { name }

        init<Layer: ParameterContainer>(
            _ name: String, _ expected: [Double], _ shape: [Int], _ state: [String: [Int]], _ layer: Layer,
            _ call: @escaping @Sendable (Layer) -> Tensor
        ) {
            (self.name, self.expected, self.shape, self.state, self.layer) = (name, expected, shape, state, layer)
            self.call = { call(layer) }
        }
    }

    static let singles: [Single] = [
        Single(
            "Conv1d", [0.40050335, -0.21806351], [2, 5, 6], ["bias": [6], "weight": [6, 2, 3]],
            Conv1d(4, 6, kernel: 3, groups: 2)
        ) { $0(images([2, 4, 7])) },
        Single(
            "Conv3d", [4.4168286, 0.29334132], [1, 3, 3, 3, 3], ["weight": [3, 2, 1, 2, 3]],
            Conv3d(2, 3, kernel: [1, 2, 3], bias: false)
        ) { $0(images([1, 2, 3, 4, 5])) },
        Single(
            "ConvTransposed1d", [0.72139873, -0.34835831], [2, 11, 6], ["bias": [6], "weight": [4, 3, 3]],
            ConvTransposed1d(4, 6, kernel: 3, stride: 2, groups: 2)
        ) { $0(images([2, 4, 5])) },
        Single(
            "ConvTransposed2d", [9.819595, -0.038022887], [1, 5, 7, 2], ["bias": [2], "weight": [3, 2, 2, 3]],
            ConvTransposed2d(3, 2, kernel: [2, 3])
        ) { $0(images([1, 3, 4, 5])) },
        Single(
            "ConvTransposed3d", [0.582961, -0.24285766], [1, 3, 4, 3, 4], ["bias": [4], "weight": [2, 2, 2, 2, 2]],
            ConvTransposed3d(2, 4, kernel: 2, groups: 2)
        ) { $0(images([1, 2, 2, 3, 2])) },
        Single(
            "RNN", [-0.027832892, 0.0045504748], [2, 5, 4],
            [
                "bias_hh_l0": [4], "bias_hh_l1": [4], "bias_ih_l0": [4], "bias_ih_l1": [4], "weight_hh_l0": [4, 4],
                "weight_hh_l1": [4, 4], "weight_ih_l0": [4, 3], "weight_ih_l1": [4, 4],
            ], RNN(3, 4, layers: 2, activation: .relu)
        ) { $0(numbers([2, 5, 3], 50)) },
        Single(
            "LSTM", [0.034096799, 0.077656771], [2, 5, 4],
            [
                "bias_hh_l0": [16], "bias_hh_l0_reverse": [16], "bias_ih_l0": [16], "bias_ih_l0_reverse": [16],
                "weight_hh_l0": [16, 2], "weight_hh_l0_reverse": [16, 2], "weight_hr_l0": [2, 4],
                "weight_hr_l0_reverse": [2, 4], "weight_ih_l0": [16, 3], "weight_ih_l0_reverse": [16, 3],
            ], LSTM(3, 4, outputs: 2, isBidirectional: true)
        ) { $0(numbers([2, 5, 3], 50)) },
        Single(
            "GRUCell", [1.3584311, 0.20171614], [2, 4],
            ["bias_hh": [12], "bias_ih": [12], "weight_hh": [12, 4], "weight_ih": [12, 3]], GRUCell(3, 4)
        ) { $0(numbers([2, 3], 50)) },
        Single(
            "LSTMCell", [-0.073211843, 0.12789518], [2, 4], ["weight_hh": [16, 4], "weight_ih": [16, 3]],
            LSTMCell(3, 4, bias: false)
        ) { $0(numbers([2, 3], 50)).hidden },
        Single(
            "MultiHeadAttention", [-0.23495739, 0.18174924], [2, 3, 4],
            [
                "in_proj_bias": [12], "k_proj_weight": [4, 3], "out_proj.bias": [4], "out_proj.weight": [4, 4],
                "q_proj_weight": [4, 4], "v_proj_weight": [4, 5],
            ], MultiHeadAttention(4, heads: 2, keyFeatures: 3, valueFeatures: 5)
        ) { $0(queries: numbers([2, 3, 4], 50), keys: numbers([2, 6, 3], 51), values: numbers([2, 6, 5], 52)) },
        Single(
            "TransformerDecoderLayer", [-0.73506001, 0.014823184], [2, 3, 4],
            [
                "linear1.bias": [6], "linear1.weight": [6, 4], "linear2.bias": [4], "linear2.weight": [4, 6],
                "multihead_attn.in_proj_bias": [12], "multihead_attn.in_proj_weight": [12, 4],
                "multihead_attn.out_proj.bias": [4], "multihead_attn.out_proj.weight": [4, 4], "norm1.bias": [4],
                "norm1.weight": [4], "norm2.bias": [4], "norm2.weight": [4], "norm3.bias": [4], "norm3.weight": [4],
                "self_attn.in_proj_bias": [12], "self_attn.in_proj_weight": [12, 4], "self_attn.out_proj.bias": [4],
                "self_attn.out_proj.weight": [4, 4],
            ], TransformerDecoderLayer(4, heads: 2, hidden: 6, dropout: 0)
        ) { $0(numbers([2, 3, 4], 50), memory: numbers([2, 5, 4], 51)) },
        Single("Embedding", [-0.15181393, -1.4640139], [2, 2, 3], ["weight": [5, 3]], Embedding(5, 3)) {
            $0(Tensor([[0, 4], [2, 1]]))
        },
        Single("Bilinear", [0.39141783, 0.12006309], [2, 2], ["bias": [2], "weight": [2, 3, 3]], Bilinear(3, 3, 2)) {
            $0(numbers([2, 3], 50), numbers([2, 3], 50))
        },
        Single(
            "InstanceNorm", [0.59187168, 0.037667858], [2, 4, 3],
            ["bias": [3], "num_batches_tracked": [], "running_mean": [3], "running_var": [3], "weight": [3]],
            InstanceNorm(3, isScaled: true, tracksStatistics: true)
        ) { $0(images([2, 3, 4])) },
        Single(
            "GroupNorm", [-0.23607306, 0.76687211], [2, 3, 4], ["bias": [4], "weight": [4]], GroupNorm(groups: 2, 4)
        ) { $0(images([2, 4, 3])) },
        Single("RMSNorm", [-0.41976487, 1.2421712], [2, 4], ["weight": [4]], RMSNorm(4)) { $0(numbers([2, 4], 50)) },
    ]

    @Test(arguments: singles) func layersGiveTheSameNumbers(_ single: Single) throws {
        _ = try Self.load(Self.state(single.state), into: single.layer)
        single.layer.eval()
        let y = single.call()
        #expect(y.shape == single.shape)
        var sums = [0.0, 0.0]
        for (index, number) in y.array(of: Double.self).enumerated() {
            sums[0] += number * sin(Double(index) * 0.3)
            sums[1] += number * cos(Double(index) * 0.9)
        }
        #expect(zip(sums, single.expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(sums)")
    }
}
