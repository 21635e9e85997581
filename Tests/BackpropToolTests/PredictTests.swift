import Foundation
import Testing

/// What `backprop predict` writes, and what it never overwrites.
@Suite(.serialized) struct PredictTests {
    /// A finished run `r` on a table with a column of words, and the table's rows without labels as `new.csv`.
    private func trained() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let rows = (0..<80).map { "\($0 * 37 % 60),\(["red", "green", "blue"][$0 % 3])" }
        let labels = (0..<80).map { $0 * 37 % 60 > 29 ? "high" : "low" }
        try folder.write("size,colour\n" + rows.map { $0 + "\n" }.joined(), to: "new.csv")
        try folder.write("size,colour,level\n" + zip(rows, labels).map { "\($0),\($1)\n" }.joined(), to: "old.csv")
        let answer = try Tool.run(
            ["train", "--data", "old.csv", "--epochs", "4", "--output", "r", "--quiet"], in: folder.path)
        #expect(answer.status == 0, "\(answer)")
        return folder
    }

    private func read(_ name: String, _ folder: TemporaryFolder) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder.path + "/" + name)), as: UTF8.self)
    }

    @Test func writesWhatIsAskedFor() throws {
        let folder = try trained()
        let plain = try Tool.run(["predict", "r", "new.csv"], in: folder.path)
        #expect(plain.status == 0 && plain.output.hasPrefix("class,probability\n"), "\(plain)")
        #expect(plain.output.split(separator: "\n").count == 81)
        let all = try Tool.run(["predict", "r", "old.csv", "--probabilities", "--keep-columns"], in: folder.path)
        #expect(
            all.output.hasPrefix(
                "size,colour,level,class,probability,probability of high,probability of low\n0,red,low,"),
            "\(all)")
        // The label is there, so there is a score.
        #expect(all.errors.contains("% right"), "\(all)")
        let json = try Tool.run(["predict", "r", "new.csv", "--json", "--keep-columns"], in: folder.path)
        let first = try #require(json.output.split(separator: "\n").first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["size", "colour", "class", "probability"])
    }

    @Test func aRowDoesNotDependOnTheRowsBesideIt() throws {
        let folder = try trained()
        let all = try Tool.run(["predict", "r", "new.csv", "--probabilities"], in: folder.path).output.split(
            separator: "\n")
        for row in [0, 41, 79] {
            let line = try read("new.csv", folder).split(separator: "\n")[row + 1]
            try folder.write(
                "colour,size\n\(line.split(separator: ",").reversed().joined(separator: ","))\n", to: "one.csv")
            let one = try Tool.run(["predict", "r", "one.csv", "--probabilities"], in: folder.path)
            #expect(one.output.split(separator: "\n").last == all[row + 1], "\(one)")
        }
    }

    @Test func whatWasNotSeenIsSaid() throws {
        let folder = try trained()
        try folder.write("size,colour\n3,violet\n1000,red\n4,\n", to: "odd.csv")
        let answer = try Tool.run(["predict", "r", "odd.csv"], in: folder.path)
        #expect(answer.status == 0 && answer.output.split(separator: "\n").count == 4, "\(answer)")
        #expect(answer.errors.contains("'colour'") && answer.errors.contains("'size'"), "\(answer)")
    }

    @Test func readsStandardInput() throws {
        let folder = try trained()
        let file = try Tool.run(["predict", "r", "new.csv"], in: folder.path)
        let piped = try Tool.run(["predict", "r", "-"], in: folder.path, inputPath: folder.path + "/new.csv")
        #expect(piped.status == 0 && piped.output == file.output, "\(piped)")
    }

    /// A target, flags, and whether it may be written.
    static let targets: [(output: String, flags: [String], isWritten: Bool, says: String)] = [
        ("fresh.csv", [], true, ""), ("there.csv", [], false, "--force"), ("there.csv", ["--force"], true, ""),
        ("link.csv", ["--force"], true, ""), ("new.csv", ["--force"], false, "the file that is read"),
        ("same.csv", ["--force"], false, "the file that is read"),
        ("r/weights.safetensors", ["--force"], false, "is a run"),
        ("r/mine.csv", [], false, "is a run"), ("r", ["--force"], false, "folder"),
        ("no/where.csv", [], false, "no folder"),
        ("", [], false, "path"),
    ]

    @Test(arguments: targets)
    func destroysNothing(_ target: (output: String, flags: [String], isWritten: Bool, says: String)) throws {
        let folder = try trained()
        try folder.write("mine\n", to: "there.csv")
        try folder.write("mine\n", to: "real.csv")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.path + "/link.csv", withDestinationPath: "real.csv")
        try files.linkItem(atPath: folder.path + "/new.csv", toPath: folder.path + "/same.csv")
        try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path + "/there.csv")
        func contents() throws -> [String: Data] {
            var found: [String: Data] = [:]
            for name in folder.names + folder.names(in: "r").map({ "r/" + $0 }) {
                found[name] = try? Data(contentsOf: URL(filePath: folder.path + "/" + name))
            }
            return found
        }
        let before = try contents()
        let answer = try Tool.run(
            ["predict", "r", "new.csv", "--output", target.output] + target.flags, in: folder.path)
        if target.isWritten {
            #expect(answer.status == 0, "\(answer)")
            #expect(try read(target.output, folder).hasPrefix("class,probability\n"))
        } else {
            #expect(
                answer.status != 0 && answer.errors.hasPrefix("backprop: ") && answer.errors.contains(target.says),
                "\(answer)")
            #expect(answer.errors.filter { $0 == "\n" }.count == 1)
            #expect(try contents() == before)
        }
        let mode = try files.attributesOfItem(atPath: folder.path + "/there.csv")[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try files.destinationOfSymbolicLink(atPath: folder.path + "/link.csv") == "real.csv")
        #expect(folder.names.allSatisfy { !$0.hasPrefix(".") })
    }
}
