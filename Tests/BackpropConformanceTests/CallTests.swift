import Backprop
import Testing

@testable import backprop_conformance

@Suite struct CallTests {
    private static func call(_ named: [String: PythonValue]) -> Call {
        Call(name: "op", arguments: .named(named)) { reference in
            Tensor(Array(repeating: 2.0, count: reference.shape.reduce(1, *)), shape: reference.shape, dtype: .float64)
        }
    }

    private static func reference(_ key: String, _ shape: [Int] = [2]) -> PythonValue {
        .tensor(TensorReference(key: key, dtype: "float64", shape: shape))
    }

    @Test func argumentsThatNobodyTookAreNamed() throws {
        let call = Self.call(["input": Self.reference("a"), "dim": .int(1), "keepdim": .bool(true), "out": .nothing])
        #expect(call.untaken == ["dim", "input", "keepdim"])
        _ = try call.tensor("input")
        #expect(try call.int("dim") == 1)
        #expect(call.untaken == ["keepdim"])
        call.ignore("keepdim")
        #expect(call.untaken.isEmpty)
    }

    @Test func defaultsStandInForArgumentsThatWereLeftOut() throws {
        let call = Self.call(["p": .double(3), "eps": .nothing])
        #expect(try call.double("p", default: 2) == 3)
        #expect(try call.double("q", default: 2) == 2)
        #expect(try call.optionalDouble("eps") == nil)
        #expect(try call.optionalInt("dim") == nil)
        #expect(throws: Unsupported.self) { try call.int("dim") }
        #expect(throws: Unsupported.self) { try call.int("p") }
    }

    @Test func oneNumberStandsForAllAxes() throws {
        let call = Self.call([
            "stride": .int(2), "padding": .tuple([.int(1), .int(0)]), "empty": .tuple([]), "long": .list([.int(1)]),
        ])
        #expect(try call.ints("stride", rank: 3) == [2, 2, 2])
        #expect(try call.ints("padding", rank: 2) == [1, 0])
        #expect(try call.ints("dilation", rank: 2, default: 1) == [1, 1])
        #expect(try call.optionalInts("empty", rank: 2) == nil)
        #expect(try call.ints("long", rank: 2) == [1, 1])
        #expect(throws: Unsupported.self) { try call.ints("padding", rank: 3) }
    }

    @Test func expectationsComparePythonValues() throws {
        let call = Self.call(["a": .int(1), "b": .double(0.5), "c": .string("mean"), "d": .bool(false), "e": .nothing])
        try call.expect("a", 1)
        try call.expect("b", 0.5)
        try call.expect("c", "mean")
        try call.expect("d", false)
        try call.expect("e", nil)
        try call.expect("absent", nil)
        #expect(call.untaken.isEmpty)
        #expect(throws: Unsupported.self) { try call.expect("a", 2) }
        #expect(throws: Unsupported.self) { try call.expect("a", true) }
        #expect(throws: Unsupported.self) { try call.expect("c", nil) }
    }

    @Test func positionsGetNames() throws {
        let values = [Self.reference("a"), .int(3), .int(4)]
        let call = Call(name: "op", arguments: .positional(values, keywords: ["eps": .double(1)])) { reference in
            Tensor(Array(repeating: 0.0, count: reference.shape.reduce(1, *)), shape: reference.shape, dtype: .float64)
        }
        call.naming("query", "heads")
        #expect(try call.tensor("query").shape == [2])
        #expect(try call.int("heads") == 3)
        #expect(call.untaken == ["#2", "eps"])
    }

    @Test func numbersBecomeScalarsOfTheOtherOperand() throws {
        let call = Self.call(["other": .double(0.25), "flag": .bool(true), "x": Self.reference("x", [3])])
        let x = Tensor([Float(1), 2])
        #expect(try call.tensor("other", like: x).dtype == .float32)
        #expect(try call.tensor("flag", like: x).item() == 1)
        #expect(try call.tensor("x", like: x).shape == [3])
        #expect(throws: Unsupported.self) { try call.tensor("other") }
    }

    @Test func changesAreKeptByKey() throws {
        let call = Self.call(["mean": Self.reference("case/in1")])
        try call.mutate("mean", Tensor([1.0, 2.0], dtype: .float64))
        #expect(call.changes["case/in1"]?.numbers == [1, 2])
        #expect(call.untaken.isEmpty)
    }
}
