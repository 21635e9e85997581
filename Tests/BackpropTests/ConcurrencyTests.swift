import Backprop
import Testing

/// Several tasks at once.
@Suite struct ConcurrencyTests {
    @Test func tasksThatShareParametersGetTheSameBits() async {
        let first = withRandomSeed(1) { Parameter(Tensor.normal([40, 30])) }
        let second = withRandomSeed(2) { Parameter(Tensor.normal([30, 20])) }
        let inputs = withRandomSeed(3) { Tensor.normal([25, 40]) }
        let run = { @Sendable in
            withoutGradients { softmax(matmul(tanh(matmul(inputs, first.value)), second.value)).bytes }
        }
        let expected = run()
        let results = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<40 { group.addTask { run() } }
            return await group.reduce(into: [[UInt8]]()) { $0.append($1) }
        }
        #expect(results.count == 40)
        #expect(results.allSatisfy { $0 == expected })
    }

    @Test func tensorsCrossTasksBeforeTheyAreComputed() async {
        let base = Tensor((0..<5000).map { Double($0) })
        var tasks: [Task<Tensor, Never>] = []
        for factor in 1...8 { tasks.append(Task { base * Double(factor) + 1 }) }
        for (position, task) in tasks.enumerated() {
            let recorded = await task.value
            let sum = await Task { recorded.sum().item() }.value
            #expect(sum == Double(4999 * 2500 * (position + 1) + 5000))
        }
    }

    @Test func oneTensorIsReadByManyTasks() async {
        for round in 0..<20 {
            let shared = tanh(Tensor([Double](repeating: Double(round), count: 3000))).sum()
            let values = await withTaskGroup(of: Double.self) { group in
                for _ in 0..<8 { group.addTask { shared.item() } }
                return await group.reduce(into: Set<Double>()) { $0.insert($1) }
            }
            #expect(values.count == 1)
        }
    }

    @Test func trainingInSeveralTasksAtOnce() async {
        let results = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let weight = withRandomSeed(7) { Parameter(Tensor.normal([6, 6], dtype: .float64)) }
                    let inputs = withRandomSeed(8) { Tensor.normal([5, 6], dtype: .float64) }
                    for _ in 0..<10 {
                        square(matmul(inputs, weight.value) - 1).mean().backward()
                        weight.value = weight.value - weight.takeGradient()! * 0.1
                        evaluate(weight.value)
                    }
                    return weight.value.bytes
                }
            }
            return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(results.count == 1)
    }

    @Test func randomNumbersAreScopedToTheTask() async {
        let draws = await withTaskGroup(of: [Double].self) { group in
            for _ in 0..<6 { group.addTask { withRandomSeed(11) { Tensor.uniform([50]).numbers } } }
            return await group.reduce(into: Set<[Double]>()) { $0.insert($1) }
        }
        #expect(draws.count == 1)
    }
}
