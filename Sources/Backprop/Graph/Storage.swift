import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The elements of one value in memory: dense and row-major; large ones are aligned to a cache line.
///
/// Written by one plan before `isReady` turns true and never again, except by a plan that holds the only reference
/// and reuses the memory in place; so readers need no lock, which is what `@unchecked` stands for.
package final class Storage: @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    private let ready: Atomic<Bool>
    /// Of memory that belongs to somebody else, what tells its owner that it is not needed any more.
    private let release: (@Sendable () -> Void)?

    package init(byteCount: Int, isReady: Bool = true) {
        self.byteCount = byteCount
        self.pointer = MemoryPool.shared.take(byteCount)
        self.ready = Atomic(isReady)
        release = nil
    }

    /// Elements in memory of somebody else, which nobody writes to.
    init(borrowing pointer: UnsafeMutableRawPointer, byteCount: Int, release: @escaping @Sendable () -> Void) {
        self.byteCount = byteCount
        self.pointer = pointer
        self.ready = Atomic(true)
        self.release = release
    }

    deinit { if let release { release() } else { MemoryPool.shared.giveBack(pointer, byteCount) } }

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
    package func beginOverwriting() { ready.store(false, ordering: .relaxed) }

    package func finish() { ready.store(true, ordering: .releasing) }
}

/// Memory that one run of a plan works with, written by no other run meanwhile, which is what `@unchecked` stands for.
package struct MemoryBlock: BitwiseCopyable, @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    package let bytes: Int
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
