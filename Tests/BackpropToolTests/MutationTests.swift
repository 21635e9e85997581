import BackpropData
import Foundation
import Testing

/// Files and runs in which something was changed: whatever it is, the program ends, with one line where it is too much.
/// `BACKPROP_MUTATIONS` says how many; a few are done where it is not set.
@Suite(.serialized) struct MutationTests {
    private static let count = ProcessInfo.processInfo.environment["BACKPROP_MUTATIONS"].flatMap { Int($0) } ?? 24

    private static func mutated(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...generator.below(3) where !bytes.isEmpty {
            let place = generator.below(bytes.count)
            switch generator.below(7) {
            case 0: bytes[place] = UInt8(generator.below(256))
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + generator.below(40)))
            case 3:
                bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + generator.below(200))], at: place)
            case 4:
                let odd: [[UInt8]] = [
                    Array("\"".utf8), Array(",,,".utf8), Array("\n\n".utf8), [0], [0xFF, 0xFE], Array("1e999".utf8),
                    Array("-".utf8), Array("NaN".utf8), Array("{".utf8), Array("99999999999999999999".utf8),
                ]
                bytes.insert(contentsOf: odd[generator.below(odd.count)], at: place)
            case 5: bytes[place] ^= UInt8(1 << generator.below(8))
            default: bytes.insert(UInt8(generator.below(256)), at: place)
            }
        }
        return bytes
    }

    /// Runs the program on something changed, and expects an end in good order.
    private static func expectOrder(_ arguments: [String], _ folder: TemporaryFolder, _ what: String) throws {
        let answer = try Tool.run(arguments, in: folder.path)
        #expect(answer.status < 128, "\(what): \(arguments) \(answer)")
        guard answer.status != 0 else { return }
        let last = answer.errors.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("backprop: ") && !answer.errors.contains("Fatal"), "\(what): \(arguments) \(answer)")
    }

    @Test func changedTables() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let whole = Array(try Data(contentsOf: URL(filePath: folder.path + "/good.csv")))
        var generator = SplitMix64(seed: 1)
        for number in 0..<Self.count {
            try Data(Self.mutated(whole, &generator)).write(to: URL(filePath: folder.path + "/m.csv"))
            try Self.expectOrder(
                [
                    "train", "--data", "m.csv", "--epochs", "1", "--hidden", "4", "--members", "2", "--quiet",
                    "--output", "r",
                ],
                folder, "table \(number)")
            try? FileManager.default.removeItem(atPath: folder.path + "/r")
        }
    }

    @Test func changedRuns() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let trained = try Tool.run(
            [
                "train", "--data", "good.csv", "--epochs", "1", "--hidden", "4", "--members", "2", "--quiet",
                "--output", "whole",
            ],
            in: folder.path)
        #expect(trained.status == 0, "\(trained)")
        let parts = folder.names(in: "whole").filter { !$0.hasPrefix(".") }
        let commands = [
            ["predict", "r", "good.csv"], ["evaluate", "r", "good.csv"], ["runs", "r"], ["plot", "r"],
            ["train", "--config", "r", "--quiet", "--epochs", "1"], ["export", "r"],
        ]
        var generator = SplitMix64(seed: 2)
        for number in 0..<Self.count {
            let path = folder.path + "/r"
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: folder.path + "/r-model")
            try FileManager.default.copyItem(atPath: folder.path + "/whole", toPath: path)
            let part = parts[generator.below(parts.count)]
            let url = URL(filePath: path + "/" + part)
            try Data(Self.mutated(Array(try Data(contentsOf: url)), &generator)).write(to: url)
            try Self.expectOrder(commands[generator.below(commands.count)], folder, "run \(number), \(part)")
        }
    }

    /// Somebody edited the configuration and made the list of parts agree with it.
    @Test func editedConfigurations() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let trained = try Tool.run(
            [
                "train", "--data", "good.csv", "--epochs", "1", "--hidden", "4", "--members", "2", "--quiet",
                "--output", "r",
            ],
            in: folder.path)
        #expect(trained.status == 0, "\(trained)")
        let configuration = URL(filePath: folder.path + "/r/configuration.json")
        let manifest = URL(filePath: folder.path + "/r/run.json")
        let text = String(decoding: try Data(contentsOf: configuration), as: UTF8.self)
        let list = String(decoding: try Data(contentsOf: manifest), as: UTF8.self)
        let before = Data(text.utf8)
        var generator = SplitMix64(seed: 3)
        // Every number and every name in turn becomes another.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let places = lines.indices.filter { lines[$0].contains(where: \.isNumber) || lines[$0].contains("\" : \"") }
        for number in 0..<Self.count {
            let place = places[generator.below(places.count)]
            let values = ["-1", "0", "1000000000000", "1e300", "3", "\"x\"", "[]", "null", "true"]
            var changed = lines
            let line = String(lines[place]), comma = line.hasSuffix(",") ? "," : ""
            let value = values[generator.below(values.count)]
            if let colon = line.range(of: " : ") {
                changed[place] = line[..<colon.upperBound] + value + comma
            } else {
                changed[place] = Substring(value + comma)
            }
            let data = Data(changed.joined(separator: "\n").utf8)
            try data.write(to: configuration)
            let edited = list.replacingOccurrences(of: Self.digest(before), with: Self.digest(data))
                .replacingOccurrences(of: "\"bytes\" : \(before.count),", with: "\"bytes\" : \(data.count),")
            try Data(edited.utf8).write(to: manifest)
            try Self.expectOrder(["predict", "r", "good.csv"], folder, "edit \(number): \(line) -> \(value)")
        }
    }

    private static func digest(_ data: Data) -> String {
        var digest = SHA256()
        digest.add(Array(data))
        return digest.hexadecimal()
    }
}
