/// The options of a compilation as plugins take them: XLA's `CompileOptionsProto`, of which only the build options
/// (field 3) are given, and of these the numbers of replicas (4) and partitions (5), one each, and the device (9). A plugin
/// stops the process where the first two are missing.
enum CompileOptions {
    /// - Parameter device: the number of the device that is to run the program.
    static func serialized(device: Int) -> [UInt8] {
        // One replica of one computation, on a list with the one device.
        let computation = field(1, bytes: varint(device))
        let assignment = field(1, 1) + field(2, 1) + field(3, bytes: computation)
        return field(3, bytes: field(4, 1) + field(5, 1) + field(9, bytes: assignment))
    }

    private static func field(_ number: Int, _ value: Int) -> [UInt8] { varint(number << 3) + varint(value) }

    private static func field(_ number: Int, bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }

    private static func varint(_ value: Int) -> [UInt8] {
        var rest = UInt64(value), bytes: [UInt8] = []
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
