import Backprop
import Foundation
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
        let base = Tensor((0..<5000).map { Double($0) }, dtype: .float64)
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
            let shared = tanh(Tensor([Double](repeating: Double(round), count: 3000), dtype: .float64)).sum()
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
                        evaluateOrStop(weight.value)
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

    /// What may wait for the next evaluation while another thread evaluates something; each gives numbers that must not
    /// depend on that.
    private static let waits: [(name: String, run: @Sendable (_ meanwhile: @escaping () -> Void) -> [Double])] = [
        (
            "a backward pass, before another from the same values",
            { meanwhile in
                let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
                let hidden = tanh(weight.value)
                square(hidden).sum().backward()
                meanwhile()
                exp(hidden).sum().backward()
                return weight.gradient!.numbers
            }
        ),
        (
            "a backward pass inside of a transform",
            { meanwhile in
                let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
                let slope = grad { (x: Tensor) in
                    let hidden = tanh(x)
                    (stopGradient(hidden) * weight.value).sum().backward()
                    meanwhile()
                    return square(hidden).sum()
                }(Tensor([1, 2, 3], dtype: .float64))
                return slope.numbers + weight.gradient!.numbers
            }
        ),
        (
            "a backward pass that keeps its graph, inside of a transform",
            { meanwhile in
                let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
                return grad { (x: Tensor) in
                    let hidden = tanh(x * weight.value)
                    hidden.sum().backward(keepingGraph: true)
                    meanwhile()
                    return square(hidden).sum()
                }(Tensor([1, 2, 3], dtype: .float64)).numbers
            }
        ),
        (
            "a statistic inside of a transform",
            { meanwhile in
                let statistic = Buffer(Tensor(0.0))
                let slope = grad { (x: Tensor) in
                    let hidden = tanh(x)
                    statistic.value = hidden.mean()
                    meanwhile()
                    return square(hidden).sum()
                }(Tensor([1, 2, 3], dtype: .float64))
                return slope.numbers + statistic.value.numbers
            }
        ),
    ]

    @Test(arguments: waits.indices) func evaluationsLeaveAloneWhatWaitsForOthers(_ index: Int) {
        let wait = ConcurrencyTests.waits[index]
        let expected = wait.run {}
        let found = wait.run { onAnotherThread { _ = Tensor([1.0, 2], dtype: .float64).sum().item() } }
        #expect(found == expected, "\(wait.name)")
    }

    @Test func whatWaitsIsNotPartOfAnothersPlan() {
        let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
        let loss = square(weight.value).sum()
        loss.backward()
        onAnotherThread { _ = Tensor([1.0, 2], dtype: .float64).sum().item() }
        #expect(loss.node.storage == nil && weight.gradient!.node.storage == nil)
        #expect(weight.gradient!.numbers == [1, -2, 4])
        #expect(loss.node.storage != nil)
    }

    /// Somebody else computes what a backward pass that waits depends on.
    @Test func gradientsOutliveAReadOnAnotherThread() {
        for reads in [1, 2] {
            let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
            let hidden = tanh(weight.value)
            let loss = square(hidden).sum()
            loss.backward()
            if reads == 2 { onAnotherThread { exp(hidden).sum().backward() } }
            onAnotherThread { _ = hidden.sum().item() }
            let slopes = [0.5, -1, 2].map { x in
                let y = Foundation.tanh(x)
                return (1 - y * y) * (2 * y + (reads == 2 ? Foundation.exp(y) : 0))
            }
            #expect(difference(weight.gradient!.numbers, slopes) < 1e-12)
        }
    }
}
