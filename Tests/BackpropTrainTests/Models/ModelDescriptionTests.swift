import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct ModelDescriptionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let model: ModelDescription
        let shape: ExampleShape
        let outputs: Int
        /// As PyTorch 2.13 counts the same network.
        let parameters: Int
        let summary: String

        init(
            _ family: ModelDescription.Family, _ extents: [Int], _ outputs: Int, _ parameters: Int, _ summary: String,
            _ change: (inout ModelDescription) -> Void = { _ in }
        ) {
            var model = ModelDescription(family)
            change(&model)
            shape = ExampleShape(extents: extents)!
            self.model = model.settled(for: shape, exampleCount: 60_000)
            (self.outputs, self.parameters, self.summary) = (outputs, parameters, summary)
        }

        var testDescription: String { "\(model.family) on \(shape)" }
    }

    static let cases = [
        Case(.linear, [64], 10, 650, "linear, 650 parameters"),
        Case(.linear, [8, 8, 1], 10, 650, "linear, 650 parameters"),
        Case(.mlp, [28, 28, 1], 10, 535_818, "mlp 784-512-256-10, relu, 535,818 parameters"),
        Case(.mlp, [20, 3], 1, 61, "mlp 60-1, relu, 61 parameters") { $0.hidden = [] },
        Case(.cnn, [8, 8, 1], 10, 53_098, "cnn 32-64, 3x3, hidden 128, 53,098 parameters"),
        Case(.cnn, [28, 28, 1], 10, 98_554, "cnn 16-32-64, 3x3, hidden 128, 98,554 parameters"),
        Case(.cnn, [32, 32, 3], 10, 357_034, "cnn 32-64-128, 3x3, hidden 128, 357,034 parameters"),
        Case(.cnn, [20, 3], 1, 52_129, "cnn 32-64, 5, hidden 128, 52,129 parameters") { $0.kernel = 5 },
        Case(.resnet, [32, 32, 3], 10, 78_042, "resnet 16-32-64, 1 block each, 3x3, 78,042 parameters") {
            $0.blocks = 1
        },
        Case(.resnet, [9, 7, 1], 2, 42_674, "resnet 16-32, 2 blocks each, 3x3, 42,674 parameters") {
            $0.channels = [16, 32]
        },
        Case(.lstm, [20, 3], 10, 69_386, "lstm 128, 69,386 parameters"),
        Case(.lstm, [28, 28, 1], 10, 26_698, "lstm 32-16, both ways, 26,698 parameters") {
            ($0.hidden, $0.isBidirectional) = ([32, 16], true)
        },
        Case(.layers, [28, 28, 1], 10, 9_514, "7 layers, 9,514 parameters") {
            $0.layers = [
                .convolution(channels: 4, kernel: 5, isPadded: false), .pool(), .normalization, .activation(.gelu),
                .flatten, .linear(units: 16),
            ]
        },
    ]

    @Test(arguments: cases) func makesTheNetworkThatItDescribes(_ example: Case) throws {
        let count = try example.model.check(example.shape, outputs: example.outputs, at: "--model")
        #expect(count == example.parameters)
        #expect(example.model.summary(example.shape, outputs: example.outputs) == example.summary)
        let model = withRandomSeed(1) { example.model.makeModel(example.shape, outputs: example.outputs) }
        #expect(model.parameterCount == example.parameters)
        let outputs = model(withRandomSeed(2) { Tensor.normal([3] + example.shape.extents) })
        #expect(outputs.shape == [3, example.outputs])
        #expect(outputs.array(of: Double.self).allSatisfy { $0.isFinite })
    }

    /// Every layer gives what it says that it gives.
    @Test func knowsTheShapeOfEachLayer() throws {
        let shapes: [ExampleShape] = [
            .numbers(6), .sequence(steps: 7, features: 3), .sequence(steps: 1, features: 2),
            .image(height: 9, width: 6, channels: 2), .image(height: 1, width: 1, channels: 3),
        ]
        let layers: [LayerDescription] = [
            .convolution(channels: 4), .convolution(channels: 2, kernel: 4, stride: 2),
            .convolution(channels: 2, kernel: 2, isPadded: false, hasBias: false),
            .convolution(channels: 3, kernel: 5, stride: 3, isPadded: false), .pool(), .pool(size: 3, isAverage: true),
            .globalPool, .normalization, .activation(.tanh), .dropout(0.5), .flatten, .rows, .linear(units: 5),
            .lstm(units: 4), .lstm(units: 3, isBidirectional: true),
            .lstm(units: 2, isBidirectional: true, keepsSteps: true),
            .residual(channels: 2), .residual(channels: 4, kernel: 5, stride: 2, activation: .gelu),
        ]
        var made: [Int] = []
        for shape in shapes {
            made.append(0)
            for layer in layers {
                guard let wanted = try? layer.output(of: shape) else { continue }
                let module = withRandomSeed(1) { layer.module(after: shape, followedBy: .relu) }
                let found = module(Tensor.ones([2] + shape.extents))
                #expect(found.shape == [2] + wanted.extents, "\(layer) after \(shape)")
                #expect(Double(module.parameterCount) == layer.parameterCount(after: shape), "\(layer) after \(shape)")
                made[made.count - 1] += 1
            }
        }
        #expect(made == [5, 16, 11, 14, 9])
    }

    @Test func saysWhatDoesNotFit() throws {
        func refusal(
            _ family: ModelDescription.Family, _ extents: [Int], _ change: (inout ModelDescription) -> Void = { _ in }
        ) -> String? {
            var model = ModelDescription(family)
            change(&model)
            let shape = ExampleShape(extents: extents)!
            do {
                try model.settled(for: shape, exampleCount: 100).check(shape, outputs: 3, at: "--model")
                return nil
            } catch { return error.description }
        }
        #expect(
            refusal(.cnn, [13])
                == "--model: cnn takes images or sequences, and an example is 13 numbers; choose mlp, or give the data the shape [examples, height, width, channels]"
        )
        #expect(
            refusal(.lstm, [13])
                == "--model: lstm takes sequences, and an example is 13 numbers; choose mlp, or give the data the shape [examples, steps, numbers]"
        )
        #expect(refusal(.resnet, [1]) != nil)
        #expect(
            refusal(.layers, [8, 8, 1]) { $0.layers = [.pool(), .linear(units: 4)] }
                == "--model: layer 2, linear takes numbers without places, and gets 4 x 4 pixels; put flatten or globalPool before it"
        )
        #expect(
            refusal(.layers, [3, 3, 1]) { $0.layers = [.pool(), .pool()] }
                == "--model: layer 2, pool takes windows of 2, and gets 1 x 1 pixels; leave it out, or pool less before it"
        )
        #expect(
            refusal(.layers, [8, 8, 1]) { $0.layers = [.lstm(units: 4)] }
                == "--model: layer 1, lstm takes sequences, and gets 8 x 8 pixels; put rows before it, which makes each row of an image a step"
        )
        #expect(
            refusal(.mlp, [4_000]) { $0.hidden = [Int](repeating: 65_536, count: 256) }
                == "--model: its 1.1e12 weights need more memory than the machine has; choose fewer units or channels")
        for family in [ModelDescription.Family.mlp, .linear, .cnn, .resnet, .lstm] {
            #expect(refusal(family, [5, 5, 2]) == nil && refusal(family, [1, 1, 1]) == nil, "\(family)")
        }
    }

    @Test func isWrittenAndReadBack() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for example in Self.cases {
            let bytes = try encoder.encode(example.model)
            #expect(try JSONDecoder().decode(ModelDescription.self, from: bytes) == example.model)
            // JSON is YAML: a run's own description is a file for --model.
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(try ModelDescription(yaml: text, at: "a.json") == example.model, "\(text)")
        }
        let shapes = Self.cases.map(\.shape)
        #expect(try JSONDecoder().decode([ExampleShape].self, from: encoder.encode(shapes)) == shapes)
        for text in ["[]", "[0]", "[1,2,3,4]", "[9223372036854775807,9223372036854775807]", "[-1,2]"] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(ExampleShape.self, from: Data(text.utf8)) }
        }
    }
}
