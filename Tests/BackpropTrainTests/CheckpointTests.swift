import Backprop
import BackpropFiles
import BackpropNN
import BackpropTrain
import Foundation
import Testing

/// One file holds all of a training, and nothing but what was written is read back.
@Suite struct CheckpointTests {
    /// A network of two dtypes with buffers, and all that surrounds it.
    private struct Training {
        let model: Sequential
        let optimizer: AdamW
        let progress = KeptValues()
        let parts: [String: any Resumable]

        init(seed: UInt64, width: Int = 6) {
            model = withRandomSeed(seed) {
                Sequential(Linear(4, width), BatchNorm(width), Activation.tanh, Dropout(0.2), Linear(width, 3))
            }
            let narrow = model.parameters().last!
            narrow.value = narrow.value.asType(.bfloat16)
            optimizer = AdamW(model.parameters())
            parts = [
                "model": ModelState(model), "optimizer": optimizer, "progress": progress,
                "scheduler": Scheduler(optimizer, .cosine(steps: 20)),
                "average": WeightAverage(model.parameters(), decay: 0.9), "random": RandomState(seed: seed),
                "nothing": KeptValues(),
            ]
        }

        func run(_ steps: Range<Int>) {
            withRandomState(parts["random"] as! RandomState) {
                for step in steps {
                    let loss = crossEntropy(
                        model(Tensor((0..<20).map { sin(Float($0 * 7 + step)) }, shape: [5, 4])),
                        Tensor([0, 1, 2, 0, 1]))
                    loss.backward()
                    optimizer.step()
                    (parts["scheduler"] as! Scheduler).step()
                    (parts["average"] as! WeightAverage).update()
                    progress["step"] = .integer(step + 1)
                    progress["loss"] = .number(loss.item())
                }
            }
        }

        var states: [String: SavedState] { parts.mapValues(\.savedState) }
    }

    private static let configuration: [String: SavedValue] = [
        "batch size": 5, "rate": 1e-3, "bounds": [.number(-.infinity), .number(-0.0)], "name": "a \"name\"\n/\u{1F9EE}",
        "nested": ["x": [1, 2.5, .null, true]],
    ]

    private func written(_ training: Training, to path: String) throws -> Checkpoint {
        let checkpoint = Checkpoint(of: training.parts, step: 4, measure: 0.25, configuration: Self.configuration)
        try checkpoint.write(to: path)
        return checkpoint
    }

    @Test func aTrainingGoesOnFromAFile() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/training.safetensors"
        let whole = Training(seed: 1), other = Training(seed: 2)
        whole.run(0..<4)
        let checkpoint = try written(whole, to: path)
        let before = checkpoint
        whole.run(4..<9)
        #expect(checkpoint == before)
        let read = try Checkpoint(reading: path)
        #expect(read == checkpoint && read.step == 4 && read.measure == 0.25)
        #expect(read.configuration == Self.configuration)
        other.run(0..<1)
        try read.restore(to: other.parts)
        #expect(other.progress["step"] == 4)
        other.run(4..<9)
        #expect(other.states == whole.states)
        #expect(folder.names() == ["training.safetensors"])
    }

    @Test func theFileIsOfSafetensorsAndTheSameEveryTime() throws {
        let folder = try TemporaryFolder(), training = Training(seed: 1)
        for name in ["a", "b"] { _ = try written(training, to: "\(folder.path)/\(name)") }
        let contents = try ["a", "b"].map { try Data(contentsOf: URL(filePath: "\(folder.path)/\($0)")) }
        #expect(contents[0] == contents[1])
        let file = try SafeTensorsFile(path: folder.path + "/a")
        #expect(file["model/layers.0.weight"]?.shape == [6, 4] && file["model/layers.4.bias"]?.type == .bfloat16)
        #expect(file["optimizer/layers.4.bias.1"]?.type == .float32)
        #expect(file.metadata["format"] == "backprop.checkpoint" && file.metadata["version"] == "1")
        #expect(file.metadata["states"]?.contains(#""nothing":{}"#) == true)
        let weights = Training(seed: 3)
        try Checkpoint(reading: folder.path + "/a").restore("model", to: ModelState(weights.model))
        #expect(ModelState(weights.model).savedState == training.states["model"])
    }

    // MARK: Damage

    @Test func everyDamageIsFound() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/x"
        let checkpoint = Checkpoint(
            sections: [
                "a": SavedState(
                    tensors: ["x": Tensor([1.0, 2]), "y/z": Tensor([true, false]), "empty": Tensor.zeros([0, 2])],
                    values: ["n": 7]),
                "b": SavedState(),
            ], step: 3)
        try checkpoint.write(to: path)
        let whole = try Data(contentsOf: URL(filePath: path))
        #expect(try Checkpoint(reading: path) == checkpoint)
        let headerEnd = 8 + Int(whole[0]) + Int(whole[1]) << 8
        func expectRefused(_ content: Data, _ what: String, isCertain: Bool) throws {
            let damaged = "\(folder.path)/damaged"
            try content.write(to: URL(filePath: damaged))
            do {
                let read = try Checkpoint(reading: damaged)
                // A blank more or less in the header says the same.
                #expect(read == checkpoint && !isCertain, "\(what) is not found")
            } catch {
                #expect(isOneLine(error.description) && error.description.contains("/damaged"), "\(what): \(error)")
            }
        }
        for index in whole.indices {
            var content = whole
            content[index] ^= 1 << (index % 8)
            try expectRefused(content, "bit \(index % 8) of byte \(index)", isCertain: index >= headerEnd)
        }
        for count in 0..<whole.count { try expectRefused(whole.prefix(count), "\(count) bytes", isCertain: true) }
        try expectRefused(whole + [0], "a byte more", isCertain: true)
    }

    fileprivate struct Lie: Sendable {
        let metadata: [String: String]
        let tensor: String
        let type: SafeTensorsType
        let message: String

        init(_ changes: [String: String], tensor: String = "a/x", type: SafeTensorsType = .float32, _ message: String) {
            metadata = ["format": "backprop.checkpoint", "version": "1", "states": #"{"a":{}}"#, "configuration": "{}"]
                .merging(changes) { $1 }
            (self.tensor, self.type, self.message) = (tensor, type, message)
        }
    }

    fileprivate static let lies = [
        Lie(["format": "pt"], "no checkpoint of a training"), Lie(["version": "2"], "version 2, expected 1"),
        Lie(["version": "one"], "no checkpoint"), Lie([:], type: .int8, "I8 of shape [1]"),
        Lie(["sha256": "00"], "SHA-256 digest is another"), Lie([:], tensor: "c/x", "belongs to no state"),
        Lie([:], tensor: "x", "belongs to no state"),
        Lie(["states": "{"], "'states' is not what"), Lie(["configuration": "[]"], "'configuration' is not what"),
        Lie(["measure": "low"], "'measure' is not what"),
        Lie(["configuration": #"{"x":"# + String(repeating: "[", count: 100_000)], "'configuration' is not what"),
        Lie(["states": #"{"a":{"x":{"$number":"zero"}}}"#], "'states' is not what"),
    ]

    /// Files that are well formed, but say what is not so. Those without a digest get the right one.
    @Test(arguments: lies.indices) func liesAreRefused(_ index: Int) throws {
        let lie = Self.lies[index], folder = try TemporaryFolder(), path = folder.path + "/lie"
        var metadata = lie.metadata
        if metadata["sha256"] == nil { metadata["sha256"] = lie.digest }
        var writer = SafeTensorsWriter(metadata: metadata)
        try writer.declare(lie.tensor, type: lie.type, shape: [1])
        try writer.write(to: path) { declaration, emit in
            try [UInt8](repeating: 0, count: declaration.byteCount).withUnsafeBytes { try emit($0) }
        }
        let error = #expect(throws: DataError.self) { try Checkpoint(reading: path) }
        let text = error?.description ?? ""
        #expect(text.contains(lie.message) && isOneLine(text) && text.utf8.count < 600, "\(text)")
    }

    @Test func whatCannotBeReadOrWrittenIsOneLine() throws {
        let folder = try TemporaryFolder()
        for path in ["missing", "", "missing/x"] {
            let error = #expect(throws: DataError.self) { try Checkpoint(reading: "\(folder.path)/\(path)") }
            #expect(isOneLine(error?.description ?? ""))
        }
        let error = #expect(throws: DataError.self) {
            try Checkpoint(sections: [:]).write(to: folder.path + "/none/x")
        }
        #expect(isOneLine(error?.description ?? "") && error?.reason == .missingFile)
        var deep = SavedValue.null
        for _ in 0..<300 { deep = [deep] }
        #expect(throws: DataError.self) {
            try Checkpoint(sections: ["a": SavedState(values: ["x": deep])]).write(to: folder.path + "/x")
        }
        #expect(folder.names().isEmpty)
    }

    // MARK: Parts that do not fit

    @Test func restoringIsAllOrNothing() throws {
        let whole = Training(seed: 1)
        whole.run(0..<3)
        let other = Training(seed: 2)
        other.run(0..<1)
        let before = other.states
        var checkpoint = Checkpoint(of: whole.parts)
        checkpoint.sections["scheduler"]!.values["stepCount"] = "three"
        checkpoint.sections["model"]!.tensors["layers.0.weight"] = Tensor.zeros([2])
        checkpoint.sections["average"] = nil
        checkpoint.sections["logs"] = SavedState()
        let error = #expect(throws: DataError.self) { try checkpoint.restore(to: other.parts) }
        let text = error?.description ?? ""
        for part in [
            "no state of 'average'", "no part for the state of 'logs'", "'scheduler': the saved state does not fit",
            "'stepCount' is not a whole number", "'layers.0.weight' is float32[2], expected float32[6, 4]",
        ] { #expect(text.contains(part), "\(text)") }
        #expect(isOneLine(text) && error?.reason == .mismatch)
        #expect(other.states == before)
        let missing = #expect(throws: DataError.self) { try checkpoint.restore("average", to: KeptValues()) }
        #expect(missing?.description.contains("no state of 'average'") == true)
    }

    /// A part that finds out only while it restores.
    private final class Stubborn: Resumable {
        var savedState: SavedState { SavedState() }
        func restore(_ state: SavedState) throws(DataError) {
            var reader = StateReader(state, of: "Stubborn")
            _ = reader.integer("never")
            try reader.finish()
        }
    }

    @Test func partsThatChangedGetBackWhatTheyHad() throws {
        let whole = Training(seed: 1), other = Training(seed: 2)
        whole.run(0..<3)
        other.run(0..<2)
        let before = other.states
        let stubborn = Stubborn()
        for name in ["a stubborn part", "stubborn"] {
            let checkpoint = Checkpoint(of: whole.parts.merging([name: stubborn]) { $1 })
            let error = #expect(throws: DataError.self) {
                try checkpoint.restore(to: other.parts.merging([name: stubborn]) { $1 })
            }
            #expect(error?.description.contains("'\(name)': the saved state does not fit: missing 'never'") == true)
            #expect(other.states == before)
        }
    }

    @Test func namesOfPartsAreChecked() async {
        await #expect(processExitsWith: .failure) { _ = Checkpoint(sections: ["a/b": SavedState()]) }
        await #expect(processExitsWith: .failure) { _ = CheckpointFolder("x", keepingLast: 0) }
    }
}

extension CheckpointTests.Lie {
    /// The digest that a writer would give the file, whose one element is 0.
    fileprivate var digest: String {
        var digest = SHA256()
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            for text in [key, value] { digest.add(Array("\(text.utf8.count):\(text)".utf8)) }
        }
        for text in [tensor, "float32[1]"] { digest.add(Array("\(text.utf8.count):\(text)".utf8)) }
        digest.add([0, 0, 0, 0])
        return digest.hexadecimal()
    }
}
