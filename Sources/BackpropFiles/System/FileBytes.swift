import Backprop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Bytes that nobody writes any more: a file that is mapped into memory, what was unpacked from one, or a part of either.
///
/// The memory lives as long as any part of it. A file that is mapped must not be changed meanwhile; those of this package are
/// replaced and never changed.
package struct FileBytes: Sendable {
    // Pointers do not cross threads by themselves; that these bytes may is a matter of nobody writing them.
    private let address: UInt
    package let count: Int
    private let memory: Memory

    /// Valid as long as this value, or another part of the same memory, is held.
    package var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }

    /// Gives the memory back in the end.
    private final class Memory: Sendable {
        let isMapped: Bool
        private let release: @Sendable () -> Void
        init(isMapped: Bool = false, _ release: @escaping @Sendable () -> Void) {
            self.isMapped = isMapped
            self.release = release
        }
        deinit { release() }
    }

    private init(_ buffer: UnsafeRawBufferPointer, _ memory: Memory) {
        address = UInt(bitPattern: buffer.baseAddress)
        count = buffer.count
        self.memory = memory
    }

    /// Maps a regular file; `format` is what belongs there. Bytes are read when they are touched.
    package init(mapping path: String, expecting format: String) throws(DataError) {
        _ = try FileSystem.size(ofFile: path, expecting: format)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataError(SystemFailure.last("open it", path)) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw DataError(SystemFailure.last("look at it", path)) }
        let count = Int(info.st_size)
        guard count > 0 else {
            self.init([])
            return
        }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw DataError(SystemFailure.last("map it into memory", path))
        }
        let address = UInt(bitPattern: base)
        self.init(
            UnsafeRawBufferPointer(start: base, count: count),
            Memory(isMapped: true) { munmap(UnsafeMutableRawPointer(bitPattern: address), count) })
    }

    /// Bytes of an array.
    package init(_ bytes: [UInt8]) {
        var memory = GrowingBytes(capacity: bytes.count)
        bytes.withUnsafeBytes { memory.append($0) }
        self = memory.finished()
    }

    /// Takes over a block of `malloc`.
    package init(owning base: UnsafeMutableRawPointer, count: Int) {
        let address = UInt(bitPattern: base)
        self.init(
            UnsafeRawBufferPointer(start: base, count: count),
            Memory { free(UnsafeMutableRawPointer(bitPattern: address)) })
    }

    /// A part of the same memory. The range lies inside.
    package subscript(range: Range<Int>) -> FileBytes {
        FileBytes(UnsafeRawBufferPointer(rebasing: buffer[range]), memory)
    }

    /// Gives the memory behind a part of a mapped file back; the bytes come from the file again where they are read.
    package func forget(_ range: Range<Int>) {
        guard memory.isMapped else { return }
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let start = (address + UInt(range.lowerBound)) / page * page
        let end = (address + UInt(range.upperBound)) / page * page
        guard start < end else { return }
        madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
    }

    /// Whether the first bytes are these.
    package func starts(with bytes: [UInt8]) -> Bool { buffer.starts(with: bytes) }

    /// The bytes as a tensor: without a copy where their address suits the elements. There are enough of them.
    package func tensor(shape: [Int], dtype: DType) -> Tensor {
        guard count > 0, address % UInt(dtype.byteCount) == 0 else {
            return Tensor(shape: shape, dtype: dtype) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.prefix($0.count)))
            }
        }
        let memory = memory
        return Tensor(noCopy: buffer, shape: shape, dtype: dtype) { withExtendedLifetime(memory) {} }
    }
}

/// Bytes that are put together: memory that grows, up to a limit that whoever appends has to keep.
struct GrowingBytes: ~Copyable {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        base = GrowingBytes.checked(malloc(self.capacity), self.capacity)
    }

    deinit { free(base) }

    mutating func grow(to wanted: Int) {
        guard wanted > capacity else { return }
        base = GrowingBytes.checked(realloc(base, wanted), wanted)
        capacity = wanted
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        grow(to: count + bytes.count)
        if let source = bytes.baseAddress { (base + count).copyMemory(from: source, byteCount: bytes.count) }
        count += bytes.count
    }

    /// The bytes so far. The memory is theirs from now on.
    consuming func finished() -> FileBytes {
        let result = FileBytes(owning: realloc(base, max(count, 1)) ?? base, count: count)
        discard self
        return result
    }

    private static func checked(_ memory: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer {
        guard let memory else { trap("no memory for \(count) bytes of a file") }
        return memory
    }
}
