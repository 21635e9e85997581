import Synchronization

/// Bytes that went to devices and came from there since the process started, for tests and benchmarks.
package struct Transfers: Sendable {
    package var sent: Int
    package var read: Int

    private static let sentBytes = Atomic<Int>(0)
    private static let readBytes = Atomic<Int>(0)

    package static var counted: Transfers {
        Transfers(sent: sentBytes.load(ordering: .relaxed), read: readBytes.load(ordering: .relaxed))
    }

    package func since(_ earlier: Transfers) -> Transfers {
        Transfers(sent: sent - earlier.sent, read: read - earlier.read)
    }

    static func countSent(_ bytes: Int) { sentBytes.add(bytes, ordering: .relaxed) }
    static func countRead(_ bytes: Int) { readBytes.add(bytes, ordering: .relaxed) }
}
