import Backprop
import Testing

@testable import backprop_conformance

@Suite struct ComparisonTests {
    @Test(
        arguments: [
            (1.0, 1.0, true), (1 + 0.9e-6, 1, true), (1 + 2e-6, 1, false), (9e-9, 0, true), (2e-8, 0, false),
            (.nan, .nan, true), (.nan, 1, false), (1, .nan, false), (.infinity, .infinity, true),
            (.infinity, -.infinity, false), (1e300, .infinity, false), (.infinity, 1e300, false), (-0.0, 0.0, true),
        ] as [(Double, Double, Bool)])
    func numbersAgreeWithinTheTolerance(value: Double, reference: Double, agree: Bool) {
        #expect(Tolerance.operators.accepts(value, reference) == agree)
    }

    @Test func theLargestErrorIsNamed() {
        let difference = Tolerance.operators.difference([1, 2, 3, 4], [1, 2.5, 3, 9], shape: [2, 2])
        #expect(difference == "2 of 4 differ, most at [1, 1]: 4.0 instead of 9.0")
        #expect(Tolerance.operators.difference([], [], shape: [0, 2]) == nil)
        #expect(Tolerance.operators.difference([1], [1, 2], shape: [2]) == "1 elements instead of 2")
    }

    @Test func wholeNumbersOfAnyWidthAreCompared() throws {
        let wide = Tensor([Int64(1), 2])
        try compare(Tensor([Int32(1), 2]), with: wide, "indices", .operators)
        #expect(throws: Wrong.self) { try compare(Tensor([Int32(1), 3]), with: wide, "indices", .operators) }
        #expect(throws: Wrong.self) {
            try compare(Tensor([1.0, 2], dtype: .float64), with: wide, "indices", .operators)
        }
        #expect(throws: Wrong.self) {
            try compare(Tensor([Float(1), 2]), with: Tensor([1.0, 2], dtype: .float64), "x", .operators)
        }
        #expect(throws: Wrong.self) {
            try compare(Tensor([true, true]), with: Tensor([Int64(1), 1]), "x", .operators)
        }
    }
}
