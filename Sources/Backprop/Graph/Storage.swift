import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The elements of one value in memory: dense and row-major; large ones are aligned to a cache line. Those that a device has
/// computed stay there until the host asks for them.
///
/// Written by one plan before `isReady` turns true and never again, except by a plan that holds the only reference
/// and reuses the memory in place; so readers need no lock, which is what `@unchecked` stands for.
package final class Storage: @unchecked Sendable {
    package let byteCount: Int
    /// The address in memory of the host, zero as long as the elements are on a device alone.
    private let address: Atomic<UInt>
    /// The elements in memory of a device. Changes under the lock of `fetching` only.
    private var deviceElements: (any DeviceElements)?
    private let ready: Atomic<Bool>
    /// Of memory that belongs to somebody else, what tells its owner that it is not needed any more.
    private let release: (@Sendable () -> Void)?

    package init(byteCount: Int, isReady: Bool = true) {
        self.byteCount = byteCount
        address = Atomic(UInt(bitPattern: MemoryPool.shared.take(byteCount)))
        self.ready = Atomic(isReady)
        release = nil
    }

    /// Elements that a run on a device is going to compute there.
    init(bytesOnDevice byteCount: Int) {
        self.byteCount = byteCount
        address = Atomic(0)
        ready = Atomic(false)
        release = nil
    }

    /// Elements in memory of somebody else, which nobody writes to.
    init(borrowing pointer: UnsafeMutableRawPointer, byteCount: Int, release: @escaping @Sendable () -> Void) {
        self.byteCount = byteCount
        address = Atomic(UInt(bitPattern: pointer))
        self.ready = Atomic(true)
        self.release = release
    }

    deinit {
        if let release {
            release()
        } else if let memory = UnsafeMutableRawPointer(bitPattern: address.load(ordering: .relaxed)) {
            MemoryPool.shared.giveBack(memory, byteCount)
        }
    }

    /// The elements in memory of the host. Those of a device are copied there at the first time.
    package var pointer: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(bitPattern: address.load(ordering: .acquiring)) ?? fetched()
    }

    private static let fetching = Mutex(())

    private func fetched() -> UnsafeMutableRawPointer {
        let elements = onDevice
        let memory = MemoryPool.shared.take(byteCount)
        if let error = elements?.copy(to: memory, byteCount: byteCount) { trap(error.message) }
        let (isFirst, first) = address.compareExchange(
            expected: 0, desired: UInt(bitPattern: memory), ordering: .acquiringAndReleasing)
        if isFirst { return memory }
        // Another thread was quicker.
        MemoryPool.shared.giveBack(memory, byteCount)
        return UnsafeMutableRawPointer(bitPattern: first)!
    }

    /// The elements in memory of a device, where they are there as well or there alone.
    package var onDevice: (any DeviceElements)? {
        get { Storage.fetching.withLock { _ in deviceElements } }
        set { Storage.fetching.withLock { _ in deviceElements = newValue } }
    }

    /// Whether there are no elements, because the plan that should have computed them has failed. Set before `isReady`
    /// turns true.
    private(set) var hasFailed = false

    /// Lets everybody who waits know that the elements could not be computed.
    func fail() {
        hasFailed = true
        finish()
    }

    /// Whether a plan may reuse the memory for its results.
    package var isOurs: Bool { release == nil }

    package var block: MemoryBlock { MemoryBlock(pointer: pointer, bytes: byteCount) }

    /// Whether the plan that computes the elements has finished.
    package var isReady: Bool { ready.load(ordering: .acquiring) }

    /// Makes the memory count as unfinished again: its only holder is about to overwrite it.
    package func beginOverwriting() {
        ready.store(false, ordering: .relaxed)
        if deviceElements != nil { onDevice = nil }
    }

    package func finish() { ready.store(true, ordering: .releasing) }
}

/// Memory that one run of a plan works with, written by no other run meanwhile, which is what `@unchecked` stands for.
package struct MemoryBlock: BitwiseCopyable, @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    package let bytes: Int

    package init(pointer: UnsafeMutableRawPointer, bytes: Int) { (self.pointer, self.bytes) = (pointer, bytes) }
}

/// Memory of tensors, with a bounded store of freed blocks: large blocks would otherwise go back to the system and
/// be faulted in again page by page at every step.
package final class MemoryPool: Sendable {
    package static let shared = MemoryPool()

    private struct State {
        var free: [Int: [UInt]] = [:]
        var keptBytes = 0
        var liveBytes = 0
        var peakBytes = 0
    }

    /// Blocks below this size are left to `malloc`, which is good at them.
    private static let smallest = 1 << 16
    /// Blocks below this size need no cache line of their own; asking for one costs more than the block.
    private static let aligned = 1 << 10
    /// What the store keeps at most.
    private static let limit = 1 << 28

    private let state = Mutex(State())

    /// Bytes that tensors and running plans hold now.
    package var liveBytes: Int { state.withLock { $0.liveBytes } }
    /// The most that `liveBytes` has been since the last `resetPeak()`.
    package var peakBytes: Int { state.withLock { $0.peakBytes } }

    package func resetPeak() { state.withLock { $0.peakBytes = $0.liveBytes } }

    package func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let size = MemoryPool.rounded(byteCount)
        let kept = state.withLock { state -> UInt? in
            state.liveBytes += byteCount
            state.peakBytes = Swift.max(state.peakBytes, state.liveBytes)
            guard size >= MemoryPool.smallest, let block = state.free[size]?.popLast() else { return nil }
            state.keptBytes -= size
            return block
        }
        if let kept { return UnsafeMutableRawPointer(bitPattern: kept)! }
        if let new = MemoryPool.allocate(size) { return new }
        forgetKept()
        guard let pointer = MemoryPool.allocate(size) else {
            exitOutOfMemory("\(byteCount) bytes for tensors; use a smaller batch or a smaller model")
        }
        return pointer
    }

    private static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        if size < aligned { return malloc(size) }
        var pointer: UnsafeMutableRawPointer?
        return posix_memalign(&pointer, 64, size) == 0 ? pointer : nil
    }

    /// Gives the blocks of the store back to the system.
    private func forgetKept() {
        let kept = state.withLock { state in
            defer { (state.free, state.keptBytes) = ([:], 0) }
            return state.free
        }
        for block in kept.values.joined() { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }

    package func giveBack(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        let size = MemoryPool.rounded(byteCount)
        let isKept = state.withLock { state -> Bool in
            state.liveBytes -= byteCount
            guard size >= MemoryPool.smallest, state.keptBytes + size <= MemoryPool.limit else { return false }
            state.keptBytes += size
            state.free[size, default: []].append(UInt(bitPattern: pointer))
            return true
        }
        if !isKept { free(pointer) }
    }

    private static func rounded(_ byteCount: Int) -> Int { Swift.max(64, (byteCount + 63) & ~63) }
}
