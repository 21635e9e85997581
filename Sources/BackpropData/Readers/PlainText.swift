import Backprop

/// The text of a file in UTF-8. A file that is packed by gzip is unpacked.
///
/// ```swift
/// let corpus = try PlainText(path: "input.txt")
/// let vocabulary = CharacterVocabulary(of: corpus.text)
/// let tokens = try vocabulary.tokens(of: corpus.text)
/// ```
public struct PlainText: Sendable {
    /// The path as it was given.
    public let path: String
    /// Everything but a byte order mark at the beginning.
    public let text: String

    /// Reads a file.
    ///
    /// - Parameter limit: the most bytes that are read or unpacked.
    /// - Throws: `DataError` where the path is no readable file, a packed one is damaged, or the bytes are not UTF-8, or one
    ///   is zero, as in no text.
    public init(path: String, limit: Int = Gzip.defaultLimit) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "text"), path: path, limit: limit)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String, limit: Int = Gzip.defaultLimit) throws(DataError) {
        self.path = path
        let bytes: FileBytes
        do { bytes = try content.unpacked(limit: limit) } catch { throw error.at(path) }
        guard bytes.count <= limit else {
            throw DataError(
                .tooLarge, at: path, "it has \(bytes.count) bytes, the limit is \(limit)",
                remedy: "allow more bytes, or split it")
        }
        let start = bytes.starts(with: CSVText.byteOrderMark) ? CSVText.byteOrderMark.count : 0
        guard let text = String(validating: bytes[start..<bytes.count].buffer, as: UTF8.self), !text.utf8.contains(0)
        else {
            throw Self.notText(bytes, path)
        }
        self.text = text
    }

    /// The lines without their ends (LF or CR LF); what follows the last end is a line unless it is empty.
    public var lines: [Substring] {
        var lines: [Substring] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: CSVText.lineFeed) ?? rest.endIndex
            var line = rest[..<end]
            if line.last == CSVText.carriageReturn, end < rest.endIndex { line.removeLast() }
            lines.append(Substring(line))
            rest = end < rest.endIndex ? rest[rest.index(after: end)...] : rest[end...]
        }
        return lines
    }

    private static func notText(_ bytes: FileBytes, _ path: String) -> DataError {
        let bad = Array(bytes.buffer)
        let position = CSVText.firstInvalid(in: bad) ?? 0
        let line = CSVText.lineBreaks(in: bad[..<position]) + 1
        let value = "byte 0x" + String(bad[position], radix: 16)
        let isWide = bad.starts(with: [0xFF, 0xFE]) || bad.starts(with: [0xFE, 0xFF])
        return DataError(
            .notText, at: "\(path), line \(line)", "\(value) at offset \(position) is not UTF-8 text",
            remedy: isWide ? "it looks like UTF-16; save it as UTF-8" : "save the file as text in UTF-8")
    }
}
