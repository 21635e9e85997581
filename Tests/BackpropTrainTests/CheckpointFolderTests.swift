import Backprop
import BackpropFiles
import BackpropNN
import BackpropTrain
import Foundation
import Testing

/// What stays in a folder of checkpoints, and what is found there.
@Suite struct CheckpointFolderTests {
    private func checkpoint(_ step: Int?, measure: Double? = nil) -> Checkpoint {
        Checkpoint(
            sections: ["x": SavedState(tensors: ["x": Tensor((0..<64).map { Float($0 + (step ?? 0)) })])], step: step,
            measure: measure)
    }

    private func steps(_ folder: CheckpointFolder) throws -> [Int] {
        try folder.paths().map { try Checkpoint(reading: $0).step! }
    }

    private func damage(_ path: String) throws {
        var content = try Data(contentsOf: URL(filePath: path))
        content[content.count - 3] ^= 1
        try content.write(to: URL(filePath: path))
    }

    @Test func theLastStay() throws {
        let place = try TemporaryFolder(), folder = CheckpointFolder(place.path + "/run/checkpoints", keepingLast: 2)
        defer { withExtendedLifetime(place) {} }
        #expect(try folder.latest() == nil && folder.best() == nil && folder.paths().isEmpty)
        for step in 1...4 {
            let path = try folder.save(checkpoint(step * 10))
            #expect(path == place.path + "/run/checkpoints/checkpoint-00000\(step)-step-\(step * 10).safetensors")
            #expect(try folder.latest()?.path == path)
        }
        #expect(try steps(folder) == [30, 40])
        #expect(try folder.latest()?.checkpoint == checkpoint(40) && folder.latest()?.passedOver.isEmpty == true)
        #expect(place.names("run/checkpoints").filter { !$0.hasPrefix(".") }.count == 2)
        #expect(try folder.save(checkpoint(nil)).hasSuffix("/checkpoint-000005.safetensors"))
    }

    @Test(arguments: [PlateauScheduler.Goal.lower, .higher]) func theBestStays(_ goal: PlateauScheduler.Goal) throws {
        let place = try TemporaryFolder()
        defer { withExtendedLifetime(place) {} }
        var folder: CheckpointFolder! = CheckpointFolder(place.path, keepingLast: 1, keepingBest: goal)
        let sign = goal == .lower ? 1.0 : -1.0
        let expected = [[1], [1, 2], [3], [3, 4], [3, 5], [3, 6], [7], [7, 8]]
        for (step, measure) in [4.0, .nan, 2, 2, 3, nil, 1, 5].enumerated() {
            try folder.save(checkpoint(step + 1, measure: measure.map { $0 * sign }))
            #expect(try steps(folder) == expected[step])
            #expect(try folder.best()?.checkpoint.step == expected[step][0])
        }
        // Another process finds the measures in the files.
        folder = nil
        let again = CheckpointFolder(place.path, keepingLast: 1, keepingBest: goal)
        #expect(try again.best()?.checkpoint.step == 7)
        try again.save(checkpoint(9, measure: 4 * sign))
        #expect(try steps(again) == [7, 9])
    }

    @Test func aDamagedOneIsPassedOver() throws {
        let place = try TemporaryFolder()
        defer { withExtendedLifetime(place) {} }
        let folder = CheckpointFolder(place.path, keepingLast: 3, keepingBest: .lower)
        for step in 1...3 { try folder.save(checkpoint(step, measure: Double(-step))) }
        let paths = try folder.paths()
        try damage(paths[2])
        for found in try [folder.latest(), folder.best()] {
            #expect(found?.checkpoint.step == 2 && found?.path == paths[1] && found?.passedOver.count == 1)
            let text = found?.passedOver.first?.description ?? ""
            #expect(text.hasPrefix(paths[2]) && isOneLine(text))
        }
        try Data().write(to: URL(filePath: paths[1]))
        #expect(try folder.latest()?.checkpoint.step == 1 && folder.latest()?.passedOver.count == 2)
        // The damaged ones do not count among the last, and make room for nothing.
        try folder.save(checkpoint(4, measure: 0))
        #expect(try folder.paths().count == 4 && folder.latest()?.checkpoint.step == 4)
        for step in 5...6 { try folder.save(checkpoint(step, measure: 0)) }
        #expect(try steps(folder) == [1, 4, 5, 6])
        for path in try folder.paths() { try damage(path) }
        let error = #expect(throws: DataError.self) { try folder.latest() }
        #expect(isOneLine(error?.description ?? "") && error?.description.contains("none of 4 checkpoints") == true)
    }

    /// A folder of one damaged checkpoint is no empty one: whoever resumes would start anew without a word.
    @Test func theOnlyOneIsDamaged() throws {
        let place = try TemporaryFolder(), folder = CheckpointFolder(place.path)
        defer { withExtendedLifetime(place) {} }
        try damage(try folder.save(checkpoint(1)))
        let error = #expect(throws: DataError.self) { try folder.latest() }
        #expect(error?.description.contains("SHA-256") == true)
    }

    @Test func leftoversGoAndOtherFilesStay() throws {
        let place = try TemporaryFolder(), folder = CheckpointFolder(place.path, keepingLast: 1)
        defer { withExtendedLifetime(place) {} }
        let leftover = ".checkpoint-000001-step-1.safetensors.partial-77-abc"
        let others = ["notes.txt", "checkpoint.safetensors", "checkpoint-x.safetensors", ".hidden", "checkpoint-1.txt"]
        for name in [leftover] + others { try Data("x".utf8).write(to: URL(filePath: "\(place.path)/\(name)")) }
        for step in 1...3 { try folder.save(checkpoint(step)) }
        let expected = others + [".lock", "checkpoint-000003-step-3.safetensors"]
        #expect(place.names().filter { !$0.hasPrefix(".writer-") } == expected.sorted())
    }

    // MARK: Several writers

    /// Each keeps its last ones as long as it is there.
    @Test func writersDoNotMeet() async throws {
        let place = try TemporaryFolder()
        let folders = (0..<4).map { _ in CheckpointFolder(place.path, keepingLast: 2) }
        await withTaskGroup(of: Void.self) { group in
            for (writer, folder) in folders.enumerated() {
                group.addTask {
                    for step in 0..<5 {
                        #expect(throws: Never.self) { try folder.save(checkpoint(100 * writer + step)) }
                        #expect(throws: Never.self) { try #require(try folder.latest()) }
                    }
                }
            }
        }
        let found = try steps(folders[0]).sorted()
        #expect(found == [3, 4, 103, 104, 203, 204, 303, 304])
        #expect(!place.names().contains { $0.contains("partial") })
    }

    /// What a writer has left that is gone belongs to the one that goes on.
    @Test func aWriterThatGoesOnClearsUp() throws {
        let place = try TemporaryFolder()
        var first: CheckpointFolder? = CheckpointFolder(place.path, keepingLast: 3)
        for step in 1...4 { try first!.save(checkpoint(step)) }
        let second = CheckpointFolder(place.path, keepingLast: 1)
        try second.save(checkpoint(5))
        #expect(try steps(second) == [2, 3, 4, 5])
        first = nil
        try Data("checkpoint-000005-step-5.safetensors\n".utf8).write(to: URL(filePath: place.path + "/.writer-dead"))
        try second.save(checkpoint(6))
        #expect(try steps(second) == [6])
        #expect(place.names().filter { $0.hasPrefix(".writer") }.count == 1)
    }

    @Test func oneObjectServesSeveralTasks() async throws {
        let place = try TemporaryFolder(), folder = CheckpointFolder(place.path, keepingLast: 3)
        defer { withExtendedLifetime(place) {} }
        await withTaskGroup(of: Void.self) { group in
            for step in 0..<12 {
                group.addTask { #expect(throws: Never.self) { try folder.save(checkpoint(step)) } }
            }
        }
        #expect(try steps(folder).count == 3 && Set(steps(folder)).count == 3)
    }

    /// A training that went back goes on beside what it had before, and is the latest.
    @Test func theLatestIsWhatWasSavedLast() throws {
        let place = try TemporaryFolder()
        var folder: CheckpointFolder! = CheckpointFolder(place.path, keepingLast: 2)
        for step in [10, 20, 30] { try folder.save(checkpoint(step)) }
        folder = nil
        let again = CheckpointFolder(place.path, keepingLast: 2)
        try again.save(checkpoint(21))
        #expect(try steps(again) == [30, 21] && again.latest()?.checkpoint.step == 21)
    }

    // MARK: Places that refuse

    @Test func aFolderThatCannotBeWrittenTo() throws {
        let place = try TemporaryFolder()
        defer { withExtendedLifetime(place) {} }
        try Data().write(to: URL(filePath: place.path + "/file"))
        let error = #expect(throws: DataError.self) { try CheckpointFolder(place.path + "/file/x").save(checkpoint(1)) }
        #expect(isOneLine(error?.description ?? ""))
        let folder = CheckpointFolder(place.path + "/run")
        try folder.save(checkpoint(1))
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: place.path + "/run")
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path + "/run") }
        // Whoever may do everything may write here too.
        if FileManager.default.createFile(atPath: place.path + "/run/probe", contents: nil) { return }
        let refused = #expect(throws: DataError.self) { try folder.save(checkpoint(2)) }
        #expect(refused?.description.contains("Permission denied") == true && isOneLine(refused?.description ?? ""))
        #expect(try folder.latest()?.checkpoint == checkpoint(1))
    }
}
