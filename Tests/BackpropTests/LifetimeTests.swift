import Backprop
import Foundation
import Synchronization
import Testing

/// What goes away, and what must not, while graphs are computed and differentiated.
@Suite struct LifetimeTests {
    /// Computes something when it goes.
    private final class Parting: Sendable {
        private let log: Log
        init(_ log: Log) { self.log = log }
        deinit { log.note((Tensor([1.0, 2], dtype: .float64) * 3).sum().item()) }
    }

    private final class Log: Sendable {
        private let noted = Mutex<[Double]>([])
        func note(_ number: Double) { noted.withLock { $0.append(number) } }
        var numbers: [Double] { noted.withLock { $0 } }
    }

    /// The rule goes with the history, when that is computed or when nobody wants it.
    @Test(arguments: [true, false]) func whatARuleHoldsMayComputeWhenItGoes(_ isComputed: Bool) async {
        await #expect(processExitsWith: .success) { [isComputed] in
            let log = Log(), weight = Parameter(Tensor([1.0, 2], dtype: .float64))
            func record() {
                let factor = Parameter(Tensor(3.0, dtype: .float64)), parting = Parting(log)
                let tripled = CustomFunction { inputs in
                    [inputs[0] * 3]
                } vjp: { _, _, cotangents in
                    withExtendedLifetime(parting) { [cotangents[0] * factor.value] }
                }
                tripled([weight.value])[0].sum().backward()
            }
            record()
            if isComputed {
                weight.value = weight.value - weight.takeGradient()!
                #expect(weight.value.numbers == [-2, -1])
            } else {
                weight.gradient = nil
                weight.value = Tensor([5.0, 6], dtype: .float64)
                _ = weight.value.sum().item()
            }
            #expect(log.numbers == [9])
        }
    }

    @Test func aBackwardPassUnderWayKeepsItsWay() {
        let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
        let shared = sinh(weight.value)
        let watched = shared.onGradient { gradient in
            onAnotherThread {
                exp(shared).sum().backward()
                _ = shared.sum().item()
            }
            return gradient
        }
        (watched * 2).sum().backward()
        let slopes = [0.5, -1, 2].map { (2 + Foundation.exp(Foundation.sinh($0))) * Foundation.cosh($0) }
        #expect(difference(weight.gradient!.numbers, slopes) < 1e-9)
    }

    /// Other threads know nothing of the transform that the values are part of.
    @Test func aTransformKeepsItsWayWhateverOthersCompute() {
        let x = Tensor([0.5, -1, 2], dtype: .float64)
        let expected = [0.5, -1, 2].map { x in
            let (value, slope) = (Foundation.sinh(x), Foundation.cosh(x))
            return 2 * value * x * (slope * x + value)
        }
        let found = grad { (x: Tensor) in
            let product = sinh(x) * x
            onAnotherThread { _ = product.numbers }
            return square(product).sum()
        }(x)
        #expect(difference(found.numbers, expected) < 1e-9)
    }

    @Test func forwardModeUnderWayKeepsItsWay() {
        func tangent(_ meanwhile: @escaping @Sendable (Tensor) -> Void) -> [Double] {
            let later = Mutex<Tensor?>(nil)
            let half = CustomFunction { inputs in
                [inputs[0] * 0.5]
            } vjp: { _, _, cotangents in
                meanwhile(later.withLock { $0! })
                return [cotangents[0] * 0.5]
            }
            return jvp(
                { primals in
                    let product = half([tanh(primals[0])])[0] * primals[0]
                    later.withLock { $0 = product }
                    return [product]
                }, primals: [Tensor([0.5, -1, 2], dtype: .float64)],
                tangents: [Tensor([1.0, 10, 100], dtype: .float64)]
            ).tangents[0].numbers
        }
        #expect(tangent { product in onAnotherThread { _ = product.sum().item() } } == tangent { _ in })
    }

    /// A transform elsewhere says nothing about those that are over.
    @Test func finishedTransformsKeepNoHistory() async {
        await #expect(processExitsWith: .success) {
            var live: [Int] = []
            _ = grad { (x: Tensor) in
                onAnotherThread {
                    var y = Tensor((0..<1000).map(Double.init), dtype: .float64)
                    for _ in 0..<20 {
                        y = y - grad { square(tanh($0 * 1e-3)).sum() }(y) * 0.1
                        evaluateOrStop(y)
                        live.append(MemoryPool.shared.liveBytes)
                    }
                }
                return square(x).sum()
            }(Tensor([1.0], dtype: .float64))
            #expect(live.last! == live[5])
        }
    }

    /// Tasks that give up after a backward pass leave nothing behind.
    @Test func whatWaitsForSomebodyWhoIsGoneIsForgotten() async {
        await #expect(processExitsWith: .success) {
            let one = Tensor([1.0], dtype: .float64)
            evaluateOrStop(one)
            _ = (one + 1).item()
            let before = MemoryPool.shared.liveBytes
            for _ in 0..<50 {
                onAnotherThread {
                    let weight = Parameter(Tensor([Double](repeating: 1, count: 1000), dtype: .float64))
                    sinh(weight.value).sum().backward()
                }
            }
            _ = (one + 1).item()
            #expect(MemoryPool.shared.liveBytes - before < 1000)
        }
    }

    /// Gradients that nobody wants any more vanish while others look at what they would have depended on.
    @Test func droppingGradientsBesideReaders() async {
        for _ in 0..<200 {
            let weight = Parameter(Tensor([0.5, -1, 2], dtype: .float64))
            let hidden = tanh(weight.value)
            square(hidden).sum().backward()
            async let dropped: Void = { weight.gradient = nil }()
            async let sum = hidden.sum().item()
            async let other = exp(hidden).sum().item()
            _ = await dropped
            let (found, exponentials) = await (sum, other)
            #expect(abs(found - [0.5, -1, 2].reduce(0) { $0 + Foundation.tanh($1) }) < 1e-12)
            #expect(exponentials > 0)
        }
    }
}
