import Backprop
import BackpropXLA
import Dispatch
import Synchronization
import Testing

/// What a device must keep to: bits of random numbers, failures, what stays where.
@Suite(.enabled(if: TestDevice.device != nil, TestDevice.message)) struct DeviceSemanticsTests {
    private static var device: Device { TestDevice.device! }

    @Test(arguments: [DType.float32, .float64, .bfloat16, .int64])
    func randomNumbersHaveTheBitsOfTheProcessors(_ dtype: DType) {
        for (key, shape) in [(42, [7]), (-3, [4, 5]), (1 << 40, [1]), (0, [3, 1, 11]), (5, [0, 2])] {
            func drawn() -> [UInt8] {
                Tensor(Node.random(key: .scalar(integer: Int64(key), .int64), Shape(shape), dtype)).bytes
            }
            let found = withDevice(DeviceSemanticsTests.device, drawn)
            #expect(found == drawn(), "key \(key), shape \(shape)")
        }
    }

    @Test(arguments: [DType.float64, .int64, .int32]) func randomGraphsHaveTheValuesOfTheProcessors(_ dtype: DType) {
        for seed in 0..<12 {
            let leaves = RandomGraph.leaves(seed: seed, dtype: dtype)
            func results() -> [[Double]] {
                RandomGraph.results(seed: seed, dtype: dtype, leaves: leaves, length: 20).map(\.numbers)
            }
            let found = withDevice(DeviceSemanticsTests.device, results)
            for (a, b) in zip(found, results()) { #expect(difference(a, b) < 1e-9, "seed \(seed)") }
        }
    }

    /// Conversions between all dtypes, of numbers that do not fit as well.
    @Test func conversionsAreThoseOfTheProcessors() {
        let numbers = [0, -0.0, 1, -1, 2.5, -2.5, 3.999, 255, 256, 300, -300, 1e5, -1e5, 3e9, -3e9, 0.1]
        for from in DType.allCases {
            let x = Tensor(from == .float64 || from == .float32 ? numbers : [0, 1, 2, 100, 1], dtype: from)
            for to in DType.allCases {
                let found = withDevice(DeviceSemanticsTests.device) { x.asType(to).numbers }
                #expect(found == x.asType(to).numbers, "\(from) to \(to)")
            }
        }
    }

    @Test func wholeNumbersAreDividedAsByTheProcessors() {
        let a = Tensor([7, -7, 7, -7, 0, 5, -5] as [Int32]), b = Tensor([3, 3, -3, -3, 4, 0, 0] as [Int32])
        for dtype in [DType.int32, .int64] {
            let (a, b) = (a.asType(dtype), b.asType(dtype))
            let found = withDevice(DeviceSemanticsTests.device) { [(a / b).numbers, remainder(a, b).numbers] }
            #expect(found == [(a / b).numbers, remainder(a, b).numbers])
        }
    }

    @Test func anIndexOutOfRangeIsThrown() throws {
        let table = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        func words(_ device: Device, _ make: () -> Tensor) -> String? {
            withDevice(device) { () -> String? in
                do throws(EvaluationError) { try evaluate(make()) } catch { return error.message }
                return nil
            }
        }
        let requests: [(Tensor) -> Tensor] = [
            { table.take($0, axis: 0) }, { table[$0] * 2 },
            { Tensor.zeros(2).scatterAdd($0, Tensor.ones($0.size), axis: 0) },
        ]
        for make in requests {
            for indices in [[0, 7], [-1, 1], [2]] {
                let found = words(DeviceSemanticsTests.device) { make(Tensor(indices)) }
                let expected = words(.cpu) { make(Tensor(indices)) }
                #expect(found == expected)
            }
            #expect(words(DeviceSemanticsTests.device) { make(Tensor([7])) } != nil)
            #expect(words(DeviceSemanticsTests.device) { make(Tensor([0, 1])) } == nil)
        }
    }

    /// After a failure everything is as before: nothing was written over.
    @Test func aFailureTakesNothingWithIt() throws {
        try withDevice(DeviceSemanticsTests.device) {
            var weight = Tensor([1.0, 2]) * 3
            try evaluate(weight)
            let row = weight.take(Tensor([9]), axis: 0), old = weight
            weight = weight + 1
            #expect(throws: EvaluationError.self) { try evaluate(weight, row) }
            #expect(old.array(of: Float.self) == [3, 6] && (old + 1).array(of: Float.self) == [4, 7])
        }
    }

    /// Far left of zero as well, where a series alone would be worth little.
    @Test(arguments: [0, 1, 2]) func polygammaIsThatOfTheProcessors(_ order: Int) {
        let x = Tensor([-9.3, -8.9, -3.5, -0.1, 0.2, 1.5, 40, -1, 0] as [Double], dtype: .float64)
        let found = withDevice(DeviceSemanticsTests.device) { polygamma(order, x).numbers }
        for (a, b) in zip(found, polygamma(order, x).numbers) where b.isFinite {
            #expect(abs(a - b) <= 1e-11 * max(1, abs(b)), "order \(order): \(a) instead of \(b)")
        }
    }

    @Test func stationaryValuesAreThoseOfTheProcessors() {
        var generator = SeededGenerator(3)
        func matrices(_ shape: [Int]) -> Node {
            Tensor(generator.numbers(shape.reduce(1, *), in: -1...1), shape: shape, dtype: .float64).node
        }
        let values = Node.stationaryValues(matrices([2, 4, 3]), matrices([2, 4, 3]), matrices([2, 3, 3]))
        let found = withDevice(DeviceSemanticsTests.device) { Tensor(Node.alias(values)).numbers }
        #expect(difference(found, ReferenceInterpreter.values(of: Tensor(values))) < 1e-12)
    }

    @Test func whatCannotBeComputedIsNamedOrLeftToTheProcessors() throws {
        let a = Tensor([2.0, 0, 0, 4], shape: [2, 2]), b = Tensor([2.0, 4], shape: [2, 1])
        withDevice(DeviceSemanticsTests.device) {
            let error = #expect(throws: EvaluationError.self) { try evaluate(LinearAlgebra.solve(a, b)) }
            #expect(error?.message.contains("solve cannot be computed on this device") == true)
        }
        let fallback = try Device.xla(0, fallback: true)
        #expect(withDevice(fallback) { LinearAlgebra.solve(a, b * 2).array(of: Float.self) } == [2, 2])
    }

    /// Values go to and fro as they are needed.
    @Test func tensorsMoveBetweenDevices() {
        let x = Tensor([1.0, 2, 3])
        let y = withDevice(DeviceSemanticsTests.device) { () -> Tensor in
            let y = x * 2
            evaluateOrStop(y)
            return y
        }
        let z = y + 1
        #expect(z.array(of: Float.self) == [3, 5, 7])
        #expect(withDevice(DeviceSemanticsTests.device) { (z * y).array(of: Float.self) } == [6, 20, 42])
        #expect(y.array(of: Float.self) == [2, 4, 6])
    }

    @Test func severalThreadsUseOneDevice() {
        let x = Tensor(Array(0..<64).map(Double.init))
        let device = DeviceSemanticsTests.device
        let wrong = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 4) { number in
            for step in 0..<20 {
                let sum = withDevice(device) { (x * Double(number) + Double(step)).sum().item() }
                if sum != Double(2016 * number + 64 * step) { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
