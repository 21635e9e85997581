import Backprop
import Testing

@testable import backprop_conformance

@Suite struct OperatorSuiteTests {
    private static let x = Tensor([1.0, -2, 3], dtype: .float64)
    private static let seed = Tensor([0.5, 1, 2], dtype: .float64)
    private static let once = #""input":\#(tensor("case/x", [3], gradient: true))"#
    private static let twice = once + #","other":\#(tensor("case/x", [3], gradient: true))"#

    private func verdict(_ one: String, _ tensors: [String: Tensor]) throws -> Verdict {
        let folder = try ConformanceFolder()
        try folder.writeOperators([one], tensors)
        return try #require(try OperatorSuite(folder: folder.path)).verdict(0)
    }

    private func square(
        gradient: [Double], second: [Double] = [1, 2, 4], rest: String = ""
    ) throws -> Verdict {
        try verdict(
            operatorCase(
                "mul", arguments: Self.twice,
                rest: #""cotangents":{"out0":"seed"},"grads":{"x":"gradient"},"#
                    + #""second":{"v":{"x":"ones"},"grads":{"x":"second"}}\#(rest)"#),
            [
                "case/x": Self.x, "out": Tensor([1.0, 4, 9], dtype: .float64), "seed": Self.seed,
                "gradient": Tensor(gradient, dtype: .float64),
                "ones": Tensor([1.0, 1, 1], dtype: .float64), "second": Tensor(second, dtype: .float64),
            ])
    }

    @Test func twoUsesOfOneKeyAreOneTensor() throws {
        #expect(try square(gradient: [1, -4, 12]) == .passed)
        #expect(
            try square(gradient: [1, -4, 6])
                == .wrong("gradient of x: 1 of 3 differ, most at [2]: 12.0 instead of 6.0"))
    }

    @Test func secondDerivativesAreCompared() throws {
        #expect(
            try square(gradient: [1, -4, 12], second: [1, 2, 5])
                == .wrong("second derivative of x: 1 of 3 differ, most at [2]: 4.0 instead of 5.0"))
    }

    @Test func missingGradientsHaveToBeZero() throws {
        let tensors = ["case/x": Self.x, "out": Tensor([1.0, -1, 1], dtype: .float64), "seed": Self.seed]
        let rest = #""cotangents":{"out0":"seed"},"grads":{"x":null}"#
        #expect(try verdict(operatorCase("sign", arguments: Self.once, rest: rest), tensors) == .passed)
        var wrong = tensors
        wrong["out"] = Tensor([1.0, 2, 3], dtype: .float64)
        guard case .wrong(let reason) = try verdict(operatorCase("abs", arguments: Self.once, rest: rest), wrong) else {
            Issue.record("a gradient that should be zero went unnoticed")
            return
        }
        #expect(reason == "gradient of x: 3 of 3 differ, most at [2]: 2.0 instead of 0.0")
    }

    @Test func unknownOperatorsAndOptionsAreUnsupported() throws {
        let tensors = ["case/x": Self.x, "out": Self.x]
        #expect(
            try verdict(operatorCase("frobnicate", arguments: Self.once), tensors) == .unsupported("no such operator"))
        #expect(
            try verdict(operatorCase("abs", arguments: Self.once + #","speed":3,"out":null"#), tensors)
                == .unsupported("no option for speed"))
    }

    @Test func unknownNotationMakesOneCaseUnsupported() throws {
        #expect(
            try verdict(
                operatorCase("abs", arguments: Self.once + #","mode":{"$complex":[1,2]}"#),
                ["case/x": Self.x, "out": Self.x]) == .unsupported("no option for mode"))
        #expect(
            try verdict(operatorCase("abs", arguments: #""input":{"$complex":[1,2]}"#), ["out": Self.x])
                == .unsupported("input = the notation '$complex', expected a tensor"))
    }

    @Test func shapesAndDtypesOfOutputsCount() throws {
        #expect(
            try verdict(
                operatorCase("abs", arguments: Self.once, shape: [1, 3]),
                ["case/x": Self.x, "out": Tensor([1.0, 2, 3], shape: [1, 3], dtype: .float64)])
                == .wrong("output 0 has shape [3] instead of [1, 3]"))
    }

    @Test(arguments: [
        (#"{"id":"a/0""#, "case"), ("[1, 2", "the JSON has"), (#"{"id":"a/0","op":"abs"}"#, "there is no id"),
        (operatorCase("abs", arguments: #""input":\#(tensor("nowhere", [3]))"#), "no tensor 'nowhere'"),
        (operatorCase("abs", arguments: #""input":\#(tensor("case/x", [4]))"#), "of shape [4]"),
        (operatorCase("abs", arguments: once, rest: #""cotangents":{"out7":"x"}"#), "the cotangent 'out7'"),
        (operatorCase("abs", arguments: once, rest: #""cotangents":{},"grads":{"y":"x"}"#), "the input 'y'"),
        (String(repeating: "[", count: 10_000), "levels of nesting"),
    ])
    func brokenCasesAreRefusedInOneLine(line: String, expected: String) throws {
        let folder = try ConformanceFolder()
        try folder.writeOperators([line], ["case/x": Self.x, "out": Self.x])
        let error = #expect(throws: BadInput.self) { try OperatorSuite(folder: folder.path) }
        #expect(error?.description.contains(expected) == true || expected == "case")
        #expect(error?.description.contains("\n") == false)
    }

    @Test func truncatedTensorsAreRefused() throws {
        let folder = try ConformanceFolder()
        try folder.writeOperators([operatorCase("abs", arguments: Self.once)], ["case/x": Self.x, "out": Self.x])
        for count in [0, 4, 20, 120] {
            try folder.truncate("opinfo.safetensors", to: count)
            #expect(throws: BadInput.self) { try OperatorSuite(folder: folder.path) }
        }
    }
}
