import BackpropData
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct RunFolderTests {
    struct Settings: Codable, Equatable {
        var rate = 0.1
        var model = "a/b"
        var layers = [64, 10]
    }

    static func write(_ destination: RunDraft.Destination) throws -> RunFolder {
        try RunDraft.write(destination) { draft in
            try draft.writeConfiguration(Settings())
            try draft.writeJSON(["loss": Double.infinity], to: "result.json")
            try draft.write("hello", to: "notes.txt")
            try draft.write([1, 2, 3], to: "model.bin")
        }
    }

    @Test func readsWhatItWrote() throws {
        let folder = try TemporaryFolder()
        let run = try Self.write(.path(folder.path + "/a/b/first"))
        #expect(folder.names("a/b") == ["first"])
        #expect(run.parts == ["configuration.json", "model.bin", "notes.txt", "result.json"])
        let again = try RunFolder(opening: folder.path + "/a/b/first/")
        #expect(try again.configuration(as: Settings.self) == Settings())
        #expect(try again.readJSON([String: Double].self, from: "result.json") == ["loss": .infinity])
        #expect(try again.read("model.bin") == [1, 2, 3])
        #expect(
            String(decoding: try again.read("configuration.json"), as: UTF8.self) == """
                {
                  "layers" : [
                    64,
                    10
                  ],
                  "model" : "a/b",
                  "rate" : 0.1
                }

                """)
    }

    @Test func itIsNoRunBeforeItIsComplete() throws {
        let folder = try TemporaryFolder()
        let draft = try RunDraft(.path(folder.path + "/r"))
        try draft.write("x", to: "x.txt")
        #expect(folder.names() == ["r"])
        let error = try #require(throws: TrainError.self) { try RunFolder(opening: folder.path + "/r") }
        #expect(error.reason == .notARun)
        draft.discard()
        draft.discard()
        #expect(folder.names().isEmpty)
    }

    @Test func nothingStaysOnFailure() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        #expect(throws: Stop.self) {
            try RunDraft.write(.numbered(in: folder.path)) { draft in
                try draft.write("x", to: "x.txt")
                throw Stop()
            }
        }
        do {
            let forgotten = try RunDraft(.numbered(in: folder.path))
            try forgotten.write("x", to: "x.txt")
        }
        let announced = try #require(throws: TrainError.self) {
            try RunDraft.write(.numbered(in: folder.path)) { _ = try $0.path(forPart: "model.safetensors") }
        }
        #expect(announced.description.contains("model.safetensors"))
        #expect(folder.names().isEmpty)
    }

    @Test func numbersRuns() throws {
        let folder = try TemporaryFolder()
        let runs = folder.path + "/runs"
        for name in ["run-x", "run-", "other", "run-99999999999999999999"] {
            try FileManager.default.createDirectory(
                atPath: runs + "/" + name, withIntermediateDirectories: true)
        }
        #expect(try Self.write(.numbered(in: runs)).path == runs + "/run-1")
        let slow = try RunDraft(.numbered(in: runs))
        #expect(slow.path == runs + "/run-2")
        #expect(try Self.write(.numbered(in: runs)).path == runs + "/run-3")
        #expect(try slow.commit().path == runs + "/run-2")
        #expect(folder.names("runs").filter { $0.hasPrefix(".") }.isEmpty)
    }

    @Test func takesNoPlaceTwice() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        _ = try Self.write(.path(path))
        let error = try #require(throws: TrainError.self) { try RunDraft(.path(path)) }
        #expect(error.reason == .targetExists)
        #expect(error.description.contains(path) && isOneLine(error.description))
        #expect(folder.names() == ["r"])
        #expect(try RunFolder(opening: path).parts.count == 4)
        #expect(throws: TrainError.self) { try RunDraft(.numbered(in: path + "/notes.txt")) }
        #expect(throws: TrainError.self) { try RunDraft(.path(path + "/notes.txt/r")) }
    }

    @Test func aRunThatIsBeingWrittenIsNobodyElses() throws {
        let folder = try TemporaryFolder()
        let draft = try RunDraft(.path(folder.path + "/r"))
        #expect(throws: TrainError.self) { try RunDraft(.path(folder.path + "/r")) }
        let error = try #require(throws: TrainError.self) { try RunDraft(resuming: folder.path + "/r") }
        #expect(error.description.contains("another program") && isOneLine(error.description))
        try draft.write("x", to: "x.txt")
        _ = try draft.commit()
    }

    /// What a program that was killed leaves: the lock, which nobody has any more, and what it had written.
    @Test func theNextRunRemovesWhatCannotGoOn() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        for name in ["run-1", "run-2", "run-3", "mine"] {
            try files.createDirectory(atPath: folder.path + "/\(name)/checkpoints", withIntermediateDirectories: true)
        }
        for name in ["run-1", "run-2", "mine"] {
            try Data().write(to: URL(filePath: folder.path + "/\(name)/.run.lock"))
        }
        try Data([1]).write(to: URL(filePath: folder.path + "/run-2/checkpoints/checkpoint-000001-step-3.safetensors"))
        let run = try Self.write(.numbered(in: folder.path))
        // One has a checkpoint, one no lock, one is called by a person.
        #expect(folder.names() == ["mine", "run-2", "run-3", "run-4"] && run.path.hasSuffix("run-4"))
        // A place that a person names again is free as well.
        #expect(try Self.write(.path(folder.path + "/mine")).parts.count == 4)
        #expect(throws: TrainError.self) { try Self.write(.path(folder.path + "/run-2")) }
    }

    @Test func whatIsLeftGoesOn() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        let first = try RunDraft(.path(path))
        try first.write("x", to: "x.txt")
        first.leave()
        #expect(folder.names("r") == ["x.txt"])
        try RunDraft(resuming: path).discard()
        #expect(folder.names("r") == ["x.txt"])
        let second = try RunDraft(resuming: path)
        try second.write("y", to: "y.txt")
        #expect(try second.commit().parts == ["y.txt"])
        // A finished run that goes on is none until it is finished again.
        let third = try RunDraft(resuming: path)
        #expect(throws: TrainError.self) { try RunFolder(opening: path) }
        third.leave()
    }

    @Test(arguments: ["", "a/b", "..", ".hidden", "run.json", "a\0b", String(repeating: "x", count: 300)])
    func refusesNames(_ name: String) throws {
        let folder = try TemporaryFolder()
        let draft = try RunDraft(.path(folder.path + "/r"))
        let error = try #require(throws: TrainError.self) { try draft.write("x", to: name) }
        #expect(error.reason == .badName)
        #expect(isOneLine(error.description))
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let part: String
        let content: String?
        let reason: TrainError.Reason
        let says: String
        var testDescription: String { name }
    }

    static let damages: [Damage] = [
        Damage(
            name: "part missing", part: "model.bin", content: nil, reason: .missing,
            says: "model.bin: this part"),
        Damage(
            name: "part cut", part: "model.bin", content: "12", reason: .corrupt,
            says: "2 bytes, the run was finished with 3"),
        Damage(name: "no list", part: "run.json", content: nil, reason: .notARun, says: "no finished run"),
        Damage(name: "list empty", part: "run.json", content: "", reason: .corrupt, says: "not valid JSON"),
        Damage(
            name: "list cut", part: "run.json", content: "{\"format\":", reason: .corrupt,
            says: "not valid JSON"),
        Damage(
            name: "list of another kind", part: "run.json",
            content: "{\"format\":\"x\",\"version\":1,\"parts\":[]}", reason: .notARun, says: "'x'"),
        Damage(
            name: "newer", part: "run.json",
            content: "{\"format\":\"backprop-run\",\"version\":9,\"parts\":[]}", reason: .notARun,
            says: "version 9"),
        Damage(
            name: "no parts", part: "run.json", content: "{\"format\":\"backprop-run\",\"version\":2}",
            reason: .corrupt, says: "lacks 'parts'"),
        Damage(
            name: "a part outside", part: "run.json",
            content:
                "{\"format\":\"backprop-run\",\"version\":2,\"parts\":[{\"name\":\"../x\",\"bytes\":1,\"sha256\":\"\"}]}",
            reason: .badName, says: "'../x'"),
        Damage(
            name: "wrong type", part: "run.json",
            content: "{\"format\":\"backprop-run\",\"version\":\"1\",\"parts\":[]}", reason: .corrupt,
            says: ".version is not of type Int"),
    ]

    @Test(arguments: damages) func findsDamage(_ damage: Damage) throws {
        let folder = try TemporaryFolder()
        let run = try Self.write(.path(folder.path + "/r"))
        let path = run.path + "/" + damage.part
        if let content = damage.content {
            try Data(content.utf8).write(to: URL(filePath: path))
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        let error = try #require(throws: TrainError.self) { try RunFolder(opening: run.path) }
        #expect(error.reason == damage.reason)
        #expect(error.description.contains(damage.says), "\(error)")
        #expect(isOneLine(error.description))
    }

    @Test func findsEveryChangedByte() throws {
        let folder = try TemporaryFolder()
        let run = try Self.write(.path(folder.path + "/r"))
        for part in run.parts {
            let file = URL(filePath: run.path + "/" + part)
            let whole = try Data(contentsOf: file)
            for position in whole.indices {
                var changed = whole
                changed[position] ^= 1
                try changed.write(to: file)
                let error = try #require(throws: TrainError.self) { try RunFolder(opening: run.path).read(part) }
                #expect(error.reason == .corrupt && isOneLine(error.description))
                #expect(error.description.hasPrefix("\(run.path)/\(part): "))
            }
            try whole.write(to: file)
            #expect(try RunFolder(opening: run.path).read(part) == Array(whole))
        }
    }

    @Test func namesWhatIsBad() throws {
        let folder = try TemporaryFolder()
        let run = try RunDraft.write(.path(folder.path + "/r")) { try $0.write("[1,", to: "x.json") }
        #expect(throws: TrainError.self) { try run.readJSON([Int].self, from: "x.json") }
        let unknown = try #require(throws: TrainError.self) { try run.read("y") }
        #expect(unknown.reason == .missing && unknown.description.contains("'x.json'"))
        #expect(throws: TrainError.self) { try RunFolder(opening: folder.path + "/none") }
        #expect(throws: TrainError.self) { try RunFolder(opening: folder.path + "/r/x.json") }
    }

    @Test func keepsTensors() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        var writer = SafeTensorsWriter()
        try writer.declare("w", type: .uint8, shape: [3])
        let error = try #require(throws: DataError.self) {
            try RunDraft.write(.path(path)) { try $0.writeTensors(writer, to: "m.safetensors") { _, _ in } }
        }
        #expect(error.description.hasPrefix("\(path)/m.safetensors, tensor 'w': 0 bytes"))
        let run = try RunDraft.write(.path(path)) { draft in
            try draft.writeTensors(writer, to: "m.safetensors") { _, emit in
                try [1, 2, 3].withUnsafeBytes { try emit(UnsafeRawBufferPointer(rebasing: $0.prefix(3))) }
            }
        }
        let file = try SafeTensorsFile(path: try run.path(of: "m.safetensors"))
        #expect(file.entries.map(\.name) == ["w"])
        #expect(folder.names() == ["r"])
    }

    @Test func reportsAFullDisk() {
        let error = TrainError(SystemFailure("write it", "/hidden/x", code: 28), at: "runs/run-1/x")
        #expect(error.reason == .outOfSpace)
        #expect(error.description.hasPrefix("runs/run-1/x: cannot write it: "))
        #expect(isOneLine(error.description))
        #expect(error.localizedDescription == error.description)
    }
}
