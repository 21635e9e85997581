import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct LogTests {
    private static func content(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private static func csv(_ path: String, resumingAt step: Int? = nil) throws(DataError) -> CSVLog {
        try CSVLog(path, resumingAt: step, clock: { 1_700_000_000.25 })
    }

    private static func lines(_ path: String, resumingAt step: Int? = nil) throws(DataError) -> JSONLinesLog {
        try JSONLinesLog(path, resumingAt: step, clock: { 1_700_000_000.25 })
    }

    @Test func columnsMayAppearLater() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/deep/in/metrics.csv"
        let log = try Self.csv(path)
        log.write(["loss": 0.5], step: 1)
        log.write(["loss": 0.25, "accuracy": 1], step: 2)
        log.write(["a \"b\", c": .nan, "loss": -.infinity], step: 3)
        log.write(["accuracy": 1e-30], step: 4)
        log.close()
        log.write(["loss": 7], step: 5)
        #expect(
            try Self.content(path) == """
                step,time,loss,accuracy,"a ""b"", c"
                1,1700000000.250,0.5,,
                2,1700000000.250,0.25,1,
                3,1700000000.250,-inf,,nan
                4,1700000000.250,,1e-30,

                """)
        #expect(log.failure == nil)
        #expect(folder.names("deep/in") == ["metrics.csv"])
    }

    @Test func aTableGoesOnWhereItsTrainingDoes() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/metrics.csv"
        let first = try Self.csv(path)
        for step in 1...4 { first.write(["loss, all": Double(step)], step: step) }
        first.close()
        // A crash in the middle of a row.
        try (try Self.content(path) + "5,17000").write(toFile: path, atomically: true, encoding: .utf8)
        let second = try Self.csv(path, resumingAt: 3)
        second.write(["loss, all": 30, "new": 1], step: 3)
        second.close()
        #expect(
            try Self.content(path) == """
                step,time,"loss, all",new
                1,1700000000.250,1,
                2,1700000000.250,2,
                3,1700000000.250,30,1

                """)
    }

    @Test func aRowWithoutItsEndIsNone() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/metrics.csv"
        let first = try Self.csv(path)
        first.write(["loss": 1], step: 1)
        first.close()
        // As many cells as there are columns, and the last one only in part.
        try (try Self.content(path) + "2,1700000000.250,0.2").write(toFile: path, atomically: true, encoding: .utf8)
        try Self.csv(path, resumingAt: 3).close()
        #expect(try Self.content(path) == "step,time,loss\n1,1700000000.250,1\n")
    }

    @Test func linesAreObjects() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/metrics.jsonl"
        let log = try Self.lines(path)
        log.write(configuration: ["rate": 0.5, "layers": [1, 2], "name": "a \"b\"\n", "none": .null])
        log.write(["loss": 0.1, "top": .infinity, "bad": .nan], step: 1)
        log.write(text: "ä\u{1}", name: "note", step: 2)
        log.write(histogramOf: Tensor([0.0, 1, 1, .nan, 2]), name: "weights", step: 3)
        log.write(image: Tensor.zeros([2, 2]), name: "left out", step: 3)
        log.close()
        let lines = try Self.content(path).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines[0]
                == #"{"kind":"configuration","time":1700000000.25,"values":{"layers":[1,2],"name":"a \"b\"\n","none":null,"rate":0.5}}"#
        )
        #expect(
            lines[1]
                == #"{"kind":"scalars","step":1,"time":1700000000.25,"values":{"bad":"NaN","loss":0.1,"top":"Infinity"}}"#
        )
        #expect(lines[2] == #"{"kind":"text","step":2,"time":1700000000.25,"name":"note","text":"ä\u0001"}"#)
        for line in lines {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
        let histogram = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[3].utf8)) as? [String: Any])
        #expect(histogram["count"] as? Int == 4)
        #expect(histogram["sum"] as? Double == 4)
        #expect((histogram["edges"] as? [Double])?.count == 51)
        #expect((histogram["counts"] as? [Int])?.filter { $0 > 0 } == [1, 2, 1])
        // The training before stopped in the middle of a line, and goes on at step 2.
        try (try Self.content(path) + "{\"kind\":\"sca").write(toFile: path, atomically: true, encoding: .utf8)
        let next = try Self.lines(path, resumingAt: 2)
        next.write(["loss": 0.05], step: 2)
        next.close()
        let kept = try Self.content(path).split(separator: "\n")
        #expect(kept.count == 3)
        #expect(kept.prefix(2).elementsEqual(lines.prefix(2)))
    }

    @Test func whatIsThereIsNotLost() throws {
        let folder = try TemporaryFolder()
        func open(_ path: String, _ step: Int?) throws {
            if path.contains("jsonl") {
                _ = try Self.lines(path, resumingAt: step)
            } else {
                _ = try Self.csv(path, resumingAt: step)
            }
        }
        for name in ["metrics.csv", "metrics.jsonl"] {
            let path = folder.path + "/" + name
            try "my own notes\n".write(toFile: path, atomically: true, encoding: .utf8)
            for step in [nil, 3] as [Int?] {
                let error = #expect(throws: DataError.self) { try open(path, step) }
                #expect(isOneLine(error?.description ?? ""))
            }
            #expect(try Self.content(path) == "my own notes\n")
            #expect(throws: DataError.self) { try open(path + "/below", nil) }
            // A first run that asks to go on starts anew.
            try open(folder.path + "/other-" + name, 0)
        }
        #expect(throws: DataError.self) { _ = try TensorBoardLog(folder.path + "/metrics.csv") }
    }

    /// The limit on the size of files stands for a full disk.
    @Test func aFullDiskEndsTheLogAndNotTheTraining() async throws {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 3_000, rlim_max: 3_000)
            precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let logs: [any TrainingLog] = [
                try CSVLog(folder.path + "/metrics.csv"), try JSONLinesLog(folder.path + "/metrics.jsonl"),
                try TensorBoardLog(folder.path),
            ]
            for log in logs {
                for step in 1...200 {
                    log.write(["loss": 1 / Double(step)], step: step)
                    log.flush()
                }
                #expect(log.failure?.reason == .outOfSpace)
                log.write(["further": 1], step: 201)
                log.write(histogramOf: Tensor([1.0]), name: "further", step: 201)
                log.close()
            }
            // Whole records, as far as they went.
            let rows = try LogTests.content(folder.path + "/metrics.csv").split(separator: "\n")
            #expect(rows.count > 50 && rows.dropFirst().allSatisfy { $0.split(separator: ",").count == 3 })
            let lines = try LogTests.content(folder.path + "/metrics.jsonl").split(separator: "\n")
            #expect(lines.count > 20 && lines.allSatisfy { $0.hasSuffix("}}") })
            let name = folder.names().first { $0.hasPrefix("events") }!
            #expect((EventFile(path: folder.path + "/" + name)?.events.count ?? 0) > 20)
        }
    }

    @Test func aWiderTableThatDoesNotFitLeavesTheOldOne() async throws {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder(), path = folder.path + "/metrics.csv"
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 3_000, rlim_max: 3_000)
            precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let log = try CSVLog(path)
            for step in 1...80 { log.write(["loss": 1], step: step) }
            log.write([String(repeating: "x", count: 3_000): 1], step: 81)
            #expect(log.failure?.reason == .outOfSpace)
            #expect(try LogTests.content(path).split(separator: "\n").count == 81)
            #expect(folder.names() == ["metrics.csv"])
        }
    }

    @Test func metricsGoIntoLogsByName() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/metrics.csv"
        let accuracy = Accuracy(), recall = Recall(.multiclass(2), average: .perClass)
        for metric in [accuracy, recall] as [any Metric] {
            metric.update(Tensor([[1.0, 0], [0, 1], [1, 0]]), Tensor([0, 1, 1]))
        }
        let log = try Self.csv(path)
        log.write([accuracy, recall], prefix: "test/", step: 1)
        log.close()
        #expect(
            try Self.content(path) == """
                step,time,test/accuracy,test/recall/0,test/recall/1
                1,1700000000.250,0.6666666666666666,1,0.5

                """)
    }

    @Test(
        arguments: [
            ([0, 1, 1, 4], [0, 4]), ([3, 3], [3, 3]), ([-1e308, 1e308], [-1e308, 1e308]),
            ([.leastNonzeroMagnitude, 0], [0, .leastNonzeroMagnitude]),
        ] as [([Double], [Double])])
    func aHistogramHasEveryElement(_ elements: [Double], _ ends: [Double]) throws {
        let found = try #require(ElementHistogram(of: Tensor(elements + [.nan, .infinity], dtype: .float64)))
        #expect(found.count == elements.count && found.counts.reduce(0, +) == elements.count)
        #expect([found.minimum, found.maximum] == ends && [found.edges.first!, found.edges.last!] == ends)
        #expect(found.edges.count == found.counts.count + 1 && found.edges == found.edges.sorted())
        #expect(ElementHistogram(of: Tensor([Double.nan])) == nil)
        #expect(ElementHistogram(of: Tensor.zeros([0])) == nil)
    }
}
