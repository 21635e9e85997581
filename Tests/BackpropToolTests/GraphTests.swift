import Foundation
import Testing

/// `backprop graph`, and what a training that diverges says, as a person runs them.
@Suite struct GraphTests {
    private func table(_ folder: TemporaryFolder) throws {
        let rows = (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 7 > 3 ? "high" : "low")" }
        try folder.write("a,b,label\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    }

    @Test func writesAPageAndAGraphForGraphviz() throws {
        let folder = try TemporaryFolder()
        try table(folder)
        let page = try Tool.run(["graph", "--data", "t.csv", "--output", "step.html"], in: folder.path)
        #expect(page.status == 0 && page.errors.isEmpty && page.output.hasSuffix("Wrote step.html\n"), "\(page)")
        let html = try String(contentsOfFile: folder.path + "/step.html", encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("const graph={"))
        #expect(!html.contains("http://") || html.components(separatedBy: "http://").count == 2, "only the name of SVG")
        let again = try Tool.run(["graph", "--data", "t.csv", "--output", "step.html"], in: folder.path)
        #expect(again.status == 1 && again.errors.contains("--force"))
        let dot = try Tool.run(["graph", "--data", "t.csv", "--output", "step.dot"], in: folder.path)
        #expect(dot.status == 0)
        #expect(try String(contentsOfFile: folder.path + "/step.dot", encoding: .utf8).hasPrefix("digraph step {"))
    }

    @Test func showsTheWeightsOfARun() throws {
        struct Graph: Decodable {
            struct Value: Decodable {
                struct Statistics: Decodable { let deviation: Double }
                let name: String
                let kind: String
                let statistics: Statistics?
            }
            let title: String
            let values: [Value]
        }
        let folder = try TemporaryFolder()
        try table(folder)
        let train = try Tool.run(
            ["train", "--data", "t.csv", "--epochs", "4", "--members", "1", "--output", "run", "--quiet"],
            in: folder.path)
        #expect(train.status == 0, "\(train)")
        func graph(_ arguments: [String]) throws -> Graph {
            let answer = try Tool.run(["graph", "--json"] + arguments, in: folder.path)
            #expect(answer.status == 0, "\(answer.errors)")
            return try JSONDecoder().decode(Graph.self, from: Data(answer.output.utf8))
        }
        let run = try graph(["run"]), fresh = try graph(["--data", "t.csv", "--members", "1"])
        #expect(run.title.hasSuffix("weights of run"))
        func deviations(_ graph: Graph) -> [String: Double] {
            var result: [String: Double] = [:]
            for value in graph.values where value.kind == "weights" { result[value.name] = value.statistics?.deviation }
            return result
        }
        #expect(deviations(run).count == deviations(fresh).count && deviations(run) != deviations(fresh))
        let refused = try Tool.run(["graph", "run", "--epochs", "3"], in: folder.path)
        #expect(refused.status == 64 && refused.errors.contains("leave out"), "\(refused)")
        #expect(try Tool.run(["graph", "nowhere"], in: folder.path).status == 1)
    }

    @Test func aTrainingThatDivergesSaysWhere() throws {
        let folder = try TemporaryFolder()
        try table(folder)
        let arguments = [
            "train", "--data", "t.csv", "--activation", "relu", "--learning-rate", "1e6", "--output", "run",
        ]
        let plain = try Tool.run(arguments + ["--no-replay"], in: folder.path)
        #expect(plain.status == 1 && !plain.errors.contains(" gives "), "\(plain)")
        let found = try Tool.run(arguments, in: folder.path)
        #expect(found.status == 1 && found.errors.contains(" again from the start to find the first bad value\n"))
        #expect(found.errors.contains(" gives ") && found.output.contains("  operand 1: ["), "\(found)")
        #expect(found.errors.split(separator: "\n").last?.contains("--learning-rate") == true)
    }
}
