import Synchronization
import Testing

@testable import Backprop

/// Tensors in memory of somebody else: never written, and given back once.
@Suite struct BorrowedMemoryTests {
    /// Memory that counts how often it is given back.
    private final class Owner: Sendable {
        private let base: UInt
        private let count: Int
        private let given = Atomic(0)

        init(_ numbers: [Float]) {
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: numbers.count)
            memory.initialize(from: numbers, count: numbers.count)
            (base, count) = (UInt(bitPattern: memory), numbers.count)
        }

        deinit { UnsafeMutablePointer<Float>(bitPattern: base)!.deallocate() }

        var bytes: UnsafeRawBufferPointer { .init(start: UnsafeRawPointer(bitPattern: base), count: count * 4) }
        var numbers: [Float] { Array(bytes.bindMemory(to: Float.self)) }
        var releases: Int { given.load(ordering: .sequentiallyConsistent) }

        func tensor(_ shape: [Int]) -> Tensor {
            Tensor(noCopy: bytes, shape: shape, dtype: .float32) {
                self.given.add(1, ordering: .sequentiallyConsistent)
            }
        }
    }

    @Test func updatesAndAssignmentsTakeMemoryOfTheirOwn() {
        let numbers = (0..<1024).map { Float($0) }
        let owner = Owner(numbers)
        do {
            var x = owner.tensor([32, 32])
            x.withUnsafeBytes { #expect($0.baseAddress == owner.bytes.baseAddress) }
            x += 1
            evaluateOrStop(x)
            x[0] = Tensor(0.0)
            #expect(x.sum().item() == 524_272)
        }
        #expect(owner.releases == 1)
        #expect(owner.numbers == numbers)
    }

    @Test func isGivenBackWithTheLastTensor() {
        let owner = Owner([1, 2, 3, 4])
        var x: Tensor? = owner.tensor([2, 2])
        var view: Tensor? = x!.reshaped(4)
        evaluateOrStop(view!)
        x = nil
        #expect(owner.releases == 0)
        #expect(view!.array(of: Float.self) == [1, 2, 3, 4])
        view = nil
        #expect(owner.releases == 1)
    }

    @Test func isNeverWritten() throws {
        let numbers = (0..<5000).map(Float.init), owner = Owner(numbers)
        var x = owner.tensor([5000])
        for _ in 0..<3 {
            x += 1
            evaluateOrStop(x)
        }
        x[0] = Tensor([9.0])
        #expect(x.array(of: Float.self)[1] == 4)
        #expect(owner.releases == 1)
        let weight = Parameter(owner.tensor([5000]))
        for _ in 0..<3 {
            square(weight.value).sum().backward()
            weight.value = weight.value - weight.takeGradient()! * 0.5
            try evaluate(weight.value)
        }
        #expect(weight.value.array(of: Float.self).allSatisfy { $0 == 0 })
        #expect(owner.numbers == numbers)
        #expect(owner.releases == 2)
    }

    @Test func emptyAndShortBuffers() async {
        let owner = Owner([1])
        let x = owner.tensor([0, 3])
        #expect(x.array(of: Float.self).isEmpty && owner.releases == 1)
        let scalar = owner.tensor([])
        #expect(scalar.item() == 1)
        await #expect(processExitsWith: .failure) { _ = Owner([1]).tensor([2]) }
        await #expect(processExitsWith: .failure) {
            let owner = Owner([1, 2])
            _ = Tensor(
                noCopy: UnsafeRawBufferPointer(rebasing: owner.bytes[1..<5]), shape: [1], dtype: .float32, release: {})
        }
    }

    @Test func staysUntilPlansAreDone() async {
        let owners = (0..<40).map { _ in Owner([Float](repeating: 1, count: 4096)) }
        let sums = await withTaskGroup(of: Double.self) { group in
            for owner in owners {
                group.addTask { exp(owner.tensor([4096]) - 1).sum().item() }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.allSatisfy { $0 == 4096 })
        #expect(owners.allSatisfy { $0.releases == 1 })
    }

    /// Elements that start anywhere give what those in memory of a tensor's own give.
    @Test func needsNoMoreThanTheAlignmentOfItsElements() {
        let count = 4099, numbers = (0..<count).map { Float($0 % 17) }, own = Tensor(numbers)
        let functions: [(name: String, apply: (Tensor) -> Tensor)] = [
            ("elementwise", { exp($0) + $0 * 2 }), ("sum", { $0.sum() }), ("max", { $0.max() }),
            ("softmax", { softmax($0) }), ("sorted", { $0.sorted(axis: 0) }), ("cumsum", { $0.cumsum(axis: 0) }),
            ("reversed", { $0.reversed(axes: [0]) * 3 }), ("converted", { $0.asType(.bfloat16) + 1 }),
            ("taken", { $0.take(Tensor([4000, 1])) }),
            (
                "product",
                { x in
                    let matrix = x[0..<4096].reshaped(64, 64)
                    return matmul(matrix.T, matrix)
                }
            ),
            ("row", { matmul($0[0..<64].reshaped(1, 64), $0[0..<4096].reshaped(64, 64).T) }),
            (
                "convolution",
                { conv1d($0[0..<4096].reshaped(1, 256, 16), $0[0..<768].reshaped(16, 3, 16)) }
            ),
        ]
        for shift in [1, 3, 5, 9] {
            let owner = Owner([Float](repeating: 0, count: shift) + numbers)
            let x = Tensor(
                noCopy: UnsafeRawBufferPointer(rebasing: owner.bytes[(shift * 4)...]), shape: [count], dtype: .float32
            ) { _ = owner }
            for (name, apply) in functions {
                #expect(
                    apply(x).array(of: Float.self) == apply(own).array(of: Float.self),
                    "\(name) from element \(shift) on")
            }
        }
    }
}
