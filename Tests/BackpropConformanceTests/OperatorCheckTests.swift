import Backprop
import Synchronization
import Testing

@testable import backprop_conformance

@Suite struct OperatorCheckTests {
    private static let input = #""input":\#(tensor("case/x", [3], gradient: true))"#
    private static let tensors = [
        "case/x": Tensor([1.0, -2, 3], dtype: .float64), "out": Tensor([2.0, -4, 6], dtype: .float64),
        "seed": Tensor([0.5, 1, 2], dtype: .float64),
        "gradient": Tensor([1.0, 2, 4], dtype: .float64), "case/mean": Tensor([0.0, 0, 0], dtype: .float64),
        "after": Tensor([1.0, -2, 3], dtype: .float64),
    ]

    private func check(_ rest: String, arguments: String = input, _ adapter: @escaping Adapter) throws {
        let json = try JSONReader.value(in: Array(operatorCase("test", arguments: arguments, rest: rest).utf8)[...])
        try OperatorCheck(try OperatorCase(json), adapter) { key in try #require(Self.tensors[key]) }.run()
    }

    private static let differentiated = #""cotangents":{"out0":"seed"},"grads":{"x":"gradient"}"#

    @Test func forwardModeIsComparedWithReverseMode() throws {
        try check(Self.differentiated) { try [$0.tensor("input") * 2] }
        // Right until forward mode asks.
        let calls = Mutex(0)
        let error = #expect(throws: Wrong.self) {
            try check(Self.differentiated) { call in
                let count = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                let x = try call.tensor("input")
                return [count <= 2 ? x * 2 : x + stopGradient(x)]
            }
        }
        #expect(error?.reason.hasPrefix("forward mode: ") == true)
    }

    @Test func changedArgumentsAreCompared() throws {
        let arguments = Self.input + #","mean":\#(tensor("case/mean", [3]))"#
        let rest = #""cotangents":{},"grads":{},"mutated":{"mean":"after"}"#
        try check(rest, arguments: arguments) { call in
            try call.mutate("mean", call.tensor("input"))
            return try [call.tensor("input") * 2]
        }
        #expect(throws: Wrong.self) {
            try check(rest, arguments: arguments) { call in
                try call.mutate("mean", call.tensor("input") * 3)
                return try [call.tensor("input") * 2]
            }
        }
        let error = #expect(throws: Wrong.self) {
            try check(rest, arguments: arguments) { call in
                call.ignore("mean")
                return try [call.tensor("input") * 2]
            }
        }
        #expect(error?.reason == "mean does not change")
    }

    @Test func theNumberOfOutputsCounts() throws {
        #expect(throws: Wrong.self) {
            try check(Self.differentiated) { call in
                let x = try call.tensor("input")
                return [x * 2, x]
            }
        }
    }
}
