/// A place in the workspace for everything that lives only inside of a plan, such that what is alive at the same time
/// does not overlap.
struct Placement {
    /// Something that needs memory from one wave to another, both included.
    struct Request {
        var bytes: Int
        var first: Int
        var last: Int
    }

    /// Byte offsets, in the order of the requests.
    private(set) var offsets: [Int]
    /// The size of the workspace.
    private(set) var bytes = 0

    private static let alignment = 64

    /// Large requests first, each at the lowest offset at which it fits: for the workloads of training this comes out
    /// at or near the largest sum of what is alive at one time.
    init(_ requests: [Request]) {
        offsets = Array(repeating: 0, count: requests.count)
        let order = requests.indices.sorted {
            (requests[$0].bytes, requests[$1].first) > (requests[$1].bytes, requests[$0].first)
        }
        // Placed requests by offset.
        var placed: [Int] = []
        for index in order {
            let request = requests[index]
            let size = (request.bytes + Placement.alignment - 1) & ~(Placement.alignment - 1)
            var offset = 0
            for other in placed where requests[other].first <= request.last && request.first <= requests[other].last {
                if offset + size <= offsets[other] { break }
                let end = offsets[other] + requests[other].bytes
                offset = Swift.max(offset, (end + Placement.alignment - 1) & ~(Placement.alignment - 1))
            }
            offsets[index] = offset
            bytes = Swift.max(bytes, offset + size)
            var low = 0, high = placed.count
            while low < high {
                let middle = (low + high) / 2
                if offsets[placed[middle]] < offset { low = middle + 1 } else { high = middle }
            }
            placed.insert(index, at: low)
        }
    }
}
