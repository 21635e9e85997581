import Foundation
import Testing

/// The built program, run as people run it.
@Suite(.serialized) struct ToolTests {
    @Test(arguments: BadInput.all)
    func badInputIsOneLine(_ bad: BadInput) throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let before = folder.names
        let answer = try Tool.run(bad.arguments, in: folder.path)
        #expect(answer.status != 0 && answer.status < 128, "\(bad): \(answer)")
        #expect(answer.output.isEmpty, "\(bad): \(answer)")
        #expect(answer.errors.hasPrefix("backprop: ") && answer.errors.hasSuffix("\n"), "\(bad): \(answer)")
        #expect(answer.errors.filter { $0 == "\n" }.count == 1, "\(bad): \(answer)")
        for part in bad.says { #expect(answer.errors.contains(part), "\(bad): \(answer)") }
        #expect(folder.names.filter { $0 != "runs" } == before, "\(bad)")
    }

    @Test func resultIsTheLastLineAndFollowsFromTheSeed() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        var digests: [String] = []
        for (seed, threads) in [(1, "1"), (1, "2"), (2, "2")] {
            let answer = try Tool.run(
                [
                    "train", "--data", "good.csv", "--label", "y", "--epochs", "3", "--seed", "\(seed)",
                    "--json",
                ],
                in: folder.path, ["BACKPROP_THREADS": threads])
            #expect(answer.status == 0, "\(answer)")
            #expect(answer.output.filter { $0 == "\n" }.count == 1)
            #expect(answer.errors.contains("Memory") && answer.errors.contains("epoch 3/3"))
            let result = try #require(
                try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
            #expect(result["epochs"] as? Int == 3)
            for key in ["test_accuracy", "test_loss", "seconds", "peak_bytes"] {
                #expect(result[key] is NSNumber, "\(key)")
            }
            digests.append(try #require(result["weights_digest"] as? String))
        }
        #expect(digests[0] == digests[1] && digests[1] != digests[2])
        #expect(folder.names(in: "runs") == ["run-1", "run-2", "run-3"])
    }

    @Test func digitsAreLearntAndUsed() throws {
        let folder = try TemporaryFolder()
        let figure = Array(repeating: "3", count: 64).joined(separator: ",")
        try folder.write("\(figure)\n", to: "one.csv")
        let header = (0..<64).map { "p\($0)" }.joined(separator: ",")
        try folder.write("\(header)\n\(figure)\n\(figure)\n", to: "two.csv")
        try folder.write("\(figure),3\n", to: "wide.csv")
        let trained = try Tool.run(
            ["train", "--epochs", "1", "--hidden", "16", "--output", "r"], in: folder.path)
        #expect(trained.status == 0, "\(trained)")
        for part in ["Data ", "Model ", "Memory ", "% right", "Time ", "Run "] {
            #expect(trained.output.contains(part))
        }
        #expect(folder.names(in: "r").contains("weights.safetensors"))
        let one = try Tool.run(["predict", "r", "one.csv"], in: folder.path)
        #expect(one.output.hasPrefix("class,probability\n") && one.output.filter { $0 == "\n" }.count == 2)
        let two = try Tool.run(["predict", "r", "two.csv", "--json"], in: folder.path)
        #expect(two.output.filter { $0 == "\n" }.count == 2 && two.output.hasPrefix("{\"class\":\""))
        let wide = try Tool.run(["predict", "r", "wide.csv"], in: folder.path)
        #expect(wide.status == 1 && wide.errors.contains("65 columns"))
        let taken = try Tool.run(["train", "--output", "r"], in: folder.path)
        #expect(taken.status == 1 && taken.errors.contains("already"))
    }

    @Test func rulesAreCompared() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let answer = try Tool.run(
            [
                "rules", "compare", "fa", "shallow", "--data", "good.csv", "--epochs", "2", "--seeds", "2", "--output",
                "page.html", "--json",
            ], in: folder.path)
        #expect(answer.status == 0 && answer.output.filter { $0 == "\n" }.count == 2, "\(answer)")
        #expect(answer.output.hasPrefix("{") && answer.output.contains("\"rule\":\"shallow\""), "\(answer)")
        #expect(folder.names.contains("page.html"))
        let list = try Tool.run(["rules", "list"], in: folder.path)
        #expect(list.status == 0 && list.output.contains("Lillicrap"), "\(list)")
    }

    /// What the laboratory has beside its rules, each in its shortest form.
    @Test(arguments: [
        ("estimators --problems 1", 18, "REINFORCE, leave-one-out"),
        ("policy --seeds 1 --limit 200", 3, "actor-critic"),
        ("codes --seeds 1 --epochs 1 --output codes.svg", 3, "straight-through"),
    ])
    func studiesPrintTablesAndJSON(_ command: String, _ lines: Int, _ says: String) throws {
        let folder = try TemporaryFolder(), arguments = ["rules"] + command.split(separator: " ").map(String.init)
        let table = try Tool.run(arguments, in: folder.path)
        #expect(table.status == 0 && table.output.contains(says), "\(table)")
        let json = try Tool.run(
            arguments + ["--json"] + (says == "straight-through" ? ["--force"] : []), in: folder.path)
        #expect(json.status == 0 && json.output.filter { $0 == "\n" }.count == lines, "\(json)")
        #expect(json.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(json)")
    }

    @Test func explainsWhereGradientsStop() throws {
        let answer = try Tool.run(["explain", "breaks"], in: "/")
        #expect(answer.status == 0 && answer.output.contains("0.257 -0.090 -0.166"), "\(answer)")
    }

    /// Cells and rows that a strict reader would refuse are taken for what they are, and said.
    @Test(arguments: [
        ("text.csv", "'oops'"), ("nan.csv", "1 (2%)"), ("gap.csv", "without a label"), ("good.csv", "label"),
    ])
    func trainsWithWhatIsThere(_ table: String, _ says: String) throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        let answer = try Tool.run(["train", "--data", table, "--epochs", "2", "--output", "r"], in: folder.path)
        #expect(answer.status == 0 && answer.output.contains(says), "\(answer)")
        let predicted = try Tool.run(["predict", "r", table], in: folder.path)
        #expect(predicted.output.filter { $0 == "\n" }.count == 61, "\(predicted)")
    }

    /// More time gives more candidates of the same sequence.
    @Test func timeIsSpentOnCandidates() throws {
        let folder = try TemporaryFolder()
        try BadInput.writeTables(to: folder)
        var tried: [[Substring]] = []
        for (run, time) in [("a", "1s"), ("b", "4s")] {
            let answer = try Tool.run(
                ["train", "--data", "good.csv", "--hidden", "4", "--epochs", "2", "--time", time, "--output", run],
                in: folder.path)
            #expect(answer.status == 0, "\(answer)")
            tried.append(answer.output.split(separator: "\n").filter { $0.hasPrefix("Try ") })
            let predicted = try Tool.run(["predict", run, "good.csv"], in: folder.path)
            #expect(predicted.output.filter { $0 == "\n" }.count == 61, "\(predicted)")
        }
        #expect(tried[0].count >= 1 && tried[1].count >= tried[0].count)
        // All but the seconds.
        #expect(tried[0][0].split(separator: "%")[0] == tried[1][0].split(separator: "%")[0])
    }

    @Test func explainsTheTinyNetwork() throws {
        let answer = try Tool.run(["explain"], in: "/")
        #expect(answer.status == 0)
        for number in [
            "0.500", "0.622", "-0.187", "0.453", "0.150", "-0.547", "-0.135", "-0.0840", "+0.0405",
            "+0.00952", "-0.216",
            "0.490",
        ] { #expect(answer.output.contains(number), "\(number)") }
    }

    @Test func watchesGradientsAndDrawsTheSurface() throws {
        let folder = try TemporaryFolder()
        let trained = try Tool.run(
            ["train", "--model", "mlp", "--hidden", "16", "--epochs", "1", "--watch", "gradients", "--output", "r"],
            in: folder.path)
        #expect(trained.status == 0, "\(trained)")
        #expect(trained.output.contains("Gradient flow") && trained.output.contains("step/weight"))
        let page = try String(contentsOfFile: folder.path + "/r/report.html", encoding: .utf8)
        #expect(page.contains("<h2>Gradient flow</h2>"))
        let drawn = try Tool.run(
            ["surface", "r", "--side", "5", "--examples", "32", "--output", "s.html", "--json"], in: folder.path)
        #expect(drawn.status == 0 && drawn.output.contains("\"side\":5"), "\(drawn)")
        #expect(try String(contentsOfFile: folder.path + "/s.html", encoding: .utf8).contains("<canvas"))
        let again = try Tool.run(["surface", "r", "--side", "5", "--output", "s.html"], in: folder.path)
        #expect(again.status != 0 && again.errors.contains("s.html"))
    }

    @Test func filesThatMayNotGrowAreSaid() throws {
        let folder = try TemporaryFolder()
        let answer = try Tool.run(
            ["train", "--epochs", "1", "--hidden", "16", "--quiet", "--output", "r"], in: folder.path, fileBlocks: 1)
        #expect(answer.status == 1, "\(answer)")
        #expect(answer.errors.hasPrefix("backprop: r/") && answer.errors.contains("that large"), "\(answer)")
        #expect(answer.errors.filter { $0 == "\n" }.count == 1)
        #expect(folder.names.isEmpty)
    }

    @Test(arguments: [
        ("BACKPROP_THREADS", "0"), ("BACKPROP_THREADS", "many"), ("BACKPROP_THREADS", "9999"), ("BACKPROP_ISA", "mmx"),
    ])
    func badEnvironmentIsFoundFirst(_ name: String, _ value: String) throws {
        let folder = try TemporaryFolder()
        let answer = try Tool.run(["train", "--epochs", "1", "--output", "r"], in: folder.path, [name: value])
        #expect(answer.status == 2 && answer.output.isEmpty, "\(answer)")
        #expect(answer.errors.hasPrefix("\(name) is '\(value)'"), "\(answer)")
        #expect(answer.errors.filter { $0 == "\n" }.count == 1)
        #expect(folder.names.isEmpty)
    }

    @Test func fullDiskIsSaid() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let answer = try Tool.run(["explain"], in: "/", outputPath: "/dev/full")
        #expect(answer.status == 1, "\(answer)")
        #expect(answer.errors.contains("No space left") && answer.errors.filter { $0 == "\n" }.count == 1)
    }
}

/// A command line that cannot work, and what the person has to be told.
struct BadInput: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let says: [String]

    var testDescription: String { arguments.joined(separator: " ") }

    static func table(_ name: String, _ options: String = "", says: String...) -> BadInput {
        let arguments =
            ["train", "--data", name, "--label", "y"] + options.split(separator: " ").map(String.init)
        return BadInput(arguments: arguments, says: says)
    }

    static func option(_ options: String, says: String...) -> BadInput {
        BadInput(arguments: options.split(separator: " ").map(String.init), says: says)
    }

    static let all: [BadInput] = [
        table("missing.csv", says: "missing.csv", "no such file"),
        table("empty.csv", says: "empty.csv"),
        table("header.csv", says: "header.csv", "add rows"),
        table("ragged.csv", says: "ragged.csv, line 3", "2 cells"),
        table("one.csv", says: "one.csv", "same class"),
        table("binary.csv", says: "binary.csv, line 1", "UTF-8"),
        table("good.csv", "--drop q", says: "'q'", "'a', 'b', 'y'"),
        table("good.csv", "--categorical q", says: "'q'"),
        table("good.csv", "--drop y", says: "'y'"),
        table("good.csv", "--task regression", says: "'y'", "no numbers", "leave --task out"),
        table("number.csv", "--task classification", says: "60 classes", "--task regression"),
        table("good.csv", "--output good.csv", says: "good.csv", "already"),
        table("good.csv", "--output good.csv/run", says: "good.csv", "folder"),
        table(
            "number.csv", "--learning-rate 1e6 --activation relu --quiet", says: "--learning-rate"),
        option("train --data good.csv --label z", says: "'z'", "'a', 'b', 'y'"),
        option("train --label y", says: "--data"),
        option("train --epochs 0", says: "--epochs", "0"),
        option("train --epochs -3", says: "--epochs", "-3"),
        option("train --epochs many", says: "--epochs", "many"),
        option("train --batch-size 0", says: "--batch-size"),
        option("train --learning-rate nan", says: "--learning-rate", "nan"),
        option("train --learning-rate 0", says: "--learning-rate"),
        option("train --learning-rate inf", says: "--learning-rate", "inf"),
        option("train --hidden 0", says: "--hidden", "128,64"),
        option("train --hidden 65536,65536,65536,65536,65536,65536,65536,65536", says: "memory", "fewer units"),
        option("train --activation step", says: "--activation", "tanh"),
        option("train --hold-out 1.5", says: "--hold-out"),
        option("train --seed -1", says: "--seed", "train --help"),
        option("train --device gpu", says: "--device", "'gpu'", "xla"),
        option("plan --device xla:one", says: "--device", "'xla:one'"),
        option("train --bogus", says: "--bogus"),
        option("walk", says: "walk"),
        option("predict nowhere good.csv", says: "nowhere"),
        option("predict . good.csv", says: "run.json"),
        option("evaluate nowhere good.csv", says: "nowhere"),
        option("runs nowhere", says: "nowhere", "backprop train"),
        option("runs", says: "runs"),
        option("plot nowhere", says: "nowhere"),
        option("export nowhere", says: "nowhere"),
        option("train --resume nowhere", says: "nowhere"),
        option("train --resume .", says: ".", "stopped"),
        option("train --config nowhere", says: "nowhere"),
        option("train --config good.csv", says: "good.csv"),
        option("train --time soon", says: "--time", "30s"),
        option("train --dropout 1", says: "--dropout"),
        table("good.csv", "--time 0.000001s --quiet", says: "--time", "leave it out"),
        table("good.csv", "--model cnn", says: "--model", "mlp"),
        table("good.csv", "--separator dot", says: "--separator", "comma"),
        table("good.csv", "--skip-lines -1", says: "--skip-lines"),
        option("rules run nope", says: "nope", "give one of backprop"),
        option("rules run fa --data number.csv", says: "number.csv", "classes"),
        option("rules run fa --hidden 65536,65536,65536,65536,65536,65536", says: "fa", "--hidden"),
        option("rules run perceptron --hidden 8", says: "--hidden", "leave it out"),
        option("rules compare fa --seeds 0", says: "--seeds"),
        option("rules compare fa --output good.csv", says: "good.csv", "--force"),
        option("rules scale perceptron", says: "perceptron", "another rule"),
        option("rules run fa --noise -1", says: "--noise"),
        option("rules policy --limit 0", says: "--limit"),
        option("rules estimators --problems 0", says: "--problems"),
        option("rules codes --epochs 1 --output good.csv", says: "good.csv", "--force"),
        BadInput(arguments: ["train", "--output", ""], says: ["no name", "new folder"]),
        BadInput(arguments: ["train", "--data", "", "--label", "y"], says: ["'': there is no such file"]),
        BadInput(arguments: ["explain", "xor", "--epochs", "2", "--output", ""], says: ["''"]),
        option("explain xor --epochs 0", says: "--epochs"),
        option("explain vanishing --depth 1", says: "--depth"),
        option("explain exploding --limit 0", says: "--limit"),
        option("explain cost --seconds 0", says: "--seconds"),
        option("explain separation --steps 0", says: "--steps"),
        option("train --watch weather", says: "--watch"),
        option("surface nowhere", says: "nowhere"),
        option("explain xor --epochs 1 --output no/where.svg", says: "no/where.svg"),
    ]

    static func writeTables(to folder: TemporaryFolder) throws {
        func table(_ cell: (Int, String) -> String, _ label: (Int, Int, Int) -> String) -> String {
            (0..<60).reduce("a,b,y\n") { text, row in
                let (a, b) = (row * 37 % 60, row * 11 % 60)
                return text + "\(cell(row, "\(a).5")),\(b).25,\(label(row, a, b))\n"
            }
        }
        func side(_ row: Int, _ a: Int, _ b: Int) -> String { a > b ? "u" : "v" }
        func same(_ row: Int, _ text: String) -> String { text }
        try folder.write(table(same, side), to: "good.csv")
        try folder.write(table({ $0 == 7 ? "oops" : $1 }, side), to: "text.csv")
        try folder.write(table({ $0 == 7 ? "nan" : $1 }, side), to: "nan.csv")
        try folder.write(table(same) { _, _, _ in "u" }, to: "one.csv")
        try folder.write(table(same) { $0 == 3 ? "" : side($0, $1, $2) }, to: "gap.csv")
        try folder.write(table(same) { "\($1 * 2 - $2).\($0)5" }, to: "number.csv")
        try folder.write("a,b,y\n", to: "header.csv")
        try folder.write("a,b,y\n1,2,u\n3,4\n", to: "ragged.csv")
        try folder.write("", to: "empty.csv")
        try Data([0, 1, 2, 255]).write(to: URL(filePath: folder.path + "/binary.csv"))
    }
}
