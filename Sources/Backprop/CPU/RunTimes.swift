import CKernels

/// The times of the kernels of one run: for every task of every member, and for what is done after the last task, a place
/// that one thread writes to.
final class RunTimes {
    private let places: UnsafeMutableBufferPointer<KernelTime>
    /// The first place of each step, and of each wave for what comes after its tasks.
    private var firstOfStep: [Int] = []
    private var firstOfWave: [Int] = []

    init(_ walk: Walk) {
        var kernels: [Int] = []
        var number: [ObjectIdentifier: Int] = [:]
        for member in walk.kernels.joined().flatMap(\.members) { number[ObjectIdentifier(member)] = number.count }
        for step in walk.steps {
            firstOfStep.append(kernels.count)
            for member in step.kernel.takeUnretainedValue().members {
                kernels.append(number[ObjectIdentifier(member)]!)
            }
        }
        for wave in walk.kernels {
            firstOfWave.append(kernels.count)
            for kernel in wave { kernels.append(number[ObjectIdentifier(kernel.members.last!)]!) }
        }
        places = .allocate(capacity: kernels.count)
        for (place, kernel) in kernels.enumerated() {
            places.initializeElement(at: place, to: KernelTime(kernel: kernel, thread: 0, start: 0, end: 0))
        }
    }

    deinit { places.deallocate() }

    func time(step: Int, member: Int, _ body: () -> Void) { time(firstOfStep[step] + member, body) }

    func time(finishOf position: Int, wave: Int, _ body: () -> Void) { time(firstOfWave[wave] + position, body) }

    private func time(_ place: Int, _ body: () -> Void) {
        places[place].start = Nanoseconds.now
        body()
        places[place].end = Nanoseconds.now
        places[place].thread = bk_thread_identity()
    }

    /// What has taken any time, by its beginning.
    var taken: [KernelTime] { places.filter { $0.end > 0 }.sorted { ($0.start, $0.kernel) < ($1.start, $1.kernel) } }
}
