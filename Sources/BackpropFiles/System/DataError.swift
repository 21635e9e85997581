#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why data could not be read, understood or written.
///
/// `description` is one line: where, what was found, and what to do. `reason` is for programs.
public struct DataError: Error, Equatable, Sendable, CustomStringConvertible, LocalizedError {
    /// What kind of mistake it is.
    public enum Reason: String, Sendable, CaseIterable {
        /// No file with that path.
        case missingFile
        /// A folder, a device or a pipe where a file is needed.
        case notAFile
        /// The operating system refused to read, write or rename.
        case system
        /// The disk, or the share of it that this user may fill, is full.
        case outOfSpace
        /// More bytes, columns or values than the documented limit.
        case tooLarge
        /// The file holds nothing, or no row below its header.
        case empty
        /// The bytes are not UTF-8 text.
        case notText
        /// A quoted cell that is never closed, or text after its closing quote.
        case badQuote
        /// A row with more or fewer cells than the table has columns.
        case raggedRow
        /// A column without a name, two with the same name, or a header row that looks like data.
        case badHeader
        /// A cell that is not a finite number in a column of numbers.
        case badCell
        /// A column that is named but not there.
        case unknownColumn
        /// A column with too many distinct values to be categorical.
        case tooManyCategories
        /// A label column that cannot be learnt: one value only, or a value on nearly every row.
        case badLabel
        /// A row whose label is missing or not among the known classes.
        case badLabelCell
        /// Too few rows or columns for what was asked.
        case tooFew
        /// An option outside its range.
        case badOption
        /// Bytes that break the rules of their format.
        case badFormat
        /// Values that do not agree with the declared shape or type.
        case mismatch
        /// A part that was left out when the package was built.
        case notBuilt
    }

    /// What kind of mistake it is.
    public let reason: Reason
    /// One line: where, what was found, and what to do.
    public let description: String
    /// The middle of it: what was found.
    package let found: String

    /// The same text as `description`.
    public var errorDescription: String? { description }

    package init(_ reason: Reason, at place: String, _ found: String, remedy: String) {
        self.reason = reason
        self.found = found
        self.description = Wording.sentence(place: place, found: found, remedy: remedy)
    }

    /// A failure of the system; `place` is what a person knows the path as.
    package init(_ failure: SystemFailure, at place: String? = nil) {
        self.init(
            failure.isOutOfSpace ? .outOfSpace : failure.isMissing ? .missingFile : .system,
            at: place ?? failure.path, "cannot \(failure.operation): \(failure.explanation)",
            remedy: failure.remedy)
    }
}

/// How messages are put together, so that each stays on one line whatever the input holds.
package enum Wording {
    package static func sentence(place: String, found: String, remedy: String) -> String {
        "\(place.isEmpty ? "''" : printable(place)): \(printable(found)); \(printable(remedy))"
    }

    /// A piece of the input in quotation marks, cut after `limit` characters.
    package static func quoted(_ text: some StringProtocol, limit: Int = 40) -> String {
        let head = text.prefix(limit)
        return "'" + printable(String(head)) + (head.endIndex == text.endIndex ? "'" : "...'")
    }

    /// Names in quotation marks with commas, cut after `limit` of them.
    package static func list(_ names: some Collection<String>, limit: Int = 12) -> String {
        let shown = names.prefix(limit).map { quoted($0) }.joined(separator: ", ")
        return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
    }

    /// Several findings as one, cut after `limit` of them.
    package static func sentences(_ findings: [String], limit: Int = 20, joinedBy separator: String = ", ") -> String {
        let shown = findings.prefix(limit).joined(separator: separator)
        return findings.count > limit ? "\(shown)\(separator)and \(findings.count - limit) more" : shown
    }

    /// "1 row", "2 rows".
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// `text` with every character escaped that would end the line, hide, turn the direction of others or command a terminal.
    package static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnprintable(scalar): result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
