import Backprop
import Testing

/// An index that is out of range can be caught, and takes nothing with it.
@Suite struct FailedEvaluationTests {
    private static let table = Tensor([1.0, 2, 3, 4], shape: [2, 2])

    /// Ways in which a request can be wrong, by the operator that says so.
    private static let requests: [(name: String, make: @Sendable (Tensor) -> Tensor)] = [
        ("take", { Self.table.take($0, axis: 0) }),
        ("indexed", { Self.table[$0] * 2 }),
        ("takeAlong", { Self.table.takeAlong($0.reshaped(-1, 1), axis: 0).sum() }),
        ("scatterAdd", { Tensor.zeros(2).scatterAdd($0, Tensor.ones($0.size), axis: 0) }),
    ]

    @Test(arguments: requests.indices) func isThrown(_ number: Int) throws {
        let (name, make) = FailedEvaluationTests.requests[number]
        let error = #expect(throws: EvaluationError.self) { try evaluate(make(Tensor([0, 7]))) }
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("index 7 at position ") == true, "\(error?.message ?? "")")
        // The same plan on good data.
        let good = make(Tensor([0, 1]))
        try evaluate(good)
        #expect(good.array(of: Float.self).allSatisfy { $0.isFinite })
    }

    @Test func whatDependsOnItFailsWithTheSameWords() throws {
        let rows = Self.table.take(Tensor([5]), axis: 0)
        #expect(throws: EvaluationError.self) { try evaluate(rows) }
        let error = #expect(throws: EvaluationError.self) { try evaluate(rows.sum() + 1) }
        #expect(error?.message.contains("index 5") == true)
        #expect(throws: EvaluationError.self) { try evaluate(rows) }
    }

    @Test func everythingElseStays() throws {
        var weight = Tensor([1.0, 2]) * 3
        try evaluate(weight)
        let row = weight.take(Tensor([9]), axis: 0)
        // The only holder of the old weight gives it up, but the evaluation that fails may not write there.
        let old = weight
        weight = weight + 1
        #expect(throws: EvaluationError.self) { try evaluate(weight, row) }
        #expect(old.array(of: Float.self) == [3, 6])
        #expect((old + 1).array(of: Float.self) == [4, 7])
    }

    @Test func onSeveralThreadsAtOnce() async throws {
        let failures = await withTaskGroup(of: Bool.self) { group in
            for request in 0..<64 {
                group.addTask {
                    do throws(EvaluationError) {
                        let rows = Self.table.take(Tensor([request % 3]), axis: 0) * Double(request)
                        try evaluate(rows)
                        return false
                    } catch {
                        return error.message.contains("index 2")
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 21)
    }

    @Test func readingStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2]).take(Tensor([3]), axis: 0).array(of: Float.self)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("take"), "\(message)")
        #expect(message.contains("index 3 at position 0 lies outside of 0..<2"), "\(message)")
    }
}
