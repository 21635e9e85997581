import Synchronization

/// The ids of words of up to 15 bytes that came before. A word has one place, where a newer one replaces it, so that memory is
/// bounded and what is found does not depend on what came before.
///
/// A place is 64 bytes: the word and its length, the number of ids, and up to 11 of them.
struct WordCache: Sendable {
    static let longestWord = 15
    static let mostIds = 11
    private static let bits: UInt64 = 14

    var words = [UInt64](repeating: 0, count: 8 << Int(bits))

    /// The word as two numbers. Sixteen bytes may be read at its place.
    @inline(__always)
    static func key(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> (low: UInt64, high: UInt64) {
        let raw = UnsafeRawPointer(bytes)
        var low = raw.loadUnaligned(as: UInt64.self), high: UInt64 = 0
        if length < 8 {
            low &= 1 << UInt64(8 * length) - 1
        } else if length > 8 {
            high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & (1 << UInt64(8 * (length - 8)) - 1)
        }
        return (low, high | UInt64(length) << 56)
    }

    @inline(__always)
    static func place(_ low: UInt64, _ high: UInt64) -> Int {
        let mixed = (low ^ (high &* 0xff51_afd7_ed55_8ccd)) &* 0x9E37_79B9_7F4A_7C15
        return 8 * Int((mixed ^ mixed << 23) >> (64 - bits))
    }
}

/// Caches that nobody uses at the moment, so that calls on several threads have one each, and the next calls find what the last
/// ones left.
final class WordCachePool: Sendable {
    private let idle = Mutex<[WordCache]>([])

    func take() -> WordCache { idle.withLock { $0.popLast() } ?? WordCache() }

    func giveBack(_ cache: WordCache) {
        idle.withLock { if $0.count < 16 { $0.append(cache) } }
    }
}
