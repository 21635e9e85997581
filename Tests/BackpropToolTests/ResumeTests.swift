import Foundation
import Testing

/// Runs that are stopped, and go on.
@Suite(.serialized) struct ResumeTests {
    private static let arguments = [
        "train", "--data", "good.csv", "--label", "y", "--epochs", "120", "--patience", "0", "--members", "2",
        "--hidden", "16",
        "--json", "--checkpoint-every", "0.1s",
    ]

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        return folder
    }

    private func result(_ answer: Tool.Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any], "\(answer)")
    }

    @Test func anInterruptedRunIsKeptAndGoesOn() throws {
        let folder = try folder()
        let whole = try result(try Tool.run(Self.arguments + ["--output", "whole"], in: folder.path))
        let tool = try Tool(Self.arguments + ["--output", "r"], in: folder.path)
        try tool.waitForErrors(containing: "epoch")
        tool.process.interrupt()
        let stopped = try tool.answer()
        // It may have been faster than the signal.
        guard stopped.status != 0 else { return }
        #expect(stopped.status == 130, "\(stopped)")
        #expect(stopped.errors.contains("--resume r"), "\(stopped)")
        #expect(try result(stopped)["end"] as? String == "interrupted")
        // What it has learnt can be used.
        let predicted = try Tool.run(["predict", "r", "good.csv"], in: folder.path)
        #expect(predicted.status == 0 && predicted.output.filter { $0 == "\n" }.count == 61, "\(predicted)")
        let flags = try Tool.run(["train", "--resume", "r", "--epochs", "3"], in: folder.path)
        #expect(flags.status == 64 && flags.errors.contains("--config r"), "\(flags)")
        let resumed = try Tool.run(["train", "--resume", "r", "--json"], in: folder.path)
        #expect(resumed.status == 0, "\(resumed)")
        let end = try result(resumed)
        #expect(end["weights_digest"] as? String == whole["weights_digest"] as? String)
        #expect(end["epochs"] as? Int == 120 && end["end"] as? String == "completed")
        #expect(!folder.names(in: "r").contains("checkpoints"))
        let again = try Tool.run(["train", "--resume", "r"], in: folder.path)
        #expect(
            again.status != 0 && again.errors.contains("complete") && again.errors.contains("--config r"), "\(again)")
    }

    @Test func aKilledRunGoesOn() throws {
        let folder = try folder()
        let whole = try result(try Tool.run(Self.arguments + ["--output", "whole"], in: folder.path))
        let tool = try Tool(Self.arguments + ["--output", "r"], in: folder.path)
        tool.wait { folder.names(in: "r/checkpoints").contains { $0.hasPrefix("checkpoint") } }
        kill(tool.process.processIdentifier, SIGKILL)
        let killed = try tool.answer()
        guard killed.status != 0 else { return }
        let predicted = try Tool.run(["predict", "r", "good.csv"], in: folder.path)
        #expect(predicted.status == 1 && predicted.errors.filter { $0 == "\n" }.count == 1, "\(predicted)")
        let listed = try Tool.run(["runs", "."], in: folder.path)
        #expect(listed.output.contains("unfinished") && listed.output.contains("whole"), "\(listed)")
        let resumed = try Tool.run(["train", "--resume", "r", "--json"], in: folder.path)
        #expect(try result(resumed)["weights_digest"] as? String == whole["weights_digest"] as? String)
    }

    @Test func changedDataIsNotGoneOnWith() throws {
        let folder = try folder()
        let tool = try Tool(Self.arguments + ["--output", "r"], in: folder.path)
        try tool.waitForErrors(containing: "epoch")
        tool.process.interrupt()
        guard try tool.answer().status != 0 else { return }
        try folder.write(
            "a,b,y\n" + (0..<60).map { "\($0),\($0 % 7),\($0 % 2 == 0 ? "u" : "v")\n" }.joined(), to: "good.csv")
        let answer = try Tool.run(["train", "--resume", "r"], in: folder.path)
        #expect(answer.status == 64 && answer.errors.contains("good.csv"), "\(answer)")
        #expect(folder.names(in: "r").contains("checkpoints"))
    }

    @Test func configurationsAreRepeatedAndChanged() throws {
        let folder = try folder()
        let first = try result(
            try Tool.run(
                [
                    "train", "--data", "good.csv", "--label", "y", "--epochs", "3", "--seed", "5", "--json", "--output",
                    "r",
                ],
                in: folder.path))
        for config in ["r", "r/configuration.json"] {
            let again = try result(try Tool.run(["train", "--config", config, "--json"], in: folder.path))
            #expect(again["weights_digest"] as? String == first["weights_digest"] as? String)
        }
        let other = try result(try Tool.run(["train", "--config", "r", "--seed", "6", "--json"], in: folder.path))
        #expect(other["weights_digest"] as? String != first["weights_digest"] as? String)
        let runs = try Tool.run(["runs"], in: folder.path)
        #expect(runs.status == 0 && runs.output.contains("runs/run-3") && runs.output.contains("seed"), "\(runs)")
        let plot = try Tool.run(["plot", "r", "runs/run-1", "--output", "p.svg"], in: folder.path)
        #expect(plot.status == 0 && folder.names.contains("p.svg"), "\(plot)")
        let export = try Tool.run(["export", "r"], in: folder.path)
        #expect(export.status == 0 && folder.names(in: "r-model") == ["model.json", "model.safetensors"], "\(export)")
        let judged = try Tool.run(["evaluate", "r", "good.csv", "--json"], in: folder.path)
        #expect(judged.status == 0 && judged.output.filter { $0 == "\n" }.count == 1, "\(judged)")
    }
}
