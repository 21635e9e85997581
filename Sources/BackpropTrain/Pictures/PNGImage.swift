/// A picture with a palette as a PNG file in memory. It is not packed: 256 colours need one byte a pixel.
///
/// Source: https://www.w3.org/TR/png-3/
struct PNGImage {
    /// Shape [height, width], from the top left; each is a position in `palette`.
    let pixels: [UInt8]
    let width: Int
    /// At most 256 colours, each 0 to 255.
    let palette: [(red: Int, green: Int, blue: Int)]

    private var height: Int { pixels.count / width }

    /// The bytes of the file.
    var bytes: [UInt8] {
        let header = Self.big(width) + Self.big(height) + [8, 3, 0, 0, 0]
        let colours = palette.flatMap { [UInt8($0.red), UInt8($0.green), UInt8($0.blue)] }
        var rows: [UInt8] = []
        for row in 0..<height { rows += [0] + pixels[(row * width)..<((row + 1) * width)] }
        return Self.file(header: header, colours: colours, rows: rows)
    }

    /// The signature and the chunks of a file; `rows` start with their filter each, and only palettes have `colours`.
    static func file(header: [UInt8], colours: [UInt8]?, rows: [UInt8]) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + (colours.map { chunk("PLTE", $0) } ?? []) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
    }

    /// The file as text of letters, digits, "+", "/" and "=".
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = bytes
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < rest ? UInt32(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                text.append(
                    place <= rest ? alphabet[Int(group >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return big(content.count) + body + big(Int(checksum(body)))
    }

    /// Four bytes, the highest first.
    static func big(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    /// A zlib stream of stored blocks.
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let count = min(65_535, content.count - start)
            let (low, high) = (UInt8(count & 255), UInt8(count >> 8))
            result += [start + count == content.count ? 1 : 0, low, high, ~low, ~high]
            result += content[start..<(start + count)]
            start += count
        } while start < content.count
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in content {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return result + big(Int(b << 16 | a))
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes { remainder = table[Int((remainder ^ UInt32(byte)) & 255)] ^ (remainder >> 8) }
        return ~remainder
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}
