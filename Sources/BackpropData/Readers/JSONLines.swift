import Backprop

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file with one JSON value on each line, read record by record. A file that is packed by gzip is unpacked.
///
/// The file is mapped into memory and must not be changed while it is open. Lines without anything but blanks are left out.
///
/// ```swift
/// struct Review: Decodable { let text: String, stars: Int }
/// let reviews = try JSONLines("reviews.jsonl", of: Review.self)
/// try reviews.forEach { review in print(review.stars) }
/// ```
///
/// Source: https://jsonlines.org
public struct JSONLines<Record: Decodable>: Sendable {
    /// The path as it was given.
    public let path: String
    private let content: FileBytes

    /// Opens a file; no record is read yet.
    ///
    /// - Parameter limit: the most bytes that a packed file is unpacked to.
    /// - Throws: `DataError` where the path is no readable file, or a packed one is damaged.
    public init(_ path: String, of record: Record.Type, limit: Int = Gzip.defaultLimit) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "JSON lines"), path: path, limit: limit)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String, limit: Int = Gzip.defaultLimit) throws(DataError) {
        self.path = path
        do { self.content = try content.unpacked(limit: limit) } catch { throw error.at(path) }
    }

    /// A reader at the first record.
    ///
    /// - Parameter skippingBadRecords: whether lines that are not such a record are counted and left out. Reading ends with an
    ///   error at the first of them otherwise.
    public func reader(skippingBadRecords: Bool = false) -> Reader {
        Reader(path: path, content: content, skips: skippingBadRecords)
    }

    /// Hands out all records in order, one at a time.
    ///
    /// - Throws: `DataError` for the first line that is not such a record, and what `body` throws.
    public func forEach(_ body: (Record) throws -> Void) throws {
        var reader = reader()
        while let record = try reader.next() { try body(record) }
    }

    /// All records in order.
    ///
    /// - Throws: `DataError` for the first line that is not such a record.
    public func array() throws(DataError) -> [Record] {
        var records: [Record] = []
        var reader = reader()
        while let record = try reader.next() { records.append(record) }
        return records
    }

    /// A place between two records.
    public struct Reader {
        /// How many bad records were left out so far.
        public private(set) var skippedCount = 0
        /// What was wrong with the first bad records that were left out, five at most.
        public private(set) var firstSkipped: [DataError] = []

        private let path: String
        private let content: FileBytes
        private let skips: Bool
        private let decoder = JSONDecoder()
        private var position: Int
        private var line = 0

        private static var keptErrors: Int { 5 }

        fileprivate init(path: String, content: FileBytes, skips: Bool) {
            self.path = path
            self.content = content
            self.skips = skips
            position = content.starts(with: CSVText.byteOrderMark) ? CSVText.byteOrderMark.count : 0
        }

        /// The next record; nil at the end.
        ///
        /// - Throws: `DataError` with the number of the line where it is not such a record; the next call goes on behind it.
        public mutating func next() throws(DataError) -> Record? {
            while let text = nextLine() {
                do {
                    return try decoder.decode(
                        Record.self,
                        from: Data(
                            bytesNoCopy: UnsafeMutableRawPointer(mutating: text.baseAddress!), count: text.count,
                            deallocator: .none))
                } catch {
                    let error = DataError(
                        .badFormat, at: "\(path), line \(line)", Self.explanation(of: error),
                        remedy: "correct or remove that line")
                    guard skips else { throw error }
                    skippedCount += 1
                    if firstSkipped.count < Self.keptErrors { firstSkipped.append(error) }
                }
            }
            return nil
        }

        /// The next line that is not blank, without its end.
        private mutating func nextLine() -> UnsafeRawBufferPointer? {
            while position < content.count {
                let rest = content.buffer[position...]
                let end = rest.firstIndex(of: CSVText.lineFeed) ?? content.count
                let text = UnsafeRawBufferPointer(rebasing: rest[..<end])
                position = end + 1
                line += 1
                if !text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == CSVText.carriageReturn }) { return text }
            }
            return nil
        }

        private static func explanation(of error: any Error) -> String {
            guard let error = error as? DecodingError else { return "the record is refused: \(error)" }
            func place(_ context: DecodingError.Context) -> String {
                let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
                return path.isEmpty
                    ? "the record" : Wording.quoted(path.hasPrefix(".") ? String(path.dropFirst()) : path)
            }
            switch error {
            case .keyNotFound(let key, let context):
                let whole = context.codingPath.isEmpty ? "" : " in \(place(context))"
                return "there is no \(Wording.quoted(key.stringValue))\(whole)"
            case .typeMismatch(let type, let context): return "\(place(context)) is not of type \(type)"
            case .valueNotFound(let type, let context): return "\(place(context)) is null, not of type \(type)"
            case .dataCorrupted(let context):
                return context.codingPath.isEmpty
                    ? "it is not JSON" : "\(place(context)): \(context.debugDescription)"
            @unknown default: return "the record is refused"
            }
        }
    }
}
