import Backprop
import Testing

@testable import backprop_conformance

/// The program as a process: what it prints, how it ends, and that a trap costs one case.
@Suite struct ProgramTests {
    private static let x = #""input":\#(tensor("case/x", [3]))"#
    private static let tensors = [
        "case/x": Tensor([1.0, -2, 3], dtype: .float64), "out": Tensor([1.0, 2, 3], dtype: .float64),
        "not": Tensor([0.0, 0, 0], dtype: .float64),
    ]
    @Test func aTrapCostsOneCase() throws {
        let folder = try ConformanceFolder()
        let one = operatorCase("abs", arguments: Self.x)
        try folder.writeOperators(
            [
                one, operatorCase("transpose", arguments: Self.x + #","dim0":5,"dim1":0"#), one,
                operatorCase("frobnicate", arguments: Self.x), one,
            ], Self.tensors)
        let answer = try runProgram([folder.path, "--failures", "--jobs", "1"])
        #expect(answer.status == 1)
        #expect(answer.output.hasPrefix(#"{"suite":"opinfo","passed":3,"wrong":1,"unsupported":1}"#))
        #expect(answer.output.contains("wrong        transpose/0: trap: "))
        #expect(answer.output.contains("axis 5 does not exist in shape [3]"))
        #expect(answer.output.contains("unsupported  frobnicate/0: no such operator"))
    }

    @Test func theExitCodeIsZeroWhereNothingIsWrong() throws {
        let folder = try ConformanceFolder()
        try folder.writeOperators(
            [operatorCase("abs", arguments: Self.x), operatorCase("frobnicate", arguments: Self.x)], Self.tensors)
        let answer = try runProgram([folder.path, "--json"])
        #expect(answer.status == 0)
        #expect(answer.output == #"{"suite":"opinfo","passed":1,"wrong":0,"unsupported":1}"# + "\n")
        #expect(try runProgram([folder.path, "--json", "--op", "frob*"]).output.contains(#""passed":0"#))
    }

    @Test func badInputIsOneLineAndExitCodeTwo() throws {
        let folder = try ConformanceFolder()
        let missing = try runProgram([folder.path + "/nowhere"])
        #expect(missing.status == 2)
        #expect(missing.errors.hasPrefix("backprop-conformance: "))
        #expect(missing.errors.split(separator: "\n").count == 1)
        #expect(try runProgram([folder.path]).status == 2)
        try folder.write("{broken", to: "opinfo.jsonl")
        let broken = try runProgram([folder.path])
        #expect(broken.status == 2)
        #expect(broken.errors.contains("line 1"))
        #expect(try runProgram([folder.path, "--suite", "optim"]).status == 2)
    }

    @Test func suitesThatCannotRunYetCountTheirCases() throws {
        let folder = try ConformanceFolder()
        try folder.write(
            #"{"id":"a","nodes":[{"op":"Add"}]}"# + "\n" + #"{"id":"b","nodes":[{"op":"Add"},{"op":"Mul"}]}"#,
            to: "onnx_nodes.jsonl")
        let answer = try runProgram([folder.path, "--suite", "onnx", "--json"])
        #expect(answer.status == 0)
        #expect(answer.output == #"{"suite":"onnx","passed":0,"wrong":0,"unsupported":2}"# + "\n")
    }
}
