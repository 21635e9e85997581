import Backprop
import BackpropNN
import Synchronization

/// What this machine can do at most, measured: arithmetic on a matrix product, memory traffic on copies of several sizes.
package struct MachineLimit: Sendable {
    /// Additions and multiplications in float32 a second, with all threads.
    package let arithmeticPerSecond: Double
    /// Bytes that are read and written a second by a kernel that moves so many bytes in all, by size.
    package let traffic: [(bytes: Int, bytesPerSecond: Double)]

    /// The sizes of what is copied, in elements of float32: from what stays near a processor to what fits no cache.
    private static let copied = [1 << 14, 1 << 17, 1 << 20, 1 << 22, 1 << 24]
    /// Rows and columns of the product.
    private static let side = 1024
    /// How long each is tried, and how often at least; the best one counts.
    private static let trial = Duration.milliseconds(80)
    private static let leastTries = 3

    /// By number of threads, what was measured before.
    private static let known = Mutex<[Int: MachineLimit]>([:])

    /// Measures with as many threads as plans use, which takes half a second the first time.
    package static func measured() -> MachineLimit {
        let threads = Processor.threads
        if let limit = known.withLock({ $0[threads] }) { return limit }
        let limit = measure()
        known.withLock { $0[threads] = limit }
        return limit
    }

    private static func measure() -> MachineLimit {
        withRandomSeed(0) {
            let a = Tensor.uniform([side, side]), b = Tensor.uniform([side, side])
            let product = Double(2 * side * side * side) / shortestRun { matmul(a, b) }
            let traffic = copied.map { count in
                let x = Tensor.uniform([count])
                let bytes = 2 * 4 * count
                return (bytes, Double(bytes) / shortestRun { x + 1 })
            }
            return MachineLimit(arithmeticPerSecond: product, traffic: traffic)
        }
    }

    /// Seconds of the shortest run of the plan for what `record` records.
    private static func shortestRun(_ record: () -> Tensor) -> Double {
        let stopwatch = Stopwatch(), clock = ContinuousClock()
        let end = clock.now + trial
        withoutGradients {
            stopwatch.observe {
                while clock.now < end || stopwatch.runs.count < leastTries { evaluateOrStop(record()) }
            }
        }
        return stopwatch.runs.map { Double($0.end - $0.start) / 1e9 }.min() ?? .infinity
    }

    /// The time below which a kernel cannot come.
    func seconds(arithmetic: Int, bytes: Int) -> Double {
        max(Double(arithmetic) / arithmeticPerSecond, Double(bytes) / bytesPerSecond(moving: bytes))
    }

    /// How fast so many bytes are moved: as fast as the smallest copy that is no smaller.
    private func bytesPerSecond(moving bytes: Int) -> Double {
        let size = traffic.first { $0.bytes >= bytes } ?? traffic.last!
        // A larger copy that is faster shows that a smaller one is not limited by memory.
        return traffic.reduce(size.bytesPerSecond) { $1.bytes >= size.bytes ? max($0, $1.bytesPerSecond) : $0 }
    }

    var text: String {
        let rates = traffic.map {
            "\(NumberFormat.fixed($0.bytesPerSecond / 1e9, digits: 0)) for \(MemoryBill.formatted($0.bytes))"
        }
        return "\(NumberFormat.fixed(arithmeticPerSecond / 1e9, digits: 0)) GFLOP/s in float32; GB/s: "
            + rates.joined(separator: ", ")
    }
}
