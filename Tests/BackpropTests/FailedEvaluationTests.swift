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

    @Test func viewsLeaveWhatTheyShare() throws {
        let x = Tensor([1.0, 2, 3, 4]), view = x.reshaped(2, 2), row = view.take(Tensor([2]), axis: 0)
        #expect(throws: EvaluationError.self) { try evaluate(view, row) }
        #expect(x.array(of: Float.self) == [1, 2, 3, 4])
        #expect((view + 1).array(of: Float.self) == [2, 3, 4, 5])
    }

    @Test func whatWasAskedForBesideItIsThereLater() throws {
        let x = Tensor([1.0, 2]), sum = (x + 1).sum(), row = x.take(Tensor([9]), axis: 0)
        for _ in 0..<3 { #expect(throws: EvaluationError.self) { try evaluate(sum, row, x * 2) } }
        try evaluate(sum)
        #expect(sum.item() == 5)
    }

    @Test func gradientsAndBuffersThatWaitStay() throws {
        let weight = Parameter(Tensor([1.0, 2])), buffer = Buffer(Tensor([0.0, 0]))
        let loss = square(weight.value).sum()
        loss.backward()
        buffer.value = buffer.value + weight.value
        // It reads the loss, so the gradient is computed with it.
        let row = (weight.value * loss).take(Tensor([-3]), axis: 0)
        #expect(throws: EvaluationError.self) { try evaluate(row) }
        #expect(weight.gradient?.array(of: Float.self) == [2, 4])
        #expect(buffer.value.array(of: Float.self) == [1, 2])
        #expect(loss.item() == 5)
        square(weight.value).sum().backward()
        #expect(weight.gradient?.array(of: Float.self) == [4, 8])
    }

    @Test func parametersMoveAfterwards() throws {
        let weight = Parameter(Tensor([1.0, 2]))
        try evaluate(weight.value)
        for step in 1...3 {
            square(weight.value).sum().backward()
            weight.value = weight.value - weight.takeGradient()! * 0.25
            let row = weight.value.take(Tensor([7]), axis: 0)
            #expect(throws: EvaluationError.self) { try evaluate(weight.value, row) }
            #expect(weight.value.array(of: Float.self) == [1 / Float(1 << step), 2 / Float(1 << step)])
        }
    }

    @Test func othersGetWhatIsInOrder() async throws {
        for round in 0..<50 {
            let x = Tensor((0..<2000).map { Float($0 + round) }), shared = sin(x) * 2
            let row = shared.take(Tensor([4000]), axis: 0)
            let sums = await withTaskGroup(of: Float.self) { group in
                group.addTask {
                    do throws(EvaluationError) { try evaluate(shared, row) } catch { return 0 }
                    return 1
                }
                for _ in 0..<3 { group.addTask { shared[1].array(of: Float.self)[0] } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let expected = sin(Tensor([Float(1 + round)])).array(of: Float.self)[0] * 2
            #expect(sums.count { $0 == 0 } == 1 && sums.count { abs($0 - expected) < 1e-6 } == 3, "\(sums)")
        }
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
