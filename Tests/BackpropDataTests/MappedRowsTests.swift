import Backprop
import Foundation
import Testing

@testable import BackpropData

/// Rows of files that are larger than what anybody wants to read.
@Suite struct MappedRowsTests {
    /// A tensor [1,024, 64 KB] of mapped memory, most of which is a hole in its file.
    @Test func onlyRowsOfABatchAreRead() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("rows", [1, 2, 3])
        let count = 1024, width = 1 << 16
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        #expect(descriptor >= 0 && ftruncate(descriptor, count * width) == 0)
        for row in 1..<count where row % 100 == 0 {
            var mark = UInt8(row / 100)
            #expect(pwrite(descriptor, &mark, 1, row * width) == 1)
        }
        let memory = try #require(mmap(nil, count * width, PROT_READ, MAP_PRIVATE, descriptor, 0))
        #expect(memory != MAP_FAILED)
        // Otherwise the system reads ahead, which depends on the system.
        #expect(madvise(memory, count * width, MADV_RANDOM) == 0)
        let bytes = UnsafeRawBufferPointer(start: memory, count: count * width)
        let address = UInt(bitPattern: memory)
        let rows = Tensor(noCopy: bytes, shape: [count, width], dtype: .uint8) {
            munmap(UnsafeMutableRawPointer(bitPattern: address), count * width)
        }
        let loader = DataLoader(
            inputs: rows, labels: Tensor(Array(0..<count)), batchSize: 4,
            sampler: .subset([0, 300, 700, 900], .sequential))
        let batch = try #require(Array(loader.epoch(1)).first)
        #expect(batch.inputs.shape == [4, width])
        #expect([Int](batch.inputs[.ellipsis, 0]) == [1, 3, 7, 9] && [Int](batch.labels) == [0, 300, 700, 900])
        #expect([Int](batch.inputs[0, 0..<4]) == [1, 2, 3, 0])

        // What has been read of a file is in the memory of the system.
        var resident = [UInt8](repeating: 0, count: count * width / 4096)
        #expect(mincore(memory, count * width, &resident) == 0)
        let read = resident.reduce(0) { $0 + Int($1 & 1) }
        #expect(read < 16 * width / 4096)
    }
}
