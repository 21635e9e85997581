import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct TensorBoardLogTests {
    /// What the reader of TensorBoard says is known only where it is installed.
    private static let python: String? = {
        let python = ProcessInfo.processInfo.environment["BACKPROP_PYTHON"] ?? "python3"
        return (try? run(python, ["-c", "import tensorboard.backend.event_processing.event_accumulator"])) == nil
            ? nil : python
    }()

    /// What a program prints; throws where it fails.
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self)
    }

    private static let model = Sequential(
        Linear(4, 3), Activation.tanh, Residual(Sequential(LayerNorm(3), Linear(3, 3))), Linear(3, 2))

    /// Two trainings of one run, of which the second goes on at step 3.
    private static func write(to folder: String) throws {
        var time = 1_700_000_000.5
        let clock = {
            time += 1; return time
        }
        let first = try TensorBoardLog(folder, resumingAt: nil, clock: clock)
        first.write(configuration: ["rate": 0.5, "layers": 2, "name": "a|b", "fast": true, "sizes": [1, 2]])
        first.write(graphOf: model, inputs: [8, 4])
        for step in 1...4 { first.write(["train/loss": 1 / Double(step), "odd": .nan], step: step) }
        first.write(histogramOf: Tensor([-1.0, 0, 0.5, 0.5, 3, .infinity]), name: "weights", step: 2)
        first.write(text: "**bold**", name: "note", step: 2)
        first.write(image: Tensor([[0.0, 1], [0.5, 2], [-1, 0.25]]), name: "grey", step: 2)
        first.write(image: Tensor((0..<24).map { $0 * 10 }, shape: [2, 2, 2, 3]), name: "colours", step: 2)
        first.close()
        let second = try TensorBoardLog(folder, resumingAt: 3, clock: { 1_700_000_000.0 })
        second.write(["train/loss": 30], step: 3)
        second.close()
    }

    @Test func theBytesAreWholeRecords() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path)
        let names = folder.names()
        // The second file comes after the first, though the clock has gone back.
        #expect(names.count == 2)
        #expect(
            names[0].hasPrefix("events.out.tfevents.1700000001.")
                && names[1].hasPrefix("events.out.tfevents.1700000002."))
        let first = try #require(EventFile(path: folder.path + "/" + names[0]))
        #expect(first.events[0].text(3) == "brain.Event:2")
        #expect(first.events[0].double(1) == 1_700_000_002.5)
        let losses = first.values.filter { $0.tag == "train/loss" }
        #expect(losses.map(\.step) == [1, 2, 3, 4])
        #expect(losses.map { $0.value.float(2) } == [1, 0.5, 1 / 3, 0.25])
        let histogram = try #require(first.values.first { $0.tag == "weights" }?.value.message(5))
        #expect([1, 2, 3, 4, 5].map { histogram.double($0) } == [-1, 3, 5, 3, 10.5])
        #expect(histogram.doubles(6).count == 50 && histogram.doubles(6).last == 3)
        #expect(histogram.doubles(7).reduce(0, +) == 5)
        let text = try #require(first.values.first { $0.tag == "note" }?.value)
        #expect(text.message(8)?.text(8) == "**bold**")
        #expect(text.message(9)?.message(1)?.text(1) == "text")
        let table = first.values.first { $0.tag == "configuration" }?.value.message(8)?.text(8)
        #expect(
            table
                == "| option | value |\n|---|---|\n| fast | true |\n| layers | 2 |\n| name | a\\|b |\n| rate | 0.5 |\n| sizes | [1,2] |"
        )
        let second = try #require(EventFile(path: folder.path + "/" + names[1]))
        #expect(second.events[1].number(2) == 3)
        #expect(second.events[1].message(7)?.number(1) == 1)
    }

    @Test func aDamagedRecordIsNone() throws {
        let record = EventRecord.framed(EventMessages.version(time: 1))
        #expect(EventFile(record)?.events.count == 1)
        for place in record.indices {
            var damaged = record
            damaged[place] ^= 1
            #expect(EventFile(damaged) == nil)
        }
        #expect(EventRecord.checksum(Array("123456789".utf8)) == 0xE306_9283)
    }

    /// The pixels of a stored PNG, without its filter bytes.
    private static func pixels(_ file: [UInt8], row: Int) throws -> [UInt8] {
        let name = Array("IDAT".utf8)
        let start = try #require(file.indices.first { file[$0...].starts(with: name) }) + 4 + 2
        let count = Int(file[start + 1]) | Int(file[start + 2]) << 8
        let rows = Array(file[(start + 5)..<(start + 5 + count)])
        return stride(from: 0, to: count, by: row + 1).flatMap { rows[($0 + 1)..<($0 + 1 + row)] }
    }

    @Test func picturesKeepTheirPixels() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path)
        let values = try #require(EventFile(path: folder.path + "/" + folder.names()[0])).values
        func image(_ tag: String) throws -> EventFile.Message {
            try #require(values.first { $0.tag == tag }?.value.message(4))
        }
        let grey = try image("grey")
        #expect([1, 2, 3].map { grey.number($0) } == [3, 2, 1])
        #expect(try Self.pixels(grey.bytes(4)!, row: 2) == [0, 255, 128, 255, 0, 64])
        let colours = try image("colours/1")
        #expect([1, 2, 3].map { colours.number($0) } == [2, 2, 3])
        #expect(try Self.pixels(colours.bytes(4)!, row: 6) == (12..<24).map { UInt8($0 * 10) })
        #expect(Array(colours.bytes(4)!.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(TruecolourImage.pictures(Tensor([[true, false]])).map(\.pixels) == [[255, 0]])
        #expect(TruecolourImage.pictures(Tensor([[-5, 300, 7]])).map(\.pixels) == [[0, 255, 7]])
    }

    @Test func aGraphHasTheScopesOfTheLayers() {
        let graph = ModelGraph(Self.model, inputs: .zeros([8, 4]))
        let operations = Dictionary(uniqueKeysWithValues: graph.operations.map { ($0.name, $0) })
        #expect(operations.count == graph.operations.count)
        let product = operations["layers.0[Linear]/matmul"]
        #expect(product?.shape == [8, 3])
        #expect(product?.inputs.contains("input") == true)
        #expect(operations["layers.0[Linear]/weight"]?.kind == "parameter")
        #expect(
            operations["layers.1[Activation]/tanh"]?.inputs.first?.hasPrefix("layers.0[Linear]/")
                == true)
        let inner = graph.operations.filter { $0.name.contains("layers.2[Residual]") && $0.kind == "parameter" }
        #expect(inner.count == 4)
        #expect(operations["output"]?.inputs.first?.hasPrefix("layers.3[Linear]/") == true)
        // Everything that is read is there, and before.
        var met: Set<String> = []
        for operation in graph.operations {
            for input in operation.inputs where operation.name != "input" {
                #expect(met.contains(input) || input == "input")
            }
            met.insert(operation.name)
        }
        // The sum behind the residual branch reads what goes around it.
        let sum = graph.operations.last { $0.kind == "add" && $0.name.hasPrefix("layers.2[Residual]/add") }
        #expect(sum?.inputs.contains("layers.1[Activation]/tanh") == true)
    }

    @Test(.enabled(if: python != nil, "python3, or the one in BACKPROP_PYTHON, has no tensorboard"))
    func tensorBoardReadsIt() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path)
        let script = """
            import sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            from tensorboard.plugins.hparams import plugin_data_pb2
            a = EventAccumulator(sys.argv[1], size_guidance={k: 0 for k in ("scalars", "tensors", "images", "histograms")})
            a.Reload()
            print([(e.step, e.value) for e in a.Scalars("train/loss")])
            h = a.Histograms("weights")[0]
            v = h.histogram_value
            print(h.step, v.min, v.max, v.num, v.sum, v.sum_squares, sum(v.bucket), len(v.bucket_limit))
            print([(t, i.step, i.width, i.height) for t in sorted(a.Tags()["images"]) for i in a.Images(t)])
            print(a.Tensors("note")[0].tensor_proto.string_val[0].decode())
            g = a.Graph()
            print(len(g.node) > 10, [n.name for n in g.node if n.op == "input"], [n.op for n in g.node][-1])
            m = plugin_data_pb2.HParamsPluginData.FromString(a.SummaryMetadata("_hparams_/session_start_info").plugin_data.content)
            h = m.session_start_info.hparams
            print(sorted(h), h["rate"].number_value, h["name"].string_value, h["fast"].bool_value)
            """
        let output = try Self.run(#require(Self.python), ["-c", script, folder.path])
        #expect(
            output == """
                [(1, 1.0), (2, 0.5), (3, 30.0)]
                2 -1.0 3.0 5.0 3.0 10.5 5.0 50
                [('colours/0', 2, 2, 2), ('colours/1', 2, 2, 2), ('grey', 2, 2, 3)]
                **bold**
                True ['input'] output
                ['fast', 'layers', 'name', 'rate'] 0.5 a|b True

                """)
    }
}
