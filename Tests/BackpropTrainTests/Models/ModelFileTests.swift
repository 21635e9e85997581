import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct ModelFileTests {
    static let good: [(String, @Sendable (inout ModelDescription) -> Void)] = [
        ("family: mlp", { $0 = ModelDescription(.mlp) }),
        (
            "# a network\nfamily: MLP\nhidden: [128, 64]\ndropout: 0.1\nactivation: leaky_relu\n",
            {
                $0 = ModelDescription(.mlp)
                ($0.hidden, $0.dropout, $0.activation) = ([128, 64], 0.1, .leakyRelu)
            }
        ),
        (
            "---\nfamily: cnn\nchannels:\n  - 8\n  - 16\nkernel: 5\nhidden: []\n",
            {
                $0 = ModelDescription(.cnn)
                ($0.channels, $0.kernel, $0.hidden) = ([8, 16], 5, [])
            }
        ),
        (
            #"{"family": "lstm", "hidden": 32, "bidirectional": true}"#,
            {
                $0 = ModelDescription(.lstm)
                ($0.hidden, $0.isBidirectional) = ([32], true)
            }
        ),
        (
            "family: resnet\nblocks: 3\nchannels: [4, 8]\n",
            {
                $0 = ModelDescription(.resnet)
                ($0.blocks, $0.channels) = (3, [4, 8])
            }
        ),
        (
            """
            layers:
              - conv: 8
              - conv: {channels: 16, kernel: 5, stride: 2, padding: valid, bias: false}
              - pool   # of two
              - pool: {size: 3, kind: average}
              - norm
              - relu
              - activation: gelu
              - dropout: 0.25
              - residual: 16
              - Global_Pool:
              - linear:
                  units: 12
              - "linear": 3
            """,
            {
                $0 = ModelDescription(.layers)
                $0.layers = [
                    .convolution(channels: 8),
                    .convolution(channels: 16, kernel: 5, stride: 2, isPadded: false, hasBias: false), .pool(),
                    .pool(size: 3, isAverage: true), .normalization, .activation(.relu), .activation(.gelu),
                    .dropout(0.25), .residual(channels: 16), .globalPool, .linear(units: 12), .linear(units: 3),
                ]
            }
        ),
        (
            "layers: [rows, {lstm: {units: 8, steps: true}}, {lstm: 4}, flatten]",
            {
                $0 = ModelDescription(.layers)
                $0.layers = [.rows, .lstm(units: 8, keepsSteps: true), .lstm(units: 4), .flatten]
            }
        ),
    ]

    @Test func readsFamiliesAndLayers() throws {
        for (text, change) in Self.good {
            var wanted = ModelDescription(.linear)
            change(&wanted)
            #expect(try ModelDescription(yaml: text, at: "net.yaml") == wanted, "\(text)")
        }
        // A last layer with as many units as there are outputs is the output layer.
        let listed = try ModelDescription(yaml: "layers: [flatten, {linear: 3}]", at: "net.yaml")
        #expect(listed.allLayers(for: .numbers(4), outputs: 3) == [.flatten, .linear(units: 3)])
        #expect(listed.allLayers(for: .numbers(4), outputs: 2).count == 3)
    }

    static let bad: [(String, String)] = [
        ("", "net.yaml: it is empty; give keys, such as family: mlp and hidden: [128, 64]"),
        ("# nothing\n", "net.yaml: it is empty; give keys, such as family: mlp and hidden: [128, 64]"),
        (
            "cnn",
            "net.yaml, line 1: it is 'cnn', and no description of a network; give keys, such as family: mlp and hidden: [128, 64]"
        ),
        (
            "hidden: [3]",
            "net.yaml, line 1: it has no family and no layers; give family: one of mlp, cnn, resnet, lstm, linear, or layers: a list"
        ),
        (
            "family: cnn\nchanels: [8]\n",
            "net.yaml, line 2: unknown key 'chanels'; the keys of the family cnn are activation, channels, dropout, family, hidden, kernel"
        ),
        (
            "family: linear\nhidden: [8]\n",
            "net.yaml, line 2: unknown key 'hidden'; the keys of the family linear are family"
        ),
        (
            "family: transformer",
            "net.yaml, line 1: family is 'transformer'; give one of mlp, cnn, resnet, lstm, linear"
        ),
        ("family: mlp\nhidden: [8, x]\n", "net.yaml, line 2: hidden is 'x'; give whole numbers from 1 to 65536"),
        ("family: mlp\nhidden:\n  - 8\n  - 0\n", "net.yaml, line 4: hidden is '0'; give whole numbers from 1 to 65536"),
        ("family: lstm\nhidden: []\n", "net.yaml, line 2: hidden is a list of 0; give 1 to 256 whole numbers"),
        ("family: cnn\nkernel: 4\n", "net.yaml, line 2: kernel is 4; give an odd number, such as 3"),
        ("family: mlp\ndropout: 1\n", "net.yaml, line 2: dropout is '1'; give a number from 0 to below 1, such as 0.2"),
        (
            "family: mlp\ndropout: nan\n",
            "net.yaml, line 2: dropout is 'nan'; give a number from 0 to below 1, such as 0.2"
        ),
        ("family: lstm\nbidirectional: 2\n", "net.yaml, line 2: bidirectional is '2'; give true or false"),
        (
            "family: mlp\nfamily: cnn\n", "net.yaml, line 1: a key comes twice: 'family'; keep one of them"
        ),
        ("family: mlp\nFamily: cnn\n", "net.yaml, line 2: the key 'Family' comes twice; keep one of them"),
        (
            "layers:\n  - conv: 8\n  - relux\n",
            "net.yaml, line 3: unknown layer 'relux'; a layer is conv, residual, pool, globalPool, norm, activation, dropout, flatten, rows, linear or lstm"
        ),
        (
            "layers:\n  - conv: {kernel: 3}\n",
            "net.yaml, line 2: a layer has no channels; give it as in - conv: {channels: 32}"
        ),
        (
            "layers:\n  - conv:\n      channels: 3\n      width: 2\n",
            "net.yaml, line 4: unknown key 'width'; the keys of conv are bias, channels, kernel, padding, stride"
        ),
        ("layers:\n  - flatten: 3\n", "net.yaml, line 2: unknown key '3'; flatten has no keys"),
        ("layers: 3", "net.yaml, line 1: layers is '3'; give a list of at most 256, such as - conv: 32 and - pool: 2"),
        (
            "layers:\n  - [conv, 3]\n",
            "net.yaml, line 2: a layer is a list; give each layer as one key, such as - conv: {channels: 32, kernel: 5}"
        ),
        (
            "layers: []\nhidden: [3]\n",
            "net.yaml, line 2: unknown key 'hidden'; the keys of a list of layers are layers"
        ),
        ("a: &x [1]\nb: *x\n", "net.yaml, line 1: an anchor (&) or an alias (*) stands there; write the value itself"),
        ("family: mlp\n? [a, b]\n: 3\n", "net.yaml, line 2: a key is no word; give keys such as hidden"),
    ]

    @Test func saysWhatIsWrongAndWhere() {
        for (text, wanted) in Self.bad {
            do {
                let found = try ModelDescription(yaml: text, at: "net.yaml")
                Issue.record("\(text) was read as \(found)")
            } catch { #expect(error.description == wanted) }
        }
    }

    @Test func refusesWhatIsNoYAML() {
        for text in [
            "family: [cnn", "family: \"cnn", "\tfamily: cnn", "a: b: c", "- - - }", "\u{1}",
            "family: mlp\n---\nfamily: cnn\n",
            String(repeating: "[", count: 60_000), String(repeating: "- ", count: 30_000),
            String(repeating: "{a: ", count: 10_000), String(repeating: "? ", count: 30_000), "%YAML 9.9\n---\na",
            "!!binary x", "family: !!python/object cnn\nhidden: ~\n",
        ] {
            do {
                _ = try ModelDescription(yaml: text, at: "net.yaml")
                Issue.record("\(text.prefix(40)) was read")
            } catch { #expect(isOneLine(error.description) && error.description.count < 300, "\(error)") }
        }
    }

    @Test func takesAFamilyOrAFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/net.yaml"
        try Data("family: mlp\nhidden: 7\n".utf8).write(to: URL(filePath: path))
        #expect(try ModelDescription(option: path).hidden == [7])
        #expect(try ModelDescription(option: "ResNet") == ModelDescription(.resnet))
        func refusal(_ text: String) -> String {
            do {
                _ = try ModelDescription(option: text)
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            refusal("vit")
                == "--model: 'vit' is neither a family of networks nor a file; give mlp, cnn, resnet, lstm, linear or the path of a YAML file"
        )
        #expect(refusal("layers").contains("neither a family"))
        #expect(refusal(folder.path + "/none.yaml").contains("none.yaml: "))
        #expect(isOneLine(refusal(folder.path)))
        try Data(repeating: 0x20, count: 70_000).write(to: URL(filePath: path))
        #expect(refusal(path).contains("70000 bytes, and the description of a network has at most 65536"))
        try Data([0xFF, 0xFE, 0x61]).write(to: URL(filePath: path))
        #expect(refusal(path).contains("no UTF-8 text"))
    }

    /// Good files with mistakes in them are read or refused in one line.
    @Test func survivesMistakes() {
        var generator = SplitMix64(seed: 3)
        let pieces = [
            "[", "]", "{", "}", ":", "-", "\n", "  ", "#", "'", "\"", "|", ">", "!", "%", "~", "0", "é", "\u{0}", ": ",
            "- ",
        ]
        var refused = 0
        for _ in 0..<1_500 {
            var text = Array(Self.good[generator.below(Self.good.count)].0)
            for _ in 0...generator.below(4) {
                let place = generator.below(text.count + 1)
                switch generator.below(3) {
                case 0 where place < text.count: text.remove(at: place)
                case 1: text.removeSubrange(place..<min(text.count, place + generator.below(12)))
                default: text.insert(contentsOf: pieces[generator.below(pieces.count)], at: place)
                }
            }
            do {
                let model = try ModelDescription(yaml: String(text), at: "net.yaml")
                let shape = ExampleShape.image(height: 6, width: 6, channels: 1)
                try model.settled(for: shape, exampleCount: 10).check(shape, outputs: 2, at: "net.yaml")
            } catch {
                #expect(isOneLine(error.description), "\(String(text))")
                refused += 1
            }
        }
        #expect(refused > 300 && refused < 1_500)
    }
}
