import Backprop
import CKernels
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How threads walk through waves together. The number of threads belongs to the whole process, so these tests run in
/// processes of their own.
@Suite struct WalkTests {
    /// Waves that count what they do, and note whatever is done too early.
    private final class Record: @unchecked Sendable {
        let sizes: [Int]
        let waves: UnsafeMutablePointer<bk_wave>
        /// For each wave the starts of its homes, which are of different sizes, and some of them empty.
        let homes: UnsafeMutablePointer<Int32>
        let homeCount: Int
        /// How often each task has run.
        let runs: UnsafeMutablePointer<Atomic<Int>>
        /// What each wave has done: its tasks, and its end.
        let done: UnsafeMutablePointer<Atomic<Int>>
        let mistakes = Atomic(0)
        let pause: (Int) -> Void
        private let waveOf: [Int]

        init(
            _ sizes: [Int], homeCount: Int, shares: (Int) -> Bool = { _ in true },
            pause: @escaping (Int) -> Void = { _ in }
        ) {
            self.sizes = sizes
            self.pause = pause
            self.homeCount = homeCount
            homes = .allocate(capacity: sizes.count * (homeCount + 1))
            let tasks = sizes.reduce(0, +)
            waves = .allocate(capacity: sizes.count)
            runs = .allocate(capacity: tasks)
            done = .allocate(capacity: sizes.count)
            for task in 0..<tasks { (runs + task).initialize(to: Atomic(0)) }
            for wave in sizes.indices { (done + wave).initialize(to: Atomic(0)) }
            waveOf = sizes.indices.flatMap { [Int](repeating: $0, count: sizes[$0]) }
            var first = 0, units = 0
            for (wave, size) in sizes.enumerated() {
                let starts = homes + wave * (homeCount + 1)
                for home in 0...homeCount {
                    let place = (home * home * size + wave % homeCount) / (homeCount * homeCount)
                    starts[home] = Int32(home == 0 ? 0 : place)
                }
                let finishes = wave % 3 == 1
                units += size + (finishes ? 1 : 0)
                waves[wave] = bk_wave(
                    first: Int64(first), end: Int64(first + size), homes: UnsafePointer(starts), done: Int64(units),
                    shares: size > 1 && shares(wave), finishes: finishes)
                first += size
            }
        }

        deinit {
            waves.deallocate()
            homes.deallocate()
            runs.deallocate()
            done.deallocate()
        }

        private func units(_ wave: Int) -> Int { sizes[wave] + (wave % 3 == 1 ? 1 : 0) }

        private func check(before wave: Int) {
            if wave > 0, done[wave - 1].load(ordering: .relaxed) != units(wave - 1) {
                mistakes.add(1, ordering: .relaxed)
            }
        }

        func run(_ task: Int) {
            let wave = waveOf[task]
            check(before: wave)
            pause(task)
            runs[task].add(1, ordering: .relaxed)
            done[wave].add(1, ordering: .relaxed)
        }

        func finish(_ wave: Int) {
            check(before: wave)
            if done[wave].load(ordering: .relaxed) != sizes[wave] { mistakes.add(1, ordering: .relaxed) }
            done[wave].add(1, ordering: .relaxed)
        }

        func walk() {
            var walk = bk_walk()
            walk.waves = UnsafePointer(waves)
            walk.count = Int64(sizes.count)
            walk.homes = Int64(homeCount)
            walk.most_tasks = Int64(sizes.max() ?? 0)
            walk.context = Unmanaged.passUnretained(self).toOpaque()
            walk.run = { Unmanaged<Record>.fromOpaque($0!).takeUnretainedValue().run(Int($1)) }
            walk.finish = { Unmanaged<Record>.fromOpaque($0!).takeUnretainedValue().finish(Int($1)) }
            bk_pool_walk(&walk)
        }

        /// Whether everything was done once, and in order.
        var isRight: Bool {
            mistakes.load(ordering: .relaxed) == 0
                && (0..<waveOf.count).allSatisfy { runs[$0].load(ordering: .relaxed) == 1 }
                && sizes.indices.allSatisfy { done[$0].load(ordering: .relaxed) == units($0) }
        }
    }

    private static let sizes = [1, 2, 3, 0, 64, 2, 1, 1, 9, 500, 2, 2, 2, 5, 1, 17, 3]

    private static func walk(_ sizes: [Int] = sizes, homeCount: Int = 3, pause: @escaping (Int) -> Void = { _ in })
        -> Bool
    {
        let record = Record(sizes, homeCount: homeCount, shares: { $0 % 5 != 4 }, pause: pause)
        record.walk()
        return record.isRight
    }

    @Test func everyTaskRunsOnceAndInItsWave() async {
        await #expect(processExitsWith: .success) {
            // More threads than processors, and than homes; and other numbers from run to run.
            for threads in [1, 2, 3, 17, 4, 1, 2] {
                Processor.threads = threads
                for round in 0..<200 { #expect(WalkTests.walk(homeCount: 1 + round % Int(BK_MOST_HOMES))) }
            }
        }
    }

    @Test func longChainsOfSmallWaves() async {
        await #expect(processExitsWith: .success) {
            for threads in [2, 5] {
                Processor.threads = threads
                for _ in 0..<20 { #expect(WalkTests.walk((0..<400).map { 1 + $0 % 4 })) }
            }
        }
    }

    @Test func threadsThatLeaveInTheMiddleComeBack() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 3
            // A single slow task, during which the others go to sleep, between waves for all of them.
            for _ in 0..<5 { #expect(WalkTests.walk([8, 1, 8, 1, 8]) { if $0 == 8 || $0 == 17 { usleep(5000) } }) }
            // Tasks of one wave that take turns to be slow.
            for _ in 0..<5 { #expect(WalkTests.walk([6, 6, 6, 6]) { if $0 % 6 == $0 / 6 { usleep(3000) } }) }
        }
    }

    @Test func pausesBetweenWalks() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 3
            for pause in [0, 20, 100, 900, 1100, 5000, 1000, 1001, 999] {
                usleep(UInt32(pause))
                #expect(WalkTests.walk())
            }
        }
    }

    @Test func walksInsideWalks() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 2
            let mistakes = Mutex(0)
            #expect(
                WalkTests.walk([4, 4, 4]) { _ in
                    if !WalkTests.walk() { mistakes.withLock { $0 += 1 } }
                })
            #expect(mistakes.withLock { $0 } == 0)
        }
    }

    @Test func walksOfSeveralThreadsAtOnce() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 3
            let results = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 { group.addTask { (0..<200).allSatisfy { _ in WalkTests.walk() } } }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(results == [Bool](repeating: true, count: 6))
        }
    }

    @Test func onePlanInSeveralThreadsAtOnce() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 4
            let weights = withRandomSeed(1) { (0..<6).map { _ in Tensor.normal([64, 64]) * 0.2 } }
            let inputs = withRandomSeed(2) { Tensor.normal([48, 64]) }
            let run = { @Sendable in
                withoutGradients { weights.reduce(inputs) { tanh(matmul($0, $1)) }.sum(axis: 0).bytes }
            }
            let expected = run()
            let results = await withTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<200 { group.addTask { run() } }
                return await group.reduce(into: [[UInt8]]()) { $0.append($1) }
            }
            #expect(results.allSatisfy { $0 == expected })
        }
    }
}
