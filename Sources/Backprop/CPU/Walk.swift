import CKernels

/// The way of threads through the kernels of a plan, wave by wave, as `bk_pool_walk` goes it.
final class Walk {
    /// Has no context yet: that belongs to a run.
    let value: bk_walk
    let steps: UnsafeMutableBufferPointer<Step>
    private let waves: UnsafeMutableBufferPointer<bk_wave>
    private let homes: UnsafeMutableBufferPointer<Int32>
    let kernels: [[Kernel]]

    /// One task of a kernel. Threads go through them without touching the counts of references to kernels.
    struct Step {
        var kernel: Unmanaged<Kernel>
        var task: Int
        var cost: Int
    }

    /// What a run adds.
    struct Run {
        fileprivate let walk: Unmanaged<Walk>
        fileprivate let steps: UnsafePointer<Step>
        fileprivate let pointers: Pointers
        fileprivate let failure: Unmanaged<RunFailure>?
        fileprivate var times: Unmanaged<RunTimes>?
    }

    /// Element operations below which waking another thread costs more than it saves.
    private static let worthSharing = 20_000

    init(_ kernels: [[Kernel]]) {
        self.kernels = kernels
        let homeCount = Swift.min(Processor.threads, Int(BK_MOST_HOMES))
        steps = .allocate(capacity: kernels.joined().reduce(0) { $0 + $1.tasks })
        waves = .allocate(capacity: kernels.count)
        homes = .allocate(capacity: kernels.count * (homeCount + 1))
        var value = bk_walk()
        var first = 0, done = 0
        for (number, wave) in kernels.enumerated() {
            var place = first
            let starts = homes.baseAddress! + number * (homeCount + 1)
            for (home, tasks) in Walk.homes(of: wave, homeCount).enumerated() {
                (starts + home).initialize(to: Int32(place - first))
                for task in tasks {
                    steps.initializeElement(at: place, to: task)
                    place += 1
                }
            }
            (starts + homeCount).initialize(to: Int32(place - first))
            let shares = place - first > 1 && wave.reduce(0) { $0 + $1.cost } >= Walk.worthSharing
            let finishes = wave.contains(where: \.needsFinish)
            done += place - first + (finishes ? 1 : 0)
            waves.initializeElement(
                at: number,
                to: bk_wave(
                    first: Int64(first), end: Int64(place), homes: UnsafePointer(starts), done: Int64(done),
                    shares: shares, finishes: finishes))
            if shares { value.most_tasks = Swift.max(value.most_tasks, Int64(place - first)) }
            first = place
        }
        value.waves = UnsafePointer(waves.baseAddress)
        value.count = Int64(kernels.count)
        value.homes = Int64(homeCount)
        value.run = { context, step in
            let run = context!.assumingMemoryBound(to: Run.self)
            if let failure = run.pointee.failure, failure._withUnsafeGuaranteedRef(\.hasHappened) { return }
            let step = run.pointee.steps + Int(step)
            let task = step.pointee.task, pointers = run.pointee.pointers
            step.pointee.kernel._withUnsafeGuaranteedRef { $0.run(task: task, pointers) }
        }
        value.finish = { context, wave in
            let run = context!.assumingMemoryBound(to: Run.self)
            let pointers = run.pointee.pointers
            if let failure = run.pointee.failure, failure._withUnsafeGuaranteedRef(\.hasHappened) { return }
            run.pointee.walk._withUnsafeGuaranteedRef { walk in
                for kernel in walk.kernels[Int(wave)] where kernel.needsFinish { kernel.finish(pointers) }
            }
        }
        self.value = value
    }

    deinit {
        steps.deallocate()
        waves.deallocate()
        homes.deallocate()
    }

    /// A plan none of whose kernels can fail needs no place for a failure.
    func run(_ pointers: Pointers, _ failure: RunFailure?) {
        var run = Run(
            walk: .passUnretained(self), steps: UnsafePointer(steps.baseAddress!), pointers: pointers,
            failure: failure.map(Unmanaged.passUnretained), times: nil)
        withUnsafeMutablePointer(to: &run) { run in
            var walk = value
            walk.context = UnsafeMutableRawPointer(run)
            bk_pool_walk(&walk)
        }
    }

    /// The same, taking the times of all kernels.
    func run(_ pointers: Pointers, _ failure: RunFailure?, times: RunTimes) {
        var run = Run(
            walk: .passUnretained(self), steps: UnsafePointer(steps.baseAddress!), pointers: pointers,
            failure: failure.map(Unmanaged.passUnretained), times: .passUnretained(times))
        withUnsafeMutablePointer(to: &run) { run in
            var walk = value
            walk.context = UnsafeMutableRawPointer(run)
            walk.run = { context, number in
                let run = context!.assumingMemoryBound(to: Run.self).pointee
                if let failure = run.failure, failure._withUnsafeGuaranteedRef(\.hasHappened) { return }
                let step = run.steps[Int(number)]
                run.times!._withUnsafeGuaranteedRef { times in
                    step.kernel._withUnsafeGuaranteedRef { kernel in
                        for member in kernel.members.indices {
                            times.time(step: Int(number), member: member) {
                                kernel.run(member: member, task: step.task, run.pointers)
                            }
                        }
                    }
                }
            }
            walk.finish = { context, wave in
                let run = context!.assumingMemoryBound(to: Run.self).pointee
                if let failure = run.failure, failure._withUnsafeGuaranteedRef(\.hasHappened) { return }
                let walk = run.walk.takeUnretainedValue()
                for (position, kernel) in walk.kernels[Int(wave)].enumerated() where kernel.needsFinish {
                    run.times!._withUnsafeGuaranteedRef { times in
                        times.time(finishOf: position, wave: Int(wave)) { kernel.finish(run.pointers) }
                    }
                }
            }
            bk_pool_walk(&walk)
        }
    }

    /// What each thread should do of a wave, long tasks first, so that short ones are left for whoever has time. The same
    /// part of every kernel goes to the same home; kernels of one task go where least is to do.
    private static func homes(of wave: [Kernel], _ count: Int) -> [[Step]] {
        var homes = [[Step]](repeating: [], count: count)
        var costs = [Int](repeating: 0, count: count)
        for kernel in wave.sorted(by: { $0.cost > $1.cost }) {
            let cost = kernel.cost / Swift.max(1, kernel.tasks)
            for task in 0..<kernel.tasks {
                let home = kernel.tasks > 1 ? task * count / kernel.tasks : costs.indices.min { costs[$0] < costs[$1] }!
                homes[home].append(Step(kernel: .passUnretained(kernel), task: task, cost: cost))
                costs[home] += cost
            }
        }
        return homes.map { $0.sorted { $0.cost > $1.cost } }
    }
}
